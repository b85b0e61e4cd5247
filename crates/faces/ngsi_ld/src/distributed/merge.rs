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
    for attribute in from.attributes {
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
        instances.iter().map(|i| match &i.value {
            AttributeValue::Property(json) => json.clone(),
            _ => Json::Null,
        }).collect()
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
