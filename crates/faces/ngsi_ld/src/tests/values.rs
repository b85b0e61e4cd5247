//! One attribute and its value alone (TS 104 176), and `/info`.

use axum::body::Body;
use senne_model::Json;

use super::bed::{S3, STATION, bed, request};

#[tokio::test]
async fn an_attribute_is_given_alone() {
    let bed = bed().await;
    bed.post("/entities", STATION).await;
    let no2 = bed.get(&format!("{S3}/attrs/NO2")).await;
    assert_eq!(
        (no2.status.as_u16(), no2.at("value"), no2.at("unitCode")),
        (200, Json::Float(29.5), Json::text("GQ"))
    );
    assert!(no2.header("link").contains("json-ld#context"));
    let linked = bed.get_as(&format!("{S3}/attrs/NO2"), "application/ld+json").await;
    assert!(linked.json().get("@context").is_some());
    assert_eq!(bed.get(&format!("{S3}/attrs/name?format=simplified")).await.text, "\"Avenue Louise\"");
    bed.post(&format!("{S3}/attrs"), r#"{"NO2":{"value":5,"datasetId":"urn:d:1"}}"#).await;
    assert_eq!(bed.get(&format!("{S3}/attrs/NO2")).await.json().as_array().unwrap().len(), 2);
    assert_eq!(bed.get(&format!("{S3}/attrs/NO2?datasetId=urn:d:1")).await.at("value"), Json::Int(5));
    assert_eq!(bed.get(&format!("{S3}/attrs/NO2?datasetId=urn:d:9")).await.status, 404);
    assert_eq!(bed.get(&format!("{S3}/attrs/nothing")).await.status, 404);
    assert_eq!(bed.get("/entities/urn:none:1/attrs/NO2").await.status, 404);
}

#[tokio::test]
async fn a_value_is_read_and_replaced_alone() {
    let bed = bed().await;
    bed.post("/entities", STATION).await;
    let value = format!("{S3}/attrs/NO2/value");
    assert_eq!(bed.get(&value).await.text, "29.5");
    assert_eq!(bed.put(&value, "31").await.status, 204);
    let attribute = bed.get(&format!("{S3}/attrs/NO2")).await;
    assert_eq!((attribute.at("value"), attribute.at("unitCode")), (Json::Int(31), Json::text("GQ")));
    let place = format!("{S3}/attrs/location/value");
    assert_eq!(bed.get(&place).await.at("coordinates/0"), Json::Float(4.36));
    assert_eq!(bed.put(&place, r#"{"type":"Point","coordinates":[4.5,50.5]}"#).await.status, 204);
    assert_eq!(bed.put(&place, "7").await.status, 400);
    assert_eq!(bed.put(&format!("{S3}/attrs/refDevice/value"), "\"no iri\"").await.status, 400);
    assert_eq!(bed.put(&value, "\"urn:ngsi-ld:null\"").await.status, 400);
    assert_eq!(bed.put(&value, "{").await.status, 400);
    assert_eq!(bed.put(&format!("{S3}/attrs/nothing/value"), "1").await.status, 404);
    assert_eq!(bed.get(&format!("{S3}/attrs/refDevice/value")).await.text, "\"urn:ngsi-ld:Device:7\"");
}

/// Clauses: 5.15.1.
#[tokio::test]
async fn the_source_says_who_it_is() {
    let bed = bed().await;
    let got = bed.get("/info/sourceIdentity").await;
    assert_eq!((got.status.as_u16(), got.at("type")), (200, Json::text("ContextSourceIdentity")));
    assert!(got.at("contextSourceUptime").as_str().unwrap().starts_with("PT0H0M"));
    let alias = got.at("contextSourceAlias");
    assert_eq!(bed.get("/info/sourceIdentity").await.at("contextSourceAlias"), alias);
    let tenant = super::bed::request("GET", "/info/sourceIdentity").header("ngsild-tenant", "other");
    let other = bed.send(tenant.body(axum::body::Body::empty()).unwrap()).await;
    assert_ne!(other.at("contextSourceAlias"), alias);
}

#[tokio::test]
async fn integers_of_any_length_are_given_as_they_were() {
    let bed = bed().await;
    let digits = "123456789012345678901234567890";
    let entity = format!(
        r#"{{"id":"urn:n:1","type":"T","scope":"/a","n":{{"type":"Property","value":{digits}}},
            "j":{{"type":"JsonProperty","json":{{"n":[-{digits}]}}}}}}"#
    );
    assert_eq!(bed.post("/entities", &entity).await.status, 201);
    assert_eq!(bed.get("/entities/urn:n:1/attrs/n/value").await.text, digits);
    let json = format!(r#"{{"n":[-{digits}]}}"#);
    assert_eq!(bed.get("/entities/urn:n:1/attrs/j/value").await.text, json);
    // An older version has no scopes: the answer is another than it would be.
    let older = request("GET", "/entities/urn:n:1").header("prefer", "ngsi-ld=1.3");
    let older = bed.send(older.body(Body::empty()).unwrap()).await;
    assert_eq!(older.status, 203, "{}", older.text);
    for value in [digits, &json] {
        assert!(older.text.contains(&format!("\"value\":{value}")), "{}", older.text);
    }
}
