//! What is written is read back; what is damaged is refused.

use proptest::prelude::*;

use super::{names::NAMES_MAX, *};
use crate::Name;
use crate::{
    Attribute, AttributeValue, Before, ChangeKind, ChangedAttribute, Effect, EntityId, Geometry, Instance,
    Iri, Json, Operation, Quality, Timestamp, Track,
};

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::Int),
        any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Json::Float),
        (-100_000_i64..100_000).prop_map(|i| Json::Float(i as f64 / 100.0)),
        ".{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            proptest::collection::vec(("[a-z]{1,4}", inner), 0..4)
                .prop_map(|m| Json::Object(m.into_iter().map(|(n, v)| (n.into(), v)).collect())),
        ]
    })
}

fn value() -> impl Strategy<Value = AttributeValue> {
    let iris = || proptest::collection::vec("urn:x:[a-z]{1,6}".prop_map(|t| Iri::new(&t)), 1..3);
    prop_oneof![
        json().prop_map(AttributeValue::Property),
        (iris(), proptest::option::of("[A-Z][a-z]{1,6}")).prop_map(|(objects, kind)| {
            AttributeValue::Relationship { objects, object_type: kind.map(|k| Name::new(&k)) }
        }),
        (-180.0..180.0, -90.0..90.0)
            .prop_filter_map("point", |(x, y)| Geometry::point(x, y).map(AttributeValue::Geo)),
        iris().prop_map(AttributeValue::Vocab),
        json().prop_map(AttributeValue::JsonProperty),
        proptest::collection::vec(json(), 0..3).prop_map(AttributeValue::List),
        iris().prop_map(AttributeValue::ListRelationship),
        Just(AttributeValue::Language(vec![
            ("fr".into(), Json::text("Bruxelles")),
            ("nl".into(), Json::text("Brussel"))
        ])),
    ]
}

fn instance() -> impl Strategy<Value = Instance> {
    let time = || (-1_000_000_000_000_000_i64..2_000_000_000_000_000).prop_map(Timestamp::from_micros);
    let track = (any::<i64>(), -1e6..1e6, 0_u16..9).prop_map(|(newest_at, last_good, jumped)| {
        Box::new(Track { newest_at: newest_at / 4, last_good, jumped, last_good_at: 5, ..Track::default() })
    });
    let options = proptest::option::of(time());
    (
        value(),
        options,
        proptest::option::of("urn:d:[a-z]{1,3}"),
        0_u16..2048,
        time(),
        proptest::option::of(track),
    )
        .prop_map(|(value, observed_at, dataset, bits, at, track)| Instance {
            observed_at,
            dataset_id: dataset.map(|d| Iri::new(&d)),
            unit_code: (bits % 2 == 0).then(|| Name::new("GQ")),
            quality: Quality::from_bits(bits),
            created_at: at,
            modified_at: at,
            expires_at: (bits % 3 == 0).then_some(at),
            track,
            sub_attributes: vec![Attribute::new(
                Name::new("p"),
                Instance::new(AttributeValue::Property(Json::Int(1))),
            )],
            ..Instance::new(value)
        })
}

prop_compose! {
    fn entity()(instances in proptest::collection::vec(instance(), 1..5), at in 0_i64..2_000_000_000_000_000) -> Entity {
        let mut entity = Entity::new(EntityId::trusted("urn:x:1"), Name::new("https://example.org/T"));
        entity.modified_at = Timestamp::from_micros(at);
        entity.scopes = vec!["/a/b".into()];
        entity.expires_at = (at % 2 == 0).then(|| Timestamp::from_micros(at / 2));
        entity.attributes =
            instances.into_iter().enumerate().map(|(i, x)| Attribute::new(Name::new(&format!("urn:a:{i}")), x)).collect();
        entity
    }
}

proptest! {
    #[test]
    fn an_entity_comes_back(entity in entity()) {
        let (mut names, mut bytes) = (Names::default(), Vec::new());
        encode_entity(&entity, &mut names, &mut bytes);
        prop_assert_eq!(decode_entity(&bytes, &names).unwrap(), entity);
    }

    #[test]
    fn a_change_comes_back_without_its_track(instance in instance()) {
        let (mut names, mut bytes) = (Names::default(), Vec::new());
        let changed = ChangedAttribute {
            name: Name::new("urn:a:1"),
            effect: Effect::Past,
            instance: Instance { track: None, ..instance.clone() },
            previous: None,
        };
        let updated = ChangedAttribute {
            effect: Effect::Updated,
            previous: Some(Box::new(Instance { track: None, ..instance })),
            ..changed.clone()
        };
        let change = Change {
            no: ChangeNo(7),
            tenant: TenantName::default(),
            actor: "feed".into(),
            recorded_at: Timestamp::from_micros(1_700_000_000_000_000),
            entity: EntityId::trusted("urn:x:1"),
            types: smallvec::smallvec![Name::new("T")],
            kind: ChangeKind::Deleted,
            before: Some(Box::new(Before { scopes: vec!["/A".into()], ..Before::default() })),
            attributes: vec![changed, updated],
        };
        encode_change(&change, &mut names, &mut bytes);
        bytes.extend_from_slice(b"next");
        let (read, rest) = decode_change(&bytes, &names, ChangeNo(7), &TenantName::default()).unwrap();
        prop_assert_eq!(rest, b"next");
        prop_assert_eq!(read, change);
    }

    #[test]
    fn writes_come_back(instance in instance(), operation in 0_usize..3, damage in any::<u8>(), place in any::<prop::sample::Index>()) {
        let delete = Operation::DeleteAttribute { name: Name::new("a"), dataset_id: Some(Iri::new("urn:d:1")), all: true };
        let operation = [Operation::Observe, Operation::Append { keep: true }, delete][operation].clone();
        let mut write = Write::new(EntityId::trusted("urn:x:1"), operation);
        write.types.push(Name::new("T"));
        write.attributes = vec![Attribute::new(Name::new("urn:a:1"), instance)];
        let writes = vec![write.clone(), write];
        let mut bytes = encode_writes(&writes);
        prop_assert_eq!(decode_writes(&bytes).unwrap(), writes);
        let at = place.index(bytes.len());
        bytes[at] = damage;
        let _ = decode_writes(&bytes);
    }

    #[test]
    fn damaged_bytes_never_panic(entity in entity(), place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let (mut names, mut bytes) = (Names::default(), Vec::new());
        encode_entity(&entity, &mut names, &mut bytes);
        let at = place.index(bytes.len());
        bytes[at] = byte;
        let _ = decode_entity(&bytes, &names);
        bytes.truncate(cut.index(bytes.len()));
        prop_assert!(decode_entity(&bytes, &names).is_err() || bytes.is_empty() || decode_entity(&bytes, &names).is_ok());
    }
}

#[test]
fn a_full_dictionary_writes_names_in_full() {
    let mut names = Names::default();
    for i in 0..NAMES_MAX {
        names.restore(Name::new(&format!("n{i}")));
    }
    let entity = Entity::new(EntityId::trusted("urn:x:1"), Name::new("beyond"));
    let mut bytes = Vec::new();
    encode_entity(&entity, &mut names, &mut bytes);
    assert_eq!(names.len(), NAMES_MAX);
    assert_eq!(decode_entity(&bytes, &names).unwrap(), entity);
}

#[test]
fn names_of_a_failed_transaction_are_forgotten() {
    let mut names = Names::default();
    names.restore(Name::new("kept"));
    names.restore(Name::new("lost"));
    names.roll_back(1);
    assert_eq!((names.number("kept"), names.number("lost"), names.len()), (Some(1), None, 1));
}
