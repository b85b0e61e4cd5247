//! Present numbers and places in memory, column by column, for queries by value and by area.
//!
//! An index on disk would cost every write one scattered page a value; a column costs a write a few nanoseconds and a
//! query a walk over eight bytes an entity, in the order of creation, in which answers are given. The columns are
//! filled when they are first asked for, beside the writer; until then queries walk over the documents.

mod numbers;
mod places;
mod survey;

use std::collections::{HashMap, HashSet};

use parking_lot::{RwLock, RwLockWriteGuard};
use senne_model::{Entity, Name};

use self::{numbers::Numbers, places::Places};
use crate::Survey;

pub(crate) use self::survey::Counts;

/// Entities of one chunk: what is passed by at once when its bounds do not fit.
const CHUNK: usize = 1024;

/// Conditions that every candidate meets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// The attribute has a number from the first to the second, both included.
    pub(crate) numbers: Vec<(Name, f64, f64)>,
    /// The bounds of its geometries touch this box: west, south, east, north in degrees.
    pub(crate) place: Option<[f64; 4]>,
}

impl Wanted {
    /// Whether there is a condition at all.
    pub(crate) fn is_any(&self) -> bool {
        !self.numbers.is_empty() || self.place.is_some()
    }
}

/// The columns of all entities of a store, by the number of their row.
pub(crate) struct Columns {
    indexed: HashSet<Name>,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    phase: Phase,
    /// How often filling was begun: what an earlier filler brings is no longer wanted.
    turn: u64,
    /// Written since filling began: what the filler read of them is old.
    touched: HashSet<i64, foldhash::fast::RandomState>,
    numbers: HashMap<Name, Numbers, foldhash::fast::RandomState>,
    places: Places,
    counts: Counts,
    /// While filling: the filler has passed every entity up to this number.
    passed: i64,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Empty,
    Filling,
    Ready,
}

impl Columns {
    pub(crate) fn new(indexed: HashSet<Name>) -> Self {
        Self { indexed, state: RwLock::default() }
    }

    /// Whether numbers of an attribute are kept.
    pub(crate) fn has(&self, attribute: &Name) -> bool {
        self.indexed.contains(attribute)
    }

    /// The first `most` entities after number `from` that may be wanted, in the order of their numbers; `None` as long
    /// as the columns are not filled. `pin` fixes the state of the disk that is read afterwards: no commit comes between.
    pub(crate) fn candidates<E>(
        &self,
        wanted: &Wanted,
        from: i64,
        most: usize,
        pin: impl FnOnce() -> Result<(), E>,
    ) -> Result<Option<Vec<i64>>, E> {
        let state = self.state.read();
        pin()?;
        Ok((state.phase == Phase::Ready).then(|| state.candidates(wanted, from, most)))
    }

    /// Which attributes a tenant has; `None` as long as the columns are not filled.
    pub(crate) fn survey(&self, tenant: i64) -> Option<Survey> {
        let state = self.state.read();
        (state.phase == Phase::Ready).then(|| state.counts.survey(tenant))
    }

    /// The turn of the caller, when the caller must fill them: one at a time.
    pub(crate) fn begin(&self) -> Option<u64> {
        let mut state = self.state.write();
        if state.phase != Phase::Empty {
            return None;
        }
        state.phase = Phase::Filling;
        state.turn += 1;
        Some(state.turn)
    }

    /// Takes what the filler of a turn read (number, tenant, entity, in the order of the numbers), unless it has been written
    /// since.
    pub(crate) fn fill(&self, turn: u64, entities: &[(i64, i64, Entity)]) {
        let mut state = self.state.write();
        if !state.is_filled_by(turn) {
            return;
        }
        for (no, tenant, entity) in entities {
            if !state.touched.contains(no) {
                state.put(*no, entity, &self.indexed);
                state.counts.change(*tenant, None, Some(entity));
            }
            state.passed = *no;
        }
    }

    /// Ends the filling of a turn: all has been read, or it failed and will be begun anew.
    pub(crate) fn end(&self, turn: u64, whole: bool) {
        let mut state = self.state.write();
        if !state.is_filled_by(turn) {
            return;
        }
        if whole {
            state.phase = Phase::Ready;
            state.touched = HashSet::default();
        } else {
            state.forget();
        }
    }

    /// Lets go of everything: it is filled anew when it is next asked for.
    pub(crate) fn forget(&self) {
        self.state.write().forget();
    }

    /// To be held from before a commit until it is published, so that columns and disk show the same groups (S4).
    pub(crate) fn gate(&self) -> Gate<'_> {
        Gate { state: self.state.write(), indexed: &self.indexed }
    }
}

