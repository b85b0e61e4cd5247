//! Checksums of the files of a Delta log, in a list beside the folder of the table: one line a file, written after the commit.
//!
//! The list lies outside the table, so that no other reader of Delta meets it. What is not in the list yet is added at the next
//! commit or opening, once it can be read; what the log's own cleanup has removed is dropped from it.

use std::{
    collections::{BTreeMap, HashSet},
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use datafusion::parquet::file::reader::{FileReader, SerializedFileReader};
use senne_model::{Finding, Grade, Json};
use twox_hash::XxHash3_128;

use crate::{HistoryError, disk};

/// So many entries of files that are gone make the list be written anew.
const GONE_MAX: usize = 64;
/// Points to the newest checkpoint; the one file of a log that is replaced.
const LAST_CHECKPOINT: &str = "_last_checkpoint";

/// The checksum and the length of a file.
type Entry = (u128, u64);

/// The list of one table.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogSums {
    entries: BTreeMap<String, Entry>,
    /// Entries of files that are gone.
    gone: usize,
    /// Whether a crash cut the last line short.
    torn: bool,
    /// Lines that are not what was written.
    damaged: usize,
}

fn path_of(table_dir: &Path) -> PathBuf {
    table_dir.with_extension("sums")
}

fn line_of(name: &str, (sum, bytes): Entry) -> String {
    let line = format!("{sum:032x} {bytes} {name}");
    format!("{line} {:08x}\n", XxHash3_128::oneshot(line.as_bytes()) as u32)
}

fn read_line(line: &str) -> Option<(String, Entry)> {
    let mut parts = line.split(' ');
    let (sum, bytes, name) = (parts.next()?, parts.next()?, parts.next()?);
    let entry = (u128::from_str_radix(sum, 16).ok()?, bytes.parse().ok()?);
    (line_of(name, entry).trim_end_matches('\n') == line).then(|| (name.to_owned(), entry))
}

fn entry_of(bytes: &[u8]) -> Entry {
    (XxHash3_128::oneshot(bytes), bytes.len() as u64)
}

/// The version that a commit or a checkpoint is of.
fn version(name: &str) -> Option<u64> {
    name.split('.').next()?.parse().ok()
}

fn is_of_the_log(name: &str) -> bool {
    let ending = Path::new(name).extension();
    name == LAST_CHECKPOINT
        || (version(name).is_some() && ending.is_some_and(|ending| ending == "json" || ending == "parquet"))
}

/// The files of a log by name.
fn files(table_dir: &Path) -> Result<Vec<String>, HistoryError> {
    let log = table_dir.join("_delta_log");
    let listed = match fs::read_dir(&log) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(disk::error("listing", &log))?,
    };
    let names = listed.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| is_of_the_log(name)).collect();
    names.sort_unstable();
    Ok(names)
}

/// Whether a file without an entry can be read to its end.
fn can_be_read(name: &str, path: &Path, bytes: &[u8]) -> bool {
    if Path::new(name).extension().is_some_and(|ending| ending == "parquet") {
        let Ok(file) = File::open(path) else { return false };
        let reader = SerializedFileReader::new(file);
        return reader
            .is_ok_and(|reader| reader.get_row_iter(None).is_ok_and(|mut rows| rows.all(|row| row.is_ok())));
    }
    let object = |line: &str| matches!(serde_json::from_str(line), Ok(Json::Object(_)));
    std::str::from_utf8(bytes).is_ok_and(|text| text.lines().all(object))
}

