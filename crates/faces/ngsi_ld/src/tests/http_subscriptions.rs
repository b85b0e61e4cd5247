//! Subscriptions over HTTP, and notifications over the network.

use std::time::Duration;

use senne_model::Json;

use super::{
    bed::{Bed, S3, STATION, bed, bed_in, options},
    receiver::Receiver,
};

fn subscription(url: &str, more: &str) -> String {
    format!(
        r#"{{"id":"urn:sub:1","type":"Subscription","entities":[{{"type":"AirQualityObserved"}}],"watchedAttributes":["NO2"],
            "notification":{{"endpoint":{{"uri":"{url}"}}}}{more}}}"#
    )
}

async fn set(bed: &Bed, value: i64) {
    let got = bed.patch(&format!("{S3}/attrs/NO2"), &format!(r#"{{"value":{value}}}"#)).await;
    assert_eq!(got.status, 204, "{}", got.text);
}

fn values(notifications: &[(http::HeaderMap, Json)]) -> Vec<i64> {
    let value = |(_, body): &(http::HeaderMap, Json)| {
        let data = &body.get("data").unwrap().as_array().unwrap()[0];
        data.get("NO2").unwrap().get("value").unwrap().as_f64().unwrap() as i64
    };
    notifications.iter().map(value).collect()
}

/// Clauses: 5.8.1, 5.8.6.
#[tokio::test]
async fn a_change_is_told() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    let made = bed.post("/subscriptions", &subscription(&receiver.url, "")).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.header("location"), "/ngsi-ld/v1/subscriptions/urn:sub:1");
    bed.post("/entities", STATION).await;
    set(&bed, 31).await;
    bed.patch(&format!("{S3}/attrs/name"), r#"{"value":"other"}"#).await;
    set(&bed, 32).await;
    let got = receiver.wait_for(3).await;
    assert_eq!(values(&got), [29, 31, 32]);
    let (headers, body) = &got[0];
    assert_eq!(headers["content-type"], "application/json");
    assert!(headers["link"].to_str().unwrap().contains("ngsi-ld-core-context"));
    assert_eq!(body.get("type"), Some(&Json::text("Notification")));
    assert_eq!(body.get("subscriptionId"), Some(&Json::text("urn:sub:1")));
    let counters = bed.get("/subscriptions/urn:sub:1").await;
    assert_eq!(counters.at("notification/timesSent"), Json::Int(3));
    assert_eq!(counters.at("notification/status"), Json::text("ok"));
    assert_eq!(counters.at("watchedAttributes/0"), Json::text("NO2"));
}

/// Clauses: 5.2.14, 5.2.15, 5.8.1, 5.8.6, 6.3.8.
#[tokio::test]
async fn conditions_formats_and_headers() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    let body = format!(
        r#"{{"id":"urn:sub:1","type":"Subscription","entities":[{{"type":"AirQualityObserved","idPattern":".*S3$"}}],"q":"NO2>30",
        "geoQ":{{"georel":"near;maxDistance==1000","geometry":"Point","coordinates":[4.36,50.83]}},
        "notification":{{"format":"keyValues","attributes":["NO2"],"endpoint":{{"uri":"{}","accept":"application/ld+json",
        "receiverInfo":[{{"key":"Authorization","value":"Bearer x"}}]}}}}}}"#,
        receiver.url
    );
    assert_eq!(bed.post("/subscriptions", &body).await.status, 201);
    bed.post("/entities", STATION).await;
    set(&bed, 20).await;
    set(&bed, 40).await;
    let got = receiver.wait_for(1).await;
    let (headers, body) = &got[0];
    assert_eq!(headers["authorization"], "Bearer x");
    assert_eq!(headers["content-type"], "application/ld+json");
    assert!(body.get("@context").is_some());
    let data = &body.get("data").unwrap().as_array().unwrap()[0];
    assert_eq!(data.get("NO2"), Some(&Json::Int(40)));
    assert!(data.get("name").is_none());
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn a_dead_endpoint_delays_nobody_and_gets_all_in_the_end() {
    let (bed, dead, alive) = (bed().await, Receiver::start().await, Receiver::start().await);
    dead.answer_with(503);
    bed.post("/subscriptions", &subscription(&dead.url, "")).await;
    bed.post("/subscriptions", &subscription(&alive.url, "").replace("urn:sub:1", "urn:sub:2")).await;
    bed.post("/entities", STATION).await;
    for value in 1..=20 {
        set(&bed, value).await;
    }
    alive.wait_for(21).await;
    assert!(dead.all().is_empty());
    assert_eq!(bed.get("/subscriptions/urn:sub:1").await.at("notification/status"), Json::text("failed"));
    dead.answer_with(200);
    let got = dead.wait_for(21).await;
    assert_eq!(values(&got)[1..], (1..=20).collect::<Vec<i64>>()[..]);
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn nothing_is_lost_through_a_restart() {
    let (first, receiver) = undelivered().await;
    delivered(&first.restart().await, &receiver).await;
}

/// The folder as it is on disk while everything runs is what a killed process leaves behind.
/// Clauses: 5.8.6.
#[tokio::test]
async fn nothing_is_lost_through_a_crash() {
    let (first, receiver) = undelivered().await;
    let left_behind = tempfile::tempdir().unwrap();
    copy(first.folder.path(), left_behind.path());
    drop(first.router);
    delivered(&bed_in(left_behind, options()).await, &receiver).await;
}

/// Eleven changes that the endpoint has not taken.
async fn undelivered() -> (Bed, Receiver) {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    receiver.answer_with(503);
    bed.post("/subscriptions", &subscription(&receiver.url, "")).await;
    bed.post("/entities", STATION).await;
    for value in 1..=10 {
        set(&bed, value).await;
    }
    (bed, receiver)
}

/// They arrive, and so do five more, each once.
async fn delivered(bed: &Bed, receiver: &Receiver) {
    receiver.answer_with(200);
    for value in 11..=15 {
        set(bed, value).await;
    }
    let (mut count, mut ids) = (16, std::collections::BTreeSet::new());
    // What was under way when the first one ended may come twice, with the same id.
    while ids.len() < 16 {
        let got = receiver.wait_for(count).await;
        ids.extend(got.iter().map(|(_, body)| body.get("id").unwrap().to_string()));
        count = got.len() + 1;
    }
    assert_eq!(ids.len(), 16, "each change once, by the id of its notification");
    assert!(values(&receiver.all()).contains(&15));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, kind) = entry.map(|entry| (entry.path(), entry.file_type().unwrap())).unwrap();
        let target = to.join(path.file_name().unwrap());
        if kind.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[tokio::test]
async fn an_overflowing_queue_is_made_good_from_the_log() {
    let mut options = super::bed::options();
    options.delivery.queue_changes_max = 4;
    let (bed, receiver) = (super::bed::bed_with(options).await, Receiver::start().await);
    receiver.answer_with(503);
    bed.post("/subscriptions", &subscription(&receiver.url, "")).await;
    bed.post("/entities", STATION).await;
    for value in 1..=40 {
        set(&bed, value).await;
    }
    receiver.answer_with(200);
    let got = receiver.wait_for(41).await;
    assert_eq!(values(&got)[1..], (1..=40).collect::<Vec<i64>>()[..]);
    set(&bed, 99).await;
    assert_eq!(*values(&receiver.wait_for(42).await).last().unwrap(), 99);
}

/// Clauses: 5.2.12, 5.8.2.
#[tokio::test]
async fn throttling_joins_and_pausing_stops() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    bed.post("/subscriptions", &subscription(&receiver.url, r#","throttling":0.5"#)).await;
    bed.post("/entities", STATION).await;
    receiver.wait_for(1).await;
    for value in 1..=10 {
        set(&bed, value).await;
    }
    let got = receiver.wait_for(2).await;
    assert_eq!(values(&got)[1], 10);
    assert_eq!(
        bed.patch("/subscriptions/urn:sub:1", r#"{"isActive":false,"throttling":"urn:ngsi-ld:null"}"#)
            .await
            .status,
        204
    );
    assert_eq!(bed.get("/subscriptions/urn:sub:1").await.at("status"), Json::text("paused"));
    set(&bed, 50).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    bed.patch("/subscriptions/urn:sub:1", r#"{"isActive":true}"#).await;
    set(&bed, 51).await;
    let got = receiver.wait_for(3).await;
    assert_eq!(values(&got)[2..], [51]);
}

/// Clauses: 5.2.12, 5.8.6.
#[tokio::test]
async fn triggers_tell_of_beginnings_and_ends() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    let body = subscription(&receiver.url, r#","notificationTrigger":["entityCreated","entityDeleted"]"#)
        .replace(r#""watchedAttributes":["NO2"],"#, "");
    assert_eq!(bed.post("/subscriptions", &body).await.status, 201);
    bed.post("/entities", STATION).await;
    set(&bed, 5).await;
    bed.delete(S3).await;
    let got = receiver.wait_for(2).await;
    let data = |n: usize| got[n].1.get("data").unwrap().as_array().unwrap()[0].clone();
    assert!(data(0).get("NO2").is_some());
    assert!(data(1).get("deletedAt").is_some());
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn what_an_endpoint_refuses_is_given_up() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    receiver.answer_with(400);
    bed.post("/subscriptions", &subscription(&receiver.url, "")).await;
    bed.post("/entities", STATION).await;
    for _ in 0..500 {
        let shown = bed.get("/subscriptions/urn:sub:1").await;
        if shown.at("notification").get("urn:senne:ns#givenUp").is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    receiver.answer_with(200);
    set(&bed, 7).await;
    assert_eq!(values(&receiver.wait_for(1).await), [7]);
}

/// Clauses: 5.8.2, 5.8.3, 5.8.4, 5.8.5.
#[tokio::test]
async fn subscriptions_are_kept_house_of() {
    let bed = bed().await;
    let good = subscription("http://127.0.0.1:9/x", "");
    assert_eq!(bed.post("/subscriptions", &good).await.status, 201);
    assert_eq!(bed.post("/subscriptions", &good).await.status, 409);
    let unnamed = good.replace(r#""id":"urn:sub:1","#, "");
    let made = bed.post("/subscriptions", &unnamed).await;
    assert!(made.header("location").contains("urn:ngsi-ld:Subscription:"));
    let list = bed.get("/subscriptions?count=true&limit=1").await;
    assert_eq!(list.header("ngsild-results-count"), "2");
    assert_eq!(list.json().as_array().unwrap().len(), 1);
    assert_eq!(bed.delete("/subscriptions/urn:sub:1").await.status, 204);
    assert_eq!(bed.get("/subscriptions/urn:sub:1").await.status, 404);
    assert_eq!(bed.delete("/subscriptions/urn:sub:1").await.status, 404);
    assert_eq!(bed.patch("/subscriptions/urn:sub:1", "{}").await.status, 404);
    for (from, to, status, field) in [
        (r#""type":"Subscription""#, r#""type":"Sub""#, 400, "type"),
        ("http://", "ftp://", 400, "notification.endpoint.uri"),
        (r#""watchedAttributes":["NO2"]"#, r#""watchedAttributes":[]"#, 400, "watchedAttributes"),
        (
            r#""watchedAttributes":["NO2"]"#,
            r#""watchedAttributes":["NO2"],"timeInterval":5"#,
            400,
            "watchedAttributes",
        ),
        (r#""watchedAttributes":["NO2"]"#, r#""timeInterval":5,"throttling":5"#, 400, "throttling"),
        (r#""watchedAttributes":["NO2"]"#, r#""csf":"((""#, 400, "csf"),
        (r#""watchedAttributes":["NO2"]"#, r#""temporalQ":{}"#, 400, "temporalQ"),
        (r#""watchedAttributes":["NO2"]"#, r#""notificationTrigger":["other"]"#, 400, "notificationTrigger"),
        (r#""watchedAttributes":["NO2"]"#, r#""datasetId":["x y"]"#, 400, "datasetId"),
        (r#""watchedAttributes":["NO2"]"#, r#""ngsildConformance":"one""#, 400, "ngsildConformance"),
        (
            r#""endpoint":"#,
            r#""showChanges":true,"format":"keyValues","endpoint":"#,
            400,
            "notification.showChanges",
        ),
        (r#""endpoint":"#, r#""pick":["a"],"omit":["a"],"endpoint":"#, 400, "notification.omit"),
        (r#""endpoint":"#, r#""attributes":["id"],"endpoint":"#, 400, "notification.attributes"),
        (r#""endpoint":"#, r#""join":"deep","endpoint":"#, 400, "notification.join"),
        (r#""endpoint":"#, r#""joinLevel":0,"endpoint":"#, 400, "notification.joinLevel"),
        (r#""type":"AirQualityObserved""#, r#""type":"AirQualityObserved","id":[]"#, 400, "entities.id"),
        (r#""watchedAttributes":["NO2"]"#, r#""q":"(((""#, 400, "q"),
        (r#""watchedAttributes":["NO2"]"#, r#""expiresAt":"2020-01-01T00:00:00Z""#, 400, "expiresAt"),
        (r#""watchedAttributes":["NO2"]"#, r#""throttling":-1"#, 400, "throttling"),
    ] {
        let got = bed.post("/subscriptions", &unnamed.replace(from, to)).await;
        assert_eq!((got.status.as_u16(), got.at("field")), (status, Json::text(field)), "{to}: {}", got.text);
    }
}