/// Nobody reads the columns meanwhile.
pub(crate) struct Gate<'a> {
    state: RwLockWriteGuard<'a, State>,
    indexed: &'a HashSet<Name>,
}

impl Gate<'_> {
    /// Takes over what a commit made: tenant, number, what was, what is.
    pub(crate) fn publish<'e>(
        mut self,
        entities: impl Iterator<Item = (i64, i64, Option<&'e Entity>, Option<&'e Entity>)>,
    ) {
        let state = &mut *self.state;
        if state.phase == Phase::Empty {
            return;
        }
        for (tenant, no, before, now) in entities {
            let mut counted = true;
            if state.phase == Phase::Filling {
                counted = !state.touched.insert(no) || no <= state.passed;
            }
            state.counts.change(tenant, before.filter(|_| counted), now);
            if let Some(before) = before {
                state.clear_absent(no, before, now);
            }
            if let Some(now) = now {
                state.put(no, now, self.indexed);
            }
        }
    }
}

impl State {
    fn is_filled_by(&self, turn: u64) -> bool {
        self.phase == Phase::Filling && self.turn == turn
    }

    fn forget(&mut self) {
        *self = Self { turn: self.turn, ..Self::default() };
    }

    fn put(&mut self, no: i64, entity: &Entity, indexed: &HashSet<Name>) {
        self.places.set(no, entity);
        for attribute in entity.attributes.iter().filter(|a| indexed.contains(&a.name)) {
            if let Some(numbers) = self.numbers.get_mut(&attribute.name) {
                numbers.set(no, attribute);
            } else {
                self.numbers.entry(attribute.name.clone()).or_default().set(no, attribute);
            }
        }
    }

    fn clear_absent(&mut self, no: i64, before: &Entity, now: Option<&Entity>) {
        if now.is_none() {
            self.places.clear(no);
        }
        for attribute in &before.attributes {
            if now.is_none_or(|now| now.attribute(&attribute.name).is_none())
                && let Some(numbers) = self.numbers.get_mut(&attribute.name)
            {
                numbers.clear(no);
            }
        }
    }

    fn candidates(&self, wanted: &Wanted, from: i64, most: usize) -> Vec<i64> {
        let mut columns = Vec::with_capacity(wanted.numbers.len());
        for (attribute, low, high) in &wanted.numbers {
            match self.numbers.get(attribute) {
                Some(numbers) => columns.push((numbers, *low, *high)),
                None => return Vec::new(),
            }
        }
        let mut found = Vec::new();
        let Some(((first, low, high), others)) = columns.split_first() else {
            if let Some(bounds) = wanted.place {
                self.places.each_within(bounds, from, |no| {
                    found.push(no);
                    found.len() < most
                });
            }
            return found;
        };
        first.each_between(*low, *high, from, |no| {
            let fits = others.iter().all(|(numbers, low, high)| numbers.may_be(no, *low, *high))
                && wanted.place.is_none_or(|bounds| self.places.touches(no, bounds));
            if fits {
                found.push(no);
            }
            found.len() < most
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{Attribute, AttributeValue, EntityId, Instance, Json};

    use super::*;

    fn entity(n: i64) -> Entity {
        let mut entity = Entity::new(EntityId::trusted(&format!("urn:x:{n}")), Name::new("urn:t"));
        let value = Instance::new(AttributeValue::Property(Json::Int(n)));
        entity.attributes.push(Attribute::new(Name::new("urn:n"), value));
        entity
    }

    fn found(columns: &Columns) -> Option<Vec<i64>> {
        let wanted = Wanted { numbers: vec![(Name::new("urn:n"), 0.0, 100.0)], place: None };
        columns.candidates::<()>(&wanted, 0, 10, || Ok(())).unwrap()
    }

    #[test]
    fn who_began_before_all_was_forgotten_fills_nothing() {
        let columns = Columns::new(HashSet::from([Name::new("urn:n")]));
        let early = columns.begin().unwrap();
        assert_eq!(columns.begin(), None, "one fills at a time");
        columns.fill(early, &[(1, 1, entity(1))]);
        columns.forget();
        columns.end(early, true);
        assert_eq!(found(&columns), None, "nobody has read it all");
        let late = columns.begin().unwrap();
        columns.fill(early, &[(1, 1, entity(1))]);
        columns.fill(late, &[(2, 1, entity(2))]);
        columns.end(early, true);
        assert_eq!(found(&columns), None);
        columns.end(late, true);
        assert_eq!(found(&columns), Some(vec![2]));
    }
}
