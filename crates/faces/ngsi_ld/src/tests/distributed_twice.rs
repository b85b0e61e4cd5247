//! Writes among brokers that register each other: nothing is done twice.

use senne_model::Json;

use super::{
    bed::Bed,
    brokers::{Source, VEHICLES, register},
    distributed_subscribing::reachable,
};

const VEHICLE: &str = r#"{"id":"urn:v:1","type":"Vehicle","speed":{"type":"Property","value":1}}"#;
const ALL: &str =
    r#","operations":["redirectionOps","createBatch","upsertBatch","deleteBatch","appendAttrsTemporal"]"#;

/// Two brokers that share their vehicles with each other.
async fn two() -> (Bed, Bed) {
    let ((here, here_url), (there, there_url)) = (reachable().await, reachable().await);
    register(&here, "1", &there_url, VEHICLES, ALL).await;
    register(&there, "1", &here_url, VEHICLES, ALL).await;
    (here, there)
}

/// How often the speed was written at a broker.
async fn speeds(bed: &Bed) -> usize {
    let past = bed.get("/temporal/entities/urn:v:1?local=true").await;
    past.at("speed").as_array().map_or(0, <[Json]>::len)
}

/// Clauses: 4.3.6.2, 4.3.6.4, 6.3.18.
#[tokio::test]
async fn a_write_goes_round_two_brokers_once() {
    let (here, there) = two().await;
    let made = here.post("/entities", VEHICLE).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let more = here.post("/entities/urn:v:1/attrs", r#"{"speed":{"type":"Property","value":2}}"#).await;
    assert_eq!(more.status, 204, "{}", more.text);
    let seen = r#"{"speed":[{"type":"Property","value":3,"observedAt":"2024-01-01T00:00:00Z"}]}"#;
    let added = here.post("/temporal/entities/urn:v:1/attrs", seen).await;
    assert_eq!(added.status, 204, "{}", added.text);
    for bed in [&here, &there] {
        assert_eq!(speeds(bed).await, 3, "each of three writes is done once");
    }
    let gone = here.delete("/entities/urn:v:1").await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(there.get("/entities/urn:v:1?local=true").await.status, 404);
}

/// Clauses: 4.3.6.4, 5.6.7, 5.6.21, 6.3.18.
#[tokio::test]
async fn a_batch_and_a_purge_go_round_two_brokers_once() {
    let (here, there) = two().await;
    let made = here.post("/entityOperations/create", &format!("[{VEHICLE}]")).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let purged = here.delete("/entities?type=Vehicle").await;
    assert_eq!(purged.status, 204, "{}", purged.text);
    for bed in [&here, &there] {
        assert_eq!(bed.get("/entities/urn:v:1?local=true").await.status, 404);
    }
}

/// Clauses: 5.6.11.
#[tokio::test]
async fn the_past_is_written_where_the_operation_is_registered() {
    let (here, source) = (super::bed::bed().await, Source::start().await);
    let alone = r#","mode":"redirect","operations":["upsertTemporal","appendAttrsTemporal"]"#;
    register(&here, "1", &source.url, VEHICLES, alone).await;
    source.answers("POST /ngsi-ld/v1/temporal/entities", 201, "");
    let seen = r#"{"id":"urn:v:1","type":"Vehicle","speed":[{"type":"Property","value":3,"observedAt":"2024-01-01T00:00:00Z"}]}"#;
    assert_eq!(here.post("/temporal/entities", seen).await.status, 201);
    assert_eq!(source.take().len(), 1);
    assert_eq!(here.get("/temporal/entities/urn:v:1?local=true").await.status, 404);
    // What it does not register of the past is done here as before.
    assert_eq!(here.delete("/temporal/entities/urn:v:1").await.status, 404);
    assert!(source.take().is_empty());
}

/// Clauses: 4.3.6.5.
#[tokio::test]
async fn the_type_of_a_write_goes_in_the_names_of_the_source() {
    let (here, source) = (super::bed::bed().await, Source::start().await);
    let info = format!(
        r#","mode":"redirect","operations":["redirectionOps"],"contextSourceInfo":[{{"key":"jsonldContext","value":"{}/context"}}]"#,
        source.url
    );
    register(&here, "1", &source.url, r#"{"entities":[{"type":"speed"}]}"#, &info).await;
    source.answers("DELETE /ngsi-ld/v1/entities/urn:v:1", 204, "");
    assert_eq!(here.delete("/entities/urn:v:1?type=speed").await.status, 204);
    assert_eq!(source.take()[0].target, "/ngsi-ld/v1/entities/urn:v:1?type=vitesse");
}

/// Clauses: 5.6.15.
#[tokio::test]
async fn a_step_in_a_path_leads_to_nothing_else() {
    let (here, source) = (super::bed::bed().await, Source::start().await);
    let alone = r#","mode":"redirect","operations":["deleteAttrInstanceTemporal","deleteAttrsTemporal"]"#;
    register(&here, "1", &source.url, VEHICLES, alone).await;
    source.answers("DELETE /ngsi-ld/v1/temporal/entities/urn:v:1/attrs/speed", 204, "");
    let got = here.delete("/temporal/entities/urn:v:1/attrs/speed/%2E%2E").await;
    assert_eq!(got.status, 502, "{}", got.text);
    assert!(source.take().is_empty());
}
