//! Where a crash may strike: every numbered step of `docs/lifecycle-backup.md` passes here, so that tests can stop at any of them.
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

use crate::BackupError;

/// Told the step; says whether the crash comes here.
type Decide = Arc<dyn Fn(&'static str) -> bool + Send + Sync>;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static FAULTS: RwLock<Vec<(PathBuf, Decide)>> = RwLock::new(Vec::new());

/// A fault that was put in; dropping it takes it out.
#[derive(Debug)]
pub struct Fault {
    folder: PathBuf,
}

impl Fault {
    /// From now on `decide` is asked at each step on anything below a folder. Where it says yes, the step fails and whatever follows
    /// it is not done, as if the process had ended there.
    pub fn put_in(folder: &Path, decide: impl Fn(&'static str) -> bool + Send + Sync + 'static) -> Self {
        FAULTS.write().push((folder.to_owned(), Arc::new(decide)));
        COUNT.fetch_add(1, Ordering::Release);
        Self { folder: folder.to_owned() }
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        FAULTS.write().retain(|(folder, _)| *folder != self.folder);
        COUNT.fetch_sub(1, Ordering::Release);
    }
}

/// A step on something below a folder begins.
pub(crate) fn pass(step: &'static str, path: &Path) -> Result<(), BackupError> {
    if COUNT.load(Ordering::Acquire) == 0 {
        return Ok(());
    }
    let faults = FAULTS.read();
    if faults.iter().any(|(folder, decide)| path.starts_with(folder) && decide(step)) {
        let source = std::io::Error::other("a fault was put in here");
        return Err(BackupError::Disk { step, path: path.to_owned(), source });
    }
    Ok(())
}
