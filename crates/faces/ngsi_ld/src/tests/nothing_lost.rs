//! What is due is told, once the receiver is there, as it was then: and nothing else.

use std::time::{Duration, Instant};

use senne_hub::{Context, ErasureRequest, Extent, Principal, Target};
use senne_model::{EntityId, Json, TenantName};

use super::{
    bed::{Bed, bed, bed_with, options},
    receiver::Receiver,
};

const LAMP: &str = "/entities/urn:l:1";

async fn subscribe(bed: &Bed, receiver: &Receiver, more: &str) {
    let body = format!(
        r#"{{"id":"urn:sub:1","type":"Subscription","entities":[{{"type":"Lamp"}}]{more},
            "notification":{{"endpoint":{{"uri":"{}"}}}}}}"#,
        receiver.url
    );
    let made = bed.post("/subscriptions", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

fn lamp(attributes: &str) -> String {
    format!(r#"{{"id":"urn:l:1","type":"Lamp",{attributes}}}"#)
}

fn level(value: u32) -> String {
    format!(r#""level":{{"type":"Property","value":{value}}}"#)
}

fn state(value: &str) -> String {
    format!(r#""state":{{"type":"Property","value":"{value}"}}"#)
}

async fn commit(bed: &Bed, entities: &[String]) {
    let written =
        bed.post("/entityOperations/upsert?options=update", &format!("[{}]", entities.join(","))).await;
    assert!(written.status.is_success(), "{}", written.text);
}

fn levels(notifications: &[(http::HeaderMap, Json)]) -> Vec<Option<Json>> {
    let told = |(_, body): &(http::HeaderMap, Json)| {
        let data = &body.get("data").unwrap().as_array().unwrap()[0];
        data.get("level").and_then(|level| level.get("value")).cloned()
    };
    notifications.iter().map(told).collect()
}

fn of(values: &[i64]) -> Vec<Option<Json>> {
    values.iter().map(|value| Some(Json::Int(*value))).collect()
}

/// What comes must be all that comes.
async fn told(receiver: &Receiver, values: &[i64]) {
    let got = receiver.wait_for(values.len()).await;
    assert_eq!(levels(&got), of(values));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.all().len(), values.len());
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn conditions_are_put_to_the_entity_as_each_change_left_it() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    bed.post("/entities", &lamp(&format!("{},{}", level(5), state("open")))).await;
    subscribe(&bed, &receiver, r#","q":"level>90;state==\"open\"""#).await;
    let writes = [level(95), state("closed"), level(96), state("open")];
    commit(&bed, &writes.map(|attributes| lamp(&attributes))).await;
    // The third was not due; the fourth is: an open lamp at 96.
    told(&receiver, &[95, 96]).await;
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn what_was_due_is_told_though_it_went_since() {
    for queue in [1, 1024] {
        let mut options = options();
        options.delivery.queue_changes_max = queue;
        let (bed, receiver) = (bed_with(options).await, Receiver::start().await);
        receiver.answer_with(503);
        subscribe(&bed, &receiver, r#","q":"level>90;state==\"open\"","watchedAttributes":["level"]"#).await;
        went_since(&bed).await;
        receiver.answer_with(200);
        told(&receiver, &[91, 92, 93, 94]).await;
    }
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn what_was_due_is_told_after_a_restart_too() {
    let (first, receiver) = (bed().await, Receiver::start().await);
    receiver.answer_with(503);
    subscribe(&first, &receiver, r#","q":"level>90;state==\"open\"","watchedAttributes":["level"]"#).await;
    went_since(&first).await;
    let _bed = first.restart().await;
    receiver.answer_with(200);
    told(&receiver, &[91, 92, 93, 94]).await;
}

/// Four changes are due, and one is not; at the end nothing is left of what they were.
async fn went_since(bed: &Bed) {
    bed.post("/entities", &lamp(&format!("{},{}", level(91), state("open")))).await;
    for value in [92, 93] {
        assert_eq!(bed.delete(&format!("{LAMP}/attrs/level")).await.status, 204);
        bed.post(&format!("{LAMP}/attrs"), &format!("{{{}}}", level(value))).await;
    }
    for attributes in [state("closed"), level(99), state("open"), level(94)] {
        bed.patch(&format!("{LAMP}/attrs"), &format!("{{{attributes}}}")).await;
    }
    assert_eq!(bed.delete(LAMP).await.status, 204);
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn a_replay_goes_through_all_of_the_log() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    subscribe(&bed, &receiver, "").await;
    // What was before the subscription need not be in the log any more.
    let before = bed.hub.head().0;
    bed.post("/entities", &lamp(&level(1))).await;
    for part in 0..6 {
        let other = |n: u32| format!(r#"{{"id":"urn:o:{part}:{n}","type":"Other"}}"#);
        commit(&bed, &(0..400).map(other).collect::<Vec<_>>()).await;
    }
    commit(&bed, &[lamp(&level(2))]).await;
    receiver.wait_for(2).await;
    assert_eq!(
        bed.post("/subscriptions/urn:sub:1/replay", &format!(r#"{{"after":{before}}}"#)).await.status,
        202
    );
    told(&receiver, &[1, 2, 1, 2]).await;
}

/// Clauses: 5.8.2, 5.8.6.
#[tokio::test]
async fn a_changed_subscription_goes_through_all_that_it_has_not_told() {
    let (bed, receiver, other) = (bed().await, Receiver::start().await, Receiver::start().await);
    receiver.answer_with(503);
    subscribe(&bed, &receiver, "").await;
    bed.post("/entities", &lamp(&level(1))).await;
    for part in 0..6 {
        let other = |n: u32| format!(r#"{{"id":"urn:o:{part}:{n}","type":"Other"}}"#);
        commit(&bed, &(0..400).map(other).collect::<Vec<_>>()).await;
    }
    commit(&bed, &[lamp(&level(2))]).await;
    let moved = format!(r#"{{"notification":{{"endpoint":{{"uri":"{}"}}}}}}"#, other.url);
    assert_eq!(bed.patch("/subscriptions/urn:sub:1", &moved).await.status, 204);
    told(&other, &[1, 2]).await;
}

#[tokio::test]
async fn what_is_erased_is_not_told_any_more() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    receiver.answer_with(503);
    subscribe(&bed, &receiver, "").await;
    bed.post("/entities", &lamp(&level(1))).await;
    bed.patch(&format!("{LAMP}/attrs"), &format!("{{{}}}", level(2))).await;
    let request = ErasureRequest {
        target: Target::Entity(EntityId::trusted("urn:l:1")),
        extent: Extent::Everything,
        reason: "asked for".to_owned(),
        ground: "GDPR 17".to_owned(),
    };
    let administrator = Principal::Administrator { name: "tester".to_owned() };
    bed.hub.erase(&Context::new(administrator, TenantName::default()), &request).await.unwrap();
    // What is being sent at this moment may still arrive.
    tokio::time::sleep(Duration::from_millis(500)).await;
    receiver.answer_with(200);
    bed.post("/entities", &lamp(&level(3)).replace("urn:l:1", "urn:l:2")).await;
    told(&receiver, &[3]).await;
}

/// Clauses: 5.2.12, 5.8.6.
#[tokio::test]
async fn a_period_of_throttling_has_one_notification() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    subscribe(&bed, &receiver, r#","throttling":0.4"#).await;
    let begun = Instant::now();
    for value in 1..=40 {
        let id = format!("urn:l:{}", value % 2);
        commit(&bed, &[lamp(&level(value)).replace("urn:l:1", &id)]).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    let (got, periods) = (receiver.all(), begun.elapsed().as_secs_f64() / 0.4);
    let last = got.last().unwrap().1.get("data").unwrap().as_array().unwrap();
    let value = |one: &Json| one.get("level").unwrap().get("value").unwrap().as_f64().unwrap() as u32;
    assert!(last.iter().map(value).max() == Some(40), "{last:?}");
    // At most a notification for each period that began.
    assert!(got.len() >= 3 && got.len() as f64 <= periods + 1.0, "{} in {periods} periods", got.len());
}
