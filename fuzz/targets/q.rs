//! The language of `q`: what is read is written as a text that reads back the same, and can be put to an entity.

#![no_main]

use libfuzzer_sys::fuzz_target;
use senne_language::{Filter, Order, Projection, TypeExpression};
use senne_model::{AttributeValue, Attribute, Entity, EntityId, Instance, Json, Name};

fn entity() -> Entity {
    let mut entity = Entity::new(EntityId::trusted("urn:a:1"), Name::new("T"));
    let values = [Json::Int(1), Json::text("a"), Json::Bool(true), Json::Array(vec![Json::Int(2)])];
    for (name, value) in ["a", "b", "c", "d"].into_iter().zip(values) {
        let instances = vec![Instance::new(AttributeValue::Property(value))].into();
        entity.attributes.push(Attribute { name: Name::new(name), instances });
    }
    entity
}

fuzz_target!(|text: &str| {
    let expand = |term: &str| Name::new(term);
    if let Ok(filter) = Filter::parse(text, &expand) {
        let written = filter.to_string();
        let again = Filter::parse(&written, &expand).expect("what was written can be read");
        assert_eq!(again.to_string(), written);
        assert_eq!(again.matches(&entity()), filter.matches(&entity()), "{text} and {written}");
    }
    if let Ok(order) = Order::parse(text, None, &expand) {
        let _ = order.compare(&entity(), &entity());
    }
    let _ = Projection::parse(Some(text), None, &expand);
    let _ = TypeExpression::parse(text, &expand);
});
