//! Letting go of what a contract says need not be kept: raw values and hours; days and what is known of each series stay.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::Path,
    sync::Arc,
};

use datafusion::arrow::{
    array::{AsArray, BooleanArray, RecordBatch},
    compute::filter_record_batch,
    datatypes::Int32Type,
    error::ArrowError,
};
use senne_model::{Name, Timestamp};

use crate::{
    HistoryError, background, disk,
    engine::{Engine, View},
    erase::rewrite,
    files::{FileEntry, FileSet},
    flush,
    log_table::Commit,
    month::Month,
    names::{first_type, shown},
    schema::Kind,
    tenant::{Tables, Tenant},
};

/// This file says per type up to when values were let go of.
const FILE: &str = "retired.txt";

/// Per type, by its expanded name: what was observed before this moment (microseconds) has been let go of. Older programs noted the
/// term that the tables show, and let go of all types that share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Retired(BTreeMap<String, i64>);

impl Retired {
    /// Reads what was let go of; nothing when there is no file. A file that is not what was written is refused: roll-ups would be
    /// computed anew from what is gone.
    pub(crate) fn read(tenant_dir: &Path) -> Result<Self, HistoryError> {
        let path = tenant_dir.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).ok_or_else(|| {
                let damaged = "it is not what was written; run `senne doctor`";
                disk::error("reading", &path)(std::io::Error::other(damaged))
            }),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(e) => Err(disk::error("reading", &path)(e)),
        }
    }

    /// Files of older programs have no checksum.
    fn parse(text: &str) -> Option<Self> {
        let body = match text.rsplit_once("checksum ") {
            None => text,
            Some((body, _)) if disk::with_checksum(body) == text => body,
            Some(_) => return None,
        };
        body.lines().map(line).collect::<Option<_>>().map(Self)
    }

    /// Whether nothing was let go of yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Up to when values of the type of a row were let go of, in microseconds, by its columns `type` and `types`. Earlier ones that come
    /// now are no longer rolled up: what they would be joined with is gone.
    pub(crate) fn until(&self, term: &str, types: Option<&str>) -> Option<i64> {
        if self.is_empty() {
            return None;
        }
        let of_all = self.0.get(term);
        of_all.max(self.0.get(first_type(term, types).as_str())).copied()
    }

    fn text(&self) -> String {
        let lines: String = self
            .0
            .iter()
            .fold(String::new(), |text, (type_name, until)| text + &format!("{until} {type_name}\n"));
        disk::with_checksum(&lines)
    }
}

fn line(text: &str) -> Option<(String, i64)> {
    let (until, type_name) = text.split_once(' ')?;
    Some((type_name.to_owned(), until.parse().ok()?))
}

/// The tables whose files go.
const KINDS: [Kind; 2] = [Kind::Observation, Kind::Hour];

/// The rules for the types that the tables show by one term: the expanded name, and the moment (microseconds) before which values go.
type Rules<'a> = BTreeMap<&'a str, i64>;

/// A file of a month that is over for some of the types that it has values of.
struct Over {
    file: Arc<FileEntry>,
    types: BTreeSet<Name>,
    /// When the month ended, in microseconds.
    end: i64,
    /// Whether it has no others.
    whole: bool,
}

/// Lets go of whole months that ended before the moment given for their type; gives how many files went, or were written anew for
/// what stays of them. The steps are those of `docs/lifecycle-history.md`. A file that cannot be read stays, and is said after the
/// others have gone.
pub(crate) async fn retire(
    engine: &Engine,
    tenant: &Tenant,
    rules: &[(Name, Timestamp)],
) -> Result<usize, HistoryError> {
    let (mut gone, mut failure) = (0, None);
    let mut tables = tenant.tables.lock().await;
    flush::catch_up(engine, tenant, &mut tables).await?;
    for (term, rules) in by_term(rules) {
        let mut over = Vec::new();
        for kind in KINDS {
            let view = flush::table_view(tables.of(kind));
            for file in view.files.files.iter().filter(|file| file.type_name == term) {
                match look(engine, &view, file, &rules).await {
                    Ok(found) => over.extend(found.map(|found| (kind, found))),
                    Err(error) => {
                        failure.get_or_insert(error);
                    }
                }
            }
        }
        note(tenant, over.iter().map(|(_, over)| over))?;
        for kind in KINDS {
            let (now, later) = over.into_iter().partition(|(of, _)| *of == kind);
            over = later;
            gone += let_go(kind, &mut tables, now, &mut failure).await?;
        }
    }
    tenant.switch(&tables, std::collections::HashMap::new());
    failure.map_or(Ok(gone), Err)
}

fn by_term(rules: &[(Name, Timestamp)]) -> BTreeMap<&str, Rules<'_>> {
    let mut terms: BTreeMap<&str, Rules<'_>> = BTreeMap::new();
    for (name, before) in rules {
        terms.entry(shown(name).term).or_default().insert(name, before.micros());
    }
    terms
}

