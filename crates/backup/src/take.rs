//! Taking a backup. The steps are those of `docs/lifecycle-backup.md`.

use std::{
    cell::Cell,
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use senne_history::versions::{DataFile, TableFiles};
use senne_model::Timestamp;
use senne_store::sqlite::StateImage;
use tokio::runtime::Handle;

use crate::{
    BackupError, Entry, Pace, Progress, Repository, Snapshot, Watch,
    chunks::CHUNK_BYTES,
    disk, faults,
    moment::{self, Moment},
    others::others,
    snapshot::FORM,
    sum::{Sum, Summing},
};

/// So often a backup begins anew when files vanish that it was about to copy.
const TRIES: usize = 8;

/// How a backup is taken.
#[derive(Debug)]
pub struct TakeSettings {
    /// What the program that takes it calls itself, with its version.
    pub program: String,
    /// How fast it may read and write.
    pub pace: Pace,
}

/// A backup that was taken.
#[derive(Debug)]
pub struct Taken {
    /// The file of the snapshot.
    pub path: PathBuf,
    /// What it says.
    pub snapshot: Snapshot,
    /// How many bytes the repository has more than before.
    pub bytes_added: u64,
    /// How many files and chunks the repository has more than before.
    pub files_added: u64,
    /// How often it was begun.
    pub tries: usize,
}

/// Takes a backup of a data folder, whether or not a server runs on it. Blocks, also on `handle`: call it by [`crate::on_thread`].
pub fn take(
    data: &Path,
    repository: &Repository,
    settings: &TakeSettings,
    handle: &Handle,
    watch: Watch<'_>,
) -> Result<Taken, BackupError> {
    refuse_inside(data, repository.folder())?;
    let mut cause = None;
    for tries in 1..=TRIES {
        faults::pass("backup: before what a crash left is removed", repository.folder())?;
        repository.tidy()?;
        let mut taking = Taking::new(data, repository, settings, watch);
        let taken = taking.run(handle);
        match taken {
            Ok((path, snapshot)) => {
                let (bytes_added, files_added) = (taking.bytes_added, taking.files_added);
                return Ok(Taken { path, snapshot, bytes_added, files_added, tries });
            }
            Err(error) if error.is_gone() => {
                tracing::info!(%error, "the data folder changed, the backup begins anew: {error}");
                cause = Some(error.to_string());
            }
            Err(error) => return Err(error),
        }
    }
    Err(BackupError::Restless { tries: TRIES, cause: cause.unwrap_or_default() })
}

struct Taking<'a> {
    data: &'a Path,
    repository: &'a Repository,
    settings: &'a TakeSettings,
    watch: Watch<'a>,
    what: &'static str,
    bytes: Cell<u64>,
    bytes_total: Cell<u64>,
    bytes_added: u64,
    files_added: u64,
}

impl<'a> Taking<'a> {
    fn new(data: &'a Path, repository: &'a Repository, settings: &'a TakeSettings, watch: Watch<'a>) -> Self {
        Self {
            data,
            repository,
            settings,
            watch,
            what: "state",
            bytes: Cell::new(0),
            bytes_total: Cell::new(0),
            bytes_added: 0,
            files_added: 0,
        }
    }

