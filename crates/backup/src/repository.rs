//! The folder with the backups: what lies where, and who may use it at once.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions, TryLockError},
    io::ErrorKind,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use senne_model::Timestamp;

use crate::{BackupError, chunks::Contents, disk, faults, snapshot::Snapshot, sum::Sum};

/// This file says what the folder is.
const MARK: &str = "senne-backup";
/// What it says.
const MARK_TEXT: &str =
    "This folder holds backups of Senne (form 1): see snapshots/ and docs/lifecycle-backup.md.\n";
const LOCK: &str = "lock";
const FILES: &str = "files";
const SNAPSHOTS: &str = "snapshots";
const UNFINISHED: &str = "unfinished";

/// What a repository is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// To write: nobody else may use it meanwhile. It is made when it is not there.
    Write,
    /// To remove or check: nobody else may use it meanwhile. It must be there.
    Alone,
    /// To read: others may read too.
    Read,
}

/// A folder with backups, locked as long as this lives.
#[derive(Debug)]
pub struct Repository {
    folder: PathBuf,
    pub(crate) contents: Contents,
    _lock: File,
}

/// A snapshot that is there, or what is wrong with it.
#[derive(Debug)]
pub struct Listed {
    /// Its file.
    pub path: PathBuf,
    /// The moment of the state, in microseconds UTC, as the name of the file says it.
    pub taken: i64,
    /// What it says.
    pub snapshot: Result<Snapshot, BackupError>,
}

impl Repository {
    /// Opens a repository.
    pub fn open(folder: &Path, usage: Use) -> Result<Self, BackupError> {
        if usage == Use::Write {
            prepare(folder)?;
        } else {
            check_mark(folder)?;
        }
        let lock = lock(folder, usage)?;
        let contents = Contents::new(folder.join(FILES), folder.join(UNFINISHED));
        let repository = Self { folder: folder.to_owned(), contents, _lock: lock };
        if usage == Use::Write {
            repository.begin()?;
        }
        Ok(repository)
    }

