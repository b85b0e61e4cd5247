//! Updates are done whole or not at all, and numbers keep all their digits.

use senne_model::Json;

use super::bed::{Bed, ROOM, bed};

async fn rooms() -> Bed {
    let bed = bed().await;
    assert_eq!(bed.post("/entities", ROOM).await.status, 201);
    let second = r#"{"id":"Room2","type":"Room","status":{"value":"open"}}"#;
    assert_eq!(bed.post("/entities", second).await.status, 201);
    bed
}

async fn update(bed: &Bed, action: &str, entities: &str) -> u16 {
    let body = format!(r#"{{"actionType":"{action}","entities":[{entities}]}}"#);
    bed.post("/op/update", &body).await.status
}

#[tokio::test]
async fn an_update_that_would_leave_something_does_nothing() {
    let bed = rooms().await;
    let entities = r#"{"id":"Room1","status":{"value":"shut"},"nope":{"value":2}},
        {"id":"Room2","status":{"value":"shut"}}"#;
    assert_eq!(update(&bed, "update", entities).await, 404);
    for id in ["Room1", "Room2"] {
        let got = bed.get(&format!("/entities/{id}")).await;
        assert_eq!(got.at("status/value"), Json::text("open"), "{id}");
        assert!(got.json().get("nope").is_none(), "{}", got.text);
    }
    let entities = r#"{"id":"Room1","status":{"value":"shut"}},{"id":"Room2","status":{"value":"shut"}}"#;
    assert_eq!(update(&bed, "update", entities).await, 204);
    assert_eq!(bed.get("/entities/Room2").await.at("status/value"), Json::text("shut"));
}

#[tokio::test]
async fn what_is_appended_strictly_is_new_and_may_make_an_entity() {
    let bed = rooms().await;
    let entities = r#"{"id":"Room1","fresh":{"value":1}},{"id":"Room2","status":{"value":"shut"},"fresh":{"value":1}},
        {"id":"Room3","type":"Room","fresh":{"value":1}}"#;
    assert_eq!(update(&bed, "appendStrict", entities).await, 422);
    for id in ["Room1", "Room2"] {
        let got = bed.get(&format!("/entities/{id}")).await;
        assert!(got.json().get("fresh").is_none(), "{}", got.text);
    }
    assert_eq!(bed.get("/entities/Room3").await.status, 404);
    let entities = r#"{"id":"Room1","fresh":{"value":1}},{"id":"Room3","type":"Room","fresh":{"value":1}},
        {"id":"Room3","other":{"value":2}},{"id":"Room4"}"#;
    assert_eq!(update(&bed, "appendStrict", entities).await, 204);
    assert_eq!(bed.get("/entities/Room1").await.at("fresh/value"), Json::Int(1));
    assert_eq!(bed.get("/entities/Room3").await.at("other/value"), Json::Int(2));
    assert_eq!(bed.get("/entities/Room4").await.at("type"), Json::text("Thing"));
    let again = r#"{"id":"Room3","other":{"value":3}}"#;
    assert_eq!(update(&bed, "appendStrict", again).await, 422);
}

#[tokio::test]
async fn attributes_that_are_appended_come_all_or_none() {
    let bed = rooms().await;
    let body = r#"{"fresh":{"value":1},"status":{"value":"shut"}}"#;
    let got = bed.post("/entities/Room1/attrs?options=append", body).await;
    assert_eq!((got.status, got.at("field")), (422, Json::text("status")), "{}", got.text);
    let got = bed.get("/entities/Room1").await;
    assert!(got.json().get("fresh").is_none(), "{}", got.text);
    assert_eq!(got.at("status/value"), Json::text("open"));
}

#[tokio::test]
async fn numbers_keep_all_their_digits() {
    const DIGITS: &str = "123456789012345678901234567890";
    let bed = bed().await;
    let body = format!(
        r#"{{"id":"Meter1","count":{{"value":{DIGITS},"metadata":{{"limit":{{"value":-{DIGITS}}}}}}}}}"#
    );
    assert_eq!(bed.post("/entities", &body).await.status, 201);
    let got = bed.get("/entities/Meter1").await;
    assert!(got.text.contains(&format!("\"value\":{DIGITS}")), "{}", got.text);
    assert!(got.text.contains(&format!("\"value\":-{DIGITS}")), "{}", got.text);
    let place = "/entities/Meter1/attrs/count/value";
    let plain = [("content-type", "text/plain")];
    assert_eq!(bed.send("PUT", place, &plain, &format!("{DIGITS}7")).await.status, 204);
    assert_eq!(bed.get(place).await.text, format!("{DIGITS}7"));
    let entity = format!(r#"{{"id":"Meter1","count":{{"value":{DIGITS}9}}}}"#);
    assert_eq!(update(&bed, "append", &entity).await, 204);
    assert_eq!(bed.get(place).await.text, format!("{DIGITS}9"));
}
