//! What would vanish, or stand twice, is refused; patterns see the identifiers of the caller.

use senne_model::Json;

use super::bed::{Bed, bed};

async fn refused(bed: &Bed, body: &str, field: &str) {
    let got = bed.post("/entities", body).await;
    assert_eq!((got.status, got.at("field")), (400, Json::text(field)), "{body}: {}", got.text);
}

#[tokio::test]
async fn names_that_mean_something_else_inside_are_refused() {
    let bed = bed().await;
    for name in ["scope", "createdAt", "expiresAt", "datasetId", "https://uri.etsi.org/ngsi-ld/scope"] {
        refused(&bed, &format!(r#"{{"id":"A","{name}":{{"value":"/x"}}}}"#), name).await;
        let plain = format!(r#"{{"id":"A","{name}":"/x"}}"#);
        assert_eq!(bed.post("/entities?options=keyValues", &plain).await.status, 400, "{name}");
    }
    for (metadata, field) in [
        (r#""type":{"value":"x"}"#, "type"),
        (r#""value":{"value":1}"#, "value"),
        (r#""datasetId":{"value":"urn:d:1"}"#, "datasetId"),
        (r#""observedAt":{"value":5}"#, "observedAt"),
        (r#""TimeInstant":{"value":null}"#, "TimeInstant"),
        (r#""unitCode":{"value":7}"#, "unitCode"),
        (r#""urn:senne:ns#quality":{"value":"good"}"#, "urn:senne:ns#quality"),
    ] {
        let body = format!(r#"{{"id":"A","a":{{"value":1,"metadata":{{{metadata}}}}}}}"#);
        refused(&bed, &body, &format!("a.metadata.{field}")).await;
    }
    let twice = r#"{"id":"A","a":{"value":1,"metadata":{"b":{"value":1},
        "https://uri.etsi.org/ngsi-ld/default-context/b":{"value":2}}}}"#;
    let field = "a.metadata.https://uri.etsi.org/ngsi-ld/default-context/b";
    refused(&bed, twice, field).await;
    refused(&bed, r#"{"id":"A","a":{"value":"urn:ngsi-ld:null"}}"#, "a.value").await;
    assert_eq!(bed.get("/entities/A").await.status, 404, "nothing of it was taken");
    let fine = r#"{"id":"A","a":{"value":1,"metadata":{"observedAt":{"value":"2024-01-31T12:00:00Z"},
        "unitCode":{"value":"CEL"},"accuracy":{"value":0.1}}}}"#;
    assert_eq!(bed.post("/entities", fine).await.status, 201);
}

#[tokio::test]
async fn what_is_written_belongs_to_one_service_path() {
    let bed = bed().await;
    let body = r#"{"id":"A","type":"Room"}"#;
    let batch = format!(r#"{{"actionType":"append","entities":[{body}]}}"#);
    for path in ["/a,/b", "/a/#", "/#"] {
        let headers = [("fiware-servicepath", path)];
        for (place, body) in [("/entities", body), ("/op/update", batch.as_str())] {
            let got = bed.send("POST", place, &headers, body).await;
            assert_eq!((got.status, got.at("field")), (400, Json::text("Fiware-ServicePath")), "{path}");
        }
        let found = bed.send("GET", "/entities", &headers, "").await;
        assert_eq!((found.status, found.text.as_str()), (200, "[]"), "{path}: a question may go to several");
    }
    assert_eq!(bed.send("POST", "/entities", &[("fiware-servicepath", "/a")], body).await.status, 201);
    assert_eq!(bed.send("GET", "/entities/A", &[("fiware-servicepath", "/a,/b")], "").await.status, 200);
}

#[tokio::test]
async fn patterns_do_not_see_the_prefix_of_words() {
    let bed = bed().await;
    for id in ["Room1", "urn:ngsi-ld:Room:2"] {
        assert_eq!(bed.post("/entities", &format!(r#"{{"id":"{id}","type":"Room"}}"#)).await.status, 201);
    }
    for (pattern, ids) in [
        ("ngsi", vec!["urn:ngsi-ld:Room:2"]),
        ("ngsi-v2", vec![]),
        ("Room", vec!["Room1", "urn:ngsi-ld:Room:2"]),
        ("%5Eurn", vec!["urn:ngsi-ld:Room:2"]),
        ("%5ERoom", vec!["Room1"]),
        (".*", vec!["Room1", "urn:ngsi-ld:Room:2"]),
    ] {
        let got = bed.get(&format!("/entities?idPattern={pattern}&options=keyValues")).await;
        let query = format!(r#"{{"entities":[{{"idPattern":"{}"}}]}}"#, pattern.replace("%5E", "^"));
        let asked = bed.post("/op/query?options=keyValues", &query).await;
        for got in [got, asked] {
            let list = got.json();
            let found: Vec<&str> = list
                .as_array()
                .unwrap_or_default()
                .iter()
                .filter_map(|entity| entity.get("id").and_then(Json::as_str))
                .collect();
            assert_eq!(found, ids, "{pattern}: {}", got.text);
        }
    }
}

#[tokio::test]
async fn an_offset_has_a_bound() {
    let bed = bed().await;
    for offset in ["1000000001", "18446744073709551615"] {
        let got = bed.get(&format!("/entities?offset={offset}")).await;
        assert_eq!((got.status, got.at("field")), (400, Json::text("offset")), "{}", got.text);
    }
    assert_eq!(bed.get("/entities?offset=1000000000").await.text, "[]");
}