    /// Makes what a new repository has; the mark comes last.
    fn begin(&self) -> Result<(), BackupError> {
        for name in [FILES, SNAPSHOTS, UNFINISHED] {
            disk::make_folder(&self.folder.join(name))?;
        }
        let mark = self.folder.join(MARK);
        if !mark.exists() {
            let temporary = self.folder.join(UNFINISHED).join(MARK);
            disk::put(&temporary, &mark, MARK_TEXT.as_bytes(), "backup: before the repository has its mark")?;
            disk::sync(&self.folder)?;
        }
        check_mark(&self.folder)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where files lie that are not finished.
    pub(crate) fn unfinished(&self) -> PathBuf {
        self.folder.join(UNFINISHED)
    }

    /// Removes what a crash left behind half made.
    pub(crate) fn tidy(&self) -> Result<(), BackupError> {
        let folder = self.unfinished();
        for entry in list(&folder)? {
            if entry.is_dir() {
                fs::remove_dir_all(&entry).map_err(BackupError::disk("removing", &entry))?;
            } else {
                disk::remove(&entry)?;
            }
        }
        Ok(())
    }

    /// The snapshots, the oldest first.
    pub fn snapshots(&self) -> Result<Vec<Listed>, BackupError> {
        let mut found: Vec<Listed> = list(&self.folder.join(SNAPSHOTS))?
            .into_iter()
            .filter_map(|path| {
                let name = path.file_name()?.to_str()?.strip_suffix(".json")?;
                let taken = taken_of(name)?;
                Some(Listed { snapshot: Snapshot::read(&path), path, taken })
            })
            .collect();
        found.sort_by_key(|listed| listed.taken);
        Ok(found)
    }

    /// The newest snapshot that is not after a moment; `None` is now.
    pub fn choose(&self, at: Option<Timestamp>) -> Result<Listed, BackupError> {
        let mut found = self.snapshots()?;
        found.retain(|listed| at.is_none_or(|at| listed.taken <= at.micros()));
        found.pop().ok_or_else(|| {
            let when = at.map_or_else(String::new, |at| format!(" from {at} or before"));
            BackupError::Refused(format!("{} has no snapshot{when}", self.folder.display()))
        })
    }

    /// Writes a snapshot; from here on it is there. Gives its file.
    pub(crate) fn publish(&self, snapshot: &mut Snapshot) -> Result<PathBuf, BackupError> {
        for folder in list(&self.folder.join(FILES))? {
            disk::sync(&folder)?;
        }
        disk::sync(&self.folder.join(FILES))?;
        faults::pass("backup: before the snapshot is written", &self.folder)?;
        let folder = self.folder.join(SNAPSHOTS);
        while folder.join(name_of(snapshot.taken)).exists() {
            snapshot.taken += 1;
        }
        let path = folder.join(name_of(snapshot.taken));
        let text = snapshot.seal().map_err(|what| BackupError::damaged(&path, what))?;
        let temporary = self.unfinished().join("snapshot");
        disk::put(&temporary, &path, text.as_bytes(), "backup: before the snapshot takes its name")?;
        faults::pass("backup: before the snapshot's name is on disk", &self.folder)?;
        disk::sync(&folder)?;
        Ok(path)
    }

    /// Removes a snapshot; its files stay until [`Repository::sweep`].
    pub(crate) fn drop_snapshot(&self, path: &Path) -> Result<(), BackupError> {
        faults::pass("prune: before a snapshot is removed", path)?;
        disk::remove(path)?;
        disk::sync_parent(path)
    }

    /// Removes contents that no snapshot names; gives how many, and their bytes. A damaged snapshot may name any of them, so that
    /// nothing goes as long as there is one.
    pub(crate) fn sweep(&self) -> Result<(usize, u64), BackupError> {
        let mut named: HashSet<PathBuf> = HashSet::new();
        for listed in self.snapshots()? {
            for file in listed.snapshot?.files {
                match file.chunks {
                    Some(chunks) => named.extend(chunks.into_iter().map(|sum| self.contents.chunk_path(sum))),
                    None => drop(named.insert(self.contents.whole_path(file.sum))),
                }
            }
        }
        let (mut gone, mut bytes) = (0, 0);
        for folder in list(&self.folder.join(FILES))? {
            for path in list(&folder)? {
                if !named.contains(&path) && is_content(&path) {
                    faults::pass("prune: before a file is removed", &path)?;
                    bytes += fs::metadata(&path).map_or(0, |file| file.len());
                    disk::remove(&path)?;
                    gone += 1;
                }
            }
        }
        Ok((gone, bytes))
    }
}

fn is_content(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let sum = name.strip_suffix(".chunk").or_else(|| name.strip_suffix(".whole"));
    sum.is_some_and(|sum| sum.parse::<Sum>().is_ok())
}

/// What lies in a folder, in the order of the names.
fn list(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let listed = fs::read_dir(folder).map_err(BackupError::disk("listing", folder))?;
    let mut found = Vec::new();
    for entry in listed {
        found.push(entry.map_err(BackupError::disk("listing", folder))?.path());
    }
    found.sort_unstable();
    Ok(found)
}

/// A folder that is new, or a repository, or one whose making broke off.
fn prepare(folder: &Path) -> Result<(), BackupError> {
    disk::make_folder(folder)?;
    if folder.join(MARK).exists() {
        return check_mark(folder);
    }
    let ours = [FILES, SNAPSHOTS, UNFINISHED, LOCK];
    let foreign = list(folder)?.into_iter().find(|path| !ours.iter().any(|name| path.ends_with(name)));
    foreign.map_or(Ok(()), |path| {
        Err(BackupError::Refused(format!(
            "{} is no folder of backups and is not empty: {} lies in it; name another folder",
            folder.display(),
            path.display()
        )))
    })
}

fn check_mark(folder: &Path) -> Result<(), BackupError> {
    let path = folder.join(MARK);
    match fs::read(&path) {
        Ok(bytes) if bytes == MARK_TEXT.as_bytes() => Ok(()),
        Ok(_) => Err(BackupError::Damaged {
            path,
            what: "it does not say what this program writes into it".to_owned(),
            advice: "use a newer program if one wrote it; else remove the file, and take a backup",
        }),
        Err(e) if e.kind() == ErrorKind::NotFound => Err(BackupError::Refused(format!(
            "{} is no folder of backups: it has no file `{MARK}`",
            folder.display()
        ))),
        Err(e) => Err(BackupError::disk("reading", &path)(e)),
    }
}

fn lock(folder: &Path, usage: Use) -> Result<File, BackupError> {
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    options.read(true).mode(0o600);
    if usage == Use::Write {
        options.write(true).create(true).truncate(false);
    }
    let file = options.open(&path).map_err(BackupError::disk("locking", &path))?;
    let locked = if usage == Use::Read { file.try_lock_shared() } else { file.try_lock() };
    match locked {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::Refused(format!(
            "{} is in use by another backup, restore or check; wait for its end",
            folder.display()
        ))),
        Err(TryLockError::Error(e)) => Err(BackupError::disk("locking", &path)(e)),
    }
}

/// `2026-03-01T02-00-00.000000Z.json`: in the order of time, and fit for every file system.
fn name_of(taken: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(taken).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{}.json", at.strftime("%Y-%m-%dT%H-%M-%S.%6fZ"))
}

fn taken_of(name: &str) -> Option<i64> {
    let (day, time) = name.split_once('T')?;
    format!("{day}T{}", time.replace('-', ":"))
        .parse::<jiff::Timestamp>()
        .ok()
        .map(jiff::Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_the_moment() {
        let taken = Timestamp::parse("2026-03-01T02:03:04.000005Z").unwrap().micros();
        assert_eq!(name_of(taken), "2026-03-01T02-03-04.000005Z.json");
        assert_eq!(taken_of("2026-03-01T02-03-04.000005Z"), Some(taken));
        assert_eq!(taken_of("readme"), None);
    }
}
