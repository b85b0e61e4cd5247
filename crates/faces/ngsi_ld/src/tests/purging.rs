//! `DELETE /entities` (clause 5.6.21).

use senne_model::Json;

use super::bed::{Bed, Got, bed, request};

async fn some() -> Bed {
    let bed = bed().await;
    for n in 0..5 {
        let kind = if n < 4 { "Sensor" } else { "Lamp" };
        let body =
            format!(r#"{{"id":"urn:s:{n}","type":"{kind}","n":{{"value":{n}}},"name":{{"value":"x"}}}}"#);
        assert_eq!(bed.post("/entities", &body).await.status, 201);
    }
    bed
}

async fn count(bed: &Bed, query: &str) -> String {
    bed.get(&format!("/entities?local=true&limit=0&count=true&{query}"))
        .await
        .header("ngsild-results-count")
        .to_owned()
}

/// Clauses: 5.6.21.
#[tokio::test]
async fn a_purge_takes_what_the_query_finds() {
    let bed = some().await;
    assert_eq!(bed.delete("/entities").await.status, 400);
    assert_eq!(bed.delete("/entities?id=urn:s:1").await.status, 400);
    assert_eq!(bed.delete("/entities?type=Sensor&q=n%3E2").await.status, 204);
    assert_eq!(count(&bed, "").await, "4");
    assert_eq!(bed.delete("/entities?type=Sensor&id=urn:s:1").await.status, 204);
    assert_eq!(bed.get("/entities/urn:s:1").await.status, 404);
    assert_eq!(bed.delete("/entities?type=Nothing").await.status, 204);
    assert_eq!(bed.delete("/entities?local=true").await.status, 204);
    assert_eq!(count(&bed, "").await, "0");
}

/// Clauses: 5.6.21.
#[tokio::test]
async fn a_purge_takes_attributes_alone() {
    let bed = some().await;
    assert_eq!(bed.delete("/entities?type=Sensor&drop=n").await.status, 204);
    assert_eq!(count(&bed, "q=n").await, "1");
    assert_eq!(count(&bed, "q=name").await, "5");
    assert_eq!(bed.delete("/entities?type=Lamp&keep=n").await.status, 204);
    let lamp = bed.get("/entities/urn:s:4").await;
    assert_eq!(lamp.at("n/value"), Json::Int(4));
    assert!(lamp.json().get("name").is_none());
    for wrong in ["drop=n&keep=n", "drop=owner{n}", "attrs=owner{n}", "q=owner{n}==1"] {
        assert_eq!(bed.delete(&format!("/entities?type=Sensor&{wrong}")).await.status, 400, "{wrong}");
    }
    assert_eq!(count(&bed, "").await, "5");
}

/// More than one step takes.
/// Clauses: 5.6.21.
#[tokio::test]
async fn a_purge_of_many_goes_on_to_the_end() {
    let bed = bed().await;
    for part in 0..3 {
        let each: Vec<String> =
            (0..700).map(|n| format!(r#"{{"id":"urn:m:{part}:{n}","type":"Many"}}"#)).collect();
        assert_eq!(bed.post("/entityOperations/create", &format!("[{}]", each.join(","))).await.status, 201);
    }
    assert_eq!(count(&bed, "type=Many").await, "2100");
    assert_eq!(bed.delete("/entities?type=Many").await.status, 204);
    assert_eq!(count(&bed, "type=Many").await, "0");
}

async fn purge_with_map(bed: &Bed, path: &str, map: &str) -> Got {
    let request = request("DELETE", path).header("ngsild-entitymap", map);
    bed.send(request.body(axum::body::Body::empty()).unwrap()).await
}

/// Clauses: 4.5.25, 5.6.21.
#[tokio::test]
async fn a_purge_with_an_entity_map_takes_no_other_entities() {
    let bed = some().await;
    let made = bed.get("/entityMaps?type=Sensor&q=n%3E1").await;
    let map = made.header("ngsild-entitymap").to_owned();
    let unknown = "/ngsi-ld/v1/entityMaps/urn:ngsi-ld:EntityMap:0";
    assert_eq!(purge_with_map(&bed, "/entities?type=Sensor", unknown).await.status, 404);
    assert_eq!(count(&bed, "type=Sensor").await, "4", "nothing goes by a map that is not known");
    assert_eq!(purge_with_map(&bed, "/entities?type=Sensor&id=urn:s:0", &map).await.status, 204);
    assert_eq!(purge_with_map(&bed, "/entities?type=Sensor&q=n%3C3&drop=name", &map).await.status, 204);
    assert_eq!((count(&bed, "").await, count(&bed, "q=name").await), ("5".to_owned(), "4".to_owned()));
    let purged = purge_with_map(&bed, "/entities?local=true", &map).await;
    assert_eq!((purged.status.as_u16(), purged.header("ngsild-entitymap")), (204, map.as_str()));
    for (n, status) in [(0, 200), (1, 200), (2, 404), (3, 404), (4, 200)] {
        assert_eq!(bed.get(&format!("/entities/urn:s:{n}")).await.status, status, "{n}");
    }
}
