//! Durable steps on local folders: what these report as done survives a loss of power.

use std::{
    fs,
    io::Write,
    path::{Component, Path, PathBuf},
};

use twox_hash::XxHash3_128;

use crate::{HistoryError, faults};

pub(crate) fn error(step: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> HistoryError {
    let path = path.to_owned();
    move |source| HistoryError::Disk { step, path, source }
}

/// The whole path of a folder, without the steps back that one may have been named with: the engine takes none.
pub(crate) fn whole_path(dir: &Path) -> PathBuf {
    let whole = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let goes_back = whole.components().any(|part| part == Component::ParentDir);
    // What is not there yet has no files to be read.
    if goes_back { fs::canonicalize(&whole).unwrap_or(whole) } else { whole }
}

/// Makes a folder and its parents, durably.
pub(crate) fn make_folder(dir: &Path) -> Result<(), HistoryError> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        make_folder(parent)?;
    }
    match fs::create_dir(dir) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
        done => done.map_err(error("making the folder", dir))?,
    }
    dir.parent().map_or(Ok(()), sync)
}

/// Makes what was written to a file, or the names in a folder, durable.
pub(crate) fn sync(path: &Path) -> Result<(), HistoryError> {
    fs::File::open(path).and_then(|file| file.sync_all()).map_err(error("syncing", path))
}

/// Replaces a small file as a whole.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), HistoryError> {
    let fresh = path.with_extension("new");
    faults::pass("record: writing the new file", path)?;
    let write = || {
        let mut file = fs::File::create(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(error("writing", path))?;
    faults::pass("record: before the new file takes its place", path)?;
    fs::rename(&fresh, path).map_err(error("replacing", path))?;
    path.parent().map_or(Ok(()), sync)
}

/// What is free on the disk of a folder for those who are not root, in bytes.
pub(crate) fn free_bytes(dir: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(dir).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// A small text with its checksum as the last line.
pub(crate) fn with_checksum(text: &str) -> String {
    format!("{text}checksum {:032x}\n", XxHash3_128::oneshot(text.as_bytes()))
}
