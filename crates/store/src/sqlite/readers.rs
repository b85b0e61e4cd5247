//! Bounded pools of read-only connections.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    sync::mpsc::{SendError, SyncSender, sync_channel},
};

use parking_lot::Mutex;
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

/// A bounded pool of read-only connections. Who waits for one is served in turn: on a busy machine one that has
/// just finished would otherwise always come before one that still has to wake up.
pub(super) struct Readers {
    path: PathBuf,
    /// What each connection keeps of the file, when it is not the usual.
    cache_kib: Option<i64>,
    state: Mutex<Pool>,
}

/// A connection, or leave to open one.
type Turn = Option<Connection>;

struct Pool {
    idle: Vec<Connection>,
    may_open: usize,
    /// Those who wait, the first first. While there are any, nothing is idle and nothing may be opened.
    waiting: VecDeque<SyncSender<Turn>>,
}

impl Readers {
    fn new(path: &Path, limit: usize, cache_kib: Option<i64>) -> Self {
        let state = Pool { idle: Vec::new(), may_open: limit, waiting: VecDeque::new() };
        Self { path: path.to_owned(), cache_kib, state: Mutex::new(state) }
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
        self.give(Some(connection));
        result.unwrap_or_else(|broke| resume_unwind(broke))
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let turn = {
            let mut pool = self.state.lock();
            if let Some(connection) = pool.idle.pop() {
                return Ok(connection);
            }
            if pool.may_open > 0 {
                pool.may_open -= 1;
                None
            } else {
                let (give, turn) = sync_channel(1);
                pool.waiting.push_back(give);
                Some(turn)
            }
        };
        // The senders stand in this pool, so that a turn always comes.
        match turn.and_then(|turn| turn.recv().ok().flatten()) {
            Some(connection) => Ok(connection),
            None => self.open().inspect_err(|_| self.give(None)),
        }
    }

    /// Hands a turn to who has waited longest, or keeps it.
    fn give(&self, mut turn: Turn) {
        let mut pool = self.state.lock();
        while let Some(first) = pool.waiting.pop_front() {
            match first.send(turn) {
                Ok(()) => return,
                Err(SendError(back)) => turn = back,
            }
        }
        match turn {
            Some(connection) => pool.idle.push(connection),
            None => pool.may_open += 1,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(limit: usize) -> (tempfile::TempDir, Readers) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.sqlite");
        Connection::open(&path)
            .unwrap()
            .execute_batch("PRAGMA journal_mode = wal; CREATE TABLE t (a)")
            .unwrap();
        let readers = Readers::new(&path, limit, None);
        (folder, readers)
    }

    fn wait_for(readers: &Readers, waiting: usize) {
        while readers.state.lock().waiting.len() != waiting {
            std::thread::yield_now();
        }
    }

    #[test]
    fn who_waits_comes_before_who_comes_back() {
        let (_folder, readers) = pool(1);
        let served = Mutex::new(Vec::new());
        let say = |who: &'static str| {
            let noted = readers.with(|_| {
                served.lock().push(who);
                Ok(())
            });
            noted.unwrap();
        };
        std::thread::scope(|scope| {
            let held = readers.take().unwrap();
            scope.spawn(|| say("first"));
            wait_for(&readers, 1);
            scope.spawn(|| say("second"));
            wait_for(&readers, 2);
            readers.give(Some(held));
            say("back again");
        });
        assert_eq!(*served.lock(), ["first", "second", "back again"]);
    }

    #[test]
    fn a_connection_that_cannot_be_opened_lets_the_next_one_try() {
        let (folder, readers) = pool(1);
        let path = folder.path().join("state.sqlite");
        let gone = folder.path().join("gone.sqlite");
        std::fs::rename(&path, &gone).unwrap();
        assert!(readers.take().is_err());
        std::fs::rename(&gone, &path).unwrap();
        std::thread::scope(|scope| {
            let held = readers.take().unwrap();
            let next = scope.spawn(|| readers.with(|_| Ok(())));
            wait_for(&readers, 1);
            drop(held);
            readers.give(None);
            next.join().unwrap().unwrap();
        });
        assert_eq!(readers.state.lock().idle.len(), 1);
    }
}
