//! What lies on disk of the history at one moment, for those who copy it beside a process that goes on writing: the version of each
//! table, the files that it names, and the part of the log that a reader of that version needs.

use std::path::{Path, PathBuf};

use deltalake::DeltaTableBuilder;
use senne_model::ChangeNo;
use url::Url;

use crate::{
    HistoryConfig, HistoryError, disk,
    files::FileEntry,
    history::{DURABLE_FILE, read_durable, tenant_folders},
    log_table::APPLICATION,
    schema::Kind,
};

/// The file that says which changes are durable, relative to the folder of the history.
pub const RECORD: &str = DURABLE_FILE;

/// How often the durable file is read until it says the same before and after.
const TRIES: usize = 100;

/// The history on disk: what it says of itself, then the version that each table had after that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Every change up to this one is in these versions of the tables, or has no rows.
    pub durable: ChangeNo,
    /// The file that says so, relative to the folder of the history, and its bytes; `None` when there is none yet.
    pub record: Option<(PathBuf, Vec<u8>)>,
    /// The tables that are there.
    pub tables: Vec<TableVersion>,
}

/// One version of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableVersion {
    kind: Kind,
    /// The folder of the table, relative to that of the history.
    pub folder: PathBuf,
    /// The number of the version.
    pub version: u64,
}

/// What a version of a table consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFiles {
    /// The files that hold its rows.
    pub data: Vec<DataFile>,
    /// The files of its log that say so, relative to the folder of the history: the last checkpoint, and the commits after it.
    pub log: Vec<PathBuf>,
    /// Up to which change the table has rows.
    pub change: ChangeNo,
    /// How many rows there are, and whether these are observations.
    pub rows: u64,
    /// Whether the rows are observations, not roll-ups.
    pub observations: bool,
}

/// A file with rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// Relative to the folder of the history.
    pub path: PathBuf,
    /// How many bytes it has.
    pub bytes: u64,
    /// The XXH3 checksum (128 bits) of its bytes that its name carries; files of other writers carry none.
    pub checksum: Option<u128>,
}

/// Notes what lies on disk: first what is durable, then of each tenant the roll-ups, then the observations. So the tables have
/// everything that is said to be durable, and no roll-up knows more than its observations.
pub fn note(dir: &Path) -> Result<Versions, HistoryError> {
    let config = HistoryConfig::new(dir);
    if !dir.is_dir() {
        return Ok(Versions { durable: ChangeNo(0), record: None, tables: Vec::new() });
    }
    let (durable, record) = note_durable(&config)?;
    let mut tables = Vec::new();
    for (_, tenant_dir) in tenant_folders(&config)? {
        for kind in [Kind::Series, Kind::Day, Kind::Hour, Kind::Observation] {
            let table = tenant_dir.join(kind.folder());
            if let Some(version) = newest_version(&table.join("_delta_log"))? {
                let folder = table.strip_prefix(dir).unwrap_or(&table).to_owned();
                tables.push(TableVersion { kind, folder, version });
            }
        }
    }
    Ok(Versions { durable, record, tables })
}

type Record = Option<(PathBuf, Vec<u8>)>;

fn note_durable(config: &HistoryConfig) -> Result<(ChangeNo, Record), HistoryError> {
    let path = config.dir.join(DURABLE_FILE);
    let bytes = || match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(disk::error("reading", &path)(e)),
    };
    for _ in 0..TRIES {
        let (before, durable, after) = (bytes()?, read_durable(config)?, bytes()?);
        if before == after {
            return Ok((durable, after.map(|bytes| (PathBuf::from(DURABLE_FILE), bytes))));
        }
    }
    let source = std::io::Error::other("it changes faster than it can be read");
    Err(HistoryError::Disk { step: "reading", path, source })
}

/// The number of a file of the log: of a commit, or of a checkpoint.
fn number(name: &str) -> Option<u64> {
    name.split('.').next().filter(|digits| digits.len() == 20)?.parse().ok()
}

fn names(log: &Path) -> Result<Vec<String>, HistoryError> {
    let listed = std::fs::read_dir(log).map_err(disk::error("listing", log))?;
    let mut names = Vec::new();
    for entry in listed {
        let name = entry.map_err(disk::error("listing", log))?.file_name();
        names.extend(name.to_str().map(str::to_owned));
    }
    Ok(names)
}

fn is_commit(name: &str) -> bool {
    number(name).is_some_and(|no| name == format!("{no:020}.json"))
}

fn newest_version(log: &Path) -> Result<Option<u64>, HistoryError> {
    if !log.is_dir() {
        return Ok(None);
    }
    Ok(names(log)?.iter().filter(|name| is_commit(name)).filter_map(|name| number(name)).max())
}

impl TableVersion {
    /// What this version consists of. An error may also mean that the process which writes has removed a part of it since: then
    /// the versions must be noted anew.
    pub async fn files(&self, dir: &Path) -> Result<TableFiles, HistoryError> {
        let folder = dir.join(&self.folder);
        let failed = |cause: String| HistoryError::Delta {
            step: "reading a version of",
            table: folder.display().to_string(),
            detail: cause,
        };
        let url = Url::from_directory_path(disk::whole_path(&folder))
            .map_err(|()| failed("the folder has no absolute path".to_owned()))?;
        let builder = DeltaTableBuilder::from_url(url).map_err(|e| failed(e.to_string()))?;
        let table = builder.with_version(self.version).load().await.map_err(|e| failed(e.to_string()))?;
        let state = table.snapshot().map_err(|e| failed(e.to_string()))?;
        let store = table.log_store();
        let change = state.transaction_version(store.as_ref(), APPLICATION).await;
        let change = change.map_err(|e| failed(e.to_string()))?.unwrap_or(0);
        let (mut data, mut rows) = (Vec::new(), 0);
        for view in state.log_data().iter() {
            let (path, bytes, written) = (view.path(), view.size() as u64, view.modification_time());
            let partition = view.partition_values_map();
            let entry = FileEntry::of(self.kind, &path, bytes, written, view.stats().as_deref(), &partition);
            rows += entry.rows;
            let path = self.folder.join(&entry.path);
            data.push(DataFile { path, bytes, checksum: entry.name.checksum });
        }
        Ok(TableFiles {
            data,
            log: self.log(&folder.join("_delta_log"))?,
            change: ChangeNo(change as u64),
            rows,
            observations: self.kind == Kind::Observation,
        })
    }

    /// The last whole checkpoint up to this version, and the commits from there on.
    fn log(&self, log: &Path) -> Result<Vec<PathBuf>, HistoryError> {
        let names = names(log)?;
        let checkpoint = |name: &&String| {
            number(name)
                .is_some_and(|no| no <= self.version && **name == format!("{no:020}.checkpoint.parquet"))
        };
        let last = names.iter().filter(checkpoint).filter_map(|name| number(name)).max();
        let wanted = |name: &&String| {
            let no = number(name);
            let commit = is_commit(name) && no <= Some(self.version) && no >= last;
            commit || (checkpoint(name) && no == last)
        };
        let mut wanted: Vec<PathBuf> =
            names.iter().filter(wanted).map(|name| self.folder.join("_delta_log").join(name)).collect();
        wanted.sort_unstable();
        Ok(wanted)
    }
}
