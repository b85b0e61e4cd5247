//! The state of the entities that a group of requests touches, while it is being applied.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use senne_model::Entity;

use crate::cache::Key;

/// The entities of one group: what they were, and what the group makes of them.
#[derive(Default)]
pub(super) struct Overlay {
    places: HashMap<Key, usize, foldhash::fast::RandomState>,
    /// In the order in which they were first touched, so that rows are written in that order.
    slots: Vec<Slot>,
}

/// One entity of the group.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) key: Key,
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
    fn new(key: Key, found: Option<(i64, Arc<Entity>)>) -> Self {
        let (no, before) = match found {
            Some((no, entity)) => (Some(no), Some(entity)),
            None => (None, None),
        };
        let now = before.as_deref().cloned();
        Self { key, no, before, now, changed: false }
    }
}

impl Overlay {
    /// The place of the slot of an entity, which is loaded on first touch. When that fails, nothing has changed.
    pub(super) fn place<E>(
        &mut self,
        key: Key,
        load: impl FnOnce(&Key) -> Result<Option<(i64, Arc<Entity>)>, E>,
    ) -> Result<usize, E> {
        match self.places.entry(key) {
            Entry::Occupied(there) => Ok(*there.get()),
            Entry::Vacant(free) => {
                let found = load(free.key())?;
                self.slots.push(Slot::new(free.key().clone(), found));
                Ok(*free.insert(self.slots.len() - 1))
            }
        }
    }

    /// The slot at a place.
    pub(super) fn at(&mut self, place: usize) -> &mut Slot {
        &mut self.slots[place]
    }

    /// A copy of the slots of some keys, to put back when their request fails as a whole.
    pub(super) fn save(&self, keys: impl Iterator<Item = Key>) -> Vec<(Key, Option<Slot>)> {
        let there = |key: &Key| self.places.get(key).map(|place| self.slots[*place].clone());
        keys.map(|key| (there(&key), key)).map(|(slot, key)| (key, slot)).collect()
    }

    /// Puts saved slots back. A slot that was not there before stays as it was loaded.
    pub(super) fn restore(&mut self, saved: Vec<(Key, Option<Slot>)>) {
        for (key, before) in saved {
            let Some(place) = self.places.get(&key) else { continue };
            let slot = &mut self.slots[*place];
            *slot = match before {
                Some(before) => before,
                None => Slot::new(key, slot.no.zip(slot.before.take())),
            };
        }
    }

    /// The changed slots, in the order of their first touch.
    pub(super) fn into_changed(self) -> impl Iterator<Item = Slot> {
        self.slots.into_iter().filter(|slot| slot.changed)
    }
}
