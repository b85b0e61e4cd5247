//! The history of all tenants.

mod erasing;
mod selecting;

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use parking_lot::RwLock;
use senne_model::{Change, ChangeNo, Name, Problem, TenantName, Timestamp};

use crate::{
    Aggregation, ChartQuery, ChartSeries, Description, EntityPast, Examination, Findings, HistoryConfig,
    HistoryError, PastQuery, Question, Rows, SeriesBuckets, Sight, Statistics, Storage, Surroundings, Table,
    aggregate,
    chart::{self, Reader},
    check, clock, compact, disk,
    engine::Engine,
    flush, past, retention,
    schema::Kind,
    sql, steps, storage,
    tenant::Tenant,
};

/// This file says up to which change every tenant's rows are in the tables. No tenant can have its name.
pub(crate) const DURABLE_FILE: &str = "durable.txt";

/// The past of all tenants: rows in memory and Delta tables, read as one.
///
/// What is handed over with [`History::take_all`] can be read at once. It is on disk when [`History::durable`] has reached its
/// change; until then the change log must be able to give it again. After a restart the caller appends every change after
/// [`History::durable`]; what the tables have already is dropped, so that nothing is lost and nothing stands twice.
#[derive(Debug)]
pub struct History {
    config: HistoryConfig,
    engine: Arc<Engine>,
    tenants: RwLock<HashMap<TenantName, Arc<Tenant>>>,
    /// Every change up to this one has been appended.
    buffered: AtomicU64,
    /// What the durable file says.
    recorded: AtomicU64,
    flushing: tokio::sync::Mutex<()>,
    compacting: tokio::sync::Mutex<()>,
    /// When rows were last written and files last joined, in microseconds; 0 = not since the start.
    flushed_at: AtomicI64,
    compacted_at: AtomicI64,
}

impl History {
    /// Opens the history in a folder, which is made when it is not there, and brings roll-ups up to date that a crash
    /// left behind.
    pub async fn open(config: HistoryConfig) -> Result<Arc<Self>, HistoryError> {
        disk::make_folder(&config.dir)?;
        let engine = Arc::new(Engine::new(&config)?);
        let recorded = read_durable(&config)?;
        let mut tenants = HashMap::new();
        for (name, dir) in tenant_folders(&config)? {
            let tenant = Tenant::open(&dir, recorded).await?;
            let mut tables = tenant.tables.lock().await;
            flush::catch_up(&engine, &tenant, &mut tables).await?;
            Kind::ALL.into_iter().for_each(|kind| tables.of(kind).note_sums());
            drop(tables);
            tenants.insert(name, Arc::new(tenant));
        }
        Ok(Arc::new(Self {
            config,
            engine,
            tenants: RwLock::new(tenants),
            buffered: AtomicU64::new(recorded.0),
            recorded: AtomicU64::new(recorded.0),
            flushing: tokio::sync::Mutex::new(()),
            compacting: tokio::sync::Mutex::new(()),
            flushed_at: AtomicI64::new(0),
            compacted_at: AtomicI64::new(0),
        }))
    }

    /// Takes changes of any tenants into memory, in log order. Those that were taken before are dropped.
    ///
    /// # Errors
    /// When one of them could not be taken. It does not count as taken, and [`History::durable`] stays before it.
    pub fn take_all(&self, changes: &[Arc<Change>]) -> Result<(), HistoryError> {
        for run in changes.chunk_by(|a, b| a.tenant == b.tenant) {
            let Some((first, last)) = run.first().zip(run.last()) else { continue };
            let tenant = self.tenant_or_new(&first.tenant);
            tenant.append(run.iter().map(AsRef::as_ref)).map_err(|error| HistoryError::Query {
                step: "taking changes into memory",
                detail: error.to_string(),
            })?;
            self.buffered.fetch_max(last.no.0, Ordering::Release);
        }
        Ok(())
    }

    /// The same for tests and measurements, which have no log to go back to: what fails is logged.
    pub fn append_all(&self, changes: &[Arc<Change>]) {
        if let Err(error) = self.take_all(changes) {
            tracing::error!(%error, "observations could not be taken into memory: {error}");
        }
    }

