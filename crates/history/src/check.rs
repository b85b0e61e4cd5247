//! Looking for damage: each file that a log names is there, whole, and says what its name and the log say of it; what a crash may
//! leave behind is told apart from damage.

use std::{
    collections::HashSet,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use datafusion::parquet::file::reader::{FileReader, SerializedFileReader};
use senne_model::{Finding, Grade};
use twox_hash::XxHash3_128;

use crate::{
    HistoryConfig, HistoryError,
    engine::Engine,
    files::FileEntry,
    history::{DURABLE_FILE, parse_durable, tenant_folders},
    log_sums::LogSums,
    log_table::LogTable,
    retention::Retired,
    rollup_check,
    schema::Kind,
    tenant::Tables,
};

/// How the history is to be looked at.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// Whether every bucket of the roll-ups is computed anew, and not only some.
    pub thorough: bool,
    /// Whether a server writes meanwhile: files that no version names are left out then.
    pub running: bool,
}

/// What was found in the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What is not as it should be, and what was left out.
    pub findings: Vec<Finding>,
    /// How many files were read from the first byte to the last.
    pub files: usize,
    /// How many bytes these have.
    pub bytes: u64,
    /// How many buckets of roll-ups were computed anew.
    pub buckets: usize,
    /// Up to which change the tables have every row, as the history says.
    pub durable: u64,
    /// The newest change of which a table has rows.
    pub newest: u64,
}

impl Findings {
    fn of(&self, grade: Grade) -> Vec<String> {
        self.findings.iter().filter(|found| found.grade == grade).map(ToString::to_string).collect()
    }

    /// What is damaged: one line each, with the file and what to do.
    pub fn damage(&self) -> Vec<String> {
        self.of(Grade::Damage)
    }

    /// What a crash or a compaction left behind: one line each.
    pub fn leftovers(&self) -> Vec<String> {
        self.of(Grade::Leftover)
    }

    fn damaged(&mut self, check: &'static str, file: &Path, what: impl Into<String>, means: &'static str) {
        let found = Finding::new(Grade::Damage, check, file.display().to_string(), what);
        self.findings.push(found.so(means, "restore it from a backup"));
    }
}

/// Looks at the history in a folder without changing anything.
pub async fn examine(config: &HistoryConfig, how: &Examination) -> Result<Findings, HistoryError> {
    let mut all = Findings::default();
    if !config.dir.is_dir() {
        return Ok(all);
    }
    let durable = config.dir.join(DURABLE_FILE);
    if let Ok(bytes) = std::fs::read(&durable) {
        if let Some(change) = std::str::from_utf8(&bytes).ok().and_then(parse_durable) {
            all.durable = change;
        } else {
            let what = "is not what was written (checksum)";
            let found = Finding::new(Grade::Damage, "C8", durable.display().to_string(), what);
            let means = "the history asks the log for more than it needs";
            all.findings.push(found.so(means, "`--repair` writes it anew"));
        }
    }
    for (_, dir) in tenant_folders(config)? {
        check_tenant(config, &dir, how, &mut all).await?;
    }
    Ok(all)
}

async fn check_tenant(
    config: &HistoryConfig,
    dir: &Path,
    how: &Examination,
    all: &mut Findings,
) -> Result<(), HistoryError> {
    let retired = Retired::read(dir);
    if let Err(error) = &retired {
        let means = "what was let go of would be computed anew from nothing";
        all.damaged("C8", &dir.join("retired.txt"), error.to_string(), means);
    }
    let mut opened = Vec::new();
    for kind in Kind::ALL {
        let folder = dir.join(kind.folder());
        if !folder.join("_delta_log").is_dir() {
            opened.push(LogTable::absent(kind, dir));
            continue;
        }
        LogSums::read(&folder)?.check(&folder, &mut all.findings)?;
        match LogTable::open(kind, dir).await {
            Ok(table) => opened.push(table),
            Err(error) => {
                all.damaged(
                    "C10",
                    &folder.join("_delta_log"),
                    error.to_string(),
                    "the table cannot be opened",
                );
            }
        }
    }
    let before = all.damage().len();
    for table in &opened {
        check_table(table, how, all);
    }
    let sound = all.damage().len() == before;
    let Ok([observation, hour, day, series]) = <[LogTable; 4]>::try_from(opened) else { return Ok(()) };
    let mut tables = Tables { observation, hour, day, series };
    check_changes(&mut tables, all);
    all.newest = all.newest.max(tables.observation.change as u64);
    if let Ok(retired) = retired
        && sound
    {
        let engine = Engine::beside(config)?;
        let checked = rollup_check::check(&engine, &mut tables, &retired, how.thorough, &mut all.findings);
        all.buckets += checked.await?;
    }
    Ok(())
}

