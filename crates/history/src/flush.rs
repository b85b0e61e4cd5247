//! From memory to the tables, exactly once. The steps are those of `docs/lifecycle-history.md`.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use datafusion::logical_expr::{Expr, col, lit};
use senne_model::ChangeNo;

use crate::{
    HistoryError, background, disk,
    engine::{Engine, View},
    faults,
    files::{FileEntry, FileSet},
    gather::{Gathered, Key, SeriesName},
    log_table::{Commit, LogTable},
    month::{Month, MonthFinder},
    parquet_file::{FileName, FileWriter},
    rebuild::{Source, days_of, rebuild},
    retention::Retired,
    rollup::{self, COLUMNS, Dirty, RollupRow, Series, start_of},
    rollup_rows,
    schema::{Kind, observation},
    spread::{beside, spread},
    tenant::{Frozen, Tables, Tenant, series_hash},
};

/// How many sorted rows are handed to the Parquet writer at once.
const WRITE_ROWS: usize = 65_536;

/// Per roll-up: new rows, and buckets to compute anew.
type Rollups = [(Vec<RollupRow>, Dirty); 3];

/// What fresh rows give: the files with them, the newest time of each series, and roll-ups.
struct Written {
    files: Vec<FileEntry>,
    newest: HashMap<u64, i64>,
    rollups: Rollups,
}

/// Writes the rows that the tenant has in memory; gives how many there were.
pub(crate) async fn flush(engine: &Arc<Engine>, tenant: &Arc<Tenant>) -> Result<usize, HistoryError> {
    let mut tables = tenant.tables.lock().await;
    catch_up(engine, tenant, &mut tables).await?;
    let frozen = tenant.freeze().map_err(rollup::failed)?;
    let Some(last) = frozen.iter().map(|frozen| frozen.last_change).max() else { return Ok(0) };
    let count = frozen.iter().flat_map(|f| &f.chunks).map(|c| c.batch.num_rows()).sum();
    let durable = tables.observation.change as u64;
    let fresh: Vec<Frozen> = frozen.into_iter().filter(|frozen| frozen.last_change.0 > durable).collect();
    let mut newest = HashMap::new();
    if !fresh.is_empty() {
        let (dir, before) = (tables.observation.dir().to_owned(), Arc::clone(&tables.observation.files));
        let owner = Arc::clone(tenant);
        let work = move || write(&owner, &dir, &before, &fresh, last);
        let written = background::flush(work).await?;
        let commit =
            Commit { added: written.files, removed: Vec::new(), change: Some(last.0 as i64), news: false };
        commit_change(&mut tables.observation, commit).await?;
        for (kind, (rows, dirty)) in Kind::ROLLUPS.into_iter().zip(written.rollups) {
            commit_rollups(kind, engine, &mut tables, rows, dirty, last.0 as i64).await?;
        }
        newest = written.newest;
    }
    faults::pass("flush: before readers see the tables", &tenant.dir)?;
    tenant.switch(&tables, newest);
    Ok(count)
}

/// Makes durable what a failure left open, and brings roll-ups up to date that it or a crash left behind: readers may be shown new observations
/// only together with their roll-ups.
pub(crate) async fn catch_up(
    engine: &Engine,
    tenant: &Tenant,
    tables: &mut Tables,
) -> Result<(), HistoryError> {
    for kind in Kind::ALL {
        tables.of(kind).refresh().await?;
        tables.of(kind).settle()?;
    }
    let until = tables.observation.change;
    let mut behind = false;
    for kind in Kind::ROLLUPS {
        let from = tables.of(kind).change;
        if from >= until {
            continue;
        }
        if !behind {
            // Rows went to the tables that nobody remembers the newest times of.
            tenant.forget_newest();
            behind = true;
        }
        let view = table_view(&tables.observation);
        let retired = tenant.retired.read().clone();
        let late = col("change").gt(lit(from));
        let dirty = touched(kind, engine, &view, Some(late), &retired).await?;
        commit_rollups(kind, engine, tables, Vec::new(), dirty, until).await?;
    }
    if behind {
        tenant.switch(tables, HashMap::new());
    }
    Ok(())
}