    fn tenant_or_new(&self, name: &TenantName) -> Arc<Tenant> {
        let known = self.tenants.read().get(name).cloned();
        known.unwrap_or_else(|| {
            let recorded = ChangeNo(self.recorded.load(Ordering::Acquire));
            let dir = self.config.dir.join(name.as_str());
            let mut tenants = self.tenants.write();
            Arc::clone(
                tenants.entry(name.clone()).or_insert_with(|| Arc::new(Tenant::absent(&dir, recorded))),
            )
        })
    }

    /// Everything up to this change is in the tables, durably and exactly once. After a crash, changes after the value that
    /// a fresh [`History::open`] gives must be appended again.
    pub fn durable(&self) -> ChangeNo {
        let buffered = self.buffered.load(Ordering::Acquire);
        let tenants = self.tenants.read();
        let first = tenants.values().filter_map(|tenant| tenant.first_pending()).min();
        ChangeNo(first.map_or(buffered, |first| buffered.min(first.0.saturating_sub(1))))
    }

    /// Everything up to this change can be read.
    pub fn buffered(&self) -> ChangeNo {
        ChangeNo(self.buffered.load(Ordering::Acquire))
    }

    /// Whether memory holds more than it should: append no more before a flush has ended.
    pub fn over_limit(&self) -> bool {
        let bytes: usize = self.tenants.read().values().map(|tenant| tenant.waiting().1).sum();
        bytes > self.config.buffer_bytes_max
    }

    /// Whether it is time to flush: enough rows, half of the allowed bytes, or the oldest row has waited long enough.
    pub fn flush_due(&self) -> bool {
        let (mut rows, mut bytes, mut late) = (0, 0, false);
        for tenant in self.tenants.read().values() {
            let (more_rows, more_bytes, since) = tenant.waiting();
            rows += more_rows;
            bytes += more_bytes;
            late |= since.is_some_and(|since| since.elapsed() >= self.config.flush_every);
        }
        rows >= self.config.flush_rows || bytes * 2 >= self.config.buffer_bytes_max || late
    }

