//! Durable steps on local folders: what these report as done survives a loss of power. What they make only its owner may read.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use crate::{BackupError, faults};

/// Makes a folder and its parents, durably; mode 0700.
pub(crate) fn make_folder(dir: &Path) -> Result<(), BackupError> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folder(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
        done => done.map_err(BackupError::disk("making the folder", dir))?,
    }
    sync_parent(dir)
}

/// Begins a new file, in place of one that is there; only its owner may read it until it gets another mode.
pub(crate) fn create(path: &Path) -> Result<File, BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).map_err(BackupError::disk("making", path))
}

/// Makes what was written to a file, or the names in a folder, durable.
pub(crate) fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(BackupError::disk("syncing", path))
}

/// Makes the name of a file or folder durable.
pub(crate) fn sync_parent(path: &Path) -> Result<(), BackupError> {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => sync(Path::new(".")),
        Some(parent) => sync(parent),
        None => Ok(()),
    }
}

/// Writes a file as a whole: it has its name only when it is on disk. The folder is not synced.
pub(crate) fn put(
    temporary: &Path,
    path: &Path,
    bytes: &[u8],
    step: &'static str,
) -> Result<(), BackupError> {
    let mut file = create(temporary)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(BackupError::disk("writing", temporary))?;
    faults::pass(step, path)?;
    fs::rename(temporary, path).map_err(BackupError::disk("naming", path))
}

/// Removes a file that may be gone already.
pub(crate) fn remove(path: &Path) -> Result<(), BackupError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(BackupError::disk("removing", path)(e)),
        _ => Ok(()),
    }
}

/// Fills a buffer as far as there are bytes; gives how many.
pub(crate) fn fill(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}
