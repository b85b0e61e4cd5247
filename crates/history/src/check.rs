//! Looking for damage: each file that a log names is there, whole, and says what its name and the log say of it; what a crash may
//! leave behind is told apart from damage.

use std::{
    collections::HashSet,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use datafusion::parquet::file::reader::{FileReader, SerializedFileReader};
use twox_hash::XxHash3_128;

use crate::{files::FileEntry, log_table::LogTable, schema::Kind, tenant::Tables};

/// What was found in the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What is damaged: one line each, with the file and what to do.
    pub damage: Vec<String>,
    /// What a crash or a compaction left behind, and the next vacuum or flush sees to: one line each.
    pub leftovers: Vec<String>,
    /// How many files were read from the first byte to the last.
    pub files: usize,
    /// How many bytes these have.
    pub bytes: u64,
}

impl Findings {
    pub(crate) fn join(&mut self, other: Self) {
        self.damage.extend(other.damage);
        self.leftovers.extend(other.leftovers);
        self.files += other.files;
        self.bytes += other.bytes;
    }
}

/// Checks the tables of a tenant; `durable` is what the whole history says is in them.
pub(crate) fn check(tables: &mut Tables, durable: u64) -> Findings {
    let mut all = Findings::default();
    let until = tables.observation.change;
    for kind in Kind::ALL {
        let table = tables.of(kind);
        all.join(check_table(table));
        if table.change < until {
            all.leftovers.push(format!(
                "{}: knows changes up to {} of {until}; the next start computes the rest",
                table.dir().display(),
                table.change
            ));
        }
        if table.change > until {
            all.damage.push(format!(
                "{}: knows change {}, the observations only {until}; restore the table of observations",
                table.dir().display(),
                table.change
            ));
        }
    }
    let newest =
        tables.observation.files.files.iter().filter_map(|file| file.bounds.change).map(|c| c.1).max();
    if newest.is_some_and(|newest| newest > until) {
        all.damage.push(format!(
            "{}: has rows of changes after {until}, up to which its log says it has them; restore it",
            tables.observation.dir().display()
        ));
    }
    tracing::debug!(durable, until, "checked the tables of a tenant");
    all
}

fn check_table(table: &LogTable) -> Findings {
    let mut found = Findings::default();
    let mut named: HashSet<PathBuf> = HashSet::new();
    for file in &table.files.files {
        let path = table.dir().join(&file.path);
        match check_file(&path, file) {
            Ok(()) => {
                found.files += 1;
                found.bytes += file.bytes;
            }
            Err(what) => found.damage.push(format!("{}: {what}; restore it from a backup", path.display())),
        }
        named.insert(path);
    }
    let mut there = Vec::new();
    files_below(table.dir(), &mut there);
    for path in there.into_iter().filter(|path| !named.contains(path)) {
        found.leftovers.push(format!("{}: no version names it any more; vacuum removes it", path.display()));
    }
    found
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
