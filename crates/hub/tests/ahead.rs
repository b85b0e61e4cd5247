//! What an entity was after a change, for followers that are far behind.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests speak by their names and may fail")]

use std::time::{Duration, Instant};

use senne_hub::{Context, Hub, HubConfig, Principal, WriteOptions};
use senne_model::{
    Attribute, AttributeValue, ChangeNo, EntityId, Instance, Json, Later, Name, Operation, TenantName, Write,
};

fn context() -> Context {
    Context::new(Principal::System, TenantName::default())
}

fn tell(n: usize, attribute: &str, value: i64) -> Write {
    let mut write = Write::new(EntityId::trusted(&format!("urn:x:{n}")), Operation::CreateOrAppend);
    write.types.push(Name::new("urn:t"));
    let value = Instance::new(AttributeValue::Property(Json::Int(value)));
    write.attributes.push(Attribute::new(Name::new(attribute), value));
    write
}

async fn write(hub: &Hub, writes: Vec<Write>) {
    for some in writes.chunks(1_000) {
        let results = hub.write(&context(), some.to_vec(), WriteOptions::default()).await.unwrap();
        assert!(results.iter().all(Result::is_ok));
    }
}

/// Entity 0 is told of first and last, others between.
async fn filled(hub: &Hub, between: usize) {
    write(hub, vec![tell(0, "urn:a", 1)]).await;
    write(hub, (1..=between).map(|n| tell(n, "urn:a", 2)).collect()).await;
    write(hub, vec![tell(0, "urn:a", 3), tell(0, "urn:b", 3)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_just_after_what_is_known_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    filled(&hub, 2_500).await;
    let known = hub.changes(ChangeNo(0), 2_200).unwrap();
    let later = Later::of(known.iter().take(2_200));
    let was = hub.entity_after(&context(), &known[0], &later).await.unwrap().unwrap();
    assert_eq!(was.instance("urn:a").unwrap().value.as_number(), Some(1.0));
    assert!(was.instance("urn:b").is_none(), "it came later");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_far_behind_does_not_wait_at_each_change() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    filled(&hub, 6_500).await;
    let known = hub.changes(ChangeNo(0), 2_200).unwrap();
    let later = Later::of(known.iter().take(2_200));
    let begun = Instant::now();
    for _ in 0..200 {
        let was = hub.entity_after(&context(), &known[0], &later).await.unwrap().unwrap();
        assert_eq!(was.instance("urn:a").unwrap().value.as_number(), Some(1.0));
    }
    // Five pauses at each would be ten seconds.
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_after_the_last_change_that_is_known_is_taken_back_too() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    for (attribute, value) in [("urn:c", 1), ("urn:a", 1), ("urn:b", 2), ("urn:c", 9)] {
        write(&hub, vec![tell(0, attribute, value)]).await;
    }
    let known = hub.changes(ChangeNo(0), 10).unwrap();
    assert_eq!(known.len(), 4);
    // The third is known, and says nothing of what the fourth did.
    let later = Later::of(known.iter().take(3));
    let present = hub.entity(&context(), &known[1].entity).await.unwrap();
    assert!(
        !later.reaches(&known[1], Some(&present)) && Later::of(&known).reaches(&known[1], Some(&present))
    );
    let was = hub.entity_after(&context(), &known[1], &later).await.unwrap().unwrap();
    let number = |name: &str| was.instance(name).and_then(|instance| instance.value.as_number());
    assert_eq!((number("urn:a"), number("urn:b"), number("urn:c")), (Some(1.0), None, Some(1.0)));
    hub.stop().await;
}
