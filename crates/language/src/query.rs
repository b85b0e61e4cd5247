//! What a query asks of the present state of entities.

use senne_model::{Entity, EntityId, Name};

use crate::{Filter, Find, GeoFilter, IdPattern, ScopeExpression, TypeExpression};

/// Conditions on entities; all of them must hold. The default has no condition and matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Which types (clause 4.17).
    pub types: Option<TypeExpression>,
    /// One of these ids; empty means any.
    pub ids: Vec<EntityId>,
    /// A pattern that the id has.
    pub id_pattern: Option<IdPattern>,
    /// Conditions on values (clause 4.9).
    pub filter: Option<Filter>,
    /// A condition on a geometry (clause 4.10).
    pub geo: Option<GeoFilter>,
    /// A condition on the scopes (clause 4.19).
    pub scope: Option<ScopeExpression>,
    /// The entity has at least one of these attributes; empty means no condition.
    pub any_attribute: Vec<Name>,
    /// One of these holds; empty means no condition (several entity selectors, clause 5.2.33).
    pub selectors: Vec<Selector>,
}

/// Which entities, by what they are and what they are called; all that is said must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selector {
    /// Which types; `None` means any.
    pub types: Option<TypeExpression>,
    /// One of these ids; empty means any.
    pub ids: Vec<EntityId>,
    /// A pattern that the id has.
    pub id_pattern: Option<IdPattern>,
}

impl Selector {
    /// Whether an entity is meant.
    pub fn matches(&self, entity: &Entity) -> bool {
        (self.ids.is_empty() || self.ids.contains(&entity.id))
            && self.types.as_ref().is_none_or(|types| types.matches(&entity.types))
            && self.id_pattern.as_ref().is_none_or(|pattern| pattern.matches(&entity.id))
    }
}

impl Query {
    /// Whether an entity meets every condition; paths through relationships lead nowhere here.
    pub fn matches(&self, entity: &Entity) -> bool {
        self.matches_with(entity, &|_| None)
    }

    /// Whether an entity meets every condition, with a way to look up the targets of relationships; the cheap
    /// conditions are tried first.
    pub fn matches_with(&self, entity: &Entity, find: Find) -> bool {
        (self.ids.is_empty() || self.ids.contains(&entity.id))
            && self.types.as_ref().is_none_or(|types| types.matches(&entity.types))
            && self.id_pattern.as_ref().is_none_or(|pattern| pattern.matches(&entity.id))
            && (self.selectors.is_empty() || self.selectors.iter().any(|one| one.matches(entity)))
            && (self.any_attribute.is_empty()
                || self.any_attribute.iter().any(|name| entity.attribute(name).is_some()))
            && self.scope.as_ref().is_none_or(|scope| scope.matches(&entity.scopes))
            && self.filter.as_ref().is_none_or(|filter| filter.matches_with(entity, find))
            && self.geo.as_ref().is_none_or(|geo| geo.matches(entity))
    }

    /// Whether there is no condition at all.
    pub fn needs_nothing(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device() -> Entity {
        Entity::new(EntityId::trusted("urn:ngsi-ld:Device:1"), Name::new("https://x.org/Device"))
    }

    #[test]
    fn no_condition_matches_everything() {
        assert!(Query::default().needs_nothing());
        assert!(Query::default().matches(&device()));
    }

    #[test]
    fn every_condition_must_hold() {
        let ids = vec![EntityId::trusted("urn:ngsi-ld:Device:1"), EntityId::trusted("urn:ngsi-ld:Device:2")];
        let mut query = Query { ids, ..Query::default() };
        assert!(query.matches(&device()));
        assert!(!query.needs_nothing());
        query.types = Some(
            TypeExpression::parse("Device", &|term| Name::new(&format!("https://x.org/{term}"))).unwrap(),
        );
        assert!(query.matches(&device()));
        let of = |id: &str| Selector { ids: vec![EntityId::trusted(id)], ..Selector::default() };
        query.selectors = vec![of("urn:ngsi-ld:Device:9")];
        assert!(!query.matches(&device()));
        query.selectors.push(of("urn:ngsi-ld:Device:1"));
        assert!(query.matches(&device()));
        query.any_attribute = vec![Name::new("https://x.org/NO2")];
        assert!(!query.matches(&device()));
    }
}
