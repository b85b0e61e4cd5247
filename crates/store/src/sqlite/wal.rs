//! When the write-ahead log is moved into the main file, so that it stays small and nobody waits for it.
//!
//! The large part is moved beside the writer by a connection of its own; the writer then moves the little that came
//! meanwhile, after which SQLite begins the log anew. A reader that looks at an old state holds this up, so a log that
//! has grown very large is waited for, a moment at a time.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use rusqlite::Connection;

use super::schema;
use crate::StoreError;

/// The log is moved when it has grown by so many pages (64 MiB).
const GROWN_PAGES: u64 = (64 << 20) / schema::PAGE_BYTES;

/// A log of so many pages (512 MiB) is worth a wait for readers.
const LARGE_PAGES: u64 = (512 << 20) / schema::PAGE_BYTES;

/// How long the writer waits for readers then.
const PATIENCE: Duration = Duration::from_millis(250);

/// Looks after the log of one writing connection.
pub(super) struct WriteAheadLog {
    path: PathBuf,
    /// Pages in the log, as SQLite told after the last commit.
    pages: Arc<AtomicU64>,
    /// How many of them were there when it was last moved.
    moved: u64,
    /// The move that goes on beside the writer.
    moving: Option<JoinHandle<Result<(), StoreError>>>,
    /// The disk was full: its place is needed.
    give_back: bool,
}

impl WriteAheadLog {
    pub(super) fn watch(connection: &mut Connection, path: PathBuf) -> Result<Self, StoreError> {
        let pages = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count: i32| {
            told.store(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self { path, pages, moved: 0, moving: None, give_back: false })
    }

    /// To be called when a write failed because the disk is full.
    pub(super) fn disk_is_full(&mut self) {
        self.give_back = true;
    }

    /// To be called between commits.
    pub(super) fn tend(&mut self, connection: &Connection) -> Result<(), StoreError> {
        if self.give_back {
            self.give_back = false;
            self.wait_for_move()?;
            return self.checkpoint(connection, "TRUNCATE", PATIENCE);
        }
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.moved {
            self.moved = 0;
        }
        if self.moving.as_ref().is_some_and(JoinHandle::is_finished) {
            self.wait_for_move()?;
            return self.checkpoint(connection, "PASSIVE", Duration::ZERO);
        }
        if self.moving.is_none() && pages - self.moved > GROWN_PAGES {
            if pages > LARGE_PAGES {
                return self.checkpoint(connection, "RESTART", PATIENCE);
            }
            // Also when it fails, so that a full disk does not make every group try again.
            self.moved = pages;
            let path = self.path.clone();
            self.moving =
                Some(std::thread::Builder::new().name("senne-wal".to_owned()).spawn(move || {
                    let connection = schema::open_reader(&path)?;
                    run(&connection, "PASSIVE")
                })?);
        }
        Ok(())
    }

    /// Empties the log; gives whether it is empty now.
    pub(super) fn empty(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        self.wait_for_move()?;
        self.moved = 0;
        connection.busy_timeout(PATIENCE)?;
        let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        connection.busy_timeout(schema::BUSY)?;
        let empty = busy? == 0;
        if empty {
            self.pages.store(0, Ordering::Relaxed);
        }
        Ok(empty)
    }

    fn wait_for_move(&mut self) -> Result<(), StoreError> {
        match self.moving.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(StoreError::Broke("moving the write-ahead log")),
            None => Ok(()),
        }
    }

    fn checkpoint(&mut self, connection: &Connection, how: &str, wait: Duration) -> Result<(), StoreError> {
        self.moved = self.pages.load(Ordering::Relaxed);
        connection.busy_timeout(wait)?;
        let done = run(connection, how);
        connection.busy_timeout(schema::BUSY)?;
        done
    }
}

impl Drop for WriteAheadLog {
    fn drop(&mut self) {
        if let Err(error) = self.wait_for_move() {
            tracing::warn!(%error, "the write-ahead log could not be moved: {error}");
        }
    }
}

/// A checkpoint that finds the log in use does what it can, and says no error.
fn run(connection: &Connection, how: &str) -> Result<(), StoreError> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_| Ok(()))?;
    Ok(())
}
