//! The copies of subscriptions at sources: what they ask, and that they are kept as they ought to be.

use std::time::Duration;

use senne_model::Json;

use super::{
    bed::bed,
    brokers::{Source, VEHICLES, broker, ids, register},
    distributed_subscribing::{asked, copy_at, reachable, subscription, vehicle, wait_for_subscriptions},
    receiver::Receiver,
};

/// Long enough for what is to be sent at once.
const A_MOMENT: Duration = Duration::from_millis(300);

const SUBSCRIPTIONS: &str = "POST /ngsi-ld/v1/subscriptions";

/// Clauses: 5.8.6.
#[tokio::test]
async fn what_a_source_has_filtered_is_not_filtered_again_by_what_is_told() {
    let ((here, _), there, receiver) = (reachable().await, broker().await, Receiver::start().await);
    register(&here, "1", &there.url, VEHICLES, "").await;
    let body = format!(
        r#"{{"type":"Subscription","entities":[{{"type":"Vehicle"}}],"q":"speed>10","notification":{{"attributes":["brand"],"endpoint":{{"uri":"{}"}}}}}}"#,
        receiver.url
    );
    assert_eq!(here.post("/subscriptions", &body).await.status, 201);
    wait_for_subscriptions(&there.bed, 1).await;
    for (id, speed) in [("urn:v:1", 5), ("urn:v:2", 50)] {
        let entity = format!(
            r#"{{"id":"{id}","type":"Vehicle","speed":{{"type":"Property","value":{speed}}},"brand":{{"type":"Property","value":"A"}}}}"#
        );
        assert_eq!(there.bed.post("/entities", &entity).await.status, 201);
    }
    let got = receiver.wait_for(1).await;
    assert_eq!(ids(got[0].1.get("data").unwrap()), ["urn:v:2"]);
    assert!(got[0].1.to_string().contains("\"A\"") && !got[0].1.to_string().contains("speed"));
}

