//! Leaves on disk: years of books that memory has no room for, so that a change in one of them asks for its day and not for its year.
//!
//! A leaf is right as long as each change after it touches its days again. So its file goes before the first of them is worked off
//! ([`Leaves::take`]), durably before the worker's cursor moves ([`Leaves::settle`]); what else could make it wrong (areas that move, another
//! declaration, an erasure, values that somebody else wrote) takes the files away. The folder holds nothing that could not be asked again.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use parking_lot::Mutex;
use senne_model::TenantName;
use twox_hash::XxHash3_128;

use crate::{
    leaf::{Leaf, Year},
    touched::Key,
};

/// The most bytes on disk; the oldest files make room.
const BYTES_MAX: u64 = 1 << 30;
/// So much is left when they have.
const BYTES_AFTER: u64 = BYTES_MAX / 10 * 9;
const ENDING: &str = "leaf";

/// The leaves of a data folder.
#[derive(Debug)]
pub(crate) struct Leaves {
    folder: PathBuf,
    /// Whether a worker follows the log: then nobody else may put leaves here.
    followed: AtomicBool,
    disk: Mutex<Disk>,
}

#[derive(Debug, Default)]
struct Disk {
    /// What the files take; nothing until it was counted.
    bytes: Option<u64>,
    /// Folders whose names went and which are not synced since.
    unsettled: BTreeSet<PathBuf>,
}

impl Leaves {
    /// Those of a data folder; made when the first is kept.
    pub(crate) fn of(data: &Path) -> Arc<Self> {
        let folder = data.join("indicators");
        Arc::new(Self { folder, followed: AtomicBool::new(false), disk: Mutex::default() })
    }

    /// A worker follows the log from now on.
    pub(crate) fn follow(&self) {
        self.followed.store(true, Ordering::Release);
    }

    /// Whether a worker follows the log.
    pub(crate) fn is_followed(&self) -> bool {
        self.followed.load(Ordering::Acquire)
    }

    /// Takes a year of an indicator out, when it is there and whole.
    pub(crate) async fn take(self: &Arc<Self>, key: &Key, formula: &str, year: Year) -> Option<Leaf> {
        let (leaves, path) = (Arc::clone(self), self.path(key, formula, year));
        beside(move || leaves.take_file(&path)).await.flatten()
    }

    /// Keeps years of an indicator. What cannot be written is asked again when it is needed.
    pub(crate) async fn keep(self: &Arc<Self>, key: &Key, formula: &str, years: Vec<(Year, Leaf)>) {
        let years: Vec<(PathBuf, Leaf)> =
            years.into_iter().map(|(year, leaf)| (self.path(key, formula, year), leaf)).collect();
        let leaves = Arc::clone(self);
        beside(move || years.iter().for_each(|(path, leaf)| leaves.keep_file(path, leaf))).await;
    }

    /// Forgets what is there of an indicator.
    pub(crate) async fn forget(self: &Arc<Self>, key: &Key) -> io::Result<()> {
        self.remove(self.of_indicator(key)).await
    }

    /// Forgets what is there of a tenant.
    pub(crate) async fn forget_tenant(self: &Arc<Self>, tenant: &TenantName) -> io::Result<()> {
        self.remove(self.of_tenant(tenant)).await
    }

    /// Forgets all.
    pub(crate) async fn clear(self: &Arc<Self>) -> io::Result<()> {
        self.remove(self.folder.clone()).await
    }

    /// Makes durable that what went is gone.
    pub(crate) async fn settle(self: &Arc<Self>) -> io::Result<()> {
        let leaves = Arc::clone(self);
        beside(move || leaves.settle_folders()).await.unwrap_or(Ok(()))
    }

    fn of_tenant(&self, tenant: &TenantName) -> PathBuf {
        self.folder.join(digest(tenant.as_str()))
    }

    fn of_indicator(&self, (tenant, indicator): &Key) -> PathBuf {
        self.of_tenant(tenant).join(digest(indicator))
    }

    fn path(&self, key: &Key, formula: &str, year: Year) -> PathBuf {
        self.of_indicator(key).join(format!("{formula}.{year}.{ENDING}"))
    }

    fn take_file(&self, path: &Path) -> Option<Leaf> {
        let bytes = fs::read(path).ok()?;
        // What cannot be taken away must not be used: it would be there again after what follows has changed it.
        if let Err(error) = fs::remove_file(path) {
            tracing::warn!("{} cannot be removed: {error}; its year is asked again", path.display());
            return None;
        }
        self.gone(path, bytes.len() as u64);
        Leaf::unpack(&bytes)
            .inspect_err(|error| tracing::info!("{} is not used: {error}", path.display()))
            .ok()
    }

    fn keep_file(&self, path: &Path, leaf: &Leaf) {
        let written = leaf.pack().map_err(io::Error::other).and_then(|bytes| {
            let before = fs::metadata(path).map_or(0, |known| known.len());
            write_whole(path, &bytes)?;
            Ok((before, bytes.len() as u64))
        });
        match written {
            Ok((before, now)) => {
                if let Some(bytes) = &mut self.disk.lock().bytes {
                    *bytes = bytes.saturating_sub(before) + now;
                }
                self.make_room();
            }
            Err(error) => tracing::warn!("{} cannot be kept: {error}", path.display()),
        }
    }

