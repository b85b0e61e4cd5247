//! The registrations of one tenant, by what they are of: a request looks at few of many.

use std::{collections::HashMap, sync::Arc};

use senne_model::{EntityId, Name, Timestamp};

use super::{
    matching::{Matched, Wanted},
    registration::Registration,
};

/// Registrations in the order in which they were created. Rebuilt when one of them changes.
#[derive(Default)]
pub(crate) struct Index {
    all: Vec<Arc<Registration>>,
    by_id: HashMap<EntityId, Vec<usize>>,
    /// Those that name no id, by type.
    open_by_type: HashMap<Name, Vec<usize>>,
    by_type: HashMap<Name, Vec<usize>>,
    /// Those that name neither id nor type.
    any: Vec<usize>,
}

impl Index {
    pub(super) fn of(mut all: Vec<Arc<Registration>>) -> Self {
        all.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let mut index = Self::default();
        for (place, registration) in all.iter().enumerate() {
            index.take_in(place, registration);
        }
        index.all = all;
        index
    }

    fn take_in(&mut self, place: usize, registration: &Registration) {
        for info in &registration.infos {
            if info.entities.is_empty() {
                push(&mut self.any, place);
            }
            for entity in &info.entities {
                if let Some(id) = &entity.id {
                    push(self.by_id.entry(id.clone()).or_default(), place);
                }
                if entity.types.is_empty() {
                    push(&mut self.any, place);
                }
                for kind in &entity.types {
                    push(self.by_type.entry(kind.clone()).or_default(), place);
                    if entity.id.is_none() {
                        push(self.open_by_type.entry(kind.clone()).or_default(), place);
                    }
                }
            }
        }
    }

    /// All of them, oldest first.
    pub(crate) fn all(&self) -> &[Arc<Registration>] {
        &self.all
    }

    pub(crate) fn find(&self, id: &EntityId) -> Option<&Arc<Registration>> {
        self.all.iter().find(|registration| registration.id == *id)
    }

    /// Those that fit, oldest first.
    pub(crate) fn matching(&self, wanted: &Wanted) -> Vec<Matched> {
        let now = Timestamp::now();
        let places = self.candidates(wanted);
        let found = places.into_iter().filter_map(|place| {
            let registration = &self.all[place];
            let infos = registration.is_live(now).then(|| wanted.matches(registration)).flatten()?;
            Some(Matched { registration: Arc::clone(registration), infos })
        });
        found.collect()
    }

    fn candidates(&self, wanted: &Wanted) -> Vec<usize> {
        let types = wanted.types.plain();
        let mut places: Vec<usize> = match (&types, wanted.ids.as_slice()) {
            (None, []) => return (0..self.all.len()).collect(),
            (Some(types), []) => {
                types.iter().filter_map(|kind| self.by_type.get(kind)).flatten().copied().collect()
            }
            (types, ids) => {
                let named = ids.iter().filter_map(|id| self.by_id.get(id)).flatten();
                let open: Vec<usize> = match types {
                    Some(types) => types
                        .iter()
                        .filter_map(|kind| self.open_by_type.get(kind))
                        .flatten()
                        .copied()
                        .collect(),
                    None => self.open_by_type.values().flatten().copied().collect(),
                };
                named.copied().chain(open).collect()
            }
        };
        places.extend(&self.any);
        places.sort_unstable();
        places.dedup();
        places
    }
}

fn push(list: &mut Vec<usize>, place: usize) {
    if list.last() != Some(&place) {
        list.push(place);
    }
}