/// Clauses: 4.3.6.7, 5.8.6.
#[tokio::test]
async fn a_filter_on_what_a_source_did_not_register_is_put_here() {
    let ((here, _), source, receiver) = (reachable().await, Source::start().await, Receiver::start().await);
    source.answers(SUBSCRIPTIONS, 201, "");
    let speeds = r#"{"entities":[{"type":"Vehicle"}],"propertyNames":["speed"]}"#;
    register(&here, "1", &source.url, speeds, "").await;
    let condition = r#","q":"brand==\"A\"""#;
    assert_eq!(here.post("/subscriptions", &subscription(&receiver.url, condition)).await.status, 201);
    let copy = copy_at(&source).await;
    let attributes = copy.get("notification").unwrap().get("attributes");
    assert_eq!((copy.get("q"), attributes), (None, None));
    let branded = r#"{"id":"urn:v:1","type":"Vehicle","brand":{"type":"Property","value":"A"}}"#;
    assert_eq!(here.post("/entities?local=true", branded).await.status, 201);
    let remote = copy.get("id").unwrap().as_str().unwrap();
    for id in ["urn:v:2", "urn:v:1"] {
        let body = format!(r#"{{"subscriptionId":"{remote}","data":[{}]}}"#, vehicle(id, 99));
        assert_eq!(here.post("/remote-notify", &body).await.status, 200);
    }
    // The first tells of what was written here.
    let got = receiver.wait_for(2).await;
    for (_, told) in &got {
        assert_eq!(ids(told.get("data").unwrap()), ["urn:v:1"]);
    }
    assert!(got[1].1.to_string().contains("99"));
}

/// Clauses: 5.8.2.
#[tokio::test]
async fn what_a_subscription_no_longer_has_its_copies_lose_too() {
    let ((here, _), there) = (reachable().await, broker().await);
    register(&here, "1", &there.url, VEHICLES, "").await;
    let more = r#","q":"speed>10","throttling":60"#;
    assert_eq!(here.post("/subscriptions", &subscription("http://127.0.0.1:9/x", more)).await.status, 201);
    let copies = wait_for_subscriptions(&there.bed, 1).await;
    assert!(copies.to_string().contains("speed>10"), "{copies}");
    assert_eq!(here.patch("/subscriptions/urn:sub:1", r#"{"q":null,"throttling":null}"#).await.status, 204);
    let mut text = String::new();
    for _ in 0..1000 {
        text = wait_for_subscriptions(&there.bed, 1).await.to_string();
        if !text.contains("speed>10") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!text.contains("speed>10") && !text.contains("throttling"), "{text}");
}

/// Clauses: 5.8.2.
#[tokio::test]
async fn a_copy_that_a_source_does_not_change_is_made_anew() {
    let ((here, _), source) = (reachable().await, Source::start().await);
    source.answers(SUBSCRIPTIONS, 201, "");
    let operations = r#","operations":["createSubscription","deleteSubscription"]"#;
    register(&here, "1", &source.url, VEHICLES, operations).await;
    assert_eq!(here.post("/subscriptions", &subscription("http://127.0.0.1:9/x", "")).await.status, 201);
    let remote = copy_at(&source).await.get("id").unwrap().as_str().unwrap().to_owned();
    assert_eq!(here.patch("/subscriptions/urn:sub:1", r#"{"q":"speed>60"}"#).await.status, 204);
    let questions = asked(&source, "POST").await;
    let methods: Vec<&str> = questions.iter().map(|question| question.method.as_str()).collect();
    assert_eq!(methods, ["DELETE", "POST"]);
    assert_eq!(questions[0].target, format!("/ngsi-ld/v1/subscriptions/{remote}"));
    assert!(questions[1].body.contains("speed>60"), "{}", questions[1].body);
}

/// Clauses: 5.8.5.
#[tokio::test]
async fn a_copy_is_not_forgotten_before_its_source_has_removed_it() {
    let ((here, _), source) = (reachable().await, Source::start().await);
    source.answers(SUBSCRIPTIONS, 201, "");
    register(&here, "1", &source.url, VEHICLES, "").await;
    assert_eq!(here.post("/subscriptions", &subscription("http://127.0.0.1:9/x", "")).await.status, 201);
    let remote = copy_at(&source).await.get("id").unwrap().as_str().unwrap().to_owned();
    let removal = format!("DELETE /ngsi-ld/v1/subscriptions/{remote}");
    source.answers(&removal, 503, "");
    assert_eq!(here.delete("/subscriptions/urn:sub:1?local=true").await.status, 204);
    asked(&source, "DELETE").await;
    source.answers(&removal, 204, "");
    // Any other change has it tried again before its time.
    let other =
        subscription("http://127.0.0.1:9/x", r#","localOnly":true"#).replace("urn:sub:1", "urn:sub:2");
    assert_eq!(here.post("/subscriptions", &other).await.status, 201);
    asked(&source, "DELETE").await;
    assert_eq!(here.delete("/subscriptions/urn:sub:2").await.status, 204);
    tokio::time::sleep(A_MOMENT).await;
    assert!(source.take().is_empty(), "what is removed is not removed again");
}

/// Clauses: 5.5.13.
#[tokio::test]
async fn a_subscription_that_was_made_here_alone_stays_here_after_a_restart() {
    let (first, source) = (bed().await, Source::start().await);
    source.answers(SUBSCRIPTIONS, 201, "");
    register(&first, "1", &source.url, VEHICLES, "").await;
    let local = subscription("http://127.0.0.1:9/x", "");
    assert_eq!(first.post("/subscriptions?local=true", &local).await.status, 201);
    tokio::time::sleep(A_MOMENT).await;
    let second = first.restart().await;
    let other = subscription("http://127.0.0.1:9/x", r#","q":"speed>2""#).replace("urn:sub:1", "urn:sub:2");
    assert_eq!(second.post("/subscriptions", &other).await.status, 201);
    assert_eq!(second.patch("/subscriptions/urn:sub:1", r#"{"description":"x"}"#).await.status, 204);
    let mut questions = asked(&source, "POST").await;
    tokio::time::sleep(A_MOMENT).await;
    questions.extend(source.take());
    assert_eq!(questions.len(), 1, "{questions:?}");
    assert!(questions[0].body.contains("speed>2"));
    let listed = second.get("/csourceSubscriptions").await.json();
    assert_eq!(listed.as_array().map(<[Json]>::len), Some(1));
}