    /// Removes the oldest files until the rest takes no more than it may.
    fn make_room(&self) {
        let known = self.disk.lock().bytes;
        if known.is_some_and(|bytes| bytes <= BYTES_MAX) {
            return;
        }
        let mut files = files(&self.folder);
        let mut bytes: u64 = files.iter().map(|file| file.1).sum();
        self.disk.lock().bytes = Some(bytes);
        if bytes <= BYTES_MAX {
            return;
        }
        files.sort();
        for (_, size, path) in files {
            if bytes <= BYTES_AFTER {
                return;
            }
            if fs::remove_file(&path).is_ok() {
                self.gone(&path, size);
                bytes -= size;
            }
        }
    }

    fn gone(&self, path: &Path, size: u64) {
        let mut disk = self.disk.lock();
        disk.bytes = disk.bytes.map(|bytes| bytes.saturating_sub(size));
        disk.unsettled.extend(path.parent().map(Path::to_owned));
    }

    async fn remove(self: &Arc<Self>, folder: PathBuf) -> io::Result<()> {
        let leaves = Arc::clone(self);
        beside(move || leaves.remove_folder(&folder)).await.unwrap_or(Ok(()))
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut disk = self.disk.lock();
        disk.bytes = None;
        disk.unsettled.extend(folder.parent().map(Path::to_owned));
        Ok(())
    }

    fn settle_folders(&self) -> io::Result<()> {
        let folders = std::mem::take(&mut self.disk.lock().unsettled);
        for folder in &folders {
            let synced = match File::open(folder).and_then(|file| file.sync_all()) {
                // It went as a whole, and then the one above it is among these.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                done => done,
            };
            if let Err(error) = synced {
                self.disk.lock().unsettled.extend(folders);
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Runs what waits for the disk where it holds nobody up.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

fn digest(text: &str) -> String {
    format!("{:032x}", XxHash3_128::oneshot(text.as_bytes()))
}

/// A file has its name only when all of it is written.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = path.with_extension("unfinished");
    fs::write(&unfinished, bytes)?;
    fs::rename(&unfinished, path)
}

/// All files below a folder: when each was written, its size, its path.
fn files(folder: &Path) -> Vec<(SystemTime, u64, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(known) if known.is_dir() => folders.push(entry.path()),
                Ok(known) => {
                    let at = known.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    found.push((at, known.len(), entry.path()));
                }
                Err(_) => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use senne_indicator::{Period, Value};
    use senne_model::EntityId;

    use super::*;
    use crate::slot::Slot;

    fn leaf(number: f64) -> Leaf {
        let period: Period = "2024".parse().unwrap();
        let value = Value { number: Some(number), ..Value::default() };
        let slot = Slot::all(EntityId::trusted("urn:a"));
        Leaf { published: [((slot, period), value)].into(), ..Leaf::default() }
    }

    fn key(indicator: &str) -> Key {
        (TenantName::default(), indicator.into())
    }

    #[tokio::test]
    async fn a_leaf_is_there_once_by_its_indicator_formula_and_year() {
        let folder = tempfile::tempdir().unwrap();
        let leaves = Leaves::of(folder.path());
        leaves.keep(&key("a"), "f", vec![(2023, leaf(3.0)), (2024, leaf(4.0))]).await;
        assert!(leaves.take(&key("b"), "f", 2024).await.is_none());
        assert!(leaves.take(&key("a"), "g", 2024).await.is_none());
        // Those who come later find what was kept before, until it is taken.
        let later = Leaves::of(folder.path());
        assert_eq!(later.take(&key("a"), "f", 2024).await, Some(leaf(4.0)));
        assert!(later.take(&key("a"), "f", 2024).await.is_none());
        later.settle().await.unwrap();
        assert_eq!(leaves.take(&key("a"), "f", 2023).await, Some(leaf(3.0)));
    }

    #[tokio::test]
    async fn what_is_damaged_goes_and_what_is_to_be_forgotten_too() {
        let folder = tempfile::tempdir().unwrap();
        let leaves = Leaves::of(folder.path());
        for indicator in ["a", "b", "c"] {
            leaves.keep(&key(indicator), "f", vec![(2024, leaf(1.0))]).await;
        }
        let path = leaves.path(&key("a"), "f", 2024);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 2]).unwrap();
        assert!(leaves.take(&key("a"), "f", 2024).await.is_none());
        assert!(!path.exists());
        leaves.forget(&key("b")).await.unwrap();
        leaves.settle().await.unwrap();
        assert!(leaves.take(&key("b"), "f", 2024).await.is_none());
        let other = TenantName::parse("other").unwrap();
        leaves.keep(&(other.clone(), "a".into()), "f", vec![(2024, leaf(2.0))]).await;
        leaves.forget_tenant(&TenantName::default()).await.unwrap();
        assert!(leaves.take(&key("c"), "f", 2024).await.is_none());
        assert!(leaves.take(&(other, "a".into()), "f", 2024).await.is_some());
        leaves.clear().await.unwrap();
        leaves.clear().await.unwrap();
        leaves.settle().await.unwrap();
    }
}
