//! Taking the rows of entities out of files, and the bytes off the disk. The steps are those of `docs/lifecycle-erasure.md`.

mod count;
mod look;
pub(crate) mod rewrite;
mod unseen;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use datafusion::logical_expr::{Expr, col, lit};
use senne_model::{ChangeNo, EntityId};

pub use self::look::Look;
pub(crate) use self::look::look;
use crate::{
    HistoryError, background,
    engine::{Engine, View},
    faults,
    files::{FileEntry, FileSet},
    filter,
    flush::{self, computed_anew, table_view, touched},
    log_table::Commit,
    schema::Kind,
    tenant::{Snapshot, Tables, Tenant},
};

/// How often it is looked whether those who read have ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Entities of which everything recorded up to a change is to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToErase {
    /// The entities.
    pub entities: Vec<EntityId>,
    /// The last change that goes.
    pub upto: ChangeNo,
}

/// Entities, each with the change up to which everything recorded of it is erased. Several erasures are one of these when they are
/// carried out together.
#[derive(Clone, Debug)]
pub(crate) struct Hidden {
    entities: Arc<BTreeSet<EntityId>>,
    upto: Arc<BTreeMap<EntityId, ChangeNo>>,
}

impl Hidden {
    pub(crate) fn new(entities: &[EntityId], upto: ChangeNo) -> Self {
        Self::of(&[ToErase { entities: entities.to_vec(), upto }])
    }

    pub(crate) fn of(parts: &[ToErase]) -> Self {
        let mut upto: BTreeMap<EntityId, ChangeNo> = BTreeMap::new();
        for part in parts {
            for id in &part.entities {
                let known = upto.entry(id.clone()).or_insert(part.upto);
                *known = (*known).max(part.upto);
            }
        }
        Self { entities: Arc::new(upto.keys().cloned().collect()), upto: Arc::new(upto) }
    }

    /// The rows to be erased. A row of a roll-up may hold values of before and after: all of them go, and what is left of the
    /// entity is computed anew.
    fn rows(&self, kind: Kind) -> Expr {
        if kind != Kind::Observation {
            return self.mine();
        }
        let mut by_change: BTreeMap<ChangeNo, Vec<&str>> = BTreeMap::new();
        self.upto.iter().for_each(|(id, upto)| by_change.entry(*upto).or_default().push(id));
        let each = by_change.into_iter().map(|(upto, ids)| {
            filter::one_of("entity", ids.into_iter()).and(col("change").lt_eq(lit(upto.0 as i64)))
        });
        each.reduce(Expr::or).unwrap_or_else(|| lit(false))
    }

    fn mine(&self) -> Expr {
        filter::one_of("entity", self.entities.iter().map(EntityId::as_str))
    }

    /// What all other rows meet.
    pub(crate) fn passed_over(&self, kind: Kind) -> Expr {
        unseen::condition(self, kind)
    }

    /// Whether all that another one hides is hidden by this one too.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.upto.iter().all(|(id, upto)| self.upto.get(id).is_some_and(|known| known >= upto))
    }

    /// Whether it means an entity at all.
    pub(crate) fn means(&self, entity: &str) -> bool {
        self.entities.contains(entity)
    }

    /// Whether a row of an entity that a change brought is to go.
    pub(crate) fn takes(&self, entity: &str, change: i64) -> bool {
        self.upto.get(entity).is_some_and(|upto| change <= upto.0 as i64)
    }

    fn may_be_in(&self, file: &FileEntry) -> bool {
        file.bounds.may_have_any(&self.entities)
    }
}

/// Rows of some entities by table, and the files that hold them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowsOf {
    /// Observations, in files and in memory.
    pub observations: u64,
    /// Roll-up rows of hours, in files.
    pub hours: u64,
    /// Roll-up rows of days, in files.
    pub days: u64,
    /// Roll-up rows over all of time, in files.
    pub series: u64,
    /// The files that hold any of them.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl RowsOf {
    fn of(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Observation => &mut self.observations,
            Kind::Hour => &mut self.hours,
            Kind::Day => &mut self.days,
            Kind::Series => &mut self.series,
        }
    }
}

/// What was done on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files that were written anew without the rows, or went as a whole.
    pub files_rewritten: u64,
    /// Files whose bytes went: these, and all others that no version named any more.
    pub files_deleted: u64,
    /// How many bytes went with them.
    pub bytes_deleted: u64,
    /// Whether questions that still read were given up: they end with an error.
    pub readers_cut: bool,
}

