//! Entities in memory, never older than the disk.

use std::sync::Arc;

use parking_lot::Mutex;
use quick_cache::{Weighter, sync::Cache};
use senne_model::{Entity, EntityId};

/// Where an entity stands: its tenant's number and its id.
pub(crate) type Key = (i64, EntityId);

/// An entity with its row number.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) no: i64,
    pub(crate) entity: Arc<Entity>,
}

/// What a decoded entity of a dozen attributes takes, in bytes: so many are expected to find room.
const ENTITY_BYTES: usize = 4096;

/// Weighs rows by what they take in memory.
#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Row> for Bytes {
    fn weight(&self, _: &Key, row: &Row) -> u64 {
        row.entity.weight() as u64
    }
}

/// A bounded cache that the writer fills after each commit and readers fill after a look at the disk.
///
/// A reader that looked before a commit must not put what it saw over what the commit put, so it says in
/// which epoch it looked, and is ignored when a commit came between.
pub(crate) struct StateCache {
    rows: Cache<Key, Row, Bytes>,
    epoch: Mutex<u64>,
}

impl StateCache {
    /// A cache of at most so many bytes, about.
    pub(crate) fn new(bytes: usize) -> Self {
        let expected = (bytes / ENTITY_BYTES).max(16);
        Self { rows: Cache::with_weighter(expected, bytes as u64, Bytes), epoch: Mutex::new(0) }
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

    /// Forgets everything, and what readers are about to bring.
    pub(crate) fn clear(&self) {
        let mut epoch = self.epoch.lock();
        *epoch += 1;
        self.rows.clear();
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

#[cfg(test)]
mod tests {
    use senne_model::{Attribute, AttributeValue, Instance, Json, Name};

    use super::*;

    #[test]
    fn what_is_kept_is_bounded_by_what_it_takes() {
        let cache = StateCache::new(8_000_000);
        let row = |no: i64, text: usize| {
            let id = EntityId::trusted(&format!("urn:{no}"));
            let mut entity = Entity::new(id.clone(), Name::new("urn:t"));
            let value = AttributeValue::Property(Json::text(&"a".repeat(text)));
            entity.attributes.push(Attribute::new(Name::new("urn:n"), Instance::new(value)));
            ((1, id), Row { no, entity: Arc::new(entity) })
        };
        let kept = |size: usize| {
            for no in 0..1_000 {
                let (key, row) = row(no, size);
                cache.fill(key, row, cache.epoch());
            }
            let kept = (0..1_000).filter(|no| cache.get(&row(*no, 0).0).is_some()).count();
            (kept, cache.rows.weight())
        };
        let (small, _) = kept(100);
        let (large, weight) = kept(100_000);
        assert_eq!(small, 1_000);
        assert!((1..=80).contains(&large) && weight <= 8_000_000, "{large} {weight}");
    }
}
