//! Properties: no bytes make the reader panic; what is written is read back as it was.

use proptest::prelude::*;
use senne_context::Context;
use senne_model::{
    Attribute, AttributeValue, Entity, EntityId, Geometry, Instance, Iri, Json, Name, Timestamp,
};
use smallvec::SmallVec;

use crate::{
    kind::Kind,
    read::{EntityIn, Limits, Mode, Names, read_attribute_body, read_batch, read_entity, read_json},
    write::{Format, Pen, Shape, write_entity},
};

fn json_leaf() -> impl Strategy<Value = Json> {
    prop_oneof![
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::Int),
        (-1.0e9..1.0e9_f64).prop_map(|x| Json::Float(x + 0.5)),
        "[a-zA-Z0-9 éß\"\\\\\n]{0,12}".prop_map(Json::from),
    ]
}

fn json() -> impl Strategy<Value = Json> {
    json_leaf().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::btree_map("[a-z]{1,5}", inner, 0..4).prop_map(|map| Json::Object(
                map.into_iter().map(|(k, v)| (k.into_boxed_str(), v)).collect()
            )),
        ]
    })
}

fn iri() -> impl Strategy<Value = Iri> {
    "urn:x:[a-z0-9]{1,6}".prop_map(|text| Iri::new(&text))
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        "[a-z]{3,6}Q"
            .prop_map(|term| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"))),
        "[a-z]{3,6}".prop_map(|term| Name::new(&format!("https://example.org/v#{term}"))),
    ]
}

fn value() -> impl Strategy<Value = AttributeValue> {
    let geometry = (-180.0..180.0_f64, -90.0..90.0_f64).prop_map(|(x, y)| Geometry::point(x, y).unwrap());
    prop_oneof![
        json().prop_map(AttributeValue::Property),
        (prop::collection::vec(iri(), 1..3), prop::option::of(name()))
            .prop_map(|(objects, object_type)| AttributeValue::Relationship { objects, object_type }),
        geometry.prop_map(AttributeValue::Geo),
        prop::collection::btree_map("[a-z]{2}(-[A-Z]{2})?", "[a-z ]{0,9}", 0..3).prop_map(|map| {
            AttributeValue::Language(
                map.into_iter().map(|(k, v)| (k.into_boxed_str(), Json::from(v))).collect(),
            )
        }),
        prop::collection::vec(name(), 1..3)
            .prop_map(|names| AttributeValue::Vocab(names.iter().map(|name| Iri::new(name)).collect())),
        prop::collection::btree_map("[a-z]{1,5}", json(), 0..4).prop_map(|map| {
            let members = map.into_iter().map(|(k, v)| (k.into_boxed_str(), v));
            AttributeValue::JsonProperty(Json::Object(members.collect()))
        }),
        prop::collection::vec(json(), 0..4).prop_map(AttributeValue::List),
        prop::collection::vec(iri(), 0..3).prop_map(AttributeValue::ListRelationship),
    ]
}

fn instance(subs: impl Strategy<Value = Vec<Attribute>>) -> impl Strategy<Value = Instance> {
    let time = prop::option::of(0_i64..4_000_000_000_000_000);
    (value(), time, prop::option::of("[A-Z0-9]{2,3}"), subs).prop_map(|(value, at, unit, sub_attributes)| {
        Instance {
            observed_at: at.map(Timestamp::from_micros),
            unit_code: unit.filter(|_| Kind::of(&value).has_a_unit()).map(|unit| Name::new(&unit)),
            sub_attributes,
            ..Instance::new(value)
        }
    })
}

fn attributes(
    instance: impl Strategy<Value = Instance>,
    most: usize,
) -> impl Strategy<Value = Vec<Attribute>> {
    let several = prop::collection::vec(instance, 1..3).prop_map(|mut instances| {
        for (place, instance) in instances.iter_mut().enumerate().skip(1) {
            instance.dataset_id = Some(Iri::new(&format!("urn:dataset:{place}")));
        }
        SmallVec::from_vec(instances)
    });
    prop::collection::vec((name(), several), 0..most).prop_map(|list| {
        let mut attributes: Vec<Attribute> = Vec::new();
        for (name, instances) in list {
            if attributes.iter().all(|there| there.name != name) {
                attributes.push(Attribute { name, instances });
            }
        }
        attributes
    })
}

