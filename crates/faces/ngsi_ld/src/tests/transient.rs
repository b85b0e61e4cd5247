//! Entities and attributes that expire (clause 4.22).

use std::time::Duration;

use senne_model::{Json, Timestamp};

use super::bed::{Bed, bed};

fn soon(millis: i64) -> String {
    Timestamp::from_micros(Timestamp::now().micros() + millis * 1000).to_string()
}

/// Waits until the house has taken away what has expired: nothing is left of it in the state.
async fn swept(bed: &Bed) {
    for _ in 0..100 {
        let newest = bed.hub.changes(senne_model::ChangeNo(0), 1000).unwrap();
        if newest.iter().any(|change| &*change.actor == "senne") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing was taken away within 5 s");
}

/// Clauses: 4.22.
#[tokio::test]
async fn an_entity_is_gone_when_its_moment_comes() {
    let bed = bed().await;
    let body = format!(r#"{{"id":"urn:a:1","type":"Alert","expiresAt":"{}","n":{{"value":1}}}}"#, soon(300));
    assert_eq!(bed.post("/entities", &body).await.status, 201);
    let there = bed.get("/entities/urn:a:1").await;
    assert_eq!(there.status, 200);
    assert!(!there.text.contains("expiresAt"));
    assert!(bed.get("/entities/urn:a:1?options=sysAttrs").await.json().get("expiresAt").is_some());
    tokio::time::sleep(Duration::from_millis(310)).await;
    assert_eq!(bed.get("/entities/urn:a:1").await.status, 404);
    let none = bed.get("/entities?type=Alert&count=true").await;
    assert_eq!((none.text.as_str(), none.header("ngsild-results-count")), ("[]", "0"));
    assert_eq!(bed.get("/types/Alert").await.status, 404);
    swept(&bed).await;
    let changes = bed.hub.changes(senne_model::ChangeNo(0), 1000).unwrap();
    assert_eq!(changes.last().unwrap().kind, senne_model::ChangeKind::Deleted);
}

/// Clauses: 4.22, 5.6.1.
#[tokio::test]
async fn an_expired_id_is_free_at_once() {
    let bed = bed().await;
    let body = r#"{"id":"urn:a:1","type":"Alert","expiresAt":"2020-01-01T00:00:00Z"}"#;
    assert_eq!(bed.post("/entities", body).await.status, 201);
    assert_eq!(bed.get("/entities/urn:a:1").await.status, 404);
    assert_eq!(bed.patch("/entities/urn:a:1", r#"{"n":{"value":1}}"#).await.status, 404);
    assert_eq!(bed.post("/entities", r#"{"id":"urn:a:1","type":"Alert","n":{"value":2}}"#).await.status, 201);
    assert_eq!(bed.get("/entities/urn:a:1").await.at("n/value"), Json::Int(2));
}

/// Clauses: 4.22.
#[tokio::test]
async fn attributes_go_and_the_rest_stays() {
    let bed = bed().await;
    let at = soon(300);
    let body = format!(
        r#"{{"id":"urn:a:1","type":"Alert","keep":{{"value":1}},"go":{{"value":2,"expiresAt":"{at}"}},
        "both":[{{"value":3}},{{"value":4,"datasetId":"urn:d:1","expiresAt":"{at}"}}],
        "part":{{"value":5,"inner":{{"value":6,"expiresAt":"{at}"}}}}}}"#
    );
    assert_eq!(bed.post("/entities", &body).await.status, 201);
    let all = bed.get("/entities/urn:a:1?options=sysAttrs").await;
    assert!(all.at("go").get("expiresAt").is_some() && all.at("part/inner").get("expiresAt").is_some());
    assert!(all.at("part/inner").get("createdAt").is_none());
    tokio::time::sleep(Duration::from_millis(310)).await;
    let left = bed.get("/entities/urn:a:1").await;
    assert!(left.json().get("go").is_none() && left.at("part").get("inner").is_none());
    assert_eq!((left.at("both/value"), left.at("keep/value")), (Json::Int(3), Json::Int(1)));
    assert_eq!(bed.get("/entities?type=Alert&q=go").await.text, "[]");
    swept(&bed).await;
    assert_eq!(bed.get("/attributes/go").await.status, 404);
}

/// Clauses: 4.22, 5.6.17.
#[tokio::test]
async fn merges_set_keep_and_take_an_expiry_away() {
    let bed = bed().await;
    bed.post("/entities", r#"{"id":"urn:a:1","type":"Alert","n":{"value":1}}"#).await;
    let later = soon(3_600_000);
    let got = || async { bed.get("/entities/urn:a:1?options=sysAttrs").await };
    let set = format!(r#"{{"expiresAt":"{later}","n":{{"value":2,"expiresAt":"{later}"}}}}"#);
    assert_eq!(bed.patch("/entities/urn:a:1", &set).await.status, 204);
    assert!(got().await.json().get("expiresAt").is_some());
    bed.patch("/entities/urn:a:1", r#"{"n":{"value":3}}"#).await;
    assert!(got().await.at("n").get("expiresAt").is_some());
    bed.patch("/entities/urn:a:1/attrs/n", r#"{"value":4}"#).await;
    assert!(got().await.at("n").get("expiresAt").is_some());
    let never = r#"{"expiresAt":"urn:ngsi-ld:null","n":{"expiresAt":"urn:ngsi-ld:null"}}"#;
    assert_eq!(bed.patch("/entities/urn:a:1", never).await.status, 204);
    let free = got().await;
    assert!(
        free.json().get("expiresAt").is_none() && free.at("n").get("expiresAt").is_none(),
        "{}",
        free.text
    );
    bed.patch("/entities/urn:a:1", &set).await;
    bed.patch("/entities/urn:a:1/attrs", r#"{"n":{"value":5}}"#).await;
    assert!(got().await.at("n").get("expiresAt").is_none());
    bed.put("/entities/urn:a:1", r#"{"type":"Alert","n":{"value":6}}"#).await;
    assert!(got().await.json().get("expiresAt").is_none());
    for wrong in [r#"{"expiresAt":"tomorrow"}"#, r#"{"n":{"value":1,"expiresAt":7}}"#] {
        assert_eq!(bed.patch("/entities/urn:a:1", wrong).await.status, 400, "{wrong}");
    }
    assert_eq!(
        bed.post("/entities", r#"{"id":"urn:a:2","type":"Alert","expiresAt":"urn:ngsi-ld:null"}"#)
            .await
            .status,
        400
    );
}
