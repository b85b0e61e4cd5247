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

/// One instance for each of these data sets; `None` removes what is there.
fn in_sets(sets: impl Iterator<Item = (i64, Option<i64>)>) -> Vec<Instance> {
    let marker = || Instance::new(AttributeValue::Property(Json::text("urn:ngsi-ld:null")));
    let each = sets.map(|(set, value)| {
        let mut one = value.map_or_else(marker, property);
        one.dataset_id = Some(Iri::new(&format!("urn:d:{set}")));
        one
    });
    each.collect()
}

fn write_sets(operation: Operation, instances: Vec<Instance>) -> Write {
    let mut write = write(operation, vec![]);
    write.attributes.push(Attribute { name: name("a"), instances: instances.into() });
    write
}

/// Places are noted where there are many; what comes out is the same.
#[test]
fn many_instances_at_once_are_as_one_after_the_other() {
    let begin = with(vec![("b", property(1)), ("c", property(2))]);
    let set = |set: i64| match set % 4 {
        0 => (set, None),
        1 => (set, Some(-set)),
        // Written twice, and removed between.
        2 => (set / 2, Some(set)),
        _ => (set / 2, None),
    };
    for operation in [Operation::Merge, Operation::Append { keep: false }, Operation::Observe] {
        let first = in_sets((0..300).map(|set| (set, Some(set))));
        let (mut at_once, mut each) = (begin.clone(), begin.clone());
        let written = [first, in_sets((100..500).map(set)), in_sets((0..600).map(|set| (set, None)))];
        for (round, instances) in written.into_iter().enumerate() {
            let second = round as i64 + 2;
            for one in &instances {
                run(&mut each, second, write_sets(operation.clone(), vec![one.clone()])).unwrap();
            }
            run(&mut at_once, second, write_sets(operation.clone(), instances)).unwrap();
            let told = |state: Option<&Entity>| state.map(|entity| entity.attributes.clone());
            assert_eq!(told(at_once.as_ref()), told(each.as_ref()), "{operation:?} {round}");
        }
    }
}

/// One thread commits for everybody, so no write of a permitted size may keep it for long, however much is there.
#[test]
fn a_large_write_to_a_large_entity_is_quick() {
    let begun = std::time::Instant::now();
    let large = |operation: Operation, count: i64| {
        let mut write = write(operation, vec![]);
        let named = |i: i64| Name::new(&format!("https://example.org/attributes/{i:08}"));
        write.attributes = (0..count).map(|i| Attribute::new(named(i), property(i))).collect();
        write
    };
    let mut state = None;
    run(&mut state, 1, large(Operation::Create, 40_000)).unwrap();
    run(&mut state, 2, large(Operation::Update, 2_000)).unwrap();
    run(&mut state, 3, large(Operation::Replace, 40_000)).unwrap();
    let sets = |count: i64, value: Option<i64>| in_sets((0..count).map(move |set| (set, value)));
    run(&mut state, 4, write_sets(Operation::Append { keep: false }, sets(40_000, Some(1)))).unwrap();
    run(&mut state, 5, write_sets(Operation::Merge, sets(20_000, None))).unwrap();
    assert_eq!(state.unwrap().attribute("a").unwrap().instances.len(), 20_000);
    // Half a minute and more when all is looked through for each; well under a second else.
    assert!(begun.elapsed() < std::time::Duration::from_secs(15), "{:?}", begun.elapsed());
}
