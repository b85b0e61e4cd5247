//! Parameters of merges (clauses 5.6.17 and 5.6.20).

use senne_model::Json;

use super::bed::{Bed, bed};

const ID: &str = "/entities/urn:m:1";

async fn one() -> Bed {
    let bed = bed().await;
    let body = r#"{"id":"urn:m:1","type":"M","label":{"languageMap":{"fr":"rue","nl":"straat"}},"name":{"value":"x"},
        "n":{"value":1,"observedAt":"2024-01-01T00:00:00Z"},"to":{"object":"urn:a:1","objectType":"A"},
        "sort":{"vocab":"Big"},"raw":{"json":{"a":1}}}"#;
    let made = bed.post("/entities", body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    bed
}

async fn check(bed: &Bed) {
    let got = bed.get(ID).await;
    assert_eq!(got.at("label/languageMap").to_string(), r#"{"fr":"avenue","nl":"straat"}"#);
    assert_eq!((got.at("name/type"), got.at("name/value")), (Json::text("Property"), Json::text("y")));
    assert_eq!(got.at("n/observedAt"), Json::text("2024-02-02T00:00:00Z"));
    assert!(got.at("name").get("observedAt").is_none(), "it had none before");
    assert_eq!((got.at("to/object"), got.at("to/objectType")), (Json::text("urn:a:2"), Json::text("A")));
    assert_eq!(got.at("sort/vocab"), Json::text("Small"));
    assert_eq!(got.at("raw/json").to_string(), r#"{"a":1,"b":2}"#);
}

const PATCH: &str = r#"{"label":"avenue","name":"y","n":2,"to":"urn:a:2","sort":"Small","raw":{"b":2}}"#;
const PARAMETERS: &str = "format=simplified&lang=fr&observedAt=2024-02-02T00:00:00Z";

/// Clauses: 5.5.12, 5.6.17.
#[tokio::test]
async fn a_merge_keeps_kinds_languages_and_moments() {
    let bed = one().await;
    let done = bed.patch(&format!("{ID}?{PARAMETERS}"), PATCH).await;
    assert_eq!(done.status, 204, "{}", done.text);
    check(&bed).await;
    assert_eq!(bed.patch(&format!("{ID}?format=simplified"), r#"{"to":7}"#).await.status, 400);
    assert_eq!(bed.patch(&format!("{ID}?observedAt=then"), PATCH).await.status, 400);
}

/// Clauses: 5.5.12, 5.6.20.
#[tokio::test]
async fn a_batch_of_merges_does_too() {
    let bed = one().await;
    let item = format!(r#"{{"id":"urn:m:1",{}"#, &PATCH[1..]);
    let done = bed.post(&format!("/entityOperations/merge?{PARAMETERS}"), &format!("[{item}]")).await;
    assert_eq!(done.status, 204, "{}", done.text);
    check(&bed).await;
    let wrong = r#"[{"id":"urn:m:1","to":7},{"id":"urn:m:9","n":1},{"id":"urn:m:1","n":3}]"#;
    let mixed = bed.post("/entityOperations/merge?format=simplified", wrong).await;
    assert_eq!(mixed.status, 207);
    assert_eq!(mixed.at("success").to_string(), r#"["urn:m:1"]"#);
    assert_eq!(mixed.at("errors").as_array().unwrap().len(), 2);
}

/// Clauses: 5.5.12, 5.6.17.
#[tokio::test]
async fn a_merge_takes_members_away() {
    let bed = bed().await;
    let body =
        r#"{"id":"urn:m:1","type":"M","n":{"value":1,"unitCode":"GQ","observedAt":"2024-01-01T00:00:00Z"}}"#;
    bed.post("/entities", body).await;
    let patch = r#"{"n":{"value":2,"unitCode":"urn:ngsi-ld:null","observedAt":"urn:ngsi-ld:null"}}"#;
    assert_eq!(bed.patch(ID, patch).await.status, 204);
    assert_eq!(bed.get(ID).await.at("n").to_string(), r#"{"type":"Property","value":2}"#);
}
