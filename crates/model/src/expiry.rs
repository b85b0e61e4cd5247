//! Entities and attributes that are kept for a time only (GS CIM 009 clause 4.22, `expiresAt`).

use crate::{
    Applied, Attribute, ChangeKind, ChangedAttribute, Effect, Entity, Instance, Outcome, Timestamp,
    change::Before,
};

impl Timestamp {
    /// What a merge gives in place of an expiry to take it away.
    pub const NEVER: Self = Self::from_micros(i64::MAX);
}

impl Entity {
    /// Whether it as a whole is no longer valid.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Whether it, or a part of it, is no longer valid.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.is_expired(now) || self.attributes.iter().any(|attribute| attribute.has_expired(now))
    }

    /// When it, or the next part of it, ceases to be valid.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        let of_parts = self.attributes.iter().filter_map(Attribute::next_expiry).min();
        [self.expires_at, of_parts].into_iter().flatten().min()
    }

    /// Takes the attributes, instances and parts of instances away that are no longer valid.
    pub fn strip_expired(&mut self, now: Timestamp) {
        strip(&mut self.attributes, now);
    }
}

impl Attribute {
    fn has_expired(&self, now: Timestamp) -> bool {
        self.instances.iter().any(|instance| instance.has_expired(now))
    }

    fn next_expiry(&self) -> Option<Timestamp> {
        self.instances.iter().filter_map(Instance::next_expiry).min()
    }
}

impl Instance {
    /// Whether it is no longer valid.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    fn has_expired(&self, now: Timestamp) -> bool {
        self.is_expired(now) || self.sub_attributes.iter().any(|part| part.has_expired(now))
    }

    fn next_expiry(&self) -> Option<Timestamp> {
        let of_parts = self.sub_attributes.iter().filter_map(Attribute::next_expiry).min();
        [self.expires_at, of_parts].into_iter().flatten().min()
    }
}

fn strip(attributes: &mut Vec<Attribute>, now: Timestamp) {
    for attribute in attributes.iter_mut() {
        attribute.instances.retain(|instance| !instance.is_expired(now));
        attribute.instances.iter_mut().for_each(|instance| strip(&mut instance.sub_attributes, now));
    }
    attributes.retain(|attribute| !attribute.instances.is_empty());
}

/// Takes away what is no longer valid of an entity, or the entity itself; `None` when everything is still valid.
pub fn expire(state: &mut Option<Entity>, now: Timestamp) -> Option<Applied> {
    let entity = state.as_mut().filter(|entity| entity.has_expired(now))?;
    let mut applied = Applied {
        outcome: Outcome::Updated,
        kind: Some(ChangeKind::Updated),
        state_changed: true,
        changed: Vec::new(),
        before: None,
        types: entity.types.clone(),
        not_updated: Vec::new(),
    };
    let gone = |attribute: &Attribute, whole: bool| {
        let instances = attribute.instances.iter().filter(|i| whole || i.is_expired(now)).cloned();
        let name = attribute.name.clone();
        instances
            .map(|instance| ChangedAttribute {
                name: name.clone(),
                effect: Effect::Deleted,
                instance,
                previous: None,
            })
            .collect::<Vec<_>>()
    };
    let whole = entity.is_expired(now);
    applied.changed = entity.attributes.iter().flat_map(|attribute| gone(attribute, whole)).collect();
    if whole {
        applied.outcome = Outcome::Deleted;
        applied.kind = Some(ChangeKind::Deleted);
        applied.before = state.take().map(|entity| Box::new(Before::from(&entity)));
    } else {
        entity.strip_expired(now);
        entity.modified_at = now;
    }
    Some(applied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AttributeValue, EntityId, Json, Name};

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn entity() -> Entity {
        let instance = |expires: Option<i64>| {
            let mut instance = Instance::new(AttributeValue::Property(Json::Int(1)));
            instance.expires_at = expires.map(at);
            instance
        };
        let mut entity = Entity::new(EntityId::trusted("urn:x:1"), Name::new("T"));
        let mut part = instance(None);
        part.sub_attributes.push(Attribute::new(Name::new("inner"), instance(Some(7))));
        entity.attributes = vec![
            Attribute::new(Name::new("short"), instance(Some(5))),
            Attribute::new(Name::new("long"), part),
        ];
        entity
    }

    #[test]
    fn parts_go_when_their_moment_comes() {
        let mut state = Some(entity());
        assert_eq!(state.as_ref().and_then(Entity::next_expiry), Some(at(5)));
        assert_eq!(expire(&mut state, at(4)), None);
        let applied = expire(&mut state, at(5)).unwrap();
        assert_eq!((applied.kind, applied.changed.len()), (Some(ChangeKind::Updated), 1));
        assert_eq!(applied.changed[0].effect, Effect::Deleted);
        let left = state.as_ref().unwrap();
        assert_eq!((left.attributes.len(), left.next_expiry()), (1, Some(at(7))));
        assert_eq!(expire(&mut state, at(7)).unwrap().changed, []);
        assert!(state.unwrap().attributes[0].instances[0].sub_attributes.is_empty());
    }

    #[test]
    fn an_entity_goes_with_all_it_has() {
        let mut whole = entity();
        whole.expires_at = Some(at(9));
        let mut state = Some(whole);
        let applied = expire(&mut state, at(9)).unwrap();
        assert_eq!((applied.outcome, applied.changed.len()), (Outcome::Deleted, 2));
        assert!(state.is_none() && applied.before.is_some());
    }
}
