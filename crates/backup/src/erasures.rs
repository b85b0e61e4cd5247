//! What was erased stays erased: the one place where a restore brings along the records of erasures that its snapshot does not know.
//!
//! A snapshot from before an erasure still has what was erased. The record of it (`erasures.ndjson`, one line an erasure, which names
//! nobody) is in the snapshots after it and in the data folder that is to be replaced. Their lines are joined with those of the
//! restored folder; then the caller's `apply` erases anew whatever they match, before the folder gets its name.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::{BackupError, Repository, Snapshot, disk, faults};

/// The record of erasures in a data folder.
pub(crate) const RECORD: &str = "erasures.ndjson";

/// What was brought along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Lines that the snapshot did not have.
    pub lines: usize,
    /// Snapshots and folders whose records could not be read: what they say was erased may be there again.
    pub unread: Vec<PathBuf>,
}

/// The lines of a record of erasures in a data folder; none when there is no record.
pub fn records_of(data: &Path) -> Result<Vec<String>, BackupError> {
    let path = data.join(RECORD);
    match fs::read(&path) {
        // A line that a crash cut within a letter must not hide the others.
        Ok(bytes) => Ok(lines(&String::from_utf8_lossy(&bytes))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(BackupError::disk("reading", &path)(e)),
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Adds to the record of a restored folder what other snapshots and a present data folder say was erased.
pub(crate) fn bring(
    repository: &Repository,
    present: Option<&Path>,
    folder: &Path,
) -> Result<Brought, BackupError> {
    let (mut known, mut brought, mut fresh) = (records_of(folder)?, Brought::default(), Vec::new());
    let mut take = |lines: Vec<String>| {
        for line in lines {
            if !known.contains(&line) {
                known.push(line.clone());
                fresh.push(line);
            }
        }
    };
    for listed in repository.snapshots()? {
        match listed.snapshot.and_then(|snapshot| recorded(repository, &snapshot)) {
            Ok(lines) => take(lines),
            Err(_) => brought.unread.push(listed.path),
        }
    }
    if let Some(present) = present {
        match records_of(present) {
            Ok(lines) => take(lines),
            Err(_) => brought.unread.push(present.join(RECORD)),
        }
    }
    brought.lines = fresh.len();
    if !fresh.is_empty() {
        append(folder, &fresh)?;
    }
    Ok(brought)
}

fn recorded(repository: &Repository, snapshot: &Snapshot) -> Result<Vec<String>, BackupError> {
    let mut bytes = Vec::new();
    if let Some(file) = snapshot.files.iter().find(|file| file.path == RECORD) {
        for chunk in file.chunks.iter().flatten() {
            bytes.extend(repository.contents.chunk(*chunk)?);
        }
    }
    Ok(lines(&String::from_utf8_lossy(&bytes)))
}

fn append(folder: &Path, fresh: &[String]) -> Result<(), BackupError> {
    let path = folder.join(RECORD);
    faults::pass("restore: before the record of erasures is written", &path)?;
    let ended = fs::read(&path).map_or(true, |bytes| bytes.is_empty() || bytes.ends_with(b"\n"));
    let text = format!("{}{}\n", if ended { "" } else { "\n" }, fresh.join("\n"));
    let write = || {
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(BackupError::disk("writing", &path))?;
    disk::sync(folder)
}
