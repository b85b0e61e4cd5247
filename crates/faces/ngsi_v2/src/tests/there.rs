//! What is there is found by its id, its type and its service path, and what is not named of it stays.

use senne_model::Json;

use super::bed::{Bed, ROOM, bed};

const PARKING: &str = r#"{"id":"P1","type":"OffStreetParking","totalSpotNumber":{"value":100,
    "metadata":{"unitCode":{"value":"C62"}}}}"#;

async fn made(bodies: &[&str]) -> Bed {
    let bed = bed().await;
    for body in bodies {
        let made = bed.post("/entities", body).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    bed
}

fn update(action: &str, entities: &str) -> String {
    format!(r#"{{"actionType":"{action}","entities":[{entities}]}}"#)
}

#[tokio::test]
async fn an_entity_that_says_no_type_keeps_the_one_it_has() {
    let bed = made(&[ROOM]).await;
    let body = r#"{"id":"Room1","status":{"value":"shut"}}"#;
    assert_eq!(bed.post("/entities?options=upsert", body).await.status, 204);
    assert_eq!(bed.post("/op/update", &update("append", body)).await.status, 204);
    assert_eq!(bed.post("/op/update", &update("replace", body)).await.status, 204);
    assert_eq!(bed.get("/entities?type=Thing").await.text, "[]");
    let got = bed.get("/entities/Room1?options=keyValues").await;
    assert_eq!(got.text, r#"{"id":"Room1","type":"Room","status":"shut"}"#);
    let absent = r#"{"id":"Room2","status":{"value":"shut"}}"#;
    assert_eq!(bed.post("/op/update", &update("replace", absent)).await.status, 404, "nothing to replace");
}

#[tokio::test]
async fn a_contract_holds_for_an_entity_that_says_no_type() {
    let bed = made(&[PARKING]).await;
    let wrong = r#"{"id":"P1","totalSpotNumber":{"value":"many"}}"#;
    let got = bed.post("/op/update", &update("append", wrong)).await;
    assert_eq!((got.status, got.at("field")), (400, Json::text("totalSpotNumber.value")), "{}", got.text);
    let two = format!(r#"{{"id":"A","type":"Room"}},{wrong}"#);
    let got = bed.post("/op/update", &update("append", &two)).await;
    assert_eq!((got.status, got.at("field")), (400, Json::text("totalSpotNumber.value")), "{}", got.text);
    assert_eq!(bed.get("/entities/A").await.status, 404);
}

#[tokio::test]
async fn an_entity_of_another_type_is_another_one() {
    let bed = made(&[ROOM]).await;
    let car = r#"{"id":"Room1","type":"Car","status":{"value":"x"}}"#;
    for action in ["update", "replace", "delete"] {
        assert_eq!(bed.post("/op/update", &update(action, car)).await.status, 404, "{action}");
    }
    let whole = r#"{"id":"Room1","type":"Car"}"#;
    assert_eq!(bed.post("/op/update", &update("delete", whole)).await.status, 404);
    for action in ["append", "appendStrict"] {
        let got = bed.post("/op/update", &update(action, car)).await;
        assert_eq!((got.status, got.at("field")), (422, Json::text("entities[0].id")), "{action}");
    }
    assert_eq!(bed.post("/entities?options=upsert", car).await.status, 422);
    assert_eq!(bed.get("/entities?type=Car").await.text, "[]");
    assert_eq!(bed.get("/entities/Room1").await.at("status/value"), Json::text("open"));
}

#[tokio::test]
async fn an_entity_in_another_service_path_is_another_one() {
    let bed = bed().await;
    let (north, south) = ([("fiware-servicepath", "/north/")], [("fiware-servicepath", "/south")]);
    let body = r#"{"id":"A","type":"Room","status":{"value":"open"}}"#;
    assert_eq!(bed.send("POST", "/entities", &north, body).await.status, 201);
    for action in ["update", "delete", "replace"] {
        let got = bed.send("POST", "/op/update", &south, &update(action, body)).await;
        assert_eq!(got.status, 404, "{action}: {}", got.text);
    }
    let got = bed.send("POST", "/op/update", &south, &update("append", body)).await;
    assert_eq!(got.status, 422, "{}", got.text);
    assert_eq!(bed.send("POST", "/entities?options=upsert", &south, body).await.status, 422);
    let shut = body.replace("open", "shut");
    for (headers, status) in [(north.to_vec(), 204), (Vec::new(), 422)] {
        assert_eq!(bed.send("POST", "/entities?options=upsert", &headers, &shut).await.status, status);
    }
    let found = bed.send("GET", "/entities/A?attrs=servicePath&options=keyValues", &north, "").await;
    assert_eq!(found.text, r#"{"id":"A","type":"Room","servicePath":"/north"}"#);
    assert_eq!(bed.send("GET", "/types?options=values", &north, "").await.text, r#"["Room"]"#);
    assert_eq!(bed.send("GET", "/types?options=values", &south, "").await.text, "[]");
    assert_eq!(bed.send("GET", "/types/Room", &south, "").await.status, 404);
}

#[tokio::test]
async fn parts_of_one_update_follow_one_another() {
    let bed = bed().await;
    let three = r#"{"id":"A","type":"Room","a":{"value":1,"metadata":{"unit":{"value":"m"}}}},
        {"id":"A","a":{"value":2}},{"id":"A","b":{"value":3}}"#;
    assert_eq!(bed.post("/op/update", &update("append", three)).await.status, 204);
    let got = bed.get("/entities/A").await;
    assert_eq!((got.at("type"), got.at("a/value")), (Json::text("Room"), Json::Int(2)));
    assert_eq!((got.at("a/metadata/unit/value"), got.at("b/value")), (Json::text("m"), Json::Int(3)));
}

#[tokio::test]
async fn metadata_stay_unless_others_are_given() {
    let bed = made(&[PARKING]).await;
    let place = "/entities/P1/attrs";
    let with = r#"{"a":{"type":"Length","value":1,"metadata":{"unit":{"value":"m"},"by":{"value":"x"},
        "TimeInstant":{"value":"2024-01-31T12:00:00Z"}}}}"#;
    assert_eq!(bed.post(place, with).await.status, 204);
    assert_eq!(bed.patch(place, r#"{"a":{"value":2,"metadata":{"by":{"value":"y"}}}}"#).await.status, 204);
    let one = format!("{place}/a");
    let got = bed.get(&one).await;
    assert_eq!((got.at("type"), got.at("value")), (Json::text("Number"), Json::Int(2)));
    let metadata = got.at("metadata");
    assert_eq!(
        metadata.to_string(),
        r#"{"by":{"type":"Text","value":"y"},"unit":{"type":"Text","value":"m"}}"#,
        "when something was observed does not stay"
    );
    let body = r#"{"id":"P1","totalSpotNumber":{"value":90}}"#;
    assert_eq!(bed.post("/op/update", &update("update", body)).await.status, 204);
    let got = bed.get(&format!("{place}/totalSpotNumber")).await;
    assert_eq!(got.at("metadata/unitCode/value"), Json::text("C62"));
    assert_eq!(bed.put(&one, r#"{"value":3}"#).await.status, 204);
    assert_eq!(bed.get(&one).await.at("metadata/unit/value"), Json::text("m"));
    assert_eq!(bed.put(&one, r#"{"value":3,"metadata":{}}"#).await.status, 204);
    assert_eq!(bed.get(&one).await.at("metadata").to_string(), "{}");
    assert_eq!(bed.post(place, with).await.status, 204);
    let over = format!("{one}?options=overrideMetadata");
    assert_eq!(bed.put(&over, r#"{"value":4,"metadata":{"unit":{"value":"cm"}}}"#).await.status, 204);
    let metadata = bed.get(&one).await.at("metadata");
    assert_eq!(metadata.to_string(), r#"{"unit":{"type":"Text","value":"cm"}}"#);
}

#[tokio::test]
async fn an_entity_is_kept_as_long_as_is_said() {
    let bed = bed().await;
    let until = r#"{"type":"DateTime","value":"2999-01-01"}"#;
    let body = format!(r#"{{"id":"A","type":"Room","dateExpires":{until}}}"#);
    assert_eq!(bed.post("/entities", &body).await.status, 201);
    let shown = "/entities/A?attrs=dateExpires&options=keyValues";
    let kept = |until: &str| format!(r#"{{"id":"A","type":"Room","dateExpires":"{until}"}}"#);
    assert_eq!(bed.get(shown).await.text, kept("2999-01-01T00:00:00Z"));
    assert_eq!(bed.get("/entities/A?options=keyValues").await.text, r#"{"id":"A","type":"Room"}"#);
    let later = r#"{"value":"2999-02-01T00:00:00Z"}"#;
    assert_eq!(bed.put("/entities/A/attrs/dateExpires", later).await.status, 204);
    assert_eq!(bed.get(shown).await.text, kept("2999-02-01T00:00:00Z"));
    assert_eq!(bed.delete("/entities/A/attrs/dateExpires").await.status, 204);
    assert_eq!(bed.delete("/entities/A/attrs/dateExpires").await.status, 404);
    assert_eq!(bed.get(shown).await.text, r#"{"id":"A","type":"Room"}"#);
    let wrong = bed.post("/entities/A/attrs", r#"{"dateExpires":{"value":"soon"}}"#).await;
    assert_eq!((wrong.status, wrong.at("field")), (400, Json::text("dateExpires")));
    let past = r#"{"dateExpires":{"value":"2020-01-01T00:00:00Z"}}"#;
    assert_eq!(bed.post("/entities/A/attrs", past).await.status, 204);
    assert_eq!(bed.get("/entities/A").await.status, 404);
}

#[tokio::test]
async fn what_is_sent_is_kept_or_refused_and_never_left_out() {
    let bed = bed().await;
    let body = r#"{"id":"A","type":"Room","dateCreated":{"value":"1950-01-01"},
        "a":{"value":1,"metadata":{"timestamp":{"value":1522845600}}}}"#;
    assert_eq!(bed.post("/entities", body).await.status, 201);
    let got = bed.get("/entities/A?attrs=*,dateCreated").await;
    assert_eq!(got.at("dateCreated/value"), Json::text("1950-01-01"), "{}", got.text);
    assert_eq!(got.text.matches("dateCreated").count(), 1, "{}", got.text);
    assert_eq!(got.at("a/metadata/timestamp/value"), Json::Int(1_522_845_600));
    for (body, status, field) in [
        (r#"{"a":{"value":{"$inc":1}}}"#, 501, "a.value"),
        (r#"{"a":{"value":1,"metadata":{"accuracy":0.9}}}"#, 400, "a.metadata.accuracy"),
    ] {
        let got = bed.post("/entities/A/attrs", body).await;
        assert_eq!((got.status, got.at("field")), (status, Json::text(field)), "{body}");
    }
    let got = bed.put("/entities/A/attrs/a/value", r#"{"$push":1}"#).await;
    assert_eq!((got.status, got.at("field")), (501, Json::text("value")), "{}", got.text);
    let plain = [("content-type", "text/plain")];
    assert_eq!(bed.send("PUT", "/entities/A/attrs/a/value", &plain, "\"C:\\dir\"").await.status, 204);
    assert_eq!(bed.get("/entities/A/attrs/a").await.at("value"), Json::text("C:\\dir"));
}

#[tokio::test]
async fn a_value_that_is_no_place_and_no_entity_comes_back() {
    let bed = bed().await;
    let body = r#"{"id":"A","type":"Room","location":{"type":"geo:json","value":null},
        "area":{"type":"geo:json","value":{"type":"Feature","properties":{},
            "geometry":{"type":"Point","coordinates":[4.35,50.85]}}},
        "one":{"type":"Relationship","value":["B"]},"two":{"type":"Relationship","value":["B","C"]},
        "none":{"type":"Reference","value":"see (below)"}}"#;
    let made = bed.post("/entities", body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let got = bed.get("/entities/A").await;
    for (path, value) in [
        ("location/type", r#""geo:json""#),
        ("location/value", "null"),
        ("area/value", r#"{"type":"Point","coordinates":[4.35,50.85]}"#),
        ("one/type", r#""Relationship""#),
        ("one/value", r#"["B"]"#),
        ("two/value", r#"["B","C"]"#),
        ("none/type", r#""Reference""#),
        ("none/value", r#""see (below)""#),
    ] {
        assert_eq!(got.at(path).to_string(), value, "{path}");
    }
}

#[tokio::test]
async fn what_another_broker_tells_is_taken_over() {
    let bed = made(&[ROOM]).await;
    let told = r#"{"subscriptionId":"5aeb0ee97d4ef10a12a0262f","data":[
        {"id":"Room1","type":"Room","status":{"type":"Text","value":"shut","metadata":{}}},
        {"id":"Room2","type":"Room","status":{"type":"Text","value":"new","metadata":{}}}]}"#;
    let got = bed.post("/op/notify", told).await;
    assert_eq!(got.status, 200, "{}", got.text);
    assert_eq!(bed.get("/entities/Room1").await.at("temperature/value"), Json::Float(23.5));
    assert_eq!(bed.get("/entities/Room2").await.at("status/value"), Json::text("new"));
    let got = bed.post("/op/notify", r#"{"data":[{"type":"Room"}]}"#).await;
    assert_eq!((got.status, got.at("field")), (400, Json::text("data[0].id")));
}

#[tokio::test]
async fn there_are_no_registrations_and_that_is_said() {
    let bed = bed().await;
    let listed = bed.get("/registrations?options=count").await;
    assert_eq!((listed.status, listed.text.as_str(), listed.header("fiware-total-count")), (200, "[]", "0"));
    assert_eq!(bed.post("/registrations", "{}").await.status, 501);
    assert_eq!(bed.delete("/registrations/1").await.status, 404);
}