    fn run(&mut self, handle: &Handle) -> Result<(PathBuf, Snapshot), BackupError> {
        let moment = moment::catch(self.data)?;
        let taken = Timestamp::now().micros();
        let mut files = vec![self.state(&moment)?];
        self.what = "history";
        let observations = self.history(&moment, handle, &mut files)?;
        self.what = "other files";
        faults::pass("backup: before the other files are copied", self.data)?;
        for path in others(self.data)? {
            files.push(self.chunked(&path)?);
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let mut snapshot = Snapshot {
            form: FORM,
            program: self.settings.program.clone(),
            taken,
            head: moment.standing.head.0,
            pruned: moment.standing.pruned.0,
            durable: moment.durable.0,
            entities: moment.standing.entities,
            observations,
            files,
        };
        let path = self.repository.publish(&mut snapshot)?;
        faults::pass("backup: before what no snapshot names is removed", self.repository.folder())?;
        Ok((path, snapshot))
    }

    /// Step 4: an image of the state as it is held, in chunks.
    fn state(&mut self, moment: &Moment) -> Result<Entry, BackupError> {
        faults::pass("backup: before the state is copied", self.data)?;
        let bytes = moment.image.bytes()?;
        self.bytes_total.set(bytes * 2);
        let copy = self.repository.unfinished().join(StateImage::FILE);
        disk::remove(&copy)?;
        // Made first, so that nobody else can read what SQLite writes into it.
        drop(disk::create(&copy)?);
        let mut before = 0;
        let copied = moment.image.copy(&copy, &mut |done| {
            self.passed(done.saturating_sub(before));
            before = done;
            Ok(())
        });
        // Others' writes have waited in the write-ahead log for long enough.
        moment.image.release();
        copied?;
        faults::pass("backup: before the state is cut into chunks", self.data)?;
        let mode = mode(&self.data.join(StateImage::FILE))?;
        let entry = self.cut(&copy, StateImage::FILE.to_owned(), mode)?;
        disk::remove(&copy)?;
        Ok(entry)
    }

    /// Step 5: the files that the noted versions name, their logs, and the record of what is durable.
    fn history(
        &mut self,
        moment: &Moment,
        handle: &Handle,
        files: &mut Vec<Entry>,
    ) -> Result<u64, BackupError> {
        let dir = self.data.join("history");
        let mut tables: Vec<TableFiles> = Vec::new();
        for table in &moment.versions.tables {
            faults::pass("backup: before a version is read", self.data)?;
            let table = handle.block_on(table.files(&dir))?;
            if table.change > moment.standing.head {
                return Err(BackupError::Restless {
                    tries: 1,
                    cause: format!(
                        "a table has change {}, the state ends at {}",
                        table.change, moment.standing.head
                    ),
                });
            }
            tables.push(table);
        }
        let bytes: u64 = tables.iter().flat_map(|table| &table.data).map(|file| file.bytes).sum();
        self.bytes_total.set(self.bytes_total.get() + bytes);
        for file in tables.iter().flat_map(|table| &table.data) {
            faults::pass("backup: before a file of a table is copied", self.data)?;
            files.push(self.data_file(file)?);
        }
        for path in tables.iter().flat_map(|table| &table.log) {
            faults::pass("backup: before a file of a log is copied", self.data)?;
            files.push(self.chunked(&Path::new("history").join(path))?);
        }
        if let Some((path, bytes)) = &moment.versions.record {
            let path = Path::new("history").join(path);
            let mode = mode(&self.data.join(&path))?;
            let (sum, added) = self.repository.contents.put_chunk(bytes)?;
            self.added(added);
            files.push(Entry {
                path: text(&path)?,
                bytes: bytes.len() as u64,
                mode,
                sum: Sum::of(bytes),
                chunks: Some(vec![sum]),
            });
        }
        Ok(tables.iter().filter(|table| table.observations).map(|table| table.rows).sum())
    }

    /// A file with rows: whole when its name says its checksum, so that it is read once in its life.
    fn data_file(&mut self, file: &DataFile) -> Result<Entry, BackupError> {
        let path = Path::new("history").join(&file.path);
        let Some(sum) = file.checksum.map(Sum) else { return self.chunked(&path) };
        let source = self.data.join(&path);
        let mode = mode(&source)?;
        let added = self.repository.contents.put_whole(&source, sum, file.bytes, &self.settings.pace)?;
        self.added(added);
        self.shown(file.bytes);
        Ok(Entry { path: text(&path)?, bytes: file.bytes, mode, sum, chunks: None })
    }

    fn chunked(&mut self, path: &Path) -> Result<Entry, BackupError> {
        let source = self.data.join(path);
        let mode = mode(&source)?;
        self.cut(&source, text(path)?, mode)
    }

    fn cut(&mut self, source: &Path, path: String, mode: u32) -> Result<Entry, BackupError> {
        let mut file = File::open(source).map_err(BackupError::disk("reading", source))?;
        let (mut sum, mut chunks, mut chunk) = (Summing::new(), Vec::new(), vec![0; CHUNK_BYTES]);
        loop {
            let count = disk::fill(&mut file, &mut chunk).map_err(BackupError::disk("reading", source))?;
            if count == 0 {
                let (bytes, sum) = (sum.bytes(), sum.sum());
                return Ok(Entry { path, bytes, mode, sum, chunks: Some(chunks) });
            }
            sum.add(&chunk[..count]);
            let (name, added) = self.repository.contents.put_chunk(&chunk[..count])?;
            chunks.push(name);
            self.added(added);
            self.passed(count as u64);
        }
    }

    fn added(&mut self, bytes: u64) {
        self.bytes_added += bytes;
        self.files_added += u64::from(bytes > 0);
    }

    fn passed(&self, bytes: u64) {
        self.settings.pace.took(bytes);
        self.shown(bytes);
    }

    fn shown(&self, bytes: u64) {
        self.bytes.set(self.bytes.get() + bytes);
        let bytes_total = self.bytes_total.get().max(self.bytes.get());
        (self.watch)(&Progress { what: self.what, bytes: self.bytes.get(), bytes_total });
    }
}

/// A repository within the data folder would go along into each backup, and would be lost with it.
fn refuse_inside(data: &Path, repository: &Path) -> Result<(), BackupError> {
    let real = |path: &Path| fs::canonicalize(path).map_err(BackupError::disk("finding", path));
    if real(repository)?.starts_with(real(data)?) {
        return Err(BackupError::Refused(format!(
            "{} lies within the data folder; name a folder elsewhere, best on another disk",
            repository.display()
        )));
    }
    Ok(())
}

fn mode(path: &Path) -> Result<u32, BackupError> {
    let about = fs::metadata(path).map_err(BackupError::disk("looking at", path))?;
    Ok(about.permissions().mode() & 0o777)
}

fn text(path: &Path) -> Result<String, BackupError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| BackupError::Refused(format!("{} has a name that is no text", path.display())))
}
