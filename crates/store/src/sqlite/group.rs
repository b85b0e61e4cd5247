//! The state of the entities that a group of requests touches, while it is being applied.

use std::{collections::HashMap, sync::Arc};

use senne_model::Entity;

use crate::cache::Key;

/// The entities of one group: what they were, and what the group makes of them.
#[derive(Default)]
pub(super) struct Overlay {
    slots: HashMap<Key, Slot, foldhash::fast::RandomState>,
    /// Keys in the order in which they were first touched, so that rows are written in that order.
    order: Vec<Key>,
}

/// One entity of the group.
#[derive(Clone)]
pub(super) struct Slot {
    /// Its row, when it has one on disk.
    pub(super) no: Option<i64>,
    /// What is on disk.
    pub(super) before: Option<Arc<Entity>>,
    /// What will be.
    pub(super) now: Option<Entity>,
    /// Whether `now` differs from what is on disk.
    pub(super) changed: bool,
}

impl Slot {
    pub(super) fn new(found: Option<(i64, Arc<Entity>)>) -> Self {
        let (no, before) = match found {
            Some((no, entity)) => (Some(no), Some(entity)),
            None => (None, None),
        };
        let now = before.as_deref().cloned();
        Self { no, before, now, changed: false }
    }
}

impl Overlay {
    /// The slot of an entity, which is loaded on first touch.
    pub(super) fn slot<E>(
        &mut self,
        key: &Key,
        load: impl FnOnce() -> Result<Option<(i64, Arc<Entity>)>, E>,
    ) -> Result<&mut Slot, E> {
        if !self.slots.contains_key(key) {
            let slot = Slot::new(load()?);
            self.order.push(key.clone());
            self.slots.insert(key.clone(), slot);
        }
        Ok(self.slots.entry(key.clone()).or_insert_with(|| Slot::new(None)))
    }

    /// A copy of the slots of some keys, to put back when their request fails as a whole.
    pub(super) fn save(&self, keys: &[Key]) -> Vec<(Key, Option<Slot>)> {
        keys.iter().map(|key| (key.clone(), self.slots.get(key).cloned())).collect()
    }

    /// Puts saved slots back. A slot that was not there before stays as it was loaded.
    pub(super) fn restore(&mut self, saved: Vec<(Key, Option<Slot>)>) {
        for (key, slot) in saved {
            match slot {
                Some(slot) => {
                    self.slots.insert(key, slot);
                }
                None => {
                    if let Some(slot) = self.slots.get_mut(&key) {
                        *slot = Slot::new(slot.no.zip(slot.before.take()));
                    }
                }
            }
        }
    }

    /// The changed slots, in the order of their first touch.
    pub(super) fn into_changed(mut self) -> Vec<(Key, Slot)> {
        let take = |key: Key| self.slots.remove(&key).filter(|slot| slot.changed).map(|slot| (key, slot));
        self.order.into_iter().filter_map(take).collect()
    }
}
