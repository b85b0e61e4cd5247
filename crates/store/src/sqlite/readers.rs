//! Bounded pools of read-only connections.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
};

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;

use super::schema;
use crate::StoreError;

/// Looks that take microseconds need few connections.
const LOOKUPS_MAX: usize = 4;

/// A walk goes over each page once: little of it is worth keeping.
const WALK_CACHE_KIB: i64 = 2_048;

/// The pools, so that who takes long keeps nobody waiting who is quick.
pub(super) struct Pools {
    /// Looks that take microseconds, also from threads that must not wait.
    pub(super) lookups: Readers,
    /// Queries, each of which may look at every entity.
    pub(super) queries: Readers,
    /// Walks, which go as fast as whoever asked takes what they give.
    pub(super) walks: Readers,
}

impl Pools {
    pub(super) fn new(path: &Path, readers: usize) -> Self {
        let readers = readers.max(1);
        Self {
            lookups: Readers::new(path, readers.min(LOOKUPS_MAX), None),
            queries: Readers::new(path, readers, None),
            walks: Readers::new(path, readers, Some(WALK_CACHE_KIB)),
        }
    }

    /// Closes the connections that nobody uses.
    pub(super) fn rest(&self) {
        [&self.lookups, &self.queries, &self.walks].into_iter().for_each(Readers::rest);
    }
}

/// A bounded pool of read-only connections.
pub(super) struct Readers {
    path: PathBuf,
    /// What each connection keeps of the file, when it is not the usual.
    cache_kib: Option<i64>,
    state: Mutex<Pool>,
    returned: Condvar,
}

struct Pool {
    idle: Vec<Connection>,
    may_open: usize,
}

impl Readers {
    fn new(path: &Path, limit: usize, cache_kib: Option<i64>) -> Self {
        let state = Mutex::new(Pool { idle: Vec::new(), may_open: limit });
        Self { path: path.to_owned(), cache_kib, state, returned: Condvar::new() }
    }

    fn rest(&self) {
        let mut pool = self.state.lock();
        pool.may_open += pool.idle.len();
        pool.idle.clear();
    }

    /// Runs `work` with a connection of its own; waits for one when all are busy.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = self.take()?;
        // Work that breaks off must not take the connection along: with the last of them nobody could read any more.
        let result = catch_unwind(AssertUnwindSafe(|| work(&connection)));
        self.state.lock().idle.push(connection);
        self.returned.notify_one();
        result.unwrap_or_else(|broke| resume_unwind(broke))
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let mut pool = self.state.lock();
        loop {
            if let Some(connection) = pool.idle.pop() {
                return Ok(connection);
            }
            if pool.may_open > 0 {
                pool.may_open -= 1;
                drop(pool);
                return self.open().inspect_err(|_| {
                    self.state.lock().may_open += 1;
                    self.returned.notify_one();
                });
            }
            self.returned.wait(&mut pool);
        }
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let connection = schema::open_reader(&self.path)?;
        if let Some(kib) = self.cache_kib {
            connection.pragma_update(None, "cache_size", -kib)?;
        }
        Ok(connection)
    }
}
