//! Backups of a data folder: taken beside a running server, checked, thinned out, restored.
//!
//! The numbered steps, and what a crash after each leaves, are in `docs/lifecycle-backup.md`. All calls block and take long; they
//! belong on a thread of their own ([`on_thread`]).

mod chunks;
mod disk;
mod erasures;
mod error;
mod moment;
mod others;
mod pace;
mod prune;
mod repository;
mod restore;
mod snapshot;
mod sum;
mod take;
mod thread;
mod time;
mod verify;

pub use erasures::{Brought, records_of};
pub use error::BackupError;
pub use pace::Pace;
pub use prune::{Keep, Pruned, prune};
pub use repository::{Listed, Repository, Use};
pub use restore::{Apply, RestoreSettings, Restored, restore};
pub use senne_history::faults;
pub use snapshot::{Entry, Snapshot};
pub use take::{TakeSettings, Taken, take};
pub use thread::on_thread;
pub use time::parse_time;
pub use verify::{Verified, verify};

/// How far a backup, a restore or a verification has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, e.g. `state`.
    pub what: &'static str,
    /// Bytes done.
    pub bytes: u64,
    /// Bytes in all, as far as they are known by now.
    pub bytes_total: u64,
}

/// Who is told of the progress.
pub type Watch<'a> = &'a dyn Fn(&Progress);