impl LogSums {
    /// Reads the list of a table; an empty one when there is none.
    pub(crate) fn read(table_dir: &Path) -> Result<Self, HistoryError> {
        let path = path_of(table_dir);
        let bytes = match fs::read(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(disk::error("reading", &path))?,
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut list = Self::default();
        for line in text.split_inclusive('\n') {
            match (line.strip_suffix('\n').and_then(read_line), line.ends_with('\n')) {
                (Some((name, entry)), _) => drop(list.entries.insert(name, entry)),
                (None, true) => list.damaged += 1,
                // A whole line and one more byte is no line that a crash cut short.
                (None, false)
                    if line
                        .char_indices()
                        .next_back()
                        .is_some_and(|(at, _)| read_line(&line[..at]).is_some()) =>
                {
                    list.damaged += 1;
                }
                (None, false) => list.torn = true,
            }
        }
        Ok(list)
    }

    /// Lets go of entries whose files are gone.
    pub(crate) fn forget(&mut self, kept: &HashSet<String>) {
        let before = self.entries.len();
        self.entries.retain(|name, _| kept.contains(name));
        self.gone += before - self.entries.len();
    }

    /// Adds what the log has and the list has not. To be called when the log is durable.
    pub(crate) fn take_up(&mut self, table_dir: &Path) -> Result<(), HistoryError> {
        let names = files(table_dir)?;
        self.forget(&names.iter().cloned().collect());
        let mut lines = String::new();
        // The pointer first: a checkpoint with an entry has a pointer with an entry.
        for name in names.iter().rev() {
            if name != LAST_CHECKPOINT && self.entries.contains_key(name) {
                continue;
            }
            let path = table_dir.join("_delta_log").join(name);
            let bytes = fs::read(&path).map_err(disk::error("reading", &path))?;
            let entry = entry_of(&bytes);
            if self.entries.get(name) == Some(&entry) || !can_be_read(name, &path, &bytes) {
                continue;
            }
            // Commits were synced before. Who writes the checkpoints does not sync them, and after a loss of power the list must not speak
            // of one that is not there.
            if Path::new(name).extension().is_none_or(|ending| ending != "json") {
                disk::sync(&path)?;
            }
            lines.push_str(&line_of(name, entry));
            self.entries.insert(name.clone(), entry);
        }
        if self.gone > GONE_MAX {
            return self.renew(table_dir);
        }
        if lines.is_empty() {
            return Ok(());
        }
        let path = path_of(table_dir);
        let is_new = !path.exists();
        let cut = if std::mem::take(&mut self.torn) { "\n" } else { "" };
        let write = || {
            let mut file = File::options().create(true).append(true).open(&path)?;
            file.write_all(format!("{cut}{lines}").as_bytes())?;
            file.sync_all()
        };
        write().map_err(disk::error("writing", &path))?;
        if is_new { path.parent().map_or(Ok(()), disk::sync) } else { Ok(()) }
    }

    /// Whether lines are not what was written.
    pub(crate) fn is_damaged(&self) -> bool {
        self.damaged > 0 || self.torn
    }

    /// Writes the list anew from what is known.
    pub(crate) fn renew(&mut self, table_dir: &Path) -> Result<(), HistoryError> {
        let text: String = self.entries.iter().map(|(name, entry)| line_of(name, *entry)).collect();
        disk::replace(&path_of(table_dir), &text)?;
        (self.gone, self.torn, self.damaged) = (0, false, 0);
        Ok(())
    }

    /// The first file from the newest checkpoint on that is not what was written; these are what opening reads.
    pub(crate) fn damaged_file(&self, table_dir: &Path) -> Result<Option<PathBuf>, HistoryError> {
        let names = files(table_dir)?;
        let checkpoints =
            names.iter().filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "parquet"));
        let from = checkpoints.filter_map(|name| version(name)).max().unwrap_or(0);
        for name in names.iter().filter(|name| version(name).is_some_and(|version| version >= from)) {
            let path = table_dir.join("_delta_log").join(name);
            let Some(entry) = self.entries.get(name) else { continue };
            if entry_of(&fs::read(&path).map_err(disk::error("reading", &path))?) != *entry {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Holds the files of the log against the list.
    pub(crate) fn check(&self, table_dir: &Path, findings: &mut Vec<Finding>) -> Result<(), HistoryError> {
        let (list, log) = (path_of(table_dir).display().to_string(), table_dir.join("_delta_log"));
        if self.damaged > 0 {
            let what = format!("{} lines are not those that were written", self.damaged);
            let means = "some files of the log have no checksum";
            findings.push(
                Finding::new(Grade::Damage, "C9", &list, what).so(means, "`--repair` writes the list anew"),
            );
        }
        if self.torn {
            let what = "the last line was cut short by a crash";
            findings
                .push(Finding::new(Grade::Leftover, "C9", &list, what).so("", "the next commit mends it"));
        }
        let names = files(table_dir)?;
        let newest = names.iter().filter(|n| n.ends_with(".parquet")).filter_map(|n| version(n)).max();
        for name in &names {
            let path = log.join(name);
            let bytes = fs::read(&path).map_err(disk::error("reading", &path))?;
            self.check_file(name, &path, &bytes, newest, findings);
        }
        let there: HashSet<&str> = names.iter().map(String::as_str).collect();
        for name in self.entries.keys().filter(|name| !there.contains(name.as_str())) {
            // What a checkpoint says again may go.
            if version(name).is_some_and(|version| newest.is_none_or(|newest| version > newest)) {
                let found =
                    Finding::new(Grade::Damage, "C9", log.join(name).display().to_string(), "is gone");
                findings.push(found.so("the table lacks what it said", "restore it from a backup"));
            }
        }
        Ok(())
    }

    fn check_file(
        &self,
        name: &str,
        path: &Path,
        bytes: &[u8],
        newest: Option<u64>,
        findings: &mut Vec<Finding>,
    ) {
        let file = path.display().to_string();
        let known = self.entries.get(name);
        let pointer_is_new = name == LAST_CHECKPOINT
            && !newest.is_some_and(|version| {
                self.entries.contains_key(&format!("{version:020}.checkpoint.parquet"))
            });
        match known {
            Some(entry) if *entry == entry_of(bytes) => {}
            Some(_) if !pointer_is_new || !can_be_read(name, path, bytes) => {
                let what = "its bytes are not those that were written (checksum)";
                let advice = if name == LAST_CHECKPOINT {
                    "`--repair` removes it: it only says where to look first"
                } else {
                    "restore it from a backup"
                };
                findings.push(
                    Finding::new(Grade::Damage, "C9", file, what)
                        .so("the table may say what is not so", advice),
                );
            }
            None if !can_be_read(name, path, bytes) => {
                let what = "has no checksum in the list, and cannot be read";
                let found = Finding::new(Grade::Damage, "C9", file, what);
                findings.push(found.so("the table may lack its newest rows", "restore it from a backup"));
            }
            _ if self.damaged > 0 => {}
            _ => {
                let what = "has no checksum in the list yet, and can be read";
                let found = Finding::new(Grade::Leftover, "C9", file, what);
                findings
                    .push(found.so("a crash came between the commit and the list", "the next start adds it"));
            }
        }
    }
}

/// The pointer to the newest checkpoint, when it is not what was written.
pub(crate) fn damaged_pointer(table_dir: &Path) -> Result<Option<PathBuf>, HistoryError> {
    let mut found = Vec::new();
    LogSums::read(table_dir)?.check(table_dir, &mut found)?;
    let path = table_dir.join("_delta_log").join(LAST_CHECKPOINT);
    let damaged = found.iter().any(|f| f.grade == Grade::Damage && Path::new(&f.file) == path);
    Ok(damaged.then_some(path))
}
