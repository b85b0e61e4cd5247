//! Which entities a map names, and where they are.

use std::{collections::HashMap, sync::Arc};

use senne_model::{EntityId, Json};
use smallvec::SmallVec;

use crate::distributed::HeldAt;

/// The entities of a map in their order, and the sources that have them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chart {
    pub(crate) entities: Arc<Vec<EntityId>>,
    elsewhere: Arc<Elsewhere>,
}

#[derive(Clone, Debug, Default)]
struct Elsewhere {
    sources: Vec<Source>,
    /// Those that sources have; the others are here alone.
    held: HashMap<EntityId, Holders>,
}

/// A source: its registration, and the map that it made itself.
#[derive(Clone, Debug)]
struct Source {
    registration: EntityId,
    entity_map: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct Holders {
    here: bool,
    /// Places in the list of sources.
    sources: SmallVec<[u16; 2]>,
}

impl Chart {
    /// A chart of entities that are here alone.
    pub(crate) fn here(entities: Vec<EntityId>) -> Self {
        Self { entities: Arc::new(entities), ..Self::default() }
    }

    /// Adds what a source has.
    pub(crate) fn add(&mut self, registration: EntityId, entity_map: Option<String>, has: Vec<EntityId>) {
        let elsewhere = Arc::make_mut(&mut self.elsewhere);
        let known = elsewhere.sources.iter().position(|source| source.registration == registration);
        // One request names one map: a source that made several, one for each selector, is asked without.
        if let Some(place) = known
            && let Some(source) = elsewhere.sources.get_mut(place)
        {
            source.entity_map = None;
        }
        let place = known.unwrap_or_else(|| {
            elsewhere.sources.push(Source { registration, entity_map });
            elsewhere.sources.len() - 1
        });
        let Ok(place) = u16::try_from(place) else { return };
        let all = Arc::make_mut(&mut self.entities);
        let here: std::collections::HashSet<EntityId> =
            all.iter().filter(|id| !elsewhere.held.contains_key(*id)).cloned().collect();
        for id in has {
            let holders = elsewhere.held.entry(id.clone()).or_insert_with(|| {
                let here = here.contains(&id);
                if !here {
                    all.push(id.clone());
                }
                Holders { here, sources: SmallVec::new() }
            });
            if !holders.sources.contains(&place) {
                holders.sources.push(place);
            }
        }
    }

    /// Without some entities.
    pub(super) fn without(&mut self, gone: &std::collections::HashSet<&EntityId>) {
        let left = self.entities.iter().filter(|id| !gone.contains(id)).cloned().collect();
        self.entities = Arc::new(left);
        if gone.iter().any(|id| self.elsewhere.held.contains_key(*id)) {
            Arc::make_mut(&mut self.elsewhere).held.retain(|id, _| !gone.contains(id));
        }
    }

    /// Whether a source has it.
    pub(super) fn is_elsewhere(&self, id: &EntityId) -> bool {
        self.elsewhere.held.contains_key(id)
    }

    /// Which of these entities each source has.
    pub(crate) fn held(&self, ids: &[EntityId]) -> HeldAt {
        let mut at = HeldAt::new();
        for id in ids {
            for place in self.elsewhere.held.get(id).into_iter().flat_map(|holders| &holders.sources) {
                let Some(source) = self.elsewhere.sources.get(usize::from(*place)) else { continue };
                let there = at.entry(source.registration.clone()).or_default();
                there.entities.push(id.clone());
                there.entity_map.clone_from(&source.entity_map);
            }
        }
        at
    }

    /// `entityMap`: every entity with the registrations of the sources that have it, `@none` for this broker (clause 5.2.39).
    pub(super) fn entity_map(&self) -> Json {
        let one = |id: &EntityId| {
            let Some(holders) = self.elsewhere.held.get(id) else {
                return (Box::from(id.as_str()), Json::Array(vec![Json::text("@none")]));
            };
            let here = holders.here.then(|| Json::text("@none"));
            let sources =
                holders.sources.iter().filter_map(|place| self.elsewhere.sources.get(usize::from(*place)));
            let there = sources.map(|source| Json::text(&source.registration));
            (id.as_str().into(), Json::Array(here.into_iter().chain(there).collect()))
        };
        Json::Object(self.entities.iter().map(one).collect())
    }

    /// `linkedMaps`: the maps that sources made, by their registrations.
    pub(super) fn linked_maps(&self) -> Json {
        let made = self.elsewhere.sources.iter().filter_map(|source| {
            let map = source.entity_map.as_deref()?;
            Some((source.registration.as_str().into(), Json::text(map)))
        });
        Json::Object(made.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u32) -> EntityId {
        EntityId::trusted(&format!("urn:t:{n}"))
    }

    #[test]
    fn a_chart_says_who_has_what() {
        let mut chart = Chart::here(vec![id(1), id(2)]);
        chart.add(id(100), Some("urn:map:7".to_owned()), vec![id(2), id(3)]);
        chart.add(id(200), None, vec![id(3)]);
        let text =
            r#"{"urn:t:1":["@none"],"urn:t:2":["@none","urn:t:100"],"urn:t:3":["urn:t:100","urn:t:200"]}"#;
        assert_eq!(chart.entity_map().to_string(), text);
        assert_eq!(chart.linked_maps().to_string(), r#"{"urn:t:100":"urn:map:7"}"#);
        let held = chart.held(&[id(1), id(3)]);
        assert_eq!((held.len(), &held[&id(100)].entities), (2, &vec![id(3)]));
        assert_eq!(held[&id(100)].entity_map.as_deref(), Some("urn:map:7"));
        chart.without(&[&id(3)].into());
        assert!(chart.held(&[id(3)]).is_empty());
        assert_eq!(*chart.entities, [id(1), id(2)]);
    }
}
