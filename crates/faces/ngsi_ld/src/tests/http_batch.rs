//! `/entityOperations` over HTTP.

use senne_model::Json;

use super::{
    bed::{bed, bed_with, options},
    brokers::{Source, VEHICLES, register},
};

const TWO: &str =
    r#"[{"id":"urn:b:1","type":"T","x":{"value":1}},{"id":"urn:b:2","type":"T","x":{"value":2}}]"#;

/// Clauses: 5.2.16, 5.6.7.
#[tokio::test]
async fn create_tells_what_became_of_each() {
    let bed = bed().await;
    let made = bed.post("/entityOperations/create", TWO).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.text, r#"["urn:b:1","urn:b:2"]"#);
    let mixed =
        r#"[{"id":"urn:b:2","type":"T"},{"id":"urn:b:3","type":"T"},{"id":"urn:b:4","type":"T","x":null}]"#;
    let partly = bed.post("/entityOperations/create", mixed).await;
    assert_eq!(partly.status, 207);
    assert_eq!(partly.at("success").to_string(), r#"["urn:b:3"]"#);
    let errors = partly.at("errors");
    let of = |id: &str| {
        errors
            .as_array()
            .unwrap()
            .iter()
            .find(|e| e.get("entityId") == Some(&Json::text(id)))
            .unwrap()
            .clone()
    };
    assert_eq!(of("urn:b:2").get("error").unwrap().get("status"), Some(&Json::Int(409)));
    assert_eq!(of("urn:b:4").get("error").unwrap().get("field"), Some(&Json::text("x")));
}

/// Clauses: 5.6.8, 5.6.9, 5.6.10, 5.6.20.
#[tokio::test]
async fn upsert_update_merge_delete() {
    let bed = bed().await;
    assert_eq!(bed.post("/entityOperations/upsert", TWO).await.status, 201);
    assert_eq!(bed.post("/entityOperations/upsert", TWO).await.status, 204);
    let more = r#"[{"id":"urn:b:1","type":"T","y":{"value":1}},{"id":"urn:b:3","type":"T"}]"#;
    let made = bed.post("/entityOperations/upsert?options=update", more).await;
    assert_eq!((made.status.as_u16(), made.text.as_str()), (201, r#"["urn:b:3"]"#));
    assert_eq!(bed.get("/entities/urn:b:1?format=concise").await.at("x"), Json::Int(1));
    bed.post("/entityOperations/upsert", r#"[{"id":"urn:b:1","type":"T","z":1}]"#).await;
    assert!(bed.get("/entities/urn:b:1").await.json().get("x").is_none());

    let update = r#"[{"id":"urn:b:2","x":{"value":9},"w":{"value":1}}]"#;
    assert_eq!(bed.post("/entityOperations/update", update).await.status, 204);
    assert_eq!(bed.get("/entities/urn:b:2?format=concise").await.at("x"), Json::Int(9));
    assert_eq!(bed.post("/entityOperations/update?options=noOverwrite", update).await.status, 207);
    assert_eq!(bed.post("/entityOperations/update", r#"[{"id":"urn:none:1","x":1}]"#).await.status, 207);
    assert_eq!(
        bed.post("/entityOperations/merge", r#"[{"id":"urn:b:2","w":"urn:ngsi-ld:null"}]"#).await.status,
        204
    );
    assert!(bed.get("/entities/urn:b:2").await.json().get("w").is_none());

    assert_eq!(bed.post("/entityOperations/delete", r#"["urn:b:1","urn:b:2"]"#).await.status, 204);
    assert_eq!(bed.post("/entityOperations/delete", r#"["urn:b:1","urn:b:3"]"#).await.status, 207);
    assert_eq!(bed.post("/entityOperations/delete", "[]").await.status, 400);
}

/// Clauses: 5.2.23, 5.7.2.
#[tokio::test]
async fn a_query_can_be_a_document() {
    let bed = bed().await;
    bed.post("/entityOperations/create", TWO).await;
    let query = r#"{"type":"Query","entities":[{"type":"T"}],"q":"x==2","pick":["id","x"]}"#;
    let found = bed.post("/entityOperations/query?count=true&format=concise", query).await;
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(found.text, r#"[{"id":"urn:b:2","x":2}]"#);
    assert_eq!(found.header("ngsild-results-count"), "1");
    assert_eq!(bed.post("/entityOperations/query", r#"{"type":"Query"}"#).await.status, 400);
}

/// Clauses: 5.6.7, 6.3.5.
#[tokio::test]
async fn each_entity_of_a_linked_data_batch_has_its_own_context() {
    let bed = bed().await;
    let batch = r#"[
        {"id":"urn:b:1","type":"T","x":1,"@context":{"x":"https://a.org/x"}},
        {"id":"urn:b:2","type":"T","x":1,"@context":{"x":"https://b.org/x"}}]"#;
    let made = bed.post("/entityOperations/create", batch).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(bed.get("/entities/urn:b:1").await.json().get("https://a.org/x").is_some());
    assert!(bed.get("/entities/urn:b:2").await.json().get("https://b.org/x").is_some());
}

#[tokio::test]
async fn a_batch_has_a_bounded_number_of_contexts() {
    let bed = bed().await;
    let batch = |contexts: u32| {
        let entity = |n: u32| {
            let context = n % contexts;
            format!(r#"{{"id":"urn:b:{n}","type":"T","@context":{{"x":"https://x.org/{context}"}}}}"#)
        };
        format!("[{}]", (0..100).map(entity).collect::<Vec<_>>().join(","))
    };
    let refused = bed.post("/entityOperations/create", &batch(33)).await;
    assert_eq!((refused.status.as_u16(), refused.at("field")), (400, Json::text("@context")));
    assert_eq!(bed.get("/entities/urn:b:0").await.status, 404);
    let made = bed.post("/entityOperations/create", &batch(32)).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

/// Clauses: 5.2.16, 5.6.7, 6.3.5.
#[tokio::test]
async fn a_context_that_cannot_be_had_is_the_fault_of_its_entity_alone() {
    let batch = r#"[
        {"id":"urn:v:1","type":"Vehicle","speed":1,"@context":{}},
        {"id":"urn:v:2","type":"Vehicle","speed":1,"@context":"http://127.0.0.1:9/none.jsonld"},
        {"id":"urn:v:3","type":"Vehicle","speed":1,"@context":{"speed":5}},
        {"id":"urn:v:4","type":"Vehicle","speed":1}]"#;
    for shared in [false, true] {
        let (bed, source) = (bed().await, Source::start().await);
        if shared {
            let more = r#","operations":["redirectionOps","createBatch"]"#;
            register(&bed, "1", &source.url, VEHICLES, more).await;
            source.answers("POST /ngsi-ld/v1/entityOperations/create", 201, r#"["urn:v:1"]"#);
        }
        let partly = bed.post("/entityOperations/create", batch).await;
        assert_eq!(partly.status, 207, "{shared}: {}", partly.text);
        assert_eq!(partly.at("success").to_string(), r#"["urn:v:1"]"#, "{shared}");
        let statuses = [("urn:v:2", 504), ("urn:v:3", 400), ("urn:v:4", 400)];
        for (place, (id, status)) in statuses.into_iter().enumerate() {
            assert_eq!(partly.at(&format!("errors/{place}/entityId")), Json::text(id), "{shared}");
            assert_eq!(partly.at(&format!("errors/{place}/error/status")), Json::Int(status), "{shared}");
        }
        let asked = source.take();
        assert_eq!(asked.len(), usize::from(shared));
        assert!(asked.iter().all(|question| !question.body.contains("urn:v:2")), "{asked:?}");
        assert_eq!(bed.get("/entities/urn:v:1?local=true").await.status, 200);
    }
}

#[tokio::test]
async fn contexts_that_hang_are_waited_for_together() {
    let mut options = options();
    options.context_timeout = std::time::Duration::from_millis(500);
    let bed = bed_with(options).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let entity =
        |n: u32| format!(r#"{{"id":"urn:b:{n}","type":"T","@context":"http://{address}/{n}.jsonld"}}"#);
    let batch = format!("[{}]", (0..20).map(entity).collect::<Vec<_>>().join(","));
    let began = std::time::Instant::now();
    let refused = bed.post("/entityOperations/create", &batch).await;
    assert_eq!(refused.status, 207, "{}", refused.text);
    assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
}
