//! Subscriptions by what they watch, so that a change is offered to few of them however many there are.
//!
//! Each subscription stands in one spot for each type that it watches: by id, by an equal value, by the place on earth, by
//! a threshold, or by a watched attribute, the first of these that it has. A change is looked up in each kind of spot.
//! What is found may want the change; whether it does is decided by the subscription itself.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Bound,
    sync::Arc,
};

use senne_model::{Change, ChangeKind, Entity, Name, TenantName};

use super::{
    cells::cells_on,
    compiled::Compiled,
    runner::Runner,
    spot::{Key, Number, Spot, spots},
};

/// So few changed attributes are compared one by one.
const FEW: usize = 32;

/// The subscriptions of all tenants.
#[derive(Default)]
pub(super) struct Index {
    tenants: HashMap<TenantName, Watchers>,
}

type Runners = Vec<Arc<Runner>>;

#[derive(Default)]
struct Watchers {
    /// Those that are not ready yet: they are offered everything.
    unready: Runners,
    any_type: Bucket,
    by_type: HashMap<Name, Bucket>,
}

/// The subscriptions of one type.
#[derive(Default)]
struct Bucket {
    spots: HashMap<Spot, Runners>,
    above: HashMap<Name, BTreeMap<Number, Runners>>,
    below: HashMap<Name, BTreeMap<Number, Runners>>,
    /// How many stand by equal values of each attribute, and by places on each level of the grid.
    equal: HashMap<Name, usize>,
    places: HashMap<(Name, u8), usize>,
}

impl Index {
    /// Puts a subscription where it is found.
    pub(super) fn insert(&mut self, runner: &Arc<Runner>) {
        let compiled = runner.state.lock().compiled.clone();
        let watchers = self.tenants.entry(runner.tenant.clone()).or_default();
        match compiled {
            None => watchers.unready.push(Arc::clone(runner)),
            Some(compiled) => watchers.each_bucket(&compiled, &mut |bucket, spot| bucket.put(spot, runner)),
        }
    }

    /// Takes a subscription out.
    pub(super) fn remove(&mut self, runner: &Arc<Runner>) {
        let compiled = runner.state.lock().compiled.clone();
        let Some(watchers) = self.tenants.get_mut(&runner.tenant) else { return };
        watchers.unready.retain(|there| !Arc::ptr_eq(there, runner));
        if let Some(compiled) = compiled {
            watchers.each_bucket(&compiled, &mut |bucket, spot| bucket.take(spot, runner));
            watchers.by_type.retain(|_, bucket| !bucket.is_empty());
        }
    }

    /// The subscriptions that may want a change; some of them may be named twice. `entity` gives the entity as the change
    /// left it, and is asked only when some subscription is found by it.
    pub(super) fn find<'i>(
        &'i self,
        change: &Change,
        entity: &mut dyn FnMut() -> Option<Arc<Entity>>,
        found: &mut dyn FnMut(&'i Arc<Runner>),
    ) {
        let Some(watchers) = self.tenants.get(&change.tenant) else { return };
        if change.kind == ChangeKind::Erased {
            return;
        }
        watchers.unready.iter().for_each(&mut *found);
        watchers.any_type.find(change, entity, found);
        for kind in &change.types {
            if let Some(bucket) = watchers.by_type.get(kind) {
                bucket.find(change, entity, found);
            }
        }
    }
}

impl Watchers {
    fn each_bucket(&mut self, compiled: &Compiled, act: &mut dyn FnMut(&mut Bucket, &Spot)) {
        let spots = spots(compiled);
        match compiled.plain_types() {
            None => spots.iter().for_each(|spot| act(&mut self.any_type, spot)),
            Some(types) => {
                for kind in types {
                    let bucket = self.by_type.entry(kind).or_default();
                    spots.iter().for_each(|spot| act(bucket, spot));
                }
            }
        }
    }
}

impl Bucket {
    fn is_empty(&self) -> bool {
        self.spots.is_empty() && self.above.is_empty() && self.below.is_empty()
    }

    fn put(&mut self, spot: &Spot, runner: &Arc<Runner>) {
        let place = match spot {
            Spot::Above(name, x) => self.above.entry(name.clone()).or_default().entry(*x).or_default(),
            Spot::Below(name, x) => self.below.entry(name.clone()).or_default().entry(*x).or_default(),
            other => {
                match other {
                    Spot::Equal(name, _) => *self.equal.entry(name.clone()).or_default() += 1,
                    Spot::Cell(name, cell) => {
                        *self.places.entry((name.clone(), cell.level)).or_default() += 1;
                    }
                    _ => {}
                }
                self.spots.entry(other.clone()).or_default()
            }
        };
        place.push(Arc::clone(runner));
    }