/// The application transactions of the tables fit one another (H3).
fn check_changes(tables: &mut Tables, all: &mut Findings) {
    let until = tables.observation.change;
    for kind in Kind::ROLLUPS {
        let table = tables.of(kind);
        if table.change < until {
            let what = format!("knows changes up to {} of {until}", table.change);
            let found = Finding::new(Grade::Leftover, "C11", table.dir().display().to_string(), what);
            all.findings
                .push(found.so("a crash came between two commits", "the next start computes the rest"));
        }
        if table.change > until {
            let what = format!("knows change {}, the observations only {until}", table.change);
            all.damaged("C11", table.dir(), what, "observations are missing");
        }
    }
    let files = &tables.observation.files.files;
    let newest = files.iter().filter_map(|file| file.bounds.change).map(|c| c.1).max();
    if newest.is_some_and(|newest| newest > until) {
        let what = format!("has rows of changes after {until}, up to which its log says it has them");
        all.damaged("C11", tables.observation.dir(), what, "rows may come twice");
    }
}

/// The files of a table that are not what the log names.
pub(crate) fn damaged_files(table: &LogTable) -> Vec<Arc<FileEntry>> {
    let files = table.files.files.iter();
    files.filter(|file| check_file(&table.dir().join(&file.path), file).is_err()).cloned().collect()
}

fn check_table(table: &LogTable, how: &Examination, all: &mut Findings) {
    let observed = table.kind() == Kind::Observation;
    let mut named: HashSet<PathBuf> = HashSet::new();
    for file in &table.files.files {
        let path = table.dir().join(&file.path);
        match check_file(&path, file) {
            Ok(()) => {
                all.files += 1;
                all.bytes += file.bytes;
            }
            Err(what) => {
                let found = Finding::new(Grade::Damage, "C10", path.display().to_string(), what);
                all.findings.push(found.so(
                    "questions that need the file fail",
                    if observed {
                        "restore it from a backup; `--repair --accept-loss` gives its values up"
                    } else {
                        "`--repair` makes the roll-up anew from the observations"
                    },
                ));
            }
        }
        named.insert(path);
    }
    if how.running {
        return;
    }
    let mut there = Vec::new();
    files_below(table.dir(), &mut there);
    for path in there.into_iter().filter(|path| !named.contains(path)) {
        let what = "no version names it any more";
        let found = Finding::new(Grade::Leftover, "C12", path.display().to_string(), what);
        all.findings.push(found.so("", "vacuum removes it, or `--repair`"));
    }
}

/// What is wrong with a file, in words.
fn check_file(path: &Path, entry: &FileEntry) -> Result<(), String> {
    let mut file = File::open(path).map_err(|e| format!("cannot be opened ({e})"))?;
    let (mut sum, mut bytes, mut part) = (XxHash3_128::new(), 0_u64, vec![0; 1 << 20]);
    loop {
        let count = file.read(&mut part).map_err(|e| format!("cannot be read ({e})"))?;
        if count == 0 {
            break;
        }
        sum.write(&part[..count]);
        bytes += count as u64;
    }
    if bytes != entry.bytes {
        return Err(format!("has {bytes} bytes, the log says {}", entry.bytes));
    }
    if entry.name.checksum.is_some_and(|checksum| checksum != sum.finish_128()) {
        return Err("its bytes are not those that were written (checksum)".to_owned());
    }
    let file = File::open(path).map_err(|e| format!("cannot be opened ({e})"))?;
    let reader = SerializedFileReader::new(file).map_err(|e| format!("is no Parquet file ({e})"))?;
    let rows = reader.metadata().file_metadata().num_rows();
    if rows != entry.rows as i64 {
        return Err(format!("has {rows} rows, the log says {}", entry.rows));
    }
    Ok(())
}

/// All files below a folder but those of the log.
pub(crate) fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if entry.file_name() != "_delta_log" {
                files_below(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}
