//! The registrations of one tenant, by what they are of: a request looks at few of many, and so does a change.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::Hash,
    sync::Arc,
};

use senne_model::{EntityId, Name, Timestamp};
use smallvec::SmallVec;

use super::{
    matching::{Matched, Wanted},
    registration::{EntityInfo, Registration},
};

/// Where a registration stands in the order of creation.
type Place = u64;

/// Places in order; most ids are those of one registration.
type Places = SmallVec<[Place; 2]>;

/// Registrations in the order in which they were created.
#[derive(Default)]
pub(crate) struct Index {
    all: BTreeMap<Place, Arc<Registration>>,
    places: HashMap<EntityId, Place>,
    /// By the ids of entities.
    by_id: HashMap<EntityId, Places>,
    /// Those that name no id, by type.
    open_by_type: HashMap<Name, Places>,
    by_type: HashMap<Name, Places>,
    /// Those that name neither id nor type.
    any: BTreeSet<Place>,
    /// Those that name an id without a type.
    untyped: BTreeSet<Place>,
    /// Those that expire, by when.
    expiring: BTreeSet<(Timestamp, Place)>,
}

impl Index {
    pub(super) fn of(mut all: Vec<Arc<Registration>>) -> Self {
        all.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let mut index = Self::default();
        all.into_iter().for_each(|registration| index.put(registration));
        index
    }

    /// Takes in a registration, in the place of the one with its id if there is one.
    pub(super) fn put(&mut self, registration: Arc<Registration>) {
        let after_all = self.all.last_key_value().map_or(0, |(last, _)| last + 1);
        let place = self.remove(&registration.id).unwrap_or(after_all);
        self.places.insert(registration.id.clone(), place);
        self.expiring.extend(registration.expires_at.map(|at| (at, place)));
        for key in keys(&registration) {
            match key {
                Key::Any => {
                    self.any.insert(place);
                }
                Key::Untyped => {
                    self.untyped.insert(place);
                }
                Key::Id(id) => insert(&mut self.by_id, id, place),
                Key::Type(kind) => insert(&mut self.by_type, kind, place),
                Key::OpenType(kind) => insert(&mut self.open_by_type, kind, place),
            }
        }
        self.all.insert(place, registration);
    }

