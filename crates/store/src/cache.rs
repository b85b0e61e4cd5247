//! Entities in memory, never older than the disk.

use std::sync::Arc;

use parking_lot::Mutex;
use quick_cache::sync::Cache;
use senne_model::{Entity, EntityId};

/// Where an entity stands: its tenant's number and its id.
pub(crate) type Key = (i64, EntityId);

/// An entity with its row number.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) no: i64,
    pub(crate) entity: Arc<Entity>,
}

/// A bounded cache that the writer fills after each commit and readers fill after a look at the disk.
///
/// A reader that looked before a commit must not put what it saw over what the commit put, so it says in
/// which epoch it looked, and is ignored when a commit came between.
pub(crate) struct StateCache {
    rows: Cache<Key, Row>,
    epoch: Mutex<u64>,
}

impl StateCache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { rows: Cache::new(capacity.max(16)), epoch: Mutex::new(0) }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Row> {
        self.rows.get(key)
    }

    /// The epoch to give to [`StateCache::fill`]; ask before looking at the disk.
    pub(crate) fn epoch(&self) -> u64 {
        *self.epoch.lock()
    }

    pub(crate) fn fill(&self, key: Key, row: Row, looked_in: u64) {
        let epoch = self.epoch.lock();
        if *epoch == looked_in {
            self.rows.insert(key, row);
        }
    }

    /// Takes over what a commit made.
    pub(crate) fn publish(&self, rows: impl Iterator<Item = (Key, Option<Row>)>) {
        let mut epoch = self.epoch.lock();
        *epoch += 1;
        for (key, row) in rows {
            match row {
                Some(row) => self.rows.insert(key, row),
                None => {
                    self.rows.remove(&key);
                }
            }
        }
    }
}