/// What goes of a file. One term may stand for several types, so the rows are asked; most files are passed by for their month.
async fn look(
    engine: &Engine,
    table: &View,
    file: &Arc<FileEntry>,
    rules: &Rules<'_>,
) -> Result<Option<Over>, HistoryError> {
    let Some(end) = Month::parse(&file.part).map(|month| month.next().start()) else { return Ok(None) };
    if rules.values().all(|before| end > *before) {
        return Ok(None);
    }
    let all = types_of(engine, table, file).await?;
    let goes = |name: &Name| rules.get::<str>(name).is_some_and(|before| end <= *before);
    let types: BTreeSet<Name> = all.iter().filter(|name| goes(name)).cloned().collect();
    let whole = types.len() == all.len();
    Ok((!types.is_empty()).then(|| Over { file: Arc::clone(file), types, end, whole }))
}

/// The expanded names of the types that the rows of a file stand under.
async fn types_of(
    engine: &Engine,
    table: &View,
    file: &Arc<FileEntry>,
) -> Result<BTreeSet<Name>, HistoryError> {
    let files = Arc::new(FileSet::new(table.files.kind(), vec![Arc::clone(file)]));
    let view = View { files, ..table.clone() };
    let mut lists: HashSet<Option<String>> = HashSet::new();
    let take = |batch: &RecordBatch| {
        let Some(types) = batch.column(0).as_dictionary_opt::<Int32Type>() else { return };
        let texts = types.values().as_string::<i32>();
        let mut last = None;
        for key in types.keys() {
            // Rows of one type follow each other nearly always.
            if last.replace(key) != Some(key) {
                lists.insert(key.map(|key| texts.value(key as usize).to_owned()));
            }
        }
    };
    engine.each(&view, &["types"], None, take).await?;
    Ok(lists.iter().map(|list| first_type(&file.type_name, list.as_deref())).collect())
}

/// Takes the rows of one table away. A file that cannot be written anew stays, and says why in `failure`.
async fn let_go(
    kind: Kind,
    tables: &mut Tables,
    over: Vec<(Kind, Over)>,
    failure: &mut Option<HistoryError>,
) -> Result<usize, HistoryError> {
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for (_, over) in over {
        let file = Arc::clone(&over.file);
        if !over.whole {
            let dir = tables.of(kind).dir().to_owned();
            let work = move || rewrite::keeping(kind, &dir, &over.file, |batch| over.staying(batch));
            match background::tidy(work).await {
                Ok(rest) => added.extend(rest),
                Err(error) => {
                    failure.get_or_insert(error);
                    continue;
                }
            }
        }
        removed.push(file);
    }
    let count = removed.len();
    if count > 0 {
        tables.of(kind).commit(Commit { added, removed, change: None, news: true }).await?;
    }
    Ok(count)
}

impl Over {
    /// The rows of a batch of the file that stay.
    fn staying(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let types = batch.column(batch.schema_ref().index_of("types")?).as_dictionary::<Int32Type>();
        let stays = |list: Option<&str>| !self.types.contains(&first_type(&self.file.type_name, list));
        let (plain, by_key) = (stays(None), types.values().as_string::<i32>().iter().map(stays));
        let by_key: Vec<bool> = by_key.collect();
        let row = |key: Option<i32>| Some(key.map_or(plain, |key| by_key[key as usize]));
        filter_record_batch(batch, &types.keys().iter().map(row).collect::<BooleanArray>())
    }
}

/// Remembers, before anything goes, that buckets up to here can no longer be computed anew.
fn note<'a>(tenant: &Tenant, over: impl Iterator<Item = &'a Over>) -> Result<(), HistoryError> {
    let known = Retired::clone(&tenant.retired.read());
    let mut retired = known.clone();
    for over in over {
        for name in &over.types {
            let until = retired.0.entry(name.as_str().to_owned()).or_insert(i64::MIN);
            *until = (*until).max(over.end);
        }
    }
    if retired != known {
        disk::replace(&tenant.dir.join(FILE), &retired.text())?;
        *tenant.retired.write() = retired;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_let_go_of_is_read_back() {
        let retired = Retired(BTreeMap::from([("A b".to_owned(), 5), ("C".to_owned(), -7)]));
        assert_eq!(Retired::parse(&retired.text()), Some(retired.clone()));
        assert_eq!(Retired::parse("5 A b\n-7 C"), Some(retired.clone()), "as older programs wrote it");
        assert_eq!(Retired::parse(&retired.text().replace('5', "4")), None);
    }

    #[test]
    fn like_named_types_are_told_apart() {
        let own = "https://uri.etsi.org/ngsi-ld/default-context/Station";
        let other = r#"["https://smartdatamodels.org/x/Station"]"#;
        let retired = Retired(BTreeMap::from([(own.to_owned(), 5)]));
        assert_eq!((retired.until("Station", None), retired.until("Station", Some(other))), (Some(5), None));
        let before = Retired(BTreeMap::from([("Station".to_owned(), 3), (own.to_owned(), 5)]));
        assert_eq!((before.until("Station", None), before.until("Station", Some(other))), (Some(5), Some(3)));
        assert_eq!((before.until("B", None), Retired::default().until("B", None)), (None, None));
    }
}