    /// Takes out a registration; gives the place that it had.
    pub(super) fn remove(&mut self, id: &EntityId) -> Option<Place> {
        let place = self.places.remove(id)?;
        let registration = self.all.remove(&place)?;
        registration.expires_at.map(|at| self.expiring.remove(&(at, place)));
        for key in keys(&registration) {
            match key {
                Key::Any => {
                    self.any.remove(&place);
                }
                Key::Untyped => {
                    self.untyped.remove(&place);
                }
                Key::Id(id) => take_out(&mut self.by_id, id, place),
                Key::Type(kind) => take_out(&mut self.by_type, kind, place),
                Key::OpenType(kind) => take_out(&mut self.open_by_type, kind, place),
            }
        }
        Some(place)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn find(&self, id: &EntityId) -> Option<&Arc<Registration>> {
        self.all.get(self.places.get(id)?)
    }

    /// Those that have expired by then.
    pub(super) fn expired(&self, now: Timestamp) -> impl Iterator<Item = &Arc<Registration>> {
        let expired = self.expiring.range(..=(now, Place::MAX));
        expired.filter_map(|(_, place)| self.all.get(place))
    }

    /// Those that fit, oldest first.
    pub(crate) fn matching(&self, wanted: &Wanted) -> Vec<Matched> {
        let now = Timestamp::now();
        let found = self.candidates(wanted).into_iter().filter_map(|registration| {
            let infos = registration.is_live(now).then(|| wanted.matches(registration)).flatten()?;
            Some(Matched { registration: Arc::clone(registration), infos })
        });
        found.collect()
    }

    /// Those that may speak of the same entities as one that is here or not, itself left out.
    pub(super) fn near(&self, new: &Registration) -> Vec<Arc<Registration>> {
        let mut places = self.any.clone();
        for info in &new.infos {
            if info.entities.is_empty() || info.entities.iter().any(is_open) {
                places.extend(self.all.keys());
                break;
            }
            for entity in &info.entities {
                match &entity.id {
                    Some(id) => {
                        let types = (!entity.types.is_empty()).then_some(entity.types.as_slice());
                        places.extend(self.named([id].into_iter(), types));
                    }
                    None => places.extend(self.of_types(&entity.types)),
                }
            }
        }
        let all = places.iter().filter_map(|place| self.all.get(place));
        all.filter(|registration| registration.id != new.id).cloned().collect()
    }

    fn candidates(&self, wanted: &Wanted) -> Vec<&Arc<Registration>> {
        let types = wanted.types.plain();
        let mut places: Vec<Place> = match (&types, wanted.ids.as_slice()) {
            (None, []) => return self.all.values().collect(),
            (Some(types), []) => self.of_types(types).collect(),
            (types, ids) => self.named(ids.iter(), types.as_deref()).collect(),
        };
        places.extend(&self.any);
        places.sort_unstable();
        places.dedup();
        places.iter().filter_map(|place| self.all.get(place)).collect()
    }

    /// Those that name one of these types, or none.
    fn of_types<'a>(&'a self, types: &'a [Name]) -> impl Iterator<Item = Place> + 'a {
        let named = types.iter().filter_map(|kind| self.by_type.get(kind)).flatten();
        named.chain(&self.untyped).copied()
    }

    /// Those that name one of these ids, or none and one of these types. Without types any is meant.
    fn named<'a>(
        &self,
        ids: impl Iterator<Item = &'a EntityId>,
        types: Option<&[Name]>,
    ) -> impl Iterator<Item = Place> {
        let mut found: Vec<Place> = ids.filter_map(|id| self.by_id.get(id)).flatten().copied().collect();
        match types {
            Some(types) => {
                let open = types.iter().filter_map(|kind| self.open_by_type.get(kind));
                found.extend(open.flatten());
            }
            None => found.extend(self.open_by_type.values().flatten()),
        }
        found.into_iter()
    }
}

