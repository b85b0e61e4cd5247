//! What a live source has said already: it repeats itself, from one answer to the next and within a window of time.

use std::collections::HashMap;

use senne_model::{Attribute, AttributeValue, EntityId, Name, Timestamp, Write};

use crate::{KnownValue, load::same};

/// How many series, and how many values of one answer, are remembered.
const REMEMBERED_MAX: usize = 1 << 20;

type Series = (EntityId, Name);
type Moment = Option<Timestamp>;
type Key = (EntityId, Name, Moment);
type Values = HashMap<Key, AttributeValue>;

/// What was written, or known before.
#[derive(Default)]
pub(super) struct Memory {
    /// The newest value of each series.
    newest: HashMap<Series, (Moment, AttributeValue)>,
    /// The values of the last answer that was taken as a whole.
    last: Values,
    /// Those of the answer that is being taken.
    now: Values,
}

/// What a value is to who remembers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// It was written, or known.
    Repeated,
    /// It was not.
    News,
    /// It is too old for this memory: others must be asked.
    Doubtful,
}

impl Memory {
    /// An answer begins. One that broke off before is forgotten, but for the newest values of it.
    pub(super) fn begin(&mut self) {
        self.now.clear();
    }

    /// The answer was taken as a whole.
    pub(super) fn end(&mut self) {
        self.last = std::mem::take(&mut self.now);
    }

    /// Takes out what is repeated. Of several values for one moment the last one counts: of the others it is enough that there was one.
    pub(super) fn drop_repeated(&mut self, writes: &mut Vec<Write>) {
        let mut last: HashMap<Key, usize> = HashMap::new();
        for (place, write) in writes.iter().enumerate() {
            let keys = write.attributes.iter().filter_map(|attribute| key_of(&write.entity, attribute));
            last.extend(keys.map(|key| (key, place)));
        }
        for (place, write) in writes.iter_mut().enumerate() {
            let entity = &write.entity;
            write.attributes.retain(|attribute| {
                let Some(key) = key_of(entity, attribute) else { return true };
                if last.get(&key) != Some(&place) {
                    return !self.has_moment(&key);
                }
                let repeated = self.kind(entity, attribute) == Kind::Repeated;
                if repeated {
                    self.remember(entity, attribute);
                }
                !repeated
            });
        }
        writes.retain(|write| !write.attributes.is_empty() || write.scopes.is_some());
    }

    fn has_moment(&self, key: &Key) -> bool {
        let newest = || self.newest.get(&(key.0.clone(), key.1.clone()));
        self.last.contains_key(key) || newest().is_some_and(|(at, _)| *at == key.2)
    }

    /// The writes with values of which only others can tell whether they are known.
    pub(super) fn doubtful<'w>(&self, writes: &'w [Write]) -> Vec<&'w Write> {
        let doubtful = |write: &&Write| {
            write.attributes.iter().any(|attribute| self.kind(&write.entity, attribute) == Kind::Doubtful)
        };
        writes.iter().filter(doubtful).collect()
    }

    /// Takes over what others know, in the order in which it was recorded.
    pub(super) fn know(&mut self, known: &[KnownValue]) {
        for value in known {
            self.put(&value.entity, &value.attribute, Some(value.observed_at), &value.value);
        }
    }

    /// Takes over what was written, but for the writes that were refused.
    pub(super) fn wrote(&mut self, writes: &[Write], refused: &[usize]) {
        for (_, write) in writes.iter().enumerate().filter(|(i, _)| !refused.contains(i)) {
            write.attributes.iter().for_each(|attribute| self.remember(&write.entity, attribute));
        }
    }

    fn kind(&self, entity: &EntityId, attribute: &Attribute) -> Kind {
        let Some(instance) = attribute.instances.first() else { return Kind::News };
        let (at, value) = (instance.observed_at, &instance.value);
        if let Some(last) = self.last.get(&(entity.clone(), attribute.name.clone(), at)) {
            return if same(last, value) { Kind::Repeated } else { Kind::News };
        }
        match self.newest.get(&(entity.clone(), attribute.name.clone())) {
            Some((newest, known)) if *newest == at && same(known, value) => Kind::Repeated,
            Some((newest, _)) if at >= *newest => Kind::News,
            _ if at.is_none() => Kind::News,
            _ => Kind::Doubtful,
        }
    }

    fn remember(&mut self, entity: &EntityId, attribute: &Attribute) {
        if let Some(instance) = attribute.instances.first() {
            self.put(entity, &attribute.name, instance.observed_at, &instance.value);
        }
    }

    fn put(&mut self, entity: &EntityId, attribute: &Name, at: Moment, value: &AttributeValue) {
        if self.newest.len() >= REMEMBERED_MAX {
            self.newest.clear();
        }
        let newest =
            self.newest.entry((entity.clone(), attribute.clone())).or_insert_with(|| (at, value.clone()));
        if at >= newest.0 {
            *newest = (at, value.clone());
        }
        let key = (entity.clone(), attribute.clone(), at);
        // When the rest of the answer fails, it comes again.
        if let Some(last) = self.last.get_mut(&key) {
            last.clone_from(value);
        }
        if self.now.len() < REMEMBERED_MAX {
            self.now.insert(key, value.clone());
        }
    }
}

fn key_of(entity: &EntityId, attribute: &Attribute) -> Option<Key> {
    let instance = attribute.instances.first()?;
    Some((entity.clone(), attribute.name.clone(), instance.observed_at))
}
