//! What one tenant has: rows in memory, rows under way to disk, tables.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use datafusion::arrow::{array::RecordBatch, error::ArrowError};
use parking_lot::Mutex;
use senne_model::{Change, ChangeNo};

use crate::{
    HistoryError,
    buffer::{Chunk, Generation, entity_hash},
    disk,
    engine::View,
    erase::Hidden,
    files::FileSet,
    gather::SeriesName,
    log_table::LogTable,
    retention::Retired,
    schema::Kind,
};

/// For how many series the newest time is remembered. Without it roll-ups are rebuilt more often than needed.
const NEWEST_MAX: usize = 2_000_000;

/// One tenant.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) dir: PathBuf,
    state: Mutex<State>,
    /// The tables as the log has them; only flush, compaction and vacuum take them, one at a time.
    pub(crate) tables: tokio::sync::Mutex<Tables>,
    /// What has been let go of.
    pub(crate) retired: parking_lot::RwLock<Retired>,
    /// What is erased and may still be in files.
    pub(crate) hidden: parking_lot::RwLock<Vec<Hidden>>,
    /// Whoever reads holds it.
    readers: Mutex<Arc<()>>,
}

/// The tables of a tenant.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) observation: LogTable,
    pub(crate) hour: LogTable,
    pub(crate) day: LogTable,
    pub(crate) series: LogTable,
}

impl Tables {
    pub(crate) fn of(&mut self, kind: Kind) -> &mut LogTable {
        match kind {
            Kind::Observation => &mut self.observation,
            Kind::Hour => &mut self.hour,
            Kind::Day => &mut self.day,
            Kind::Series => &mut self.series,
        }
    }

    fn files(&self) -> Files {
        Files {
            observation: Arc::clone(&self.observation.files),
            hour: Arc::clone(&self.hour.files),
            day: Arc::clone(&self.day.files),
            series: Arc::clone(&self.series.files),
        }
    }
}

#[derive(Clone, Debug)]
struct Files {
    observation: Arc<FileSet>,
    hour: Arc<FileSet>,
    day: Arc<FileSet>,
    series: Arc<FileSet>,
}

impl Files {
    fn of(&self, kind: Kind) -> &Arc<FileSet> {
        match kind {
            Kind::Observation => &self.observation,
            Kind::Hour => &self.hour,
            Kind::Day => &self.day,
            Kind::Series => &self.series,
        }
    }
}

#[derive(Debug)]
struct State {
    generation: Generation,
    /// Rows that a flush has taken and not yet switched over.
    frozen: Vec<Frozen>,
    files: Files,
    /// Changes up to this one are in memory or in the tables; when they come again they are dropped.
    taken: ChangeNo,
    /// Rows of this change, or of one after it, could not be taken and may be missing among the others.
    broken: Option<ChangeNo>,
    newest: HashMap<u64, i64>,
}

/// A generation that takes no more rows.
#[derive(Clone, Debug)]
pub(crate) struct Frozen {
    pub(crate) chunks: Vec<Arc<Chunk>>,
    pub(crate) first_change: ChangeNo,
    pub(crate) last_change: ChangeNo,
    bytes: usize,
    /// When a flush last took it.
    taken: Instant,
}

/// What a reader sees: files and memory of one moment.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    dir: PathBuf,
    files: Files,
    pub(crate) chunks: Vec<Arc<Chunk>>,
    hidden: Vec<Hidden>,
}

impl Tenant {
    pub(crate) async fn open(dir: &Path, recorded: ChangeNo) -> Result<Self, HistoryError> {
        let tables = Tables {
            observation: LogTable::open(Kind::Observation, dir).await?,
            hour: LogTable::open(Kind::Hour, dir).await?,
            day: LogTable::open(Kind::Day, dir).await?,
            series: LogTable::open(Kind::Series, dir).await?,
        };
        let tenant = Self::with(dir, tables, recorded);
        *tenant.retired.write() = Retired::read(dir)?;
        Ok(tenant)
    }

    pub(crate) fn absent(dir: &Path, recorded: ChangeNo) -> Self {
        let tables = Tables {
            observation: LogTable::absent(Kind::Observation, dir),
            hour: LogTable::absent(Kind::Hour, dir),
            day: LogTable::absent(Kind::Day, dir),
            series: LogTable::absent(Kind::Series, dir),
        };
        Self::with(dir, tables, recorded)
    }

    fn with(dir: &Path, tables: Tables, recorded: ChangeNo) -> Self {
        let state = State {
            generation: Generation::new(),
            frozen: Vec::new(),
            files: tables.files(),
            taken: recorded.max(ChangeNo(tables.observation.change as u64)),
            broken: None,
            newest: HashMap::new(),
        };
        Self {
            dir: dir.to_owned(),
            state: Mutex::new(state),
            tables: tokio::sync::Mutex::new(tables),
            retired: parking_lot::RwLock::default(),
            hidden: parking_lot::RwLock::default(),
            readers: Mutex::default(),
        }
    }