/// The buckets that the rows that pass a filter fall into.
pub(crate) async fn touched(
    kind: Kind,
    engine: &Engine,
    view: &View,
    filter: Option<Expr>,
    retired: &Retired,
) -> Result<Dirty, HistoryError> {
    let timed = col("observed_at").is_not_null();
    let wanted = filter.map_or(timed.clone(), |filter| filter.and(timed));
    let read = engine.read(view, Some(&COLUMNS), Some(wanted), usize::MAX).await?.unwrap_or_default();
    let rows = Gathered::new(read).map_err(rollup::failed)?;
    let mut dirty = Dirty::new();
    for run in rows.sorted().chunk_by(|a, b| a.series() == b.series()) {
        let Some(last) = run.last() else { continue };
        let type_name = rows.text("type", *last).unwrap_or_default();
        let types = rows.text("types", *last);
        let series = Arc::new(Series::of(&rows.name(last.series()), type_name, types));
        let until = retired.until(type_name, types);
        let kept = run.iter().filter(|key| until.is_none_or(|until| key.moment() >= until));
        let starts: Vec<i64> = kept.map(|key| start_of(kind, key.moment())).collect();
        if !starts.is_empty() {
            dirty.entry(series).or_default().extend(starts);
        }
    }
    Ok(dirty)
}

/// A table as its log has it, with what is about to be erased.
pub(crate) fn table_view(table: &LogTable) -> View {
    let dir = disk::whole_path(table.dir());
    View { dir: dir.into(), files: Arc::clone(&table.files), memory: Vec::new(), hidden: Arc::default() }
}

/// Commits rows of a change; an error after the commit stands is none.
async fn commit_change(table: &mut LogTable, commit: Commit) -> Result<(), HistoryError> {
    let change = commit.change;
    match table.commit(commit).await {
        Err(error) if change.is_some_and(|change| table.change >= change) => {
            tracing::warn!(%error, "a commit to the history stands, what follows a commit failed");
            table.settle()
        }
        done => done,
    }
}

/// Sorts the fresh rows and writes them; beside that computes what can be rolled up without looking back.
fn write(
    tenant: &Tenant,
    dir: &std::path::Path,
    before: &FileSet,
    fresh: &[Frozen],
    last: ChangeNo,
) -> Result<Written, HistoryError> {
    let batches = fresh.iter().flat_map(|frozen| &frozen.chunks).map(|chunk| chunk.batch.clone()).collect();
    let rows = Gathered::new(batches).map_err(rollup::failed)?;
    let roll_up = || Ok(roll_up(tenant, before, &rows, last.0 as i64));
    let (files, (newest, rollups)) = beside(|| write_files(dir, &rows), roll_up)?;
    Ok(Written { files, newest, rollups })
}

/// What can be rolled up without looking back, and the newest time of each series.
fn roll_up(tenant: &Tenant, before: &FileSet, rows: &Gathered, change: i64) -> (HashMap<u64, i64>, Rollups) {
    let keys = rows.sorted();
    let mut newest_of: HashMap<u64, i64> = HashMap::new();
    let mut upper = |name: &SeriesName<'_>, first: i64| {
        *newest_of.entry(series_hash(name)).or_insert_with(|| tenant.newest(before, name, first))
    };
    let retired = tenant.retired.read().clone();
    let rollups = rollup::build(Kind::ROLLUPS, rows, &keys, change, &mut upper, &retired);
    for run in keys.chunk_by(|a, b| a.series() == b.series()) {
        let newest = run.iter().rev().find(|key| rows.is_observed(**key));
        if let Some(key) = newest {
            let known = newest_of.entry(series_hash(&rows.name(key.series()))).or_insert(key.moment());
            *known = (*known).max(key.moment());
        }
    }
    (newest_of, rollups)
}

