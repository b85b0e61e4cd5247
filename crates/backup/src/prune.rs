//! Letting go of old snapshots, and of what no snapshot names any more.

use senne_model::Timestamp;

use crate::{BackupError, Repository};

const DAY_MICROS: i64 = 86_400_000_000;

/// Which snapshots stay: those that either rule keeps. Without a rule all stay. The newest always stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// So many of the newest.
    pub newest: Option<usize>,
    /// Those of the last days.
    pub days: Option<u32>,
}

/// What went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Snapshots that went.
    pub snapshots: usize,
    /// Files and chunks that went.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Removes the snapshots that no rule keeps, then what no snapshot names. A crash between leaves files that the next call removes.
pub fn prune(repository: &Repository, keep: Keep, now: Timestamp) -> Result<Pruned, BackupError> {
    let mut listed = repository.snapshots()?;
    // A damaged snapshot ends it here, before anything goes.
    if let Some(at) = listed.iter().position(|listed| listed.snapshot.is_err()) {
        return listed.swap_remove(at).snapshot.map(|_| Pruned::default());
    }
    let mut pruned = Pruned::default();
    let count = listed.len();
    for (at, listed) in listed.into_iter().enumerate() {
        let from_newest = count - 1 - at;
        let counted = keep.newest.is_some_and(|newest| from_newest < newest);
        let young = keep.days.is_some_and(|days| listed.taken >= now.micros() - i64::from(days) * DAY_MICROS);
        if keep == Keep::default() || from_newest == 0 || counted || young {
            continue;
        }
        repository.drop_snapshot(&listed.path)?;
        pruned.snapshots += 1;
    }
    (pruned.files, pruned.bytes) = repository.sweep()?;
    Ok(pruned)
}