/// Under what a registration is found.
enum Key<'a> {
    Any,
    Untyped,
    Id(&'a EntityId),
    Type(&'a Name),
    OpenType(&'a Name),
}

fn keys(registration: &Registration) -> Vec<Key<'_>> {
    let mut keys = Vec::new();
    for info in &registration.infos {
        if info.entities.is_empty() {
            keys.push(Key::Any);
        }
        for entity in &info.entities {
            if entity.types.is_empty() {
                keys.push(if is_open(entity) { Key::Any } else { Key::Untyped });
            }
            keys.extend(entity.id.iter().map(Key::Id));
            keys.extend(entity.types.iter().map(Key::Type));
            if entity.id.is_none() {
                keys.extend(entity.types.iter().map(Key::OpenType));
            }
        }
    }
    keys
}

/// Whether it names neither id nor type.
fn is_open(entity: &EntityInfo) -> bool {
    entity.id.is_none() && entity.types.is_empty()
}

fn insert<K: Clone + Eq + Hash>(lists: &mut HashMap<K, Places>, key: &K, place: Place) {
    let list = match lists.get_mut(key) {
        Some(list) => list,
        None => lists.entry(key.clone()).or_default(),
    };
    if let Err(at) = list.binary_search(&place) {
        list.insert(at, place);
    }
}

fn take_out<K: Eq + Hash>(lists: &mut HashMap<K, Places>, key: &K, place: Place) {
    let Some(list) = lists.get_mut(key) else { return };
    if let Ok(at) = list.binary_search(&place) {
        list.remove(at);
    }
    if list.is_empty() {
        lists.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use senne_language::TypeExpression;
    use senne_model::TenantName;

    use super::{super::matching::WantedTypes, *};

    const INFOS: [&str; 9] = [
        r#"[{"entities":[{"type":"urn:A"}]}]"#,
        r#"[{"entities":[{"type":"urn:B"}]}]"#,
        r#"[{"entities":[{"type":"urn:A","id":"urn:e:1"}]}]"#,
        r#"[{"entities":[{"type":"urn:A","id":"urn:e:1"},{"type":["urn:A","urn:B"],"idPattern":"urn:e:.*"}]}]"#,
        r#"[{"entities":[{"type":"urn:B","id":"urn:e:2"}]}]"#,
        r#"[{"entities":[{"type":"*","id":"urn:e:2"}]}]"#,
        r#"[{"entities":[{"type":"*","idPattern":"urn:e:1"}]}]"#,
        r#"[{"propertyNames":["urn:speed"]}]"#,
        r#"[{"entities":[{"type":"urn:A","id":"urn:e:3","idPattern":"urn:e:.*"}]}]"#,
    ];

    fn registration(id: usize, info: usize) -> Arc<Registration> {
        let text = format!(r#"{{"endpoint":"http://127.0.0.1","information":{}}}"#, INFOS[info]);
        let document = serde_json::from_str(&text).unwrap();
        let id = EntityId::trusted(&format!("urn:reg:{id}"));
        let at = Timestamp::from_micros(1);
        Arc::new(Registration::new(id, TenantName::default(), document, [at, at], true).unwrap())
    }

    fn questions() -> Vec<Wanted> {
        let types = |names: &[&str]| {
            let names = names.iter().map(|name| Name::new(name));
            TypeExpression::one_of(names).map_or(WantedTypes::Any, WantedTypes::Expression)
        };
        let mut all = Vec::new();
        for names in [&[][..], &["urn:A"], &["urn:B"], &["urn:A", "urn:B"]] {
            for ids in [&[][..], &["urn:e:1"], &["urn:e:2", "urn:e:3"]] {
                let ids = ids.iter().map(|id| EntityId::trusted(id)).collect();
                all.push(Wanted { types: types(names), ids, ..Wanted::default() });
            }
        }
        let either = vec![TypeExpression::Anything, TypeExpression::Is(Name::new("urn:A"))];
        let either = WantedTypes::Expression(TypeExpression::Any(either));
        all.push(Wanted { types: either, ..Wanted::default() });
        all
    }

    proptest! {
        #[test]
        fn whatever_comes_and_goes_it_finds_what_a_look_at_all_would(
            steps in prop::collection::vec((0..5_usize, 0..INFOS.len() + 2), 0..40)
        ) {
            let (mut index, mut all) = (Index::default(), Vec::<Arc<Registration>>::new());
            for (id, info) in steps {
                let own = format!("urn:reg:{id}");
                let there = all.iter().position(|one| one.id.as_str() == own);
                if info >= INFOS.len() {
                    prop_assert_eq!(index.remove(&EntityId::trusted(&own)).is_some(), there.is_some());
                    there.map(|place| all.remove(place));
                    continue;
                }
                index.put(registration(id, info));
                match there {
                    Some(place) => all[place] = registration(id, info),
                    None => all.push(registration(id, info)),
                }
            }
            prop_assert_eq!(index.len(), all.len());
            let ids = |found: &[Arc<Registration>]| found.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
            for wanted in questions() {
                let fit = all.iter().filter(|one| wanted.matches(one).is_some()).cloned().collect::<Vec<_>>();
                let found: Vec<_> = index.matching(&wanted).into_iter().map(|one| one.registration).collect();
                prop_assert_eq!(ids(&found), ids(&fit));
            }
            for new in 0..INFOS.len() {
                let new = registration(9, new);
                let near = ids(&index.near(&new));
                for other in all.iter().filter(|other| super::super::conflict::overlap(&new, other)) {
                    prop_assert!(near.contains(&other.id));
                }
            }
        }
    }

    #[test]
    fn nothing_is_left_of_what_is_gone() {
        let mut index = Index::of((0..4).map(|id| registration(id, id * 2)).collect());
        let now = Timestamp::now();
        assert_eq!((index.len(), index.expired(now).count()), (4, 0));
        (0..4).for_each(|id| assert!(index.remove(&EntityId::trusted(&format!("urn:reg:{id}"))).is_some()));
        let lists = [index.by_id.len(), index.by_type.len(), index.open_by_type.len()];
        assert_eq!((lists, index.any.len(), index.untyped.len()), ([0; 3], 0, 0));
    }
}