    /// Writes what is in memory to the tables, one commit per tenant and table. Appends and reads go on meanwhile. When it
    /// fails, rows stay in memory and the next flush takes them along. Gives what [`History::durable`] then says.
    pub async fn flush(&self) -> Result<ChangeNo, HistoryError> {
        let _turn = self.flushing.lock().await;
        let taken = self.buffered();
        let mut failure = None;
        for (name, tenant) in self.all() {
            match flush::flush(&self.engine, &tenant).await {
                Ok(0) => {}
                Ok(rows) => tracing::debug!(tenant = %name, rows, "flushed observations"),
                Err(error) => {
                    tracing::error!(%error, tenant = %name, "observations could not be flushed");
                    failure.get_or_insert(error);
                }
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        if taken.0 > self.recorded.load(Ordering::Acquire) {
            let (path, text) = (self.config.dir.join(DURABLE_FILE), durable_text(taken.0));
            let write = move || disk::replace(&path, &text);
            tokio::task::spawn_blocking(write).await.map_err(steps::failed)??;
            self.recorded.store(taken.0, Ordering::Release);
        }
        self.flushed_at.store(clock::now(&self.config.dir).micros(), Ordering::Relaxed);
        Ok(self.durable())
    }

    /// The past of entities, point by point. A tenant without a past has an empty one.
    pub async fn past(&self, tenant: &TenantName, query: &PastQuery) -> Result<Vec<EntityPast>, Problem> {
        let Some(tenant) = self.tenant(tenant) else { return Ok(Vec::new()) };
        let _reading = tenant.reading();
        let snapshot = tenant.snapshot().map_err(steps::failed)?;
        past::past(&self.engine, &snapshot, query).await
    }

    /// Sums over buckets of time. Refuses unknown zones, and questions with too many buckets.
    pub async fn aggregate(
        &self,
        tenant: &TenantName,
        query: &PastQuery,
        aggregation: &Aggregation,
    ) -> Result<Vec<SeriesBuckets>, Problem> {
        let Some(tenant) = self.tenant(tenant) else { return Ok(Vec::new()) };
        let _reading = tenant.reading();
        let snapshot = tenant.snapshot().map_err(steps::failed)?;
        aggregate::aggregate(&self.engine, &tenant, &snapshot, query, aggregation).await
    }

    /// One series at the resolution of a chart, of what `sight` lets see. A tenant without a past has an empty one.
    pub async fn chart(
        &self,
        tenant: &TenantName,
        query: &ChartQuery,
        sight: &dyn Sight,
    ) -> Result<ChartSeries, Problem> {
        let tenant = self.tenant_or_none(tenant);
        let _reading = tenant.reading();
        let snapshot = tenant.snapshot().map_err(steps::failed)?;
        let (engine, tenant, snapshot) = (&*self.engine, &*tenant, &snapshot);
        chart::chart(Reader { engine, tenant, snapshot, query, sight }).await
    }

    /// Answers a read-only SQL query (`SELECT`, `EXPLAIN`, `SHOW`, `DESCRIBE`) over the views of a tenant, row by row. Anything that
    /// would write or touch files is refused.
    pub async fn query(
        &self,
        tenant: &TenantName,
        question: Question,
        around: Surroundings,
    ) -> Result<Rows, Problem> {
        sql::query(&self.engine, self.tenant_or_none(tenant), question, around).await
    }

    /// The answer to a query as a whole.
    pub async fn sql(
        &self,
        tenant: &TenantName,
        question: Question,
        around: Surroundings,
    ) -> Result<Table, Problem> {
        self.query(tenant, question, around).await?.table().await
    }

    /// What a query would answer with, and which parameters it wants; it is not run.
    pub async fn describe(
        &self,
        tenant: &TenantName,
        text: &str,
        around: Surroundings,
    ) -> Result<Description, Problem> {
        sql::describe(&self.engine, self.tenant_or_none(tenant), text, around).await
    }

    fn tenant_or_none(&self, name: &TenantName) -> Arc<Tenant> {
        let none = || Arc::new(Tenant::absent(&self.config.dir.join(name.as_str()), ChangeNo(0)));
        self.tenant(name).unwrap_or_else(none)
    }

    /// Joins small files of partitions that have many, in the order of series and time, and joins roll-up rows of one
    /// bucket. Gives how many files went. The old files stay on disk until [`History::vacuum`]. What fails for one tenant is done for
    /// the others all the same.
    pub async fn compact(&self) -> Result<usize, HistoryError> {
        let _turn = self.compacting.lock().await;
        let (mut gone, mut failure) = (0, None);
        for (name, tenant) in self.all() {
            match compact::compact(&self.engine, &tenant, self.config.settle_after).await {
                Ok(files) => gone += files,
                Err(error) => keep_first(&mut failure, &name, error),
            }
        }
        if gone > 0 {
            self.compacted_at.store(clock::now(&self.config.dir).micros(), Ordering::Relaxed);
        }
        failure.map_or(Ok(gone), Err)
    }

    /// Lets go of raw values and hours of a type in months that ended before the moment given for it; days and what is known of each
    /// series stay. Gives how many files went. The bytes go with [`History::vacuum`].
    pub async fn retire(&self, rules: &[(Name, Timestamp)]) -> Result<usize, HistoryError> {
        let _turns = (self.compacting.lock().await, self.flushing.lock().await);
        let (mut gone, mut failure) = (0, None);
        for (name, tenant) in self.all() {
            match retention::retire(&self.engine, &tenant, rules).await {
                Ok(files) => gone += files,
                Err(error) => keep_first(&mut failure, &name, error),
            }
        }
        failure.map_or(Ok(gone), Err)
    }

    /// Removes files that no version refers to any more, older than the configured time. Gives how many.
    pub async fn vacuum(&self) -> Result<usize, HistoryError> {
        // What a flush or a compaction has written and not yet named would count as an orphan.
        let _turns = (self.compacting.lock().await, self.flushing.lock().await);
        let (mut gone, mut failure) = (0, None);
        for (name, tenant) in self.all() {
            let mut tables = tenant.tables.lock().await;
            for kind in Kind::ALL {
                match tables.of(kind).vacuum(self.config.keep_removed).await {
                    Ok(files) => gone += files,
                    Err(error) => keep_first(&mut failure, &name, error),
                }
            }
        }
        failure.map_or(Ok(gone), Err)
    }

    /// Reads every file that the tables name and says what is not as it should be. Takes as long as reading them takes.
    pub async fn check(&self) -> Result<Findings, HistoryError> {
        let _turns = (self.compacting.lock().await, self.flushing.lock().await);
        check::examine(&self.config, &Examination { thorough: true, ..Examination::default() }).await
    }

    /// What every table of every tenant takes.
    pub async fn storage(&self) -> Result<Storage, HistoryError> {
        let mut all = self.all();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        let count = move || all.into_iter().map(|(name, tenant)| storage::of_tenant(name, &tenant)).collect();
        let moment = |at: &AtomicI64| Some(at.load(Ordering::Relaxed)).filter(|at| *at != 0);
        Ok(Storage {
            tenants: tokio::task::spawn_blocking(count).await.map_err(steps::failed)?,
            buffer_bytes_max: self.config.buffer_bytes_max,
            free_bytes: disk::free_bytes(&self.config.dir),
            flushed_at: moment(&self.flushed_at).map(Timestamp::from_micros),
            compacted_at: moment(&self.compacted_at).map(Timestamp::from_micros),
        })
    }

    /// Figures of all tenants together.
    pub fn statistics(&self) -> Statistics {
        let mut all =
            Statistics { durable: self.durable(), buffered: self.buffered(), ..Statistics::default() };
        for (_, tenant) in self.all() {
            let (rows, bytes, _) = tenant.waiting();
            all.buffer_rows += rows;
            all.buffer_bytes += bytes;
            all.tenants += 1;
            let files = tenant.files();
            all.rows += files(Kind::Observation).rows();
            all.bytes += files(Kind::Observation).bytes();
            all.files += files(Kind::Observation).files.len();
            for kind in Kind::ROLLUPS {
                all.rollup_rows += files(kind).rows();
                all.rollup_bytes += files(kind).bytes();
            }
        }
        all
    }

    /// The latest moment at which anything in the tables was recorded.
    pub fn newest_recorded(&self) -> Option<Timestamp> {
        let of = |tenant: &Tenant| {
            let files = tenant.files()(Kind::Observation);
            files.files.iter().filter_map(|file| file.bounds.recorded).map(|(_, last)| last).max()
        };
        self.all().iter().filter_map(|(_, tenant)| of(tenant)).max().map(Timestamp::from_micros)
    }

    fn tenant(&self, name: &TenantName) -> Option<Arc<Tenant>> {
        self.tenants.read().get(name).cloned()
    }

    fn all(&self) -> Vec<(TenantName, Arc<Tenant>)> {
        self.tenants.read().iter().map(|(name, tenant)| (name.clone(), Arc::clone(tenant))).collect()
    }
}

/// Says what failed for a tenant, and keeps the first of these errors to be given at the end.
fn keep_first(failure: &mut Option<HistoryError>, tenant: &TenantName, error: HistoryError) {
    tracing::warn!(%error, %tenant, "files of a tenant could not be tidied: {error}");
    failure.get_or_insert(error);
}

/// The text of the durable file.
pub(crate) fn durable_text(change: u64) -> String {
    disk::with_checksum(&format!("{change}\n"))
}

/// What the durable file says; `None` when it is not what was written. Files of older programs have no checksum.
pub(crate) fn parse_durable(text: &str) -> Option<u64> {
    let number = text.lines().next()?.parse().ok()?;
    (text == durable_text(number) || text == format!("{number}\n")).then_some(number)
}

/// A damaged file counts as none: more is repeated, and dropped (H3).
pub(crate) fn read_durable(config: &HistoryConfig) -> Result<ChangeNo, HistoryError> {
    let path = config.dir.join(DURABLE_FILE);
    match fs::read(&path) {
        Ok(bytes) => {
            let known = std::str::from_utf8(&bytes).ok().and_then(parse_durable);
            if known.is_none() {
                tracing::warn!("{} is not what was written; run `senne doctor`", path.display());
            }
            Ok(ChangeNo(known.unwrap_or(0)))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(ChangeNo(0)),
        Err(e) => Err(disk::error("reading", &path)(e)),
    }
}

/// The folders that are named as a tenant is.
pub(crate) fn tenant_folders(config: &HistoryConfig) -> Result<Vec<(TenantName, PathBuf)>, HistoryError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(&config.dir).map_err(disk::error("listing", &config.dir))? {
        let path = entry.map_err(disk::error("listing", &config.dir))?.path();
        let Some(text) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if let Ok(name) = TenantName::parse_kept(text)
            && path.join(Kind::Observation.folder()).is_dir()
        {
            found.push((name, path));
        }
    }
    Ok(found)
}