/// Counts the rows without doing anything, part by part. Each file is read once for all parts.
pub(crate) async fn rows_of(
    engine: &Engine,
    snapshot: &Snapshot,
    parts: &[ToErase],
) -> Result<Vec<RowsOf>, HistoryError> {
    let hidden = Hidden::of(parts);
    let mut count = count::Count::new(parts);
    let memory = snapshot.memory(hidden.entities.iter().map(EntityId::as_str), None, None);
    if !memory.is_empty() {
        let mut view = snapshot.view(Kind::Observation, memory);
        view.files = Arc::new(FileSet::new(Kind::Observation, Vec::new()));
        count.add(engine, &view, &hidden, None).await?;
    }
    for kind in Kind::ALL {
        let view = snapshot.view(kind, Vec::new());
        for file in snapshot.files(kind).files.iter().filter(|file| hidden.may_be_in(file)) {
            count.add(engine, &one_file(&view, file), &hidden, Some(file.bytes)).await?;
        }
    }
    Ok(count.found)
}

fn one_file(view: &View, file: &Arc<FileEntry>) -> View {
    let files = Arc::new(FileSet::new(view.files.kind(), vec![Arc::clone(file)]));
    View { files, ..view.clone() }
}

/// Takes the rows out of the files, and everything off the disk that no version names any more. Rows in memory must have
/// been flushed, and neither a flush nor a compaction may go on. What was done already is not done again.
pub(crate) async fn erase(
    engine: &Engine,
    tenant: &Tenant,
    hidden: &Hidden,
    patience: Duration,
) -> Result<Swept, HistoryError> {
    let mut swept = Swept::default();
    let mut tables = tenant.tables.lock().await;
    flush::catch_up(engine, tenant, &mut tables).await?;
    for kind in Kind::ALL {
        swept.files_rewritten += take_out(kind, engine, tenant, &mut tables, hidden).await?;
    }
    faults::pass("erasure: before readers see the new files", &tenant.dir)?;
    tenant.switch(&tables, std::collections::HashMap::new());
    engine.forget_footers();
    swept.readers_cut = !all_have_ended(&tenant.those_who_read(), patience).await;
    for kind in Kind::ALL {
        let (files, bytes) = tables.of(kind).purge().await?;
        swept.files_deleted += files as u64;
        swept.bytes_deleted += bytes;
    }
    tenant.switch(&tables, std::collections::HashMap::new());
    Ok(swept)
}

/// Writes the files of one table anew that hold the rows; gives how many these were.
async fn take_out(
    kind: Kind,
    engine: &Engine,
    tenant: &Tenant,
    tables: &mut Tables,
    hidden: &Hidden,
) -> Result<u64, HistoryError> {
    let view = table_view(tables.of(kind));
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for file in view.files.files.iter().filter(|file| hidden.may_be_in(file)) {
        if engine.count(&one_file(&view, file), hidden.rows(kind)).await? == 0 {
            continue;
        }
        faults::pass("erasure: before a file is written anew", &tenant.dir)?;
        let (dir, old, hidden) = (tables.of(kind).dir().to_owned(), Arc::clone(file), hidden.clone());
        let work = move || rewrite::without(kind, &dir, &old, &hidden);
        added.extend(background::tidy(work).await?);
        removed.push(Arc::clone(file));
    }
    if removed.is_empty() {
        return Ok(0);
    }
    let count = removed.len() as u64;
    if kind != Kind::Observation {
        added.extend(what_is_left(kind, engine, tenant, tables, hidden).await?);
    }
    faults::pass("erasure: before the log names the new files", &tenant.dir)?;
    tables.of(kind).commit(Commit { added, removed, change: None, news: true }).await?;
    Ok(count)
}

/// The buckets of those that were made again after they were erased.
async fn what_is_left(
    kind: Kind,
    engine: &Engine,
    tenant: &Tenant,
    tables: &mut Tables,
    hidden: &Hidden,
) -> Result<Vec<FileEntry>, HistoryError> {
    let (view, retired) = (table_view(&tables.observation), tenant.retired.read().clone());
    let dirty = touched(kind, engine, &view, Some(hidden.mine()), &retired).await?;
    let change = tables.observation.change;
    let rows = computed_anew(kind, engine, tables, &dirty, change).await?;
    let dir = tables.of(kind).dir().to_owned();
    background::tidy(move || flush::write_rollups(kind, &dir, rows)).await
}

/// Whether all who read have ended in time.
async fn all_have_ended(readers: &std::sync::Weak<()>, patience: Duration) -> bool {
    let until = tokio::time::Instant::now() + patience;
    while readers.strong_count() > 0 {
        if tokio::time::Instant::now() >= until {
            return false;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    true
}
