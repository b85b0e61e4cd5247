//! Whoever wants a change is found by the index, whatever it is looked up by.

use proptest::prelude::*;
use senne_hub::Principal;
use senne_model::{
    Attribute, AttributeValue, ChangeNo, ChangedAttribute, Effect, EntityId, Geometry, Instance, Json,
    Timestamp,
};

use super::*;
use crate::{
    contexts::Terms,
    subscriptions::{
        compiled::compile,
        document::accept,
        runner::{Counters, QueueLimits},
        stored::Kept,
    },
};

/// A subscription to things with some conditions.
fn runner(n: usize, conditions: &str) -> Arc<Runner> {
    let terms = Terms::default_core();
    let text = format!(
        r#"{{"id":"urn:sub:{n}","type":"Subscription",{conditions},"notification":{{"endpoint":{{"uri":"urn:senne:stream"}}}}}}"#
    );
    let document = accept(serde_json::from_str(&text).unwrap(), &terms)
        .unwrap_or_else(|problem| panic!("{text}: {problem}"));
    let compiled = compile(&document, &terms, terms.clone(), true).unwrap();
    let kept = Kept {
        id: EntityId::trusted(&format!("urn:sub:{n}")),
        tenant: TenantName::default(),
        document,
        context: Json::Null,
        origin: String::new(),
        owner: Principal::System,
        created_at: Timestamp::default(),
        modified_at: Timestamp::default(),
        cursor: ChangeNo(0),
        counters: Counters::default(),
    };
    let limits = QueueLimits { own_max: 10, all_max: 10, all: Arc::default() };
    Arc::new(Runner::new(kept, Some(Arc::new(compiled)), limits, false))
}

fn conditions() -> impl Strategy<Value = String> {
    let kind = prop_oneof![Just("A"), Just("B"), Just("A,B"), Just("(A;B)")];
    let more = prop_oneof![
        Just(String::new()),
        (0..20_i32).prop_map(|x| format!(r#","q":"v>{x}""#)),
        (0..20_i32).prop_map(|x| format!(r#","q":"v<={x}""#)),
        (0..20_i32).prop_map(|x| format!(r#","q":"v=={x};w""#)),
        (0..20_i32).prop_map(|x| format!(r#","q":"v=={x}..{}""#, x + 3)),
        (0..3_i32).prop_map(|x| format!(r#","q":"name==\"n{x}\",\"other\"""#)),
        (0..3_i32).prop_map(|x| format!(r#","q":"name==\"n{x}\"|v>15""#)),
        Just(r#","watchedAttributes":["v"]"#.to_owned()),
        Just(r#","watchedAttributes":["w","name"]"#.to_owned()),
        (0..20_i32, 1..2_000_000_i32).prop_map(|(x, far)| format!(
            r#","geoQ":{{"georel":"near;maxDistance=={far}","geometry":"Point","coordinates":[{x}.005,50]}}"#
        )),
        Just(r#","geoQ":{"georel":"disjoint","geometry":"Point","coordinates":[4,50]}"#.to_owned()),
    ];
    let id = prop_oneof![
        3 => Just(String::new()),
        1 => (0..4_i32).prop_map(|n| format!(r#","id":"urn:e:{n}""#)),
        1 => (0..4_i32).prop_map(|n| format!(r#","id":["urn:e:{n}","urn:e:9"]"#)),
        1 => Just(r#","idPattern":".*1$""#.to_owned()),
    ];
    (kind, id, more).prop_map(|(kind, id, more)| format!(r#""entities":[{{"type":"{kind}"{id}}}]{more}"#))
}

prop_compose! {
    fn entity()(n in 0..4_i32, both in any::<bool>(), v in 0..20_i64, list in any::<bool>(), name in 0..4_i32, x in 0.0..20.0_f64) -> Entity {
        let terms = Terms::default_core();
        let mut entity = Entity::new(EntityId::trusted(&format!("urn:e:{n}")), terms.expand("A"));
        if both {
            entity.types.push(terms.expand("B"));
        }
        let number = if list { Json::Array(vec![Json::Int(v), Json::Int(3)]) } else { Json::Int(v) };
        let geometry = Geometry::point(x, 50.0).unwrap();
        for (name, value) in [
            ("v", AttributeValue::Property(number)),
            ("w", AttributeValue::Property(Json::Bool(true))),
            ("name", AttributeValue::Property(Json::from(format!("n{name}")))),
            ("location", AttributeValue::Geo(geometry)),
        ] {
            entity.attributes.push(Attribute::new(terms.expand(name), Instance::new(value)));
        }
        entity
    }
}

proptest! {
    #[test]
    fn whoever_wants_a_change_is_found(all in proptest::collection::vec(conditions(), 1..12), entity in entity(), changed in 0..4_usize) {
        let runners: Vec<Arc<Runner>> = all.iter().enumerate().map(|(n, text)| runner(n, text)).collect();
        let mut index = Index::default();
        runners.iter().for_each(|runner| index.insert(runner));
        let attribute = &entity.attributes[changed];
        let change = Change {
            no: ChangeNo(1),
            tenant: TenantName::default(),
            actor: "test".into(),
            recorded_at: Timestamp::default(),
            entity: entity.id.clone(),
            types: entity.types.clone(),
            kind: ChangeKind::Updated,
            before: None,
            attributes: vec![ChangedAttribute {
                name: attribute.name.clone(),
                effect: Effect::Updated,
                instance: attribute.instances[0].clone(),
                previous: None,
            }],
        };
        let entity = Arc::new(entity);
        let mut found = Vec::new();
        index.find(&change, &mut || Some(Arc::clone(&entity)), &mut |runner| found.push(runner.id.clone()));
        for runner in &runners {
            let compiled = runner.state.lock().compiled.clone().unwrap();
            let wants = compiled.may_want(&change) && compiled.condition.matches(&entity);
            prop_assert!(!wants || found.contains(&runner.id), "{} of {all:?} was not found", runner.id);
        }
        // Nothing is left of those that are taken out.
        runners.iter().for_each(|runner| index.remove(runner));
        found.clear();
        index.find(&change, &mut || None, &mut |runner| found.push(runner.id.clone()));
        prop_assert!(found.is_empty());
    }
}

#[test]
fn the_time_for_many_changed_attributes_grows_with_their_number_alone() {
    let terms = Terms::default_core();
    let mut index = Index::default();
    index.insert(&runner(1, r#""entities":[{"type":"A"}],"watchedAttributes":["v7"]"#));
    let changed = |n: u32| ChangedAttribute {
        name: terms.expand(&format!("v{n}")),
        effect: Effect::Created,
        instance: Instance::new(AttributeValue::Property(Json::Int(1))),
        previous: None,
    };
    let change = Change {
        no: ChangeNo(1),
        tenant: TenantName::default(),
        actor: "test".into(),
        recorded_at: Timestamp::default(),
        entity: EntityId::trusted("urn:e:1"),
        types: [terms.expand("A")].into_iter().collect(),
        kind: ChangeKind::Created,
        before: None,
        attributes: (0..100_000).chain([7]).map(changed).collect(),
    };
    let began = std::time::Instant::now();
    let mut found = Vec::new();
    index.find(&change, &mut || None, &mut |runner| found.push(runner.id.clone()));
    assert_eq!(found.len(), 1, "an attribute of which two instances changed is looked up once");
    // Each compared with each other takes minutes.
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}
