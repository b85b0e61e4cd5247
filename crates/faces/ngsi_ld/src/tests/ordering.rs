//! `orderBy` and `collation` (clause 4.23).

use super::bed::{Bed, bed};

async fn with_names(names: &[&str]) -> Bed {
    let bed = bed().await;
    for (n, name) in names.iter().enumerate() {
        let body = format!(r#"{{"id":"urn:p:{n}","type":"Place","name":{{"value":"{name}"}}}}"#);
        assert_eq!(bed.post("/entities", &body).await.status, 201);
    }
    bed
}

async fn ids(bed: &Bed, query: &str) -> Vec<String> {
    let got = bed.get(&format!("/entities?type=Place&{query}")).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let list = got.json();
    let id = |entity: &senne_model::Json| entity.get("id").and_then(|id| id.as_str()).unwrap().to_owned();
    list.as_array().unwrap().iter().map(|entity| id(entity).replace("urn:p:", "")).collect()
}

/// Clauses: 4.23.
#[tokio::test]
async fn texts_come_in_the_order_of_a_language() {
    let bed = with_names(&["Zaventem", "Étterbeek", "etterbeek", "Evere"]).await;
    assert_eq!(ids(&bed, "orderBy=name").await, ["2", "1", "3", "0"]);
    assert_eq!(ids(&bed, "orderBy=name;desc").await, ["0", "3", "1", "2"]);
    assert_eq!(ids(&bed, "orderBy=name&collation=und-u-ks-level1").await, ["1", "2", "3", "0"]);
    assert_eq!(bed.get("/entities?type=Place&orderBy=name&collation=!!nope").await.status, 400);
    assert_eq!(bed.get("/entities?type=Place&orderBy=name;up").await.status, 400);
}

/// Clauses: 4.23, 5.5.9.
#[tokio::test]
async fn what_is_equal_comes_by_its_id_on_every_page() {
    let bed = bed().await;
    for n in [7, 3, 9, 1, 5] {
        let body = format!(r#"{{"id":"urn:p:{n}","type":"Place","n":{{"value":{}}}}}"#, n % 2);
        bed.post("/entities", &body).await;
    }
    assert_eq!(ids(&bed, "orderBy=n").await, ["1", "3", "5", "7", "9"]);
    assert_eq!(ids(&bed, "orderBy=n&limit=2").await, ["1", "3"]);
    assert_eq!(ids(&bed, "orderBy=n&limit=2&offset=2").await, ["5", "7"]);
    assert_eq!(ids(&bed, "orderBy=id;desc&limit=2").await, ["9", "7"]);
    assert_eq!(ids(&bed, "orderBy=createdAt").await, ["7", "3", "9", "1", "5"]);
    assert_eq!(bed.get("/entities?type=Place&orderBy=n&offset=100000").await.status, 403);
}

/// Clauses: 4.10, 4.23.
#[tokio::test]
async fn the_nearest_come_first() {
    let bed = bed().await;
    for (n, longitude) in [(1, 4.5), (2, 4.1), (3, 4.3)] {
        let body = format!(
            r#"{{"id":"urn:p:{n}","type":"Place","location":{{"type":"GeoProperty","value":{{"type":"Point","coordinates":[{longitude},50.8]}}}}}}"#
        );
        bed.post("/entities", &body).await;
    }
    bed.post("/entities", r#"{"id":"urn:p:4","type":"Place"}"#).await;
    assert_eq!(ids(&bed, "orderBy=location;dist-asc&orderFrom=[4.0,50.8]").await, ["2", "3", "1", "4"]);
    assert_eq!(ids(&bed, "orderBy=location;dist-desc&orderFrom=[4.0,50.8]").await, ["1", "3", "2", "4"]);
    let line = "orderBy=location;dist-asc&orderFrom=[[4.5,50.0],[4.5,51.0]]&orderGeometry=LineString";
    assert_eq!(ids(&bed, line).await, ["1", "3", "2", "4"]);
    assert_eq!(bed.get("/entities?type=Place&orderBy=location;dist-asc").await.status, 400);
    assert_eq!(bed.get("/entities?type=Place&orderBy=location;dist-asc&orderFrom=here").await.status, 400);
}

/// Clauses: 4.23, 5.2.43.
#[tokio::test]
async fn a_document_asks_for_an_order_too() {
    let bed = with_names(&["b", "a", "c"]).await;
    let query = r#"{"type":"Query","entities":[{"type":"Place"}],"ordering":{"orderBy":["name;desc"],"collation":"fr"}}"#;
    let got = bed.post("/entityOperations/query", query).await;
    assert_eq!(got.status, 200, "{}", got.text);
    assert_eq!(got.at("0/name/value").as_str(), Some("c"));
    let wrong = r#"{"type":"Query","entities":[{"type":"Place"}],"ordering":{"orderBy":[]}}"#;
    assert_eq!(bed.post("/entityOperations/query", wrong).await.status, 400);
}
