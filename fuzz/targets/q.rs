//! The language of `q`: what is read is written as a text that reads back the same, and can be put to an entity. So are what to pick and omit,
//! the order of answers and the choice of types.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use senne_language::{Collation, Filter, LINKS_MAX, Order, Projection, TypeExpression};
use senne_model::{Attribute, AttributeValue, Entity, EntityId, Geometry, Instance, Iri, Json, Name, Timestamp};

static ENTITY: LazyLock<Arc<Entity>> = LazyLock::new(|| Arc::new(entity()));

fn json(text: &str) -> Json {
    Json::parse(text.as_bytes()).unwrap()
}

fn point() -> Geometry {
    Geometry::from_geojson(&json(r#"{"type":"Point","coordinates":[4.35,50.85]}"#)).unwrap()
}

/// Attributes of every kind, the first with attributes of its own and several data sets. The entity stands for every target of its
/// relationships, so that there are ways without number through them.
fn entity() -> Entity {
    let mut entity = Entity::new(EntityId::trusted("urn:a:1"), Name::new("T"));
    entity.scopes = vec!["/a/b".into()];
    let objects: Vec<Iri> = (0..16).map(|n| Iri::new(&format!("urn:a:{n}"))).collect();
    let named = |name: &str, value: AttributeValue| Attribute {
        name: Name::new(name),
        instances: vec![Instance::new(value)].into(),
    };
    let mut first = named("a", AttributeValue::Property(Json::Int(1)));
    let mut other = Instance::new(AttributeValue::Property(json("123456789012345678901234567890")));
    other.dataset_id = Some(Iri::new("urn:d:1"));
    other.observed_at = Some(Timestamp::from_micros(1_700_000_000_000_000));
    other.sub_attributes = vec![
        named("b", AttributeValue::Property(json(r#"{"c":[1,{"d":"x"}],"e":null}"#))),
        named("r", AttributeValue::Relationship { objects: objects.clone(), object_type: None }),
    ];
    first.instances.push(other);
    entity.attributes.push(first);
    for (name, value) in [
        ("b", AttributeValue::Property(Json::text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"))),
        ("c", AttributeValue::Property(Json::Bool(true))),
        ("d", AttributeValue::Property(json(r#"[2,[3.5,"x"],{"e":{"f":"2026-01-01T00:00:00Z"}}]"#))),
        ("g", AttributeValue::Geo(point())),
        ("l", AttributeValue::Language(vec![("nl".into(), Json::text("straat")), ("@none".into(), json(r#"["x"]"#))])),
        ("v", AttributeValue::Vocab(objects.clone())),
        ("j", AttributeValue::JsonProperty(json(r#"{"c":{"d":[1,2]}}"#))),
        ("k", AttributeValue::List(vec![Json::Int(1), json("[2]")])),
        ("r", AttributeValue::Relationship { objects: objects.clone(), object_type: None }),
        ("s", AttributeValue::ListRelationship(objects.clone())),
    ] {
        entity.attributes.push(named(name, value));
    }
    entity
}

fn filter(text: &str) {
    let expand = |term: &str| Name::new(term);
    let find = |_: &str| Some(Arc::clone(&*ENTITY));
    if let Ok(filter) = Filter::parse(text, &expand) {
        let written = filter.to_string();
        let again = Filter::parse(&written, &expand).expect("what was written can be read");
        assert_eq!(again.to_string(), written);
        assert_eq!(again.matches(&ENTITY), filter.matches(&ENTITY), "{text} and {written}");
        let (one, other) = (again.matches_with(&ENTITY, &find), filter.matches_with(&ENTITY, &find));
        assert_eq!(one, other, "{text} and {written}");
        assert!(filter.link_depth() <= LINKS_MAX);
        let _ = (filter.indexable(), filter.attributes(), filter.asks_an_attribute());
    }
    if let Ok(filter) = Filter::parse_expanding(text, &expand, &[Name::new("v"), Name::new("b")]) {
        let _ = filter.matches_with(&ENTITY, &find);
    }
}

fuzz_target!(|text: &str| {
    filter(text);
    let expand = |term: &str| Name::new(term);
    // The first line is what to pick or the order, the second what to omit or the collation.
    let (first, second) = text.split_once('\n').unwrap_or((text, ""));
    for omit in [None, Some(second)] {
        let Ok(projection) = Projection::parse(Some(first), omit, &expand) else { continue };
        assert!(projection.link_depth() <= LINKS_MAX);
        let _ = (projection.keeps("a"), projection.linked("r").keeps("a"), projection.leaves_something(&ENTITY));
        let _ = (projection.picked_attributes(), projection.nothing_but_attributes());
    }
    for from in [None, Some(point())] {
        let Ok(order) = Order::parse(first, from, &expand) else { continue };
        let order = match Collation::parse(second) {
            Ok(collation) => order.collated(collation),
            Err(_) => order,
        };
        let bare = Entity::new(EntityId::trusted("urn:a:2"), Name::new("T"));
        assert_eq!(order.compare(&ENTITY, &bare), order.compare(&bare, &ENTITY).reverse());
        assert!(order.compare(&ENTITY, &ENTITY).is_eq());
    }
    if let Ok(types) = TypeExpression::parse(text, &expand) {
        let _ = (types.matches(&ENTITY.types), types.any_of(), types.names());
    }
});
