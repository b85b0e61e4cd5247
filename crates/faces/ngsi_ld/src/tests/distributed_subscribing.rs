//! Subscriptions that other brokers watch for too.

use std::time::Duration;

use senne_model::Json;

use super::{
    bed::{Bed, bed},
    brokers::{Question, Source, VEHICLES, broker, ids, register},
    receiver::Receiver,
};

pub(super) fn subscription(url: &str, more: &str) -> String {
    format!(
        r#"{{"id":"urn:sub:1","type":"Subscription","entities":[{{"type":"Vehicle"}}],"notification":{{"endpoint":{{"uri":"{url}"}}}}{more}}}"#
    )
}

pub(super) fn vehicle(id: &str, speed: i64) -> String {
    format!(r#"{{"id":"{id}","type":"Vehicle","speed":{{"type":"Property","value":{speed}}}}}"#)
}

/// The subscriptions of a broker, once there are so many.
pub(super) async fn wait_for_subscriptions(bed: &Bed, count: usize) -> Json {
    for _ in 0..1000 {
        let list = bed.get("/subscriptions").await.json();
        if list.as_array().unwrap().len() == count {
            return list;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("there are not {count} subscriptions");
}

/// A broker that says to others where it is.
pub(super) async fn reachable() -> (Bed, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let bed =
        super::bed::bed_with(crate::NgsiLdOptions { public_url: Some(url.clone()), ..super::bed::options() })
            .await;
    let router = bed.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (bed, url)
}

/// Clauses: 5.8.1, 5.8.6.
#[tokio::test]
async fn what_changes_elsewhere_is_told_here() {
    let ((here, _), there, receiver) = (reachable().await, broker().await, Receiver::start().await);
    assert_eq!(
        here.post("/subscriptions", &subscription(&receiver.url, r#","q":"speed>10""#)).await.status,
        201
    );
    // A source that comes later is watched too.
    register(&here, "1", &there.url, VEHICLES, "").await;
    let copies = wait_for_subscriptions(&there.bed, 1).await;
    let copy = &copies.as_array().unwrap()[0];
    assert_ne!(copy.get("id"), Some(&Json::text("urn:sub:1")));
    assert_eq!(copy.get("q"), Some(&Json::text("speed>10")));
    assert!(!copy.to_string().contains(&receiver.url), "the subscriber is not told to the source");
    there.bed.post("/entities", &vehicle("urn:v:1", 5)).await;
    there.bed.post("/entities", &vehicle("urn:v:2", 50)).await;
    let got = receiver.wait_for(1).await;
    assert_eq!(ids(got[0].1.get("data").unwrap()), ["urn:v:2"]);
    assert_eq!(got[0].1.get("subscriptionId"), Some(&Json::text("urn:sub:1")));
    let listed = here.get("/csourceSubscriptions").await;
    assert_eq!(listed.json().as_array().unwrap().len(), 1);
    assert_eq!(here.patch("/subscriptions/urn:sub:1", r#"{"q":"speed>60"}"#).await.status, 204);
    for _ in 0..1000 {
        if wait_for_subscriptions(&there.bed, 1).await.to_string().contains("speed>60") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(wait_for_subscriptions(&there.bed, 1).await.to_string().contains("speed>60"));
    assert_eq!(here.delete("/subscriptions/urn:sub:1").await.status, 204);
    wait_for_subscriptions(&there.bed, 0).await;
    assert_eq!(here.get("/csourceSubscriptions").await.text, "[]");
}

/// What a source is asked, until a question with this method is among it.
pub(super) async fn asked(source: &Source, method: &str) -> Vec<Question> {
    let mut all = Vec::new();
    for _ in 0..1000 {
        all.extend(source.take());
        if all.iter().any(|question| question.method == method) {
            return all;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the source was not asked by {method}: {all:?}");
}

/// The copy of a subscription that a source gets.
pub(super) async fn copy_at(source: &Source) -> Json {
    serde_json::from_str(&asked(source, "POST").await[0].body).unwrap()
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn removals_elsewhere_are_told() {
    let ((here, _), source, receiver) = (reachable().await, Source::start().await, Receiver::start().await);
    register(&here, "1", &source.url, VEHICLES, "").await;
    source.answers("POST /ngsi-ld/v1/subscriptions", 201, "");
    let condition = r#","notificationTrigger":["entityDeleted"],"q":"speed>1""#;
    assert_eq!(here.post("/subscriptions", &subscription(&receiver.url, condition)).await.status, 201);
    let remote = copy_at(&source).await.get("id").unwrap().as_str().unwrap().to_owned();
    let gone = r#"{"id":"urn:v:1","type":"Vehicle","deletedAt":"2024-01-01T00:00:00Z"}"#;
    let body = format!(r#"{{"subscriptionId":"{remote}","data":[{gone}]}}"#);
    assert_eq!(here.post("/remote-notify", &body).await.status, 200);
    let got = receiver.wait_for(1).await;
    assert!(got[0].1.to_string().contains(r#""deletedAt":"2024-01-01T00:00:00Z""#), "{:?}", got[0].1);
}

/// Clauses: 4.3.6.7, 5.8.6.
#[tokio::test]
async fn parts_of_split_entities_are_put_together() {
    let ((here, _), source, receiver) = (reachable().await, Source::start().await, Receiver::start().await);
    register(&here, "1", &source.url, VEHICLES, "").await;
    source.answers("POST /ngsi-ld/v1/subscriptions", 201, "");
    let condition = r#","splitEntities":true,"q":"speed>50;brand==\"A\"""#;
    assert_eq!(here.post("/subscriptions", &subscription(&receiver.url, condition)).await.status, 201);
    let copy = copy_at(&source).await;
    assert_eq!((copy.get("q"), copy.get("splitEntities")), (None, Some(&Json::Bool(true))));
    let remote = copy.get("id").unwrap().as_str().unwrap().to_owned();
    here.post(
        "/entities?local=true",
        r#"{"id":"urn:v:1","type":"Vehicle","brand":{"type":"Property","value":"A"}}"#,
    )
    .await;
    let notify = async |speed: i64, subscription: &str| {
        let body = format!(
            r#"{{"id":"urn:n:1","type":"Notification","subscriptionId":"{subscription}","data":[{}]}}"#,
            vehicle("urn:v:1", speed)
        );
        here.post("/remote-notify", &body).await.status
    };
    assert_eq!(notify(10, &remote).await, 200);
    assert_eq!(notify(99, &remote).await, 200);
    assert_eq!(notify(99, "urn:guessed").await, 404);
    let got = receiver.wait_for(1).await;
    assert_eq!(got.len(), 1, "what does not fit as a whole is dropped");
    assert!(got[0].1.to_string().contains("\"A\"") && got[0].1.to_string().contains("99"));
    // What the receiver does not take, the source keeps.
    receiver.answer_with(503);
    assert_eq!(notify(98, &remote).await, 503);
}

/// Clauses: 5.5.13, 5.8.1.
#[tokio::test]
async fn local_subscriptions_stay_here() {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, VEHICLES, "").await;
    let made =
        here.post("/subscriptions", &subscription("http://127.0.0.1:9/x", r#","localOnly":true"#)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(here.get("/csourceSubscriptions").await.text, "[]");
    assert!(source.take().is_empty());
}