    /// To be held by whoever takes a snapshot, for as long as its files are read.
    pub(crate) fn reading(&self) -> Arc<()> {
        Arc::clone(&self.readers.lock())
    }

    /// Tells when all who read now have ended.
    pub(crate) fn those_who_read(&self) -> std::sync::Weak<()> {
        Arc::downgrade(&std::mem::take(&mut *self.readers.lock()))
    }

    /// Adds changes; those that were taken before are dropped. After one that could not be taken nothing is taken, read or flushed: all
    /// are still in the log, and whoever opens the tables anew is handed them again.
    pub(crate) fn append<'a>(&self, changes: impl Iterator<Item = &'a Change>) -> Result<(), ArrowError> {
        let mut state = self.state.lock();
        state.check()?;
        for change in changes {
            if change.no > state.taken {
                // Beforehand, since taking it may also break off.
                state.broken = Some(state.generation.first_change.unwrap_or(change.no));
                state.generation.push(change)?;
                (state.taken, state.broken) = (change.no, None);
            }
        }
        Ok(())
    }

    /// The first change whose rows no table has; `None` when there is none.
    pub(crate) fn first_pending(&self) -> Option<ChangeNo> {
        let state = self.state.lock();
        let frozen = state.frozen.iter().map(|frozen| frozen.first_change);
        frozen.chain(state.generation.first_change).chain(state.broken).min()
    }

    /// Rows and bytes in memory, and since when the oldest of them waits: for a first flush, or for another after one that failed.
    pub(crate) fn waiting(&self) -> (usize, usize, Option<Instant>) {
        let state = self.state.lock();
        let frozen_rows: usize =
            state.frozen.iter().flat_map(|f| &f.chunks).map(|c| c.batch.num_rows()).sum();
        let frozen_bytes: usize = state.frozen.iter().map(|f| f.bytes).sum();
        let generation = &state.generation;
        let since = state.frozen.iter().map(|frozen| frozen.taken).chain(generation.since).min();
        (frozen_rows + generation.rows(), frozen_bytes + generation.bytes(), since)
    }

    /// Takes the rows in memory for a flush, with those of a flush that failed; readers still see them.
    pub(crate) fn freeze(&self) -> Result<Vec<Frozen>, ArrowError> {
        let mut state = self.state.lock();
        state.check()?;
        let taken = Instant::now();
        state.frozen.iter_mut().for_each(|frozen| frozen.taken = taken);
        if let Some(first_change) = state.generation.first_change {
            let chunks = state.generation.chunks()?;
            let old = std::mem::replace(&mut state.generation, Generation::new());
            let bytes = old.bytes();
            state.frozen.push(Frozen { chunks, first_change, last_change: old.last_change, bytes, taken });
        }
        Ok(state.frozen.clone())
    }

    /// Lets readers see the tables instead of the frozen rows, in one step.
    pub(crate) fn switch(&self, tables: &Tables, newest: HashMap<u64, i64>) {
        let mut state = self.state.lock();
        state.files = tables.files();
        let durable = tables.observation.change as u64;
        state.frozen.retain(|frozen| frozen.last_change.0 > durable);
        if state.newest.len() + newest.len() > NEWEST_MAX {
            state.newest = HashMap::new();
        }
        for (series, at) in newest {
            let known = state.newest.entry(series).or_insert(at);
            *known = (*known).max(at);
        }
    }

    /// From here on the bounds of the files tell how new a series is.
    pub(crate) fn forget_newest(&self) {
        self.state.lock().newest = HashMap::new();
    }

    pub(crate) fn snapshot(&self) -> Result<Snapshot, ArrowError> {
        let mut state = self.state.lock();
        state.check()?;
        let mut chunks: Vec<Arc<Chunk>> =
            state.frozen.iter().flat_map(|f| f.chunks.iter().cloned()).collect();
        chunks.extend(state.generation.chunks()?);
        // Under the lock: what is no longer hidden is gone from these files.
        let hidden = self.hidden.read().clone();
        Ok(Snapshot { dir: self.dir.clone(), files: state.files.clone(), chunks, hidden })
    }

    /// The files of each table as readers see them now.
    pub(crate) fn files(&self) -> impl Fn(Kind) -> Arc<FileSet> {
        let files = self.state.lock().files.clone();
        move |kind| Arc::clone(files.of(kind))
    }

    /// An upper bound of the newest `observed_at` that the tables have of a series, as far as it matters for rows from
    /// `first` on; microseconds, `i64::MIN` when there is none.
    pub(crate) fn newest(&self, files: &FileSet, series: &SeriesName<'_>, first: i64) -> i64 {
        let known = self.state.lock().newest.get(&series_hash(series)).copied();
        known.unwrap_or_else(|| {
            let times = files.files.iter().filter_map(|file| {
                let (_, most) = file.bounds.time?;
                (most >= first && file.bounds.may_have(series.entity, series.attribute)).then_some(most)
            });
            times.max().unwrap_or(i64::MIN)
        })
    }
}

