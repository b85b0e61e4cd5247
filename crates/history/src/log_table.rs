//! One Delta table: opening, committing, vacuum.

use std::{
    collections::HashSet,
    fmt::Display,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use deltalake::{
    DeltaTable, DeltaTableBuilder, TableProperty,
    kernel::{
        LogicalFileView, Transaction,
        transaction::{CommitBuilder, CommitProperties, TableReference},
    },
    logstore::LogStoreRef,
    operations::{create::CreateBuilder, vacuum::VacuumMode},
    protocol::{DeltaOperation, SaveMode},
    table::state::DeltaTableState,
};
use url::Url;

use crate::{
    HistoryError, check,
    clock::{self, DeltaClock},
    disk, faults,
    files::{FileEntry, FileSet},
    log_sums::LogSums,
    schema::Kind,
};

/// Under this name the tables remember up to which change they have taken rows.
pub(crate) const APPLICATION: &str = "senne-history";
/// A checkpoint of the log after so many commits, so that opening reads few files.
const CHECKPOINT_EVERY: &str = "20";

/// One of the tables of a tenant. It exists on disk from its first commit on.
#[derive(Debug)]
pub(crate) struct LogTable {
    kind: Kind,
    dir: PathBuf,
    loaded: Option<(DeltaTableState, LogStoreRef)>,
    /// Everything up to this change is in the table.
    pub(crate) change: i64,
    pub(crate) files: Arc<FileSet>,
    /// Whether a commit stands in the log of which it is not known that it is on disk.
    unsettled: bool,
    /// The checksums of the files of the log.
    sums: LogSums,
}

/// What one commit does.
#[derive(Debug, Default)]
pub(crate) struct Commit {
    pub(crate) added: Vec<FileEntry>,
    pub(crate) removed: Vec<Arc<FileEntry>>,
    /// The application transaction: rows up to this change are in. `None` when rows only move.
    pub(crate) change: Option<i64>,
    /// Whether rows go for good, and are not only moved.
    pub(crate) news: bool,
}

impl LogTable {
    /// Opens the table if it is there.
    pub(crate) async fn open(kind: Kind, tenant_dir: &Path) -> Result<Self, HistoryError> {
        let mut table = Self::absent(kind, tenant_dir);
        if table.dir.join("_delta_log").is_dir() {
            table.sums = LogSums::read(&table.dir)?;
            if let Some(path) = table.sums.damaged_file(&table.dir)? {
                let what = format!("{} is not what was written; run `senne doctor`", path.display());
                return Err(table.failed("reading the log of", what));
            }
            table.reload().await?;
        }
        Ok(table)
    }

    /// A table that is not on disk yet.
    pub(crate) fn absent(kind: Kind, tenant_dir: &Path) -> Self {
        let dir = tenant_dir.join(kind.folder());
        Self {
            kind,
            dir,
            loaded: None,
            change: 0,
            files: Arc::new(FileSet::new(kind, Vec::new())),
            unsettled: false,
            sums: LogSums::default(),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    fn failed(&self, step: &'static str, cause: impl Display) -> HistoryError {
        HistoryError::Delta { step, table: self.dir.display().to_string(), detail: cause.to_string() }
    }

    fn url(&self) -> Result<Url, HistoryError> {
        Url::from_directory_path(disk::whole_path(&self.dir))
            .map_err(|()| self.failed("naming", "the folder has no absolute path"))
    }

    /// Reads the log anew where a failure left it open what stands in it: what is believed of it must not be built upon.
    pub(crate) async fn refresh(&mut self) -> Result<(), HistoryError> {
        if self.loaded.is_none() && self.dir.join("_delta_log").is_dir() {
            self.reload().await?;
        }
        Ok(())
    }

    /// Reads the newest version from disk. A folder whose first commit never came counts as no table.
    async fn reload(&mut self) -> Result<(), HistoryError> {
        faults::pass("log: before it is read", &self.dir)?;
        let builder = DeltaTableBuilder::from_url(self.url()?).map_err(|e| self.failed("opening", e))?;
        let mut table = builder.build().map_err(|e| self.failed("opening", e))?;
        if !table.verify_deltatable_existence().await.map_err(|e| self.failed("opening", e))? {
            return Ok(());
        }
        table.load().await.map_err(|e| self.failed("loading", e))?;
        let store = table.log_store();
        let state = table.snapshot().map_err(|e| self.failed("loading", e))?.clone();
        let version = state.transaction_version(store.as_ref(), APPLICATION).await;
        self.change = version.map_err(|e| self.failed("reading the cursor of", e))?.unwrap_or(0);
        let entry = |view: LogicalFileView| {
            let (path, bytes, written) = (view.path(), view.size() as u64, view.modification_time() * 1000);
            let (stats, partition) = (view.stats(), view.partition_values_map());
            Arc::new(FileEntry::of(self.kind, &path, bytes, written, stats.as_deref(), &partition))
        };
        let files = state.log_data().iter().map(entry).collect();
        self.files = Arc::new(FileSet::new(self.kind, files));
        self.loaded = Some((state, store));
        Ok(())
    }

    async fn create(&self) -> Result<(DeltaTableState, LogStoreRef), HistoryError> {
        disk::make_folder(&self.dir)?;
        let table: DeltaTable = CreateBuilder::new()
            .with_location(self.url()?.to_string())
            .with_table_name(self.kind.folder())
            .with_columns(self.kind.delta_columns())
            .with_partition_columns(["type", self.kind.time_partition()])
            .with_configuration_property(TableProperty::CheckpointInterval, Some(CHECKPOINT_EVERY))
            .await
            .map_err(|e| self.failed("creating", e))?;
        let state = table.snapshot().map_err(|e| self.failed("creating", e))?.clone();
        Ok((state, table.log_store()))
    }

    /// Tells the log of columns that the table did not have when an older program made it. Rows written before have nothing in them.
    async fn evolve(
        &mut self,
        (state, store): (DeltaTableState, LogStoreRef),
    ) -> Result<(DeltaTableState, LogStoreRef), HistoryError> {
        let known = state.schema();
        let mut missing = self.kind.delta_columns();
        missing.retain(|column| known.field(column.name()).is_none());
        if missing.is_empty() {
            return Ok((state, store));
        }
        self.unsettled = true;
        let builder = DeltaTableBuilder::from_url(self.url()?).map_err(|e| self.failed("opening", e))?;
        let table = builder.load().await.map_err(|e| self.failed("opening", e))?;
        let table = table.add_columns().with_fields(missing).await;
        let table = table.map_err(|e| self.failed("adding columns to", e))?;
        let state = table.snapshot().map_err(|e| self.failed("adding columns to", e))?.clone();
        Ok((state, table.log_store()))
    }

    /// Commits. When this returns, the commit is durable and [`LogTable::files`] shows it.
    pub(crate) async fn commit(&mut self, commit: Commit) -> Result<(), HistoryError> {
        self.settle()?;
        self.refresh().await?;
        faults::pass("commit: before the table is there", &self.dir)?;
        let (state, store) = match self.loaded.take() {
            Some(loaded) => self.evolve(loaded).await?,
            None => self.create().await?,
        };
        let now = clock::now(&self.dir);
        let mut actions: Vec<_> =
            commit.removed.iter().map(|file| file.remove(self.kind, commit.news, now)).collect();
        let news = commit.news || commit.change.is_some();
        actions.extend(commit.added.iter().map(|file| file.add(self.kind, news)));
        let mut properties = CommitProperties::default();
        if let Some(change) = commit.change {
            properties = properties.with_application_transaction(Transaction::new(APPLICATION, change));
        }
        let operation = DeltaOperation::Write {
            mode: SaveMode::Append,
            partition_by: Some(vec!["type".to_owned(), self.kind.time_partition().to_owned()]),
            predicate: None,
        };
        faults::pass("commit: before the log names the files", &self.dir)?;
        let reference: &dyn TableReference = &state;
        let building = CommitBuilder::from(properties).with_actions(actions);
        let built = building.build(Some(reference), Arc::clone(&store), operation).await;
        let built = built.map_err(|e| self.failed("committing to", e));
        let told = faults::pass("log: before it is known that a commit stands", &self.dir);
        let done = match told.and(built) {
            Ok(done) => done,
            Err(error) => {
                // Whether the commit stands is what the disk says, not what we believe.
                self.unsettled = true;
                self.reload().await?;
                return Err(error);
            }
        };
        self.unsettled = true;
        if let Some(change) = commit.change {
            self.change = self.change.max(change);
        }
        let removed: HashSet<String> = commit.removed.iter().map(|file| file.path.clone()).collect();
        self.files = Arc::new(self.files.with(&removed, commit.added));
        self.loaded = Some((done.snapshot(), store));
        self.settle()
    }

    /// Makes the newest commits durable, if they are not yet. Until this has succeeded nobody may be told that they are.
    pub(crate) fn settle(&mut self) -> Result<(), HistoryError> {
        if !self.unsettled {
            return Ok(());
        }
        let log = self.dir.join("_delta_log");
        faults::pass("commit: after the log names the files", &log)?;
        // One of them is not on disk, or a few are; those before were settled.
        for path in newest_commits(&log)? {
            disk::sync(&path)?;
        }
        disk::sync(&log)?;
        self.unsettled = false;
        self.note_sums();
        Ok(())
    }

    /// Brings the list of checksums up to the log, which is durable. What fails here is made up for by the next commit or opening.
    pub(crate) fn note_sums(&mut self) {
        if let Err(error) = self.sums.take_up(&self.dir) {
            tracing::warn!(%error, "checksums of a log could not be noted: {error}");
        }
    }

    /// Removes files that no version of the last `keep` refers to: those of compactions, and orphans of a crash.
    pub(crate) async fn vacuum(&mut self, keep: Duration) -> Result<usize, HistoryError> {
        if self.loaded.is_none() {
            return Ok(0);
        }
        let builder = DeltaTableBuilder::from_url(self.url()?).map_err(|e| self.failed("opening", e))?;
        let table = builder.load().await.map_err(|e| self.failed("opening", e))?;
        faults::pass("vacuum: before files are deleted", &self.dir)?;
        let vacuum = table.vacuum().with_mode(VacuumMode::Full).with_enforce_retention_duration(false);
        let vacuum = vacuum.with_clock(Arc::new(DeltaClock(self.dir.clone())));
        let keep = chrono::Duration::from_std(keep).map_err(|e| self.failed("vacuuming", e))?;
        let (_, done) = vacuum.with_retention_period(keep).await.map_err(|e| self.failed("vacuuming", e))?;
        faults::pass("vacuum: after files are deleted", &self.dir)?;
        self.reload().await?;
        self.unsettled = true;
        self.settle()?;
        Ok(done.files_deleted.len())
    }
}

impl LogTable {
    /// Deletes every file that the newest version does not name, and what the log says of versions before it: with them go the
    /// bounds of what is no longer there. Nobody may write meanwhile. Gives how many files of rows went, and their bytes.
    pub(crate) async fn purge(&mut self) -> Result<(usize, u64), HistoryError> {
        self.settle()?;
        self.refresh().await?;
        faults::pass("erasure: before the bytes go", &self.dir)?;
        let gone = self.delete_unnamed()?;
        if self.loaded.is_none() {
            return Ok(gone);
        }
        faults::pass("erasure: before the log is cut", &self.dir)?;
        let builder = DeltaTableBuilder::from_url(self.url()?).map_err(|e| self.failed("opening", e))?;
        let table = builder.load().await.map_err(|e| self.failed("opening", e))?;
        let version = table.snapshot().map_err(|e| self.failed("opening", e))?.version();
        let made = deltalake::checkpoints::create_checkpoint(&table, None).await;
        made.map_err(|e| self.failed("making a checkpoint of", e))?;
        let log = self.dir.join("_delta_log");
        let listed = || std::fs::read_dir(&log).map_err(disk::error("listing", &log));
        for path in listed()?.filter_map(|entry| Some(entry.ok()?.path())) {
            disk::sync(&path)?;
        }
        disk::sync(&log)?;
        faults::pass("erasure: before old versions go from the log", &log)?;
        for path in listed()?.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.is_file() && !is_of_version(&path, version as u64) {
                std::fs::remove_file(&path).map_err(disk::error("deleting", &path))?;
            }
        }
        disk::sync(&log)?;
        self.note_sums();
        self.reload().await?;
        Ok(gone)
    }

    fn delete_unnamed(&self) -> Result<(usize, u64), HistoryError> {
        let named: HashSet<PathBuf> = self.files.files.iter().map(|file| self.dir.join(&file.path)).collect();
        let mut there = Vec::new();
        check::files_below(&self.dir, &mut there);
        let (mut gone, mut bytes, mut folders) = (0, 0, HashSet::new());
        for path in there.into_iter().filter(|path| !named.contains(path)) {
            bytes += std::fs::metadata(&path).map_or(0, |file| file.len());
            std::fs::remove_file(&path).map_err(disk::error("deleting", &path))?;
            gone += 1;
            folders.extend(path.parent().map(Path::to_owned));
        }
        folders.iter().try_for_each(|folder| disk::sync(folder))?;
        Ok((gone, bytes))
    }
}

/// Whether a file of the log is of this version or of a later one, or points at one.
fn is_of_version(path: &Path, version: u64) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let number = name.get(..20).and_then(|digits| digits.parse::<u64>().ok());
    name == "_last_checkpoint" || number.is_some_and(|number| number >= version)
}

/// So many commits may wait to be settled.
const UNSETTLED_MAX: usize = 4;

/// The last commits of a log.
fn newest_commits(log: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let listed = std::fs::read_dir(log).map_err(disk::error("listing", log))?;
    let mut commits: Vec<PathBuf> = listed
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    commits.sort_unstable();
    Ok(commits.split_off(commits.len().saturating_sub(UNSETTLED_MAX)))
}
