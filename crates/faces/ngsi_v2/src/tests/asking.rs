//! Questions in the words of NGSI-v2: patterns, words for entities, orders, limits.

use senne_model::Json;

use super::bed::{Bed, Got, bed};

async fn rooms() -> Bed {
    let bed = bed().await;
    let house = r#","name":{"value":"a.b 1"},"in":{"type":"Relationship","value":"House7"}"#;
    for (id, kind, place, more) in [
        ("A", "Room", "50.80, 4.30", house),
        ("B", "MeetingRoom", "50.85, 4.35", r#","name":{"value":"axb 22"},"in":{"value":"x"}"#),
        ("C", "Car", "50.86, 4.36", r#","name":{"value":"1..2"}"#),
    ] {
        let body = format!(
            r#"{{"id":"{id}","type":"{kind}","location":{{"type":"geo:point","value":"{place}"}}{more}}}"#
        );
        let made = bed.post("/entities", &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    bed
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn ids(got: &Got) -> Vec<String> {
    assert_eq!(got.status, 200, "{}", got.text);
    let list = got.json();
    let id = |one: &Json| one.get("id").and_then(Json::as_str).map(str::to_owned);
    list.as_array().unwrap_or_default().iter().filter_map(id).collect()
}

#[tokio::test]
async fn patterns_and_words_mean_what_they_say() {
    let bed = rooms().await;
    for (name, value, found) in [
        ("typePattern", "Room$", vec!["A", "B"]),
        ("typePattern", "^Ship", vec![]),
        ("idPattern", "(^A$|^C$)", vec!["A", "C"]),
        ("q", r"name~=^a\.b", vec!["A"]),
        ("q", r"name~=\d{2}$", vec!["B"]),
        ("q", "name=='1..2'", vec!["C"]),
        ("q", "in==House7", vec!["A"]),
        ("q", "in!=House7", vec!["B"]),
        ("q", "dateModified>2020-01-01", vec!["A", "B", "C"]),
        ("q", "dateModified<2020-01-01", vec![]),
    ] {
        let got = bed.get(&format!("/entities?{name}={}", encoded(value))).await;
        assert_eq!(ids(&got), found, "{name}={value}");
    }
    let near = "georel=near;maxDistance:50000&geometry=point&coords=50.86,4.36&orderBy=";
    for (order, found) in [("geo:distance", ["C", "B", "A"]), ("!geo:distance", ["A", "B", "C"])] {
        assert_eq!(ids(&bed.get(&format!("/entities?{near}{order}")).await), found, "{order}");
    }
    let got = bed.get("/entities?orderBy=geo:distance").await;
    assert_eq!((got.status, got.at("field")), (400, Json::text("orderBy")));
}

#[tokio::test]
async fn a_batch_query_is_taken_at_its_word() {
    let bed = rooms().await;
    for (query, found) in [
        (r#"{"entities":[{"idPattern":".*","typePattern":"Room"}]}"#, vec!["A", "B"]),
        (r#"{"entities":[{"idPattern":".*","typePattern":"^Room"},{"id":"C"}]}"#, vec!["A", "C"]),
        (r#"{"entities":[{"idPattern":".*","typePattern":"Ship"}]}"#, vec![]),
        (r#"{"expression":{"q":"name~=^a"}}"#, vec!["A", "B"]),
        ("{}", vec!["A", "B", "C"]),
    ] {
        assert_eq!(ids(&bed.post("/op/query", query).await), found, "{query}");
    }
    let near =
        r#"{"expression":{"georel":"near;maxDistance:50000","geometry":"point","coords":"50.86,4.36"}}"#;
    assert_eq!(ids(&bed.post("/op/query?orderBy=geo:distance&limit=1", near).await), ["C"]);
    for (query, field) in [
        (r#"{"entities":{"id":"A"}}"#, "entities"),
        (r#"{"entities":[{"id":7}]}"#, "id"),
        (r#"{"entities":[{"id":"A","typePattern":7}]}"#, "typePattern"),
        (r#"{"entities":[{"id":"A","idPattern":"B"}]}"#, "idPattern"),
        (r#"{"expression":{"q":7}}"#, "expression.q"),
        (r#"{"expression":"name"}"#, "expression"),
    ] {
        let got = bed.post("/op/query", query).await;
        assert_eq!((got.status, got.at("field")), (400, Json::text(field)), "{query}: {}", got.text);
    }
    let many = [r#"{"idPattern":"A"}"#; 65].join(",");
    assert_eq!(bed.post("/op/query", &format!(r#"{{"entities":[{many}]}}"#)).await.status, 403);
    let list = ["A"; 1_001].join(",");
    assert_eq!(bed.get(&format!("/entities?id={list}")).await.status, 403);
}

#[tokio::test]
async fn values_come_in_the_order_in_which_they_are_named() {
    let bed = bed().await;
    let body = r#"{"id":"A","type":"Room","a":1,"b":2,"c":1}"#;
    assert_eq!(bed.post("/entities?options=keyValues", body).await.status, 201);
    for (asked, wanted) in [
        ("options=values&attrs=c,b", "[[1,2]]"),
        ("options=values&attrs=b,*", "[[2,1,1]]"),
        ("options=values&attrs=servicePath,b", r#"[["/",2]]"#),
        ("options=unique", "[[1,2]]"),
    ] {
        assert_eq!(bed.get(&format!("/entities?{asked}")).await.text, wanted, "{asked}");
    }
    assert_eq!(bed.get("/entities/A/attrs?options=values&attrs=b,a").await.text, "[2,1]");
}

#[tokio::test]
async fn the_moment_of_an_observation_has_the_name_that_is_asked_for() {
    let bed = bed().await;
    let body = r#"{"id":"A","a":{"value":1,"metadata":{"timestamp":{"value":"2024-01-31T12:00:00Z"}}}}"#;
    assert_eq!(bed.post("/entities", body).await.status, 201);
    for (metadata, name) in
        [("*", "TimeInstant"), ("timestamp", "timestamp"), ("TimeInstant,timestamp", "TimeInstant")]
    {
        let got = bed.get(&format!("/entities/A?metadata={metadata}")).await;
        let wanted = format!(r#"{{"{name}":{{"type":"DateTime","value":"2024-01-31T12:00:00Z"}}}}"#);
        assert_eq!(got.at("a/metadata").to_string(), wanted, "{metadata}");
    }
    for (q, count) in [("a.timestamp>2024-01-01", 1), ("a.TimeInstant>2024-02-01", 0)] {
        let got = bed.get(&format!("/entities?mq={}", encoded(q))).await;
        assert_eq!(ids(&got).len(), count, "{q}");
    }
}
