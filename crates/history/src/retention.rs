//! Letting go of what a contract says need not be kept: raw values and hours; days and what is known of each series stay.

use std::{collections::BTreeMap, path::Path};

use senne_model::{Name, Timestamp};

use crate::{
    HistoryError, disk, engine::Engine, files::FileEntry, flush, log_table::Commit, month::Month,
    names::shown, schema::Kind, tenant::Tenant,
};

/// This file says per type up to when values were let go of.
const FILE: &str = "retired.txt";

/// Per type as the tables show it: what was observed before this moment (microseconds) has been let go of.
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

    /// Whether a value of this type and moment is no longer rolled up: what it would be joined with is gone.
    pub(crate) fn covers(&self, type_name: &str, moment: i64) -> bool {
        self.0.get(type_name).is_some_and(|until| moment < *until)
    }

    /// Whether nothing was let go of yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Up to when values of this type were let go of, in microseconds.
    pub(crate) fn until(&self, type_name: &str) -> Option<i64> {
        self.0.get(type_name).copied()
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

/// Lets go of whole months that ended before the moment given for their type; gives how many files went. The steps are those of
/// `docs/lifecycle-history.md`.
pub(crate) async fn retire(
    engine: &Engine,
    tenant: &Tenant,
    rules: &[(Name, Timestamp)],
) -> Result<usize, HistoryError> {
    let mut gone = 0;
    let mut tables = tenant.tables.lock().await;
    flush::catch_up(engine, tenant, &mut tables).await?;
    for (type_name, before) in rules {
        let term = shown(type_name).term;
        let over = |file: &FileEntry| {
            let month = Month::parse(&file.part);
            file.type_name == term && month.is_some_and(|month| month.next().start() <= before.micros())
        };
        let mut files =
            |kind| tables.of(kind).files.files.iter().filter(|file| over(file)).cloned().collect::<Vec<_>>();
        let old = [Kind::Observation, Kind::Hour].map(|kind| (kind, files(kind)));
        let last = old.iter().flat_map(|(_, files)| files);
        let Some(until) = last.filter_map(|file| Month::parse(&file.part)).max() else { continue };
        note(tenant, term, until.next().start())?;
        for (kind, removed) in old {
            if removed.is_empty() {
                continue;
            }
            gone += removed.len();
            tables.of(kind).commit(Commit { removed, news: true, ..Commit::default() }).await?;
        }
    }
    tenant.switch(&tables, std::collections::HashMap::new());
    Ok(gone)
}

/// Remembers, before anything goes, that buckets up to here can no longer be computed anew.
fn note(tenant: &Tenant, term: &str, until: i64) -> Result<(), HistoryError> {
    let mut retired = Retired::clone(&tenant.retired.read());
    let known = retired.0.entry(term.to_owned()).or_insert(i64::MIN);
    *known = (*known).max(until);
    disk::replace(&tenant.dir.join(FILE), &retired.text())?;
    *tenant.retired.write() = retired;
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
        assert!(retired.covers("A b", 4) && !retired.covers("A b", 5) && !retired.covers("B", 0));
    }
}
