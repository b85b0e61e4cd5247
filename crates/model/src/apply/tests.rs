//! Each operation does what its clause says, and an error changes nothing.

use super::*;
use crate::{EntityId, Iri, Json};

fn name(text: &str) -> Name {
    Name::new(text)
}

fn property(value: i64) -> Instance {
    Instance::new(AttributeValue::Property(Json::Int(value)))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

fn write(operation: Operation, attributes: Vec<(&str, Instance)>) -> Write {
    let mut write = Write::new(EntityId::trusted("urn:x:1"), operation);
    write.types.push(name("T"));
    write.attributes = attributes.into_iter().map(|(n, i)| Attribute::new(name(n), i)).collect();
    write
}

fn run(state: &mut Option<Entity>, second: i64, write: Write) -> Result<Applied, ApplyError> {
    apply(state, write, at(second), &NoJudge)
}

fn with(attributes: Vec<(&str, Instance)>) -> Option<Entity> {
    let mut state = None;
    run(&mut state, 1, write(Operation::Create, attributes)).unwrap();
    state
}

#[expect(clippy::ref_option, reason = "the tests hold the state as the store does")]
fn value(state: &Option<Entity>, attribute: &str) -> Option<Json> {
    match &state.as_ref()?.instance(attribute)?.value {
        AttributeValue::Property(json) => Some(json.clone()),
        _ => None,
    }
}

#[test]
fn create_refuses_what_exists_and_what_has_no_type() {
    let mut state = with(vec![("a", property(1))]);
    assert_eq!(run(&mut state, 2, write(Operation::Create, vec![])), Err(ApplyError::Exists));
    let mut typeless = write(Operation::Create, vec![]);
    typeless.types.clear();
    assert_eq!(run(&mut None, 1, typeless), Err(ApplyError::NoType));
}

#[test]
fn replace_removes_what_is_not_mentioned_and_logs_it() {
    let mut state = with(vec![("a", property(1)), ("b", property(2))]);
    let applied = run(&mut state, 2, write(Operation::Replace, vec![("a", property(3))])).unwrap();
    assert_eq!((value(&state, "a"), value(&state, "b")), (Some(Json::Int(3)), None));
    let effects: Vec<_> = applied.changed.iter().map(|c| (&*c.name, c.effect)).collect();
    assert_eq!(effects, [("b", Effect::Deleted), ("a", Effect::Updated)]);
    assert_eq!(state.unwrap().created_at, at(1));
}

#[test]
fn append_keeps_when_asked_and_update_only_touches_what_is_there() {
    let mut state = with(vec![("a", property(1))]);
    let kept = run(
        &mut state,
        2,
        write(Operation::Append { keep: true }, vec![("a", property(9)), ("b", property(2))]),
    )
    .unwrap();
    assert_eq!(kept.not_updated.len(), 1);
    assert_eq!((value(&state, "a"), value(&state, "b")), (Some(Json::Int(1)), Some(Json::Int(2))));
    let updated =
        run(&mut state, 3, write(Operation::Update, vec![("b", property(5)), ("c", property(6))])).unwrap();
    assert_eq!(updated.not_updated[0].0, name("c"));
    assert_eq!((value(&state, "b"), value(&state, "c")), (Some(Json::Int(5)), None));
}

#[test]
fn merge_goes_into_objects_and_the_null_marker_removes() {
    let object = |text: &str| Instance::new(AttributeValue::Property(serde_json::from_str(text).unwrap()));
    let mut state = with(vec![("a", object(r#"{"x":1,"y":{"z":2}}"#)), ("b", property(1))]);
    let patch = write(
        Operation::Merge,
        vec![
            ("a", object(r#"{"x":"urn:ngsi-ld:null","y":{"w":3}}"#)),
            ("b", object(r#""urn:ngsi-ld:null""#)),
        ],
    );
    run(&mut state, 2, patch).unwrap();
    assert_eq!(value(&state, "a").unwrap().to_string(), r#"{"y":{"z":2,"w":3}}"#);
    assert_eq!(value(&state, "b"), None);
}

#[test]
fn a_partial_update_keeps_what_is_not_given() {
    let mut first = property(1).at(at(1));
    first.unit_code = Some(name("GQ"));
    let mut state = with(vec![("a", first)]);
    let patch = Instance::new(AttributeValue::ABSENT).at(at(5));
    run(&mut state, 2, write(Operation::PartialUpdate, vec![("a", patch)])).unwrap();
    let instance = state.as_ref().unwrap().instance("a").unwrap();
    assert_eq!((instance.observed_at, instance.unit_code.as_deref()), (Some(at(5)), Some("GQ")));
    assert_eq!(value(&state, "a"), Some(Json::Int(1)));
    let missing = run(&mut state, 3, write(Operation::PartialUpdate, vec![("z", property(1))]));
    assert_eq!(missing, Err(ApplyError::NoAttribute(name("z"))));
}

#[test]
fn an_older_observation_goes_to_the_past_only() {
    let mut state = with(vec![("a", property(1).at(at(100)))]);
    let applied = run(&mut state, 2, write(Operation::Observe, vec![("a", property(0).at(at(50)))])).unwrap();
    assert_eq!(applied.changed[0].effect, Effect::Past);
    assert!(!applied.state_changed && applied.kind.is_some());
    assert_eq!(value(&state, "a"), Some(Json::Int(1)));
    let correction =
        run(&mut state, 3, write(Operation::Observe, vec![("a", property(7).at(at(100)))])).unwrap();
    assert_eq!(correction.changed[0].effect, Effect::Updated);
    assert_eq!(value(&state, "a"), Some(Json::Int(7)));
}

#[test]
fn saying_again_what_is_so_changes_nothing() {
    let mut state = with(vec![("name", property(1))]);
    let before = state.clone();
    let applied = run(&mut state, 2, write(Operation::Observe, vec![("name", property(1))])).unwrap();
    assert_eq!((applied.outcome, applied.kind), (Outcome::Unchanged, None));
    assert_eq!(state, before);
}

#[test]
fn instances_are_told_apart_by_their_data_set() {
    let mut other = property(2);
    other.dataset_id = Some(Iri::new("urn:d:1"));
    let mut state = with(vec![("a", property(1))]);
    run(&mut state, 2, write(Operation::Append { keep: false }, vec![("a", other)])).unwrap();
    assert_eq!(state.as_ref().unwrap().attribute("a").unwrap().instances.len(), 2);
    let delete =
        |all| Operation::DeleteAttribute { name: name("a"), dataset_id: Some(Iri::new("urn:d:1")), all };
    run(&mut state, 3, write(delete(false), vec![])).unwrap();
    assert_eq!(value(&state, "a"), Some(Json::Int(1)));
    run(&mut state, 4, write(delete(true), vec![])).unwrap();
    assert!(state.unwrap().attributes.is_empty());
}

#[test]
fn delete_removes_and_logs_every_attribute() {
    let mut state = with(vec![("a", property(1)), ("b", property(2))]);
    let applied = run(&mut state, 2, write(Operation::Delete, vec![])).unwrap();
    assert!(state.is_none());
    assert_eq!((applied.kind, applied.changed.len()), (Some(ChangeKind::Deleted), 2));
    assert_eq!(run(&mut state, 3, write(Operation::Delete, vec![])), Err(ApplyError::NoEntity));
}

/// Flags what is observed after second 1,000 as from the future.
struct Futures;

impl Judge for Futures {
    fn judge(&self, _: &Seen<'_>, instance: &mut Instance, _: Option<&Instance>) {
        if instance.observed_at > Some(at(1000)) {
            instance.quality = Quality::GOOD.with(Test::Future, crate::Flag::Fail);
        }
    }
}

#[test]
fn a_stamp_from_the_future_does_not_hold_the_state() {
    let mut state = None;
    let observe = |second: i64, v: i64, state: &mut Option<Entity>| {
        let write = write(Operation::Observe, vec![("a", property(v).at(at(second)))]);
        apply(state, write, at(2), &Futures).unwrap().changed[0].effect
    };
    assert_eq!(observe(100, 1, &mut state), Effect::Created);
    assert_eq!(observe(9000, 2, &mut state), Effect::Past);
    assert_eq!(value(&state, "a"), Some(Json::Int(1)));
    let mut first = None;
    assert_eq!(observe(9000, 3, &mut first), Effect::Created);
    assert_eq!(observe(100, 4, &mut first), Effect::Updated);
    assert_eq!(value(&first, "a"), Some(Json::Int(4)));
}
