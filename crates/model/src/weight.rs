//! About how many bytes things take in memory, for whoever keeps them within a bound.

use std::mem::size_of;

use crate::{Attribute, AttributeValue, Change, ChangedAttribute, Entity, Geometry, Instance, Iri, Json};

impl Change {
    /// About how many bytes it takes in memory.
    pub fn weight(&self) -> usize {
        let of = |changed: &ChangedAttribute| {
            size_of::<ChangedAttribute>()
                + beyond_instance(&changed.instance)
                + changed.previous.as_ref().map_or(0, |previous| instance(previous))
        };
        size_of::<Self>() + self.actor.len() + self.attributes.iter().map(of).sum::<usize>()
    }
}

impl Entity {
    /// About how many bytes it takes in memory.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.id.as_str().len() + self.attributes.iter().map(attribute).sum::<usize>()
    }
}

fn attribute(attribute: &Attribute) -> usize {
    // The first instance lies in the attribute itself.
    let more = attribute.instances.len().saturating_sub(1) * size_of::<Instance>();
    size_of::<Attribute>() + more + attribute.instances.iter().map(beyond_instance).sum::<usize>()
}

fn instance(instance: &Instance) -> usize {
    size_of::<Instance>() + beyond_instance(instance)
}

/// What an instance keeps elsewhere. Names are shared by all that have them.
fn beyond_instance(instance: &Instance) -> usize {
    beyond_value(&instance.value) + instance.sub_attributes.iter().map(attribute).sum::<usize>()
}

fn beyond_value(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::Property(value) | AttributeValue::JsonProperty(value) => beyond_json(value),
        AttributeValue::Relationship { objects, .. }
        | AttributeValue::Vocab(objects)
        | AttributeValue::ListRelationship(objects) => iris(objects),
        AttributeValue::Geo(geometry) => beyond_geometry(geometry),
        AttributeValue::Language(texts) => texts.iter().map(|(name, text)| member(name, text)).sum(),
        AttributeValue::List(items) => items.iter().map(json).sum(),
    }
}

fn iris(iris: &[Iri]) -> usize {
    iris.iter().map(|iri| size_of::<Iri>() + iri.as_str().len()).sum()
}

fn beyond_geometry(geometry: &Geometry) -> usize {
    let mut positions = 0;
    geometry.each(&mut |_| positions += 1);
    positions * size_of::<[f64; 2]>()
}

fn json(value: &Json) -> usize {
    size_of::<Json>() + beyond_json(value)
}

fn member(name: &str, value: &Json) -> usize {
    size_of::<(Box<str>, Json)>() + name.len() + beyond_json(value)
}

fn beyond_json(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) | Json::Int(_) | Json::Float(_) => 0,
        Json::BigInt(text) | Json::Text(text) => text.len(),
        Json::Array(items) => items.iter().map(json).sum(),
        Json::Object(members) => members.iter().map(|(name, value)| member(name, value)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EntityId, Name};

    fn entity(values: Vec<AttributeValue>) -> Entity {
        let mut entity = Entity::new(EntityId::trusted("urn:a"), Name::new("urn:t"));
        for (place, value) in values.into_iter().enumerate() {
            entity.attributes.push(Attribute::new(Name::new(&format!("urn:n{place}")), Instance::new(value)));
        }
        entity
    }

    #[test]
    fn what_is_long_or_deep_weighs_more() {
        let empty = entity(Vec::new()).weight();
        let number = entity(vec![AttributeValue::Property(Json::Int(1))]).weight();
        assert_eq!(number - empty, size_of::<Attribute>());
        let text = |length: usize| AttributeValue::Property(Json::text(&"a".repeat(length)));
        assert_eq!(entity(vec![text(1_000)]).weight(), number + 1_000);
        let nested = Json::Object(vec![("list".into(), Json::Array(vec![Json::text("abc"); 10]))]);
        let nested = entity(vec![AttributeValue::JsonProperty(nested)]).weight();
        assert_eq!(nested, number + size_of::<(Box<str>, Json)>() + 4 + 10 * (size_of::<Json>() + 3));
        let ring = "[[[4.3,50.8],[4.4,50.8],[4.4,50.9],[4.3,50.8]]]";
        let ring = Geometry::parse("Polygon", &serde_json::from_str(ring).unwrap()).unwrap();
        assert_eq!(entity(vec![AttributeValue::Geo(ring)]).weight(), number + 4 * 16);
    }

    #[test]
    fn what_is_said_of_a_value_weighs_too() {
        let mut plain = entity(vec![AttributeValue::Property(Json::Int(1))]);
        let before = plain.weight();
        let more = Attribute::new(Name::new("urn:m"), Instance::new(AttributeValue::Property(Json::Int(2))));
        for instance in plain.attributes.iter_mut().flat_map(|attribute| &mut attribute.instances) {
            instance.sub_attributes = vec![more.clone(); 8];
        }
        assert_eq!(plain.weight() - before, 8 * size_of::<Attribute>());
    }
}
