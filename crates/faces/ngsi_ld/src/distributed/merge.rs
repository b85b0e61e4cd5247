//! One entity from the versions that several brokers have of it (clauses 4.3.6.2, 4.3.6.3, 4.5.5, 5.7.1.4).

use senne_model::{Attribute, Entity, Instance, Timestamp};

use crate::registrations::Mode;

/// Takes a source's version into an entity.
pub(crate) fn merge(into: &mut Entity, from: Entity, mode: Mode) {
    for kind in from.types {
        if !into.types.contains(&kind) {
            into.types.push(kind);
        }
    }
    for scope in from.scopes {
        if !into.scopes.contains(&scope) {
            into.scopes.push(scope);
        }
    }
    if from.created_at != Timestamp::default() && from.created_at < into.created_at {
        into.created_at = from.created_at;
    }
    into.modified_at = into.modified_at.max(from.modified_at);
    let mut from_attributes = from.attributes;
    push_down(&mut into.attributes, into.expires_at);
    push_down(&mut from_attributes, from.expires_at);
    // The entity stays as long as one broker keeps it.
    into.expires_at = match (into.expires_at, from.expires_at) {
        (Some(here), Some(there)) => Some(here.max(there)),
        _ => None,
    };
    for attribute in from_attributes {
        match into.attribute_mut(&attribute.name) {
            None => into.attributes.push(attribute),
            // What an auxiliary source has is only taken where nothing else is.
            Some(_) if mode == Mode::Auxiliary => {}
            // Only the source may hold it: what is here is a remnant.
            Some(there) if mode == Mode::Exclusive => *there = attribute,
            Some(there) => merge_attribute(there, attribute),
        }
    }
}

/// What an entity's version holds goes with that version (clause 4.5.5.2).
fn push_down(attributes: &mut [Attribute], expires_at: Option<Timestamp>) {
    let Some(end) = expires_at else { return };
    for instance in attributes.iter_mut().flat_map(|attribute| &mut attribute.instances) {
        instance.expires_at = Some(instance.expires_at.map_or(end, |own| own.min(end)));
    }
}

fn merge_attribute(into: &mut Attribute, from: Attribute) {
    for instance in from.instances {
        let there = into.instances.iter_mut().find(|there| there.dataset_id == instance.dataset_id);
        match there {
            None => into.instances.push(instance),
            Some(there) if newer(&instance, there) => *there = instance,
            Some(_) => {}
        }
    }
}

/// Whether an instance takes the place of another of the same data set: by when it was observed, else by when
/// it was changed. Of two of the same age the first stays.
fn newer(new: &Instance, there: &Instance) -> bool {
    match (new.observed_at, there.observed_at) {
        (Some(new), Some(there)) if new != there => new > there,
        (Some(_), None) => true,
        (None, Some(_)) => false,
        _ => new.modified_at > there.modified_at,
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{AttributeValue, EntityId, Iri, Json, Name};

    use super::*;

    fn instance(value: i64, observed: Option<i64>, modified: i64) -> Instance {
        let mut instance = Instance::new(AttributeValue::Property(Json::Int(value)));
        instance.observed_at = observed.map(Timestamp::from_micros);
        instance.modified_at = Timestamp::from_micros(modified);
        instance
    }

    fn entity(instances: Vec<Instance>) -> Entity {
        let mut entity = Entity::new(EntityId::trusted("urn:a:1"), Name::new("urn:t"));
        entity.attributes.push(Attribute { name: Name::new("urn:p"), instances: instances.into() });
        entity
    }

    fn values(entity: &Entity) -> Vec<Json> {
        let instances = &entity.attribute("urn:p").unwrap().instances;
        instances
            .iter()
            .map(|i| match &i.value {
                AttributeValue::Property(json) => json.clone(),
                _ => Json::Null,
            })
            .collect()
    }

    #[test]
    fn the_newest_observation_stays_then_the_newest_change() {
        for (here, there, wins) in [
            (instance(1, Some(10), 99), instance(2, Some(20), 1), 2),
            (instance(1, Some(20), 1), instance(2, Some(10), 99), 1),
            (instance(1, None, 99), instance(2, Some(1), 1), 2),
            (instance(1, None, 5), instance(2, None, 6), 2),
            (instance(1, None, 5), instance(2, None, 5), 1),
        ] {
            let mut merged = entity(vec![here]);
            merge(&mut merged, entity(vec![there]), Mode::Inclusive);
            assert_eq!(values(&merged), [Json::Int(wins)]);
        }
    }

    #[test]
    fn an_entity_stays_as_long_as_one_broker_keeps_it() {
        let at = |n: i64| Some(Timestamp::from_micros(n));
        let version = |dataset: &str, end: Option<Timestamp>| {
            let mut one = instance(1, None, 1);
            one.dataset_id = Some(Iri::new(dataset));
            Entity { expires_at: end, ..entity(vec![one]) }
        };
        let mut merged = version("urn:d:1", at(10));
        merge(&mut merged, version("urn:d:2", at(20)), Mode::Inclusive);
        assert_eq!(merged.expires_at, at(20));
        let ends: Vec<_> = merged.attributes[0].instances.iter().map(|i| i.expires_at).collect();
        assert_eq!(ends, [at(10), at(20)]);
        merge(&mut merged, version("urn:d:3", None), Mode::Inclusive);
        assert_eq!((merged.expires_at, merged.attributes[0].instances[2].expires_at), (None, None));
    }

    #[test]
    fn data_sets_stand_beside_each_other() {
        let mut other = instance(2, None, 1);
        other.dataset_id = Some(Iri::new("urn:d:1"));
        let mut merged = entity(vec![instance(1, None, 1)]);
        merge(&mut merged, entity(vec![other]), Mode::Inclusive);
        assert_eq!(values(&merged), [Json::Int(1), Json::Int(2)]);
    }

    #[test]
    fn an_auxiliary_source_adds_and_an_exclusive_one_decides() {
        let mut merged = entity(vec![instance(1, None, 1)]);
        merge(&mut merged, entity(vec![instance(2, Some(99), 99)]), Mode::Auxiliary);
        assert_eq!(values(&merged), [Json::Int(1)]);
        merge(&mut merged, entity(vec![instance(3, None, 0)]), Mode::Exclusive);
        assert_eq!(values(&merged), [Json::Int(3)]);
    }
}
