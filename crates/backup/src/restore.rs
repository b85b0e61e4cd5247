//! Restoring a snapshot. The steps are those of `docs/lifecycle-backup.md`.

use std::{
    ffi::OsString,
    fs::{self, Permissions},
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use senne_model::Timestamp;

use crate::{
    BackupError, Entry, Pace, Progress, Repository, Snapshot, Watch,
    chunks::read_through,
    disk,
    erasures::{self, Brought},
    faults,
    sum::Summing,
};

/// In the unfinished folder this file says which snapshot it is of.
const MARK: &str = "restoring.unfinished";
/// The same before it is whole and on disk.
const MARK_PART: &str = "mark.part";

/// What is restored, and how.
#[derive(Debug)]
pub struct RestoreSettings {
    /// The newest snapshot not after this is taken; `None` is the newest of all.
    pub at: Option<Timestamp>,
    /// How fast it may read and write.
    pub pace: Pace,
    /// A data folder whose recorded erasures hold for the restored one too, beside those of all snapshots.
    pub erased_in: Option<PathBuf>,
}

/// A snapshot that was restored.
#[derive(Debug)]
pub struct Restored {
    /// The file of the snapshot.
    pub path: PathBuf,
    /// What it says.
    pub snapshot: Snapshot,
    /// Files that an earlier try had brought already.
    pub files_kept: usize,
    /// The records of erasures that the snapshot did not have.
    pub erasures: Brought,
}

/// Does in a restored folder what must be done before it gets its name: erases anew what its record of erasures says.
pub type Apply<'a> = &'a dyn Fn(&Path) -> Result<(), BackupError>;

/// Restores a snapshot into a folder that is not there yet or empty. After a crash the same call goes on where it stood. When any erasure is
/// on record, `apply` is called on the folder before it gets its name: the state of the snapshot may not know of it.
pub fn restore(
    repository: &Repository,
    target: &Path,
    settings: &RestoreSettings,
    watch: Watch<'_>,
    apply: Apply<'_>,
) -> Result<Restored, BackupError> {
    faults::pass("restore: before the snapshot is chosen", target)?;
    let chosen = repository.choose(settings.at)?;
    let snapshot = chosen.snapshot?;
    refuse_full(target)?;
    let folder = unfinished(target)?;
    begin(&folder, &chosen.path)?;
    let files_kept = write_out(repository, &snapshot, &folder, &settings.pace, watch)?;
    faults::pass("restore: before erasures are brought along", target)?;
    let erasures = erasures::bring(repository, settings.erased_in.as_deref(), &folder)?;
    // Also when nothing was added: its own record was copied after its state, which may not know the last of them.
    if !erasures::records_of(&folder)?.is_empty() {
        // From here on the folder is no longer what the snapshot says: a crash means that it is begun anew.
        let (part, mark) = (folder.join(MARK_PART), folder.join(MARK));
        disk::put(&part, &mark, b"", "restore: before erasures are applied")?;
        disk::sync(&folder)?;
        apply(&folder)?;
    }
    finish(&folder, target)?;
    Ok(Restored { path: chosen.path, snapshot, files_kept, erasures })
}

fn refuse_full(target: &Path) -> Result<(), BackupError> {
    match fs::read_dir(target).map(|mut entries| entries.next()) {
        Ok(None) => Ok(()),
        Ok(_) => Err(BackupError::Refused(format!(
            "{} is not empty; restore into a new folder, and let the server use that one",
            target.display()
        ))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(BackupError::disk("looking at", target)(e)),
    }
}

/// `NEW.unfinished`, beside NEW.
fn unfinished(target: &Path) -> Result<PathBuf, BackupError> {
    let Some(name) = target.file_name() else {
        return Err(BackupError::Refused(format!("`{}` names no folder", target.display())));
    };
    let mut name = OsString::from(name);
    name.push(".unfinished");
    Ok(target.with_file_name(name))
}

/// Step 2: the unfinished folder, which says what it is of. One of another snapshot is removed.
fn begin(folder: &Path, snapshot: &Path) -> Result<(), BackupError> {
    let mark = folder.join(MARK);
    let name = snapshot.display().to_string();
    if folder.exists() {
        if fs::read_to_string(&mark).is_ok_and(|text| text == name) {
            return Ok(());
        }
        if !mark.exists() && !is_hardly_begun(folder) {
            return Err(BackupError::Refused(format!(
                "{} is in the way, and no restore made it; move it elsewhere",
                folder.display()
            )));
        }
        remove_started(folder, &mark)?;
    }
    faults::pass("restore: before the folder is made", folder)?;
    disk::make_folder(folder)?;
    disk::put(&folder.join(MARK_PART), &mark, name.as_bytes(), "restore: before the folder has its mark")?;
    disk::sync(folder)
}

/// Whether nothing is there but what a crash leaves before the folder has its mark.
fn is_hardly_begun(folder: &Path) -> bool {
    let begun =
        |entry: std::io::Result<fs::DirEntry>| entry.is_ok_and(|entry| entry.file_name() == MARK_PART);
    fs::read_dir(folder).is_ok_and(|mut entries| entries.all(begun))
}

/// The mark goes last, so that a crash leaves a folder that is known.
fn remove_started(folder: &Path, mark: &Path) -> Result<(), BackupError> {
    for entry in fs::read_dir(folder).map_err(BackupError::disk("listing", folder))? {
        let path = entry.map_err(BackupError::disk("listing", folder))?.path();
        if path == mark {
            continue;
        }
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(BackupError::disk("removing", &path))?;
    }
    disk::remove(mark)
}

/// Step 3: every file, each under its name only when it is whole and on disk. Gives how many were there already.
pub(crate) fn write_out(
    repository: &Repository,
    snapshot: &Snapshot,
    folder: &Path,
    pace: &Pace,
    watch: Watch<'_>,
) -> Result<usize, BackupError> {
    let (mut bytes, bytes_total, mut kept) = (0, snapshot.bytes(), 0);
    let mut folders = std::collections::BTreeSet::new();
    for file in &snapshot.files {
        let place = file.place().ok_or_else(|| {
            BackupError::Refused(format!("the path `{}` leads out of the data folder", file.path))
        })?;
        let path = folder.join(place);
        let parent = path.parent().unwrap_or(folder).to_owned();
        if folders.insert(parent.clone()) {
            disk::make_folder(&parent)?;
        }
        if is_there(&path, file, pace) {
            kept += 1;
        } else {
            write_file(repository, file, &path, pace)?;
        }
        bytes += file.bytes;
        watch(&Progress { what: "restore", bytes, bytes_total });
    }
    faults::pass("restore: before the names of files are on disk", folder)?;
    folders.iter().try_for_each(|folder| disk::sync(folder))?;
    Ok(kept)
}

fn is_there(path: &Path, file: &Entry, pace: &Pace) -> bool {
    let sized = fs::metadata(path).is_ok_and(|there| there.len() == file.bytes);
    sized && read_through(path, pace, &mut |_| Ok(())).is_ok_and(|read| read.sum() == file.sum)
}

fn write_file(repository: &Repository, file: &Entry, path: &Path, pace: &Pace) -> Result<(), BackupError> {
    faults::pass("restore: before a file is written", path)?;
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".part");
    let part = path.with_file_name(name);
    match &file.chunks {
        None => repository.contents.take_whole(file.sum, file.bytes, &part, pace)?,
        Some(chunks) => {
            let (mut target, mut sum) = (disk::create(&part)?, Summing::new());
            for chunk in chunks {
                let plain = repository.contents.chunk(*chunk)?;
                sum.add(&plain);
                target.write_all(&plain).map_err(BackupError::disk("writing", &part))?;
                pace.took(plain.len() as u64);
            }
            if sum.sum() != file.sum || sum.bytes() != file.bytes {
                let what = format!("its chunks do not give `{}` back (checksum)", file.path);
                return Err(BackupError::damaged(repository.folder(), what));
            }
            target.sync_all().map_err(BackupError::disk("syncing", &part))?;
        }
    }
    let mode = Permissions::from_mode(file.mode & 0o777);
    fs::set_permissions(&part, mode).map_err(BackupError::disk("setting the mode of", &part))?;
    faults::pass("restore: before a file takes its name", path)?;
    fs::rename(&part, path).map_err(BackupError::disk("naming", path))
}

/// Step 5: the folder gets its name. Nothing of the restore stays beside it.
fn finish(folder: &Path, target: &Path) -> Result<(), BackupError> {
    disk::sync(folder)?;
    faults::pass("restore: before the folder takes its name", target)?;
    fs::rename(folder, target).map_err(BackupError::disk("naming", target))?;
    disk::sync_parent(target)?;
    faults::pass("restore: after the folder has its name", target)?;
    disk::remove(&target.join(MARK))
}