    fn take(&mut self, spot: &Spot, runner: &Arc<Runner>) {
        let threshold = |side: &mut HashMap<Name, BTreeMap<Number, Runners>>, name: &Name, x: &Number| {
            let Some(steps) = side.get_mut(name) else { return };
            let Some(there) = steps.get_mut(x) else { return };
            there.retain(|other| !Arc::ptr_eq(other, runner));
            if there.is_empty() {
                steps.remove(x);
            }
            if steps.is_empty() {
                side.remove(name);
            }
        };
        match spot {
            Spot::Above(name, x) => threshold(&mut self.above, name, x),
            Spot::Below(name, x) => threshold(&mut self.below, name, x),
            other => {
                let Some(there) = self.spots.get_mut(other) else { return };
                let before = there.len();
                there.retain(|known| !Arc::ptr_eq(known, runner));
                let gone = before - there.len();
                if there.is_empty() {
                    self.spots.remove(other);
                }
                match other {
                    Spot::Equal(name, _) => lower(&mut self.equal, name.clone(), gone),
                    Spot::Cell(name, cell) => lower(&mut self.places, (name.clone(), cell.level), gone),
                    _ => {}
                }
            }
        }
    }

    fn find<'i>(
        &'i self,
        change: &Change,
        entity: &mut dyn FnMut() -> Option<Arc<Entity>>,
        found: &mut dyn FnMut(&'i Arc<Runner>),
    ) {
        let mut at = |spot: &Spot| self.spots.get(spot).into_iter().flatten().for_each(&mut *found);
        at(&Spot::Rest);
        at(&Spot::Id(change.entity.clone()));
        let (few, mut seen) = (change.attributes.len() <= FEW, HashSet::new());
        for (place, changed) in change.attributes.iter().enumerate() {
            let again = if few {
                change.attributes[..place].iter().any(|other| other.name == changed.name)
            } else {
                !seen.insert(&changed.name)
            };
            if !again {
                at(&Spot::Attribute(changed.name.clone()));
            }
        }
        let by_value = !self.equal.is_empty() || !self.above.is_empty() || !self.below.is_empty();
        if !by_value && self.places.is_empty() {
            return;
        }
        // Without the entity nothing can be told by its values: everybody is asked.
        match entity() {
            Some(entity) => {
                self.find_by_value(&entity, found);
                self.find_by_place(&entity, found);
            }
            None => self.spots.values().flatten().chain(self.thresholds()).for_each(found),
        }
    }

    /// All that stand in spots of one sort.
    fn all_at<'i>(&'i self, sort: &dyn Fn(&Spot) -> bool, found: &mut dyn FnMut(&'i Arc<Runner>)) {
        let there = self.spots.iter().filter(|(spot, _)| sort(spot));
        there.flat_map(|(_, runners)| runners).for_each(found);
    }

    fn thresholds(&self) -> impl Iterator<Item = &Arc<Runner>> {
        self.above.values().chain(self.below.values()).flat_map(|steps| steps.values().flatten())
    }

    fn find_by_value<'i>(&'i self, entity: &Entity, found: &mut dyn FnMut(&'i Arc<Runner>)) {
        for name in self.equal.keys() {
            let Some(attribute) = entity.attribute(name) else { continue };
            // Values of other kinds are compared in ways of their own.
            let Some(keys) = Key::of(attribute) else {
                self.all_at(&|spot| matches!(spot, Spot::Equal(there, _) if there == name), found);
                continue;
            };
            for key in keys {
                let spot = Spot::Equal(name.clone(), key);
                self.spots.get(&spot).into_iter().flatten().for_each(&mut *found);
            }
        }
        for (name, steps) in &self.above {
            let Some(attribute) = entity.attribute(name) else { continue };
            // The greatest value passes every threshold that any value passes.
            match Key::of(attribute).map(|keys| keys.iter().filter_map(Key::number).max()) {
                Some(None) => {}
                Some(Some(most)) => steps.range(..=most).flat_map(|(_, there)| there).for_each(&mut *found),
                None => steps.values().flatten().for_each(&mut *found),
            }
        }
        for (name, steps) in &self.below {
            let Some(attribute) = entity.attribute(name) else { continue };
            match Key::of(attribute).map(|keys| keys.iter().filter_map(Key::number).min()) {
                Some(None) => {}
                Some(Some(least)) => {
                    let range = (Bound::Included(least), Bound::Unbounded);
                    steps.range(range).flat_map(|(_, there)| there).for_each(&mut *found);
                }
                None => steps.values().flatten().for_each(&mut *found),
            }
        }
    }

    fn find_by_place<'i>(&'i self, entity: &Entity, found: &mut dyn FnMut(&'i Arc<Runner>)) {
        for (name, level) in self.places.keys() {
            let Some(attribute) = entity.attribute(name) else { continue };
            for geometry in attribute.instances.iter().filter_map(|instance| instance.value.as_geometry()) {
                let Some(cells) = cells_on(geometry.bounds(), *level) else {
                    let here = |spot: &Spot| matches!(spot, Spot::Cell(there, cell) if there == name && cell.level == *level);
                    self.all_at(&here, found);
                    continue;
                };
                for cell in cells {
                    let spot = Spot::Cell(name.clone(), cell);
                    self.spots.get(&spot).into_iter().flatten().for_each(&mut *found);
                }
            }
        }
    }
}

/// Takes some off a count, and the count away when it is nothing.
fn lower<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: K, by: usize) {
    if let Some(count) = counts.get_mut(&key) {
        *count = count.saturating_sub(by);
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