/// The key under which the newest time of a series is remembered. Two series that share one are both rebuilt more often,
/// because the later time stands for both.
pub(crate) fn series_hash(series: &SeriesName<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    series.hash(&mut hasher);
    hasher.finish()
}

impl State {
    /// An error when rows may be missing.
    fn check(&self) -> Result<(), ArrowError> {
        let Some(from) = self.broken else { return Ok(()) };
        let what =
            format!("what was recorded from change {from} on is not whole in memory; start Senne again");
        Err(ArrowError::ComputeError(what))
    }
}

impl Snapshot {
    /// Shows again what is hidden, to those who count what there is of it.
    pub(crate) fn show(&mut self, what: &Hidden) {
        self.hidden.retain(|hidden| !what.covers(hidden));
    }

    /// The files of a table, without memory.
    pub(crate) fn files(&self, kind: Kind) -> &Arc<FileSet> {
        self.files.of(kind)
    }

    /// Whether anything is left out because it is being erased.
    pub(crate) fn hides(&self) -> bool {
        !self.hidden.is_empty()
    }

    /// Whether certainly no entity has values under two types.
    pub(crate) fn types_are_apart(&self) -> bool {
        let mut ranges = self.files(Kind::Observation).ranges().clone();
        self.chunks.iter().for_each(|chunk| ranges.join(chunk.ranges()));
        ranges.are_apart()
    }

    /// A table with rows in memory.
    pub(crate) fn view(&self, kind: Kind, memory: Vec<RecordBatch>) -> View {
        let dir = disk::whole_path(&self.dir.join(kind.folder()));
        let hidden = self.hidden.iter().map(|hidden| hidden.passed_over(kind)).collect();
        View { dir: dir.into(), files: Arc::clone(self.files(kind)), memory, hidden }
    }

    /// The rows in memory that may be of these entities (empty = all) within `from` ≤ moment < `to`.
    pub(crate) fn memory<'a>(
        &self,
        entities: impl Iterator<Item = &'a str>,
        from: Option<i64>,
        to: Option<i64>,
    ) -> Vec<RecordBatch> {
        let mut hashes: Vec<u64> = entities.map(entity_hash).collect();
        hashes.sort_unstable();
        let overlaps = |chunk: &&Arc<Chunk>| {
            from.is_none_or(|from| from <= chunk.moments.1) && to.is_none_or(|to| chunk.moments.0 < to)
        };
        let chosen = self.chunks.iter().filter(overlaps).filter(|chunk| chunk.may_have(&hashes));
        chosen.map(|chunk| chunk.batch.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{
        AttributeValue, ChangeKind, ChangedAttribute, Effect, EntityId, Instance, Json, Name, TenantName,
        Timestamp,
    };

    use super::*;
    use crate::buffer::CHUNK_ROWS;

    fn change(no: u64, values: usize) -> Change {
        let value = |n: usize| ChangedAttribute {
            name: Name::new("urn:x:n"),
            effect: Effect::Updated,
            instance: Instance::new(AttributeValue::Property(Json::Int(n as i64))),
            previous: None,
        };
        Change {
            no: ChangeNo(no),
            tenant: TenantName::default(),
            actor: "test".into(),
            recorded_at: Timestamp::from_micros(no as i64),
            entity: EntityId::trusted("urn:x:1"),
            types: std::iter::once(Name::new("urn:x:t")).collect(),
            kind: ChangeKind::Updated,
            before: None,
            attributes: (0..values).map(value).collect(),
        }
    }

    #[test]
    fn after_a_change_that_could_not_be_taken_nothing_counts_as_taken() {
        let dir = tempfile::tempdir().unwrap();
        let tenant = Tenant::absent(dir.path(), ChangeNo(0));
        tenant.append([change(1, 1), change(2, 1)].iter()).unwrap();
        tenant.state.lock().generation.spoil();
        assert!(tenant.append([change(3, CHUNK_ROWS), change(4, 1)].iter()).is_err());
        assert_eq!(tenant.state.lock().taken, ChangeNo(2));
        // The rows of the others may have gone with it: none of them may be let go of in the log.
        assert_eq!(tenant.first_pending(), Some(ChangeNo(1)));
        assert!(tenant.append([change(3, 1)].iter()).is_err());
        assert!(tenant.snapshot().is_err() && tenant.freeze().is_err(), "half of it is not told");
    }
}
