//! Where a crash may strike: every numbered step of a lifecycle in `docs/` passes here, so that tests can stop at any of them.
//!
//! Without a fault that was put in, passing costs one look at an atomic number.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use parking_lot::RwLock;

use crate::HistoryError;

/// Told the step; says whether the crash comes here.
type Decide = Arc<dyn Fn(&'static str) -> bool + Send + Sync>;

/// What strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// The step fails as if the process had ended there.
    Crash,
    /// The step fails because the disk is full (ENOSPC).
    DiskFull,
}

/// ENOSPC on every system that Senne runs on.
const NO_SPACE: i32 = 28;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static FAULTS: RwLock<Vec<(PathBuf, Decide, Strike)>> = RwLock::new(Vec::new());

/// A fault that was put in; dropping it takes it out.
#[derive(Debug)]
pub struct Fault {
    folder: PathBuf,
}

impl Fault {
    /// From now on `decide` is asked at each step of every history below a folder. Where it says yes, the step fails and whatever
    /// follows it is not done, as if the process had ended there.
    pub fn put_in(folder: &Path, decide: impl Fn(&'static str) -> bool + Send + Sync + 'static) -> Self {
        Self::strike(folder, Strike::Crash, decide)
    }

    /// The same, with a choice of what strikes.
    pub fn strike(
        folder: &Path,
        strike: Strike,
        decide: impl Fn(&'static str) -> bool + Send + Sync + 'static,
    ) -> Self {
        FAULTS.write().push((folder.to_owned(), Arc::new(decide), strike));
        COUNT.fetch_add(1, Ordering::Release);
        Self { folder: folder.to_owned() }
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        FAULTS.write().retain(|(folder, _, _)| *folder != self.folder);
        COUNT.fetch_sub(1, Ordering::Release);
    }
}

/// A step on something below a folder begins. Those above, whose steps go on from these, pass here too. Files that are written
/// side by side pass from several threads: which of them comes first is not certain, and while one is struck those beside it may
/// be ended. None is begun after it.
pub fn pass(step: &'static str, path: &Path) -> Result<(), HistoryError> {
    if COUNT.load(Ordering::Acquire) == 0 {
        return Ok(());
    }
    // Who decides may pass here again on another thread, and somebody may wait to put a fault in: the list is not held meanwhile.
    let near: Vec<(Decide, Strike)> = FAULTS
        .read()
        .iter()
        .filter(|(folder, _, _)| path.starts_with(folder))
        .map(|(_, decide, strike)| (Arc::clone(decide), *strike))
        .collect();
    if let Some((_, strike)) = near.into_iter().find(|(decide, _)| decide(step)) {
        let source = match strike {
            Strike::Crash => std::io::Error::other("a fault was put in here"),
            Strike::DiskFull => std::io::Error::from_raw_os_error(NO_SPACE),
        };
        return Err(HistoryError::Disk { step, path: path.to_owned(), source });
    }
    Ok(())
}