fn entity() -> impl Strategy<Value = Entity> {
    let subs = attributes(instance(Just(Vec::new())), 2);
    (prop::collection::vec(name(), 1..3), attributes(instance(subs), 5), prop::bool::ANY).prop_map(
        |(types, attributes, scoped)| {
            let mut entity = Entity::new(EntityId::trusted("urn:x:1"), types[0].clone());
            types.into_iter().skip(1).for_each(|kind| {
                if !entity.types.contains(&kind) {
                    entity.types.push(kind);
                }
            });
            entity.attributes = attributes;
            entity.scopes = if scoped { vec!["/a/b".into()] } else { Vec::new() };
            entity
        },
    )
}

/// A value that looks like a geometry or a removal is one: plain JSON cannot say otherwise.
fn is_ambiguous(entity: &Entity) -> bool {
    let text = format!("{entity:?}");
    text.contains("urn:ngsi-ld:null")
}

fn written(entity: &Entity, format: Format) -> Vec<u8> {
    let context = Context::default_core();
    let mut pen = Pen::new(&context, 256);
    write_entity(&mut pen, entity, &Shape { format, ..Shape::default() });
    pen.finish()
}

fn back(bytes: &[u8]) -> EntityIn {
    let mut names = Names::new(Context::default_core());
    let read = read_entity(bytes, Mode::whole(), &mut names, &Limits::for_body(bytes.len(), 1 << 20));
    read.unwrap_or_else(|problem| panic!("{problem}: {}", String::from_utf8_lossy(bytes)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn normalized_is_lossless(entity in entity()) {
        prop_assume!(!is_ambiguous(&entity));
        let read = back(&written(&entity, Format::Normalized));
        prop_assert_eq!(&read.attributes, &entity.attributes);
        prop_assert_eq!(read.types, entity.types);
        prop_assert_eq!(read.scopes.unwrap_or_default(), entity.scopes);
    }

    #[test]
    fn concise_is_lossless(entity in entity()) {
        prop_assume!(!is_ambiguous(&entity));
        let read = back(&written(&entity, Format::Concise));
        prop_assert_eq!(read.attributes, entity.attributes);
    }

    #[test]
    fn simplified_is_json(entity in entity()) {
        prop_assert!(serde_json::from_slice::<Json>(&written(&entity, Format::Simplified)).is_ok());
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
        everything(&bytes);
    }

    #[test]
    fn no_json_makes_the_reader_panic(json in json(), attribute in json()) {
        everything(json.to_string().as_bytes());
        everything(format!(r#"{{"id":"urn:a:1","type":"T","x":{attribute},"y":{{"type":"Property","value":{json}}}}}"#).as_bytes());
        everything(format!(r#"[{{"id":{json}}},{{"type":{attribute}}},{{"scope":{json}}}]"#).as_bytes());
    }

    #[test]
    fn no_torn_entity_makes_the_reader_panic(entity in entity(), cut in 0_usize..2000, flip in 0_usize..2000) {
        let mut bytes = written(&entity, Format::Normalized);
        if let Some(byte) = bytes.get_mut(flip) {
            *byte ^= 0x15;
        }
        bytes.truncate(cut.max(1));
        everything(&bytes);
    }
}

fn everything(bytes: &[u8]) {
    let limits = Limits { weigh: true, ..Limits::for_body(bytes.len(), 1 << 10) };
    let _ = read_json(bytes);
    let _ = crate::read::contexts_of(bytes);
    for mode in [
        Mode::whole(),
        Mode::merge(),
        Mode::series(),
        Mode::fragment(),
        Mode { simplified: true, ..Mode::whole() },
    ] {
        let mut names = [Names::new(Context::default_core())];
        let _ = read_entity(bytes, mode, &mut names[0], &limits);
        let _ = read_attribute_body(bytes, "x", mode, &mut names[0], &limits);
        let _ = read_batch(bytes, mode, &mut names, &|_| 0, &limits);
    }
}
