//! The time of day as a history sees it. Nothing that must be right may depend on it: tests make it jump.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use deltalake::operations::vacuum::Clock;
use parking_lot::RwLock;
use senne_model::Timestamp;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static JUMPS: RwLock<Vec<(PathBuf, i64)>> = RwLock::new(Vec::new());

/// A clock that is wrong; dropping it sets it right.
#[derive(Debug)]
pub struct Jump {
    folder: PathBuf,
}

impl Jump {
    /// A clock that is right until it is told to jump, for every history below a folder.
    pub fn at(folder: &Path) -> Self {
        JUMPS.write().push((folder.to_owned(), 0));
        COUNT.fetch_add(1, Ordering::Release);
        Self { folder: folder.to_owned() }
    }

    /// From now on the clock of the folder is off by so many microseconds.
    pub fn set(folder: &Path, micros: i64) {
        let mut jumps = JUMPS.write();
        jumps.iter_mut().filter(|(of, _)| of == folder).for_each(|(_, off)| *off = micros);
    }
}

impl Drop for Jump {
    fn drop(&mut self) {
        JUMPS.write().retain(|(folder, _)| *folder != self.folder);
        COUNT.fetch_sub(1, Ordering::Release);
    }
}

/// The time of day for what lies at a path.
pub(crate) fn now(path: &Path) -> Timestamp {
    let now = Timestamp::now();
    if COUNT.load(Ordering::Acquire) == 0 {
        return now;
    }
    let jumps = JUMPS.read();
    let off = jumps.iter().find(|(folder, _)| path.starts_with(folder)).map_or(0, |(_, off)| *off);
    Timestamp::from_micros(now.micros().saturating_add(off))
}

/// The same clock for Delta Lake.
#[derive(Debug)]
pub(crate) struct DeltaClock(pub(crate) PathBuf);

impl Clock for DeltaClock {
    fn current_timestamp_millis(&self) -> i64 {
        now(&self.0).micros() / 1000
    }
}