/// Writes observations, one file per type and month, several at once.
fn write_files(dir: &std::path::Path, rows: &Gathered) -> Result<Vec<FileEntry>, HistoryError> {
    use observation::{KIND, TYPES, UNIT};
    let kind = Kind::Observation;
    let (schema, mut months) = (kind.file_schema(), MonthFinder::new());
    let types = crate::texts::Texts::of(&rows.batches, observation::TYPE).map_err(rollup::failed)?;
    let texts = rows.take_texts(&[UNIT, KIND, TYPES]).map_err(rollup::failed)?;
    let groups = rows.groups(|batch, row, moment| (types.number(batch, row), months.of(moment)));
    let mut groups: Vec<((i32, Month), Vec<Key>)> = groups.into_iter().collect();
    groups.sort_unstable_by_key(|(group, _)| *group);
    spread(groups, |((type_name, month), mut keys)| {
        keys.sort_unstable();
        let type_name = types.text(type_name).unwrap_or_default();
        let mut file = FileWriter::begin(kind, dir, type_name, &month.text(), FileName::part())?;
        for part in keys.chunks(WRITE_ROWS) {
            file.write(&rows.take(part, &schema, &texts).map_err(rollup::failed)?)?;
        }
        file.finish()
    })
}

async fn commit_rollups(
    kind: Kind,
    engine: &Engine,
    tables: &mut Tables,
    mut rows: Vec<RollupRow>,
    dirty: Dirty,
    change: i64,
) -> Result<(), HistoryError> {
    faults::pass("roll-up: before buckets are computed anew", tables.of(kind).dir())?;
    rows.extend(computed_anew(kind, engine, tables, &dirty, change).await?);
    let table = tables.of(kind);
    let dir = table.dir().to_owned();
    let work = move || write_rollups(kind, &dir, rows);
    let added = background::flush(work).await?;
    commit_change(table, Commit { added, removed: Vec::new(), change: Some(change), news: false }).await
}

/// Buckets as the tables have them, computed anew.
pub(crate) async fn computed_anew(
    kind: Kind,
    engine: &Engine,
    tables: &Tables,
    dirty: &Dirty,
    change: i64,
) -> Result<Vec<RollupRow>, HistoryError> {
    rebuild(kind, engine, &Committed::of(engine, tables), change, dirty).await
}

/// What the tables have, without memory.
pub(crate) struct Committed<'a> {
    engine: &'a Engine,
    pub(crate) observation: View,
    day: View,
}

impl<'a> Committed<'a> {
    pub(crate) fn of(engine: &'a Engine, tables: &Tables) -> Self {
        Self { engine, observation: table_view(&tables.observation), day: table_view(&tables.day) }
    }
}

#[async_trait]
impl Source for Committed<'_> {
    fn observations(&self, _entities: &[&str], _from: i64, _to: i64) -> View {
        self.observation.clone()
    }

    async fn days(&self, attribute: &str, entities: &[&str]) -> Result<Vec<RollupRow>, HistoryError> {
        days_of(self.engine, &self.day, attribute, entities, Vec::new()).await
    }
}

/// Writes roll-up rows, one file per partition, several at once.
pub(crate) fn write_rollups(
    kind: Kind,
    dir: &std::path::Path,
    mut rows: Vec<RollupRow>,
) -> Result<Vec<FileEntry>, HistoryError> {
    rollup::sort(&mut rows);
    let mut parts: BTreeMap<(String, String), Vec<RollupRow>> = BTreeMap::new();
    for row in rows {
        let part = (row.series.type_name.clone(), kind.time_partition_of(row.start));
        parts.entry(part).or_default().push(row);
    }
    let width = kind.file_schema().fields().len();
    let columns: Vec<usize> = (0..width).collect();
    spread(parts.into_iter().collect(), |((type_name, part), rows)| {
        let mut file = FileWriter::begin(kind, dir, &type_name, &part, FileName::part())?;
        for some in rows.chunks(WRITE_ROWS) {
            let batch = rollup_rows::to_batch(kind, some).and_then(|batch| batch.project(&columns));
            file.write(&batch.map_err(rollup::failed)?)?;
        }
        file.finish()
    })
}
