//! Entities and attributes over HTTP.

use senne_model::Json;

use super::bed::{Bed, Got, ROOM, bed};

async fn room() -> Bed {
    let bed = bed().await;
    let made = bed.post("/entities", ROOM).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.header("location"), "/v2/entities/Room1?type=Room");
    bed
}

fn ids(got: &Got) -> Vec<String> {
    assert_eq!(got.status, 200, "{}", got.text);
    let list = got.json();
    let id = |one: &Json| one.get("id").and_then(Json::as_str).map(str::to_owned);
    list.as_array().unwrap_or_default().iter().filter_map(id).collect()
}

#[tokio::test]
async fn an_entity_comes_back_as_it_was_sent() {
    let bed = room().await;
    let got = bed.get("/entities/Room1").await;
    assert_eq!(got.status, 200, "{}", got.text);
    for (path, value) in [
        ("id", Json::text("Room1")),
        ("type", Json::text("Room")),
        ("temperature/type", Json::text("Number")),
        ("temperature/value", Json::Float(23.5)),
        ("temperature/metadata/accuracy/value", Json::Float(0.9)),
        ("temperature/metadata/accuracy/type", Json::text("Number")),
        ("temperature/metadata/TimeInstant/type", Json::text("DateTime")),
        ("status/type", Json::text("Text")),
        ("built/type", Json::text("DateTime")),
        ("built/value", Json::text("2020-05-01T00:00:00Z")),
        ("address/type", Json::text("PostalAddress")),
        ("address/value/city", Json::text("Brussels")),
        ("empty/type", Json::text("None")),
        ("empty/value", Json::Null),
        ("location/type", Json::text("geo:json")),
        ("location/value/coordinates/0", Json::Float(4.35)),
        ("inBuilding/type", Json::text("Relationship")),
        ("inBuilding/value", Json::text("Building7")),
    ] {
        assert_eq!(got.at(path), value, "{path}");
    }
    assert!(got.at("address/metadata").as_object().is_some_and(<[_]>::is_empty), "{}", got.text);
    let values = bed.get("/entities/Room1?options=keyValues&attrs=temperature,dateModified").await;
    assert_eq!(values.at("temperature"), Json::Float(23.5));
    assert!(values.json().get("dateModified").is_some() && values.json().get("status").is_none());
    let list = bed.get("/entities?options=values&attrs=status,temperature").await;
    assert_eq!(list.text, r#"[["open",23.5]]"#);
    assert_eq!(bed.get("/entities/Room1?type=Car").await.status, 404);
    assert_eq!(bed.get("/entities/Room2").await.at("error"), Json::text("NotFound"));
}

#[tokio::test]
async fn what_is_there_is_not_made_again() {
    let bed = room().await;
    let again = bed.post("/entities", ROOM).await;
    assert_eq!((again.status, again.at("error")), (422, Json::text("Unprocessable")));
    let body = r#"{"id":"Room1","type":"Room","status":{"value":"shut"}}"#;
    let written = bed.post("/entities?options=upsert", body).await;
    assert_eq!((written.status, written.header("location")), (204, "/v2/entities/Room1?type=Room"));
    let got = bed.get("/entities/Room1").await;
    assert_eq!(got.at("status/value"), Json::text("shut"));
    assert_eq!(got.at("temperature/value"), Json::Float(23.5), "what is not named stays");
    let thing = bed.post("/entities?options=keyValues", r#"{"id":"T","size":3}"#).await;
    assert_eq!(thing.status, 201, "{}", thing.text);
    assert_eq!(bed.get("/entities/T").await.at("type"), Json::text("Thing"));
    for (body, field) in [
        (r#"{"type":"Room"}"#, "id"),
        (r#"{"id":"a b"}"#, "id"),
        (r#"{"id":"X","a":5}"#, "a"),
        (r#"{"id":"X","a":{"value":1,"extra":2}}"#, "a.extra"),
        (r#"{"id":"X","a":{"type":"geo:json","value":7}}"#, "a.value"),
    ] {
        let got = bed.post("/entities", body).await;
        assert_eq!((got.status, got.at("field")), (400, Json::text(field)), "{body}");
    }
    assert_eq!(bed.post("/entities", "{").await.at("error"), Json::text("ParseError"));
}

#[tokio::test]
async fn attributes_are_read_and_changed_one_by_one_and_together() {
    let bed = room().await;
    let place = "/entities/Room1/attrs";
    assert_eq!(bed.get(place).await.at("status/value"), Json::text("open"));
    assert_eq!(bed.post(place, r#"{"pressure":{"value":720},"status":{"value":"shut"}}"#).await.status, 204);
    assert_eq!(bed.get("/entities/Room1").await.at("status/value"), Json::text("shut"));
    assert_eq!(bed.post(&format!("{place}?options=append"), r#"{"status":{"value":"x"}}"#).await.status, 422);
    assert_eq!(bed.patch(place, r#"{"status":{"value":"open"},"none":{"value":1}}"#).await.status, 404);
    assert_eq!(bed.get("/entities/Room1").await.at("status/value"), Json::text("shut"), "all or nothing");
    assert_eq!(bed.patch(place, r#"{"status":{"value":"open"}}"#).await.status, 204);
    let one = format!("{place}/temperature");
    assert_eq!(bed.get(&one).await.at("value"), Json::Float(23.5));
    assert_eq!(bed.put(&one, r#"{"type":"Number","value":25}"#).await.status, 204);
    assert_eq!(bed.get(&one).await.at("value"), Json::Int(25));
    let value = format!("{place}/address/value");
    assert_eq!(bed.get(&value).await.at("city"), Json::text("Brussels"));
    assert_eq!(bed.put(&value, r#"{"city":"Ixelles"}"#).await.status, 204);
    let address = bed.get(&format!("{place}/address")).await;
    assert_eq!(
        (address.at("type"), address.at("value/city")),
        (Json::text("PostalAddress"), Json::text("Ixelles"))
    );
    let plain = [("content-type", "text/plain")];
    let status = format!("{place}/status/value");
    assert_eq!(bed.send("PUT", &status, &plain, "\"shut\"").await.status, 204);
    assert_eq!(bed.send("PUT", &status, &plain, "shut").await.status, 400);
    let got = bed.get(&status).await;
    assert_eq!((got.text.as_str(), got.header("content-type")), ("\"shut\"", "text/plain"));
    assert_eq!(bed.delete(&one).await.status, 204);
    assert_eq!(bed.delete(&one).await.status, 404);
    assert_eq!(bed.put(place, r#"{"only":{"value":1}}"#).await.status, 204);
    assert_eq!(
        bed.get("/entities/Room1?options=keyValues").await.text,
        r#"{"id":"Room1","type":"Room","only":1}"#
    );
    assert_eq!(bed.delete("/entities/Room1").await.status, 204);
    assert_eq!(bed.get("/entities/Room1").await.status, 404);
}

#[tokio::test]
async fn entities_are_found_ordered_and_counted() {
    let bed = bed().await;
    for (id, temperature, humidity, place) in
        [("A", 10, 50, "50.80, 4.30"), ("B", 20, 40, "50.85, 4.35"), ("C", 30, 50, "51.20, 4.40")]
    {
        let body = format!(
            r#"{{"id":"{id}","type":"Room","temperature":{{"value":{temperature},"metadata":{{"accuracy":{{"value":0.{temperature}}}}}}},
            "humidity":{{"value":{humidity}}},"location":{{"type":"geo:point","value":"{place}"}}}}"#
        );
        assert_eq!(bed.post("/entities", &body).await.status, 201);
    }
    bed.post("/entities", r#"{"id":"D","type":"Car","temperature":{"value":"hot"}}"#).await;
    for (query, found) in [
        ("type=Room", vec!["A", "B", "C"]),
        ("type=Room,Car", vec!["A", "B", "C", "D"]),
        ("id=A,D", vec!["A", "D"]),
        ("idPattern=^[AB]$", vec!["A", "B"]),
        ("q=temperature>15", vec!["B", "C"]),
        ("q=temperature==10..20;humidity==50", vec!["A"]),
        ("q=temperature==hot", vec!["D"]),
        ("q=!humidity", vec!["D"]),
        ("mq=temperature.accuracy>0.15", vec!["B", "C"]),
        ("type=Room&orderBy=humidity,!temperature", vec!["B", "C", "A"]),
        ("type=Room&limit=1&offset=1", vec!["B"]),
        ("georel=near;maxDistance:10000&geometry=point&coords=50.85,4.35", vec!["A", "B"]),
        ("georel=coveredBy&geometry=box&coords=51,4;52,5", vec!["C"]),
    ] {
        let query = query.replace('>', "%3E").replace('^', "%5E").replace('[', "%5B").replace(']', "%5D");
        assert_eq!(ids(&bed.get(&format!("/entities?{query}")).await), found, "{query}");
    }
    let counted = bed.get("/entities?type=Room&limit=1&options=count,keyValues").await;
    assert_eq!((counted.header("fiware-total-count"), ids(&counted).len()), ("3", 1));
    for (query, field) in [
        ("q=a%3E", "q"),
        ("limit=0", "limit"),
        ("id=A&idPattern=B", "idPattern"),
        ("geometry=point", "georel"),
    ] {
        let got = bed.get(&format!("/entities?{query}")).await;
        assert_eq!((got.status, got.at("field")), (400, Json::text(field)), "{query}");
    }
    let types = bed.get("/types?options=count").await;
    assert_eq!(types.header("fiware-total-count"), "2");
    assert_eq!(bed.get("/types/Room").await.at("attrs/temperature/types/0"), Json::text("Number"));
    assert_eq!(bed.get("/types/Ship").await.status, 404);
}

#[tokio::test]
async fn batches_are_done_whole_or_not_at_all() {
    let bed = room().await;
    let update =
        |action: &str, entities: &str| format!(r#"{{"actionType":"{action}","entities":[{entities}]}}"#);
    let two =
        r#"{"id":"Room1","status":{"value":"shut"}},{"id":"Room9","type":"Room","status":{"value":"new"}}"#;
    let failed = bed.post("/op/update", &update("update", two)).await;
    assert_eq!(failed.status, 404, "{}", failed.text);
    assert_eq!(bed.get("/entities/Room1").await.at("status/value"), Json::text("open"));
    assert_eq!(bed.post("/op/update", &update("append", two)).await.status, 204);
    assert_eq!(bed.get("/entities/Room9").await.at("status/value"), Json::text("new"));
    let query = r#"{"entities":[{"idPattern":".*","type":"Room"}],"attrs":["status"],"expression":{"q":"status==shut"}}"#;
    let found = bed.post("/op/query?options=keyValues", query).await;
    assert_eq!(found.text, r#"[{"id":"Room1","type":"Room","status":"shut"}]"#);
    assert_eq!(bed.post("/op/update", &update("delete", r#"{"id":"Room9"}"#)).await.status, 204);
    assert_eq!(bed.get("/entities/Room9").await.status, 404);
    assert_eq!(bed.post("/op/update", &update("explode", two)).await.at("field"), Json::text("actionType"));
}
