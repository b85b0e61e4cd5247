//! Which attributes there are, by type: counted as entities come, change and go.

use std::collections::HashMap;

use senne_model::{Attribute, Entity, Name};

use crate::{AttributeUse, Survey};

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// The counts of all tenants.
#[derive(Default)]
pub(crate) struct Counts {
    tenants: Map<i64, OfTenant>,
}

#[derive(Default)]
struct OfTenant {
    all: Map<Name, Tally>,
    types: Map<Name, Map<Name, Tally>>,
}

/// How many entities have an attribute, and how many instances it has of each kind.
#[derive(Default)]
struct Tally {
    entities: u64,
    kinds: Vec<(&'static str, u64)>,
}

impl Counts {
    /// Takes over that an entity is no longer what it was.
    pub(crate) fn change(&mut self, tenant: i64, before: Option<&Entity>, now: Option<&Entity>) {
        if let (Some(before), Some(now)) = (before, now)
            && same(before, now)
        {
            return;
        }
        if let Some(entity) = before {
            self.count(tenant, entity, false);
        }
        if let Some(entity) = now {
            self.count(tenant, entity, true);
        }
    }

    fn count(&mut self, tenant: i64, entity: &Entity, comes: bool) {
        let of_tenant = self.tenants.entry(tenant).or_default();
        for attribute in &entity.attributes {
            tally(&mut of_tenant.all, attribute, comes);
        }
        for kind in &entity.types {
            let of_type = of_tenant.types.entry(kind.clone()).or_default();
            for attribute in &entity.attributes {
                tally(of_type, attribute, comes);
            }
            if of_type.is_empty() {
                of_tenant.types.remove(kind);
            }
        }
    }

    /// What is known of a tenant, in the order of the names.
    pub(crate) fn survey(&self, tenant: i64) -> Survey {
        let Some(of_tenant) = self.tenants.get(&tenant) else { return Survey::default() };
        let mut types: Vec<_> = of_tenant.types.iter().map(|(name, map)| (name.clone(), uses(map))).collect();
        types.sort_by(|(a, _), (b, _)| a.cmp(b));
        Survey { attributes: uses(&of_tenant.all), types }
    }
}

fn uses(map: &Map<Name, Tally>) -> Vec<AttributeUse> {
    let each = |(name, tally): (&Name, &Tally)| AttributeUse {
        name: name.clone(),
        entities: tally.entities,
        kinds: tally.kinds.clone(),
    };
    let mut all: Vec<AttributeUse> = map.iter().map(each).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn tally(map: &mut Map<Name, Tally>, attribute: &Attribute, comes: bool) {
    let tally = map.entry(attribute.name.clone()).or_default();
    let step = |count: &mut u64| *count = if comes { *count + 1 } else { count.saturating_sub(1) };
    step(&mut tally.entities);
    for instance in &attribute.instances {
        let kind = instance.value.kind();
        match tally.kinds.iter_mut().find(|(there, _)| *there == kind) {
            Some((_, count)) => step(count),
            None if comes => tally.kinds.push((kind, 1)),
            None => {}
        }
    }
    tally.kinds.retain(|(_, count)| *count > 0);
    if tally.entities == 0 {
        map.remove(&attribute.name);
    }
}

/// Whether nothing that is counted differs: mostly values alone change.
fn same(before: &Entity, now: &Entity) -> bool {
    let kinds = |a: &Attribute, b: &Attribute| {
        a.instances.len() == b.instances.len()
            && a.instances.iter().zip(&b.instances).all(|(a, b)| a.value.kind() == b.value.kind())
    };
    before.types == now.types
        && before.attributes.len() == now.attributes.len()
        && before.attributes.iter().zip(&now.attributes).all(|(a, b)| a.name == b.name && kinds(a, b))
}

#[cfg(test)]
mod tests {
    use senne_model::{AttributeValue, EntityId, Instance, Iri, Json};

    use super::*;

    fn entity(types: &[&str], attributes: &[(&str, AttributeValue)]) -> Entity {
        let mut entity = Entity::new(EntityId::trusted("urn:x:1"), Name::new(types[0]));
        entity.types.extend(types[1..].iter().map(|kind| Name::new(kind)));
        for (name, value) in attributes {
            entity.attributes.push(Attribute::new(Name::new(name), Instance::new(value.clone())));
        }
        entity
    }

    fn number() -> AttributeValue {
        AttributeValue::Property(Json::Int(1))
    }

    #[test]
    fn what_comes_and_goes_is_counted() {
        let link = AttributeValue::Relationship { objects: vec![Iri::new("urn:y:1")], object_type: None };
        let (one, two) =
            (entity(&["A", "B"], &[("n", number())]), entity(&["A"], &[("n", link), ("m", number())]));
        let mut counts = Counts::default();
        counts.change(1, None, Some(&one));
        counts.change(1, None, Some(&two));
        let survey = counts.survey(1);
        let of = |name: &str| survey.attributes.iter().find(|a| &*a.name == name).unwrap();
        assert_eq!((of("n").entities, of("m").entities), (2, 1));
        assert_eq!(of("n").kinds, [("Property", 1), ("Relationship", 1)]);
        assert_eq!(survey.types.len(), 2);
        counts.change(1, Some(&one), Some(&two));
        counts.change(1, Some(&two), None);
        let survey = counts.survey(1);
        assert_eq!(survey.types.len(), 1);
        assert_eq!(survey.attributes.iter().map(|a| a.entities).collect::<Vec<_>>(), [1, 1]);
        counts.change(1, Some(&two), None);
        assert_eq!(counts.survey(1), Survey::default());
        assert_eq!(counts.survey(2), Survey::default());
    }
}
