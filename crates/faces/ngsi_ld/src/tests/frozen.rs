//! Snapshots: frozen, asked, cloned, purged, bounded, gone.

use std::time::{Duration, Instant};

use axum::body::Body;
use senne_model::Json;

use super::bed::{Bed, Got, bed, bed_in, bed_with, options, request};

const FAST: &str = r#"{"type":"Snapshot","snapshotQueries":[
    {"type":"Query","entities":[{"type":"Vehicle"}],"q":"speed>50"}]}"#;

async fn fleet(bed: &Bed) {
    for (id, speed) in [("fast", 80), ("slow", 30)] {
        let body = format!(
            r#"{{"id":"urn:v:{id}","type":"Vehicle","scope":"/A","speed":{{"type":"Property","value":{speed},"observedAt":"2024-01-01T00:00:00Z"}}}}"#
        );
        assert_eq!(bed.post("/entities", &body).await.status, 201);
    }
}

/// Makes a snapshot and waits until it is ready; gives its place.
async fn made(bed: &Bed, path: &str, body: &str) -> (String, Got) {
    let got = bed.post(path, body).await;
    assert_eq!(got.status, 201, "{}", got.text);
    let place = got.header("location").trim_start_matches("/ngsi-ld/v1").to_owned();
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let got = bed.get(&place).await;
        assert_eq!(got.status, 200, "{}", got.text);
        if got.at("snapshotStatus") != Json::text("preparing") {
            return (place, got);
        }
        assert!(Instant::now() < until, "{}", got.text);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn id_of(snapshot: &Got) -> String {
    snapshot.at("id").as_str().unwrap_or_default().to_owned()
}

async fn within(bed: &Bed, snapshot: &str, method: &str, path: &str, body: &str) -> Got {
    let mut request = request(method, path).header("ngsild-snapshot", snapshot);
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    bed.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn ids(got: &Got) -> Vec<String> {
    let list = got.json();
    let id = |one: &Json| one.get("id").and_then(Json::as_str).map(str::to_owned);
    list.as_array().unwrap_or_default().iter().filter_map(id).collect()
}

/// Clauses: 5.16.1, 6.3.22.
#[tokio::test]
async fn a_snapshot_stays_as_it_was_and_can_be_worked_on() {
    let bed = bed().await;
    fleet(&bed).await;
    let (_, snapshot) = made(&bed, "/snapshots", FAST).await;
    assert_eq!(snapshot.at("snapshotStatus"), Json::text("success"), "{}", snapshot.text);
    assert_eq!(snapshot.at("snapshotQueriesDetails/0/resultStatus"), Json::text("success"));
    assert_eq!(snapshot.at("snapshotPriority"), Json::Int(5));
    let id = id_of(&snapshot);
    let body = r#"{"speed":{"type":"Property","value":10}}"#;
    assert_eq!(bed.patch("/entities/urn:v:fast/attrs", body).await.status, 204);
    let all = within(&bed, &id, "GET", "/entities", "").await;
    assert_eq!((ids(&all), all.header("ngsild-snapshot")), (vec!["urn:v:fast".to_owned()], id.as_str()));
    let one = within(&bed, &id, "GET", "/entities/urn:v:fast", "").await;
    assert_eq!((one.at("speed/value"), one.at("scope")), (Json::Int(80), Json::text("/A")));
    assert_eq!(within(&bed, &id, "GET", "/entities/urn:v:slow", "").await.status, 404);
    // Written to, it changes; the city does not.
    let body = r#"{"speed":{"type":"Property","value":99}}"#;
    assert_eq!(within(&bed, &id, "PATCH", "/entities/urn:v:fast/attrs", body).await.status, 204);
    assert_eq!(within(&bed, &id, "GET", "/entities/urn:v:fast", "").await.at("speed/value"), Json::Int(99));
    assert_eq!(bed.get("/entities/urn:v:fast").await.at("speed/value"), Json::Int(10));
    let types = within(&bed, &id, "GET", "/types", "").await;
    assert!(types.text.contains("Vehicle"), "{}", types.text);
    // Subscriptions are not made on it, and nobody finds one that is not there.
    let subscription = r#"{"type":"Subscription","entities":[{"type":"Vehicle"}],"notification":{"endpoint":{"uri":"http://127.0.0.1:1/"}}}"#;
    assert_eq!(within(&bed, &id, "POST", "/subscriptions", subscription).await.status, 422);
    assert_eq!(
        within(&bed, "urn:ngsi-ld:Snapshot:none", "GET", "/entities?type=Vehicle", "").await.status,
        404
    );
    assert_eq!(within(&bed, "word", "GET", "/entities?type=Vehicle", "").await.status, 400);
    assert_eq!(bed.hub.tenants().unwrap().iter().filter(|tenant| tenant.is_snapshot()).count(), 0);
}

/// Clauses: 5.16.1.
#[tokio::test]
async fn the_past_is_frozen_with_the_names_of_its_values() {
    let bed = bed().await;
    fleet(&bed).await;
    let range = "timerel=before&timeAt=2024-06-01T00:00:00Z";
    let before = bed.get(&format!("/temporal/entities/urn:v:fast?{range}&options=sysAttrs")).await;
    let body = r#"{"type":"Snapshot","snapshotTemporalQueries":[
        {"type":"Query","entities":[{"type":"Vehicle"}],"q":"speed>50",
         "temporalQ":{"timerel":"before","timeAt":"2024-06-01T00:00:00Z"}}]}"#;
    let (place, snapshot) = made(&bed, "/snapshots", body).await;
    assert_eq!(snapshot.at("snapshotStatus"), Json::text("success"), "{}", snapshot.text);
    assert_eq!(snapshot.at("snapshotTemporalQueriesDetails/0/resultStatus"), Json::text("success"));
    let later = r#"{"speed":[{"value":1,"observedAt":"2024-02-01T00:00:00Z"}]}"#;
    assert_eq!(bed.post("/temporal/entities/urn:v:fast/attrs", later).await.status, 204);
    for path in [&place, &made(&bed, &format!("{place}/clone"), r#"{"type":"Snapshot"}"#).await.0] {
        let id = path.rsplit('/').next().unwrap();
        let asked = format!("/temporal/entities?type=Vehicle&{range}&options=sysAttrs");
        let got = within(&bed, id, "GET", &asked, "").await;
        assert_eq!(ids(&got), ["urn:v:fast"], "{}", got.text);
        for member in ["value", "instanceId", "createdAt", "observedAt"] {
            let place = format!("speed/0/{member}");
            assert_eq!(got.at(&format!("0/{place}")), before.at(&place), "{member}");
        }
        assert_eq!(got.at("0/speed").as_array().map(<[Json]>::len), Some(1));
    }
}

/// Clauses: 5.16.2, 5.16.3, 5.16.4, 5.16.5, 5.16.7.
#[tokio::test]
async fn a_snapshot_is_changed_cloned_and_purged() {
    let bed = bed().await;
    fleet(&bed).await;
    let (place, first) = made(&bed, "/snapshots", FAST).await;
    let changed = bed.patch(&place, r#"{"snapshotPriority":2,"snapshotLifetime":"PT1H"}"#).await;
    assert_eq!((changed.status.as_u16(), changed.at("snapshotPriority")), (200, Json::Int(2)));
    assert!(changed.at("expiresAt").as_str() < first.at("expiresAt").as_str(), "{}", changed.text);
    let read_only = bed.patch(&place, r#"{"snapshotQueries":[]}"#).await;
    assert_eq!((read_only.status.as_u16(), read_only.at("field")), (400, Json::text("snapshotQueries")));
    let (copy, clone) =
        made(&bed, &format!("{place}/clone"), r#"{"type":"Snapshot","snapshotPriority":9}"#).await;
    assert_eq!(clone.at("snapshotStatus"), Json::text("success"), "{}", clone.text);
    for (q, status) in [("speed%3E50", 400), ("snapshotPriority%3E9", 404), ("snapshotPriority%3C5", 204)] {
        assert_eq!(bed.delete(&format!("/snapshots?q={q}")).await.status, status, "{q}");
    }
    assert_eq!(bed.delete("/snapshots").await.status, 400);
    assert_eq!(bed.get(&place).await.status, 404);
    let all = within(&bed, &id_of(&clone), "GET", "/entities", "").await;
    assert_eq!(ids(&all), ["urn:v:fast"], "the copy of the copy stays");
    assert_eq!(bed.delete(&copy).await.status, 204);
    assert_eq!(within(&bed, &id_of(&clone), "GET", "/entities", "").await.status, 404);
    // Nothing is left of their copies.
    let until = Instant::now() + Duration::from_secs(20);
    let left = |bed: &Bed| {
        let folders = std::fs::read_dir(bed.folder.path().join("history")).unwrap();
        folders.filter(|one| one.as_ref().unwrap().file_name().to_string_lossy().contains("snapshot")).count()
    };
    bed.hub.flush().await.unwrap();
    while left(&bed) > 0 {
        assert!(Instant::now() < until, "a folder stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Clauses: 5.16.1, 5.16.6.
#[tokio::test]
async fn results_of_queries_are_told_one_by_one() {
    let bed = bed().await;
    fleet(&bed).await;
    let of = |queries: &str| format!(r#"{{"type":"Snapshot","snapshotQueries":[{queries}]}}"#);
    let none = r#"{"type":"Query","entities":[{"type":"Ship"}]}"#;
    let some = r#"{"type":"Query","entities":[{"type":"Vehicle"}]}"#;
    let wrong = r#"{"type":"Query","entities":[{"type":"Vehicle"}],"q":"speed>>"}"#;
    for (queries, status) in [
        (none.to_owned(), "empty"),
        (format!("{some},{none}"), "partial"),
        (format!("{some},{wrong}"), "partial"),
        (wrong.to_owned(), "failure"),
        (format!("{none},{wrong}"), "empty"),
    ] {
        let (_, got) = made(&bed, "/snapshots", &of(&queries)).await;
        assert_eq!(got.at("snapshotStatus"), Json::text(status), "{queries}: {}", got.text);
    }
    let temporal = r#"{"type":"Query","entities":[{"type":"V"}],"temporalQ":{"timerel":"after","timeAt":"2020-01-01T00:00:00Z"}}"#;
    assert_eq!(bed.post("/snapshots", &of(temporal)).await.status, 400);
    assert_eq!(bed.post("/snapshots", r#"{"type":"Snapshot"}"#).await.status, 400);
}

/// Clauses: 5.16.1.
#[tokio::test]
async fn there_are_so_many_and_the_least_goes_first() {
    let bed = bed_with(crate::NgsiLdOptions { snapshots_max: 2, ..options() }).await;
    fleet(&bed).await;
    let with = |priority: i64| {
        FAST.replace(r#""type":"Snapshot","#, &format!(r#""type":"Snapshot","snapshotPriority":{priority},"#))
    };
    let (high, _) = made(&bed, "/snapshots", &with(9)).await;
    let (low, _) = made(&bed, "/snapshots", &with(3)).await;
    let (middle, _) = made(&bed, "/snapshots", &with(5)).await;
    let status = async |place: &str| bed.get(place).await.status.as_u16();
    assert_eq!((status(&high).await, status(&low).await, status(&middle).await), (200, 404, 200));
    assert_eq!(bed.post("/snapshots", &with(4)).await.status, 503);
    let own = with(9).replace(r#""type":"Snapshot","#, r#""id":"urn:s:1","type":"Snapshot","#);
    made(&bed, "/snapshots", &own).await;
    assert_eq!(bed.post("/snapshots", &own).await.status, 409);
}

/// Clauses: 5.16.3, 5.16.4.
#[tokio::test]
async fn a_snapshot_survives_a_restart_and_expires() {
    let first = bed().await;
    fleet(&first).await;
    let (place, snapshot) = made(&first, "/snapshots", FAST).await;
    first.hub.stop().await;
    let Bed { folder, .. } = first;
    let bed = bed_in(folder, options()).await;
    let all = within(&bed, &id_of(&snapshot), "GET", "/entities", "").await;
    assert_eq!(ids(&all), ["urn:v:fast"]);
    assert_eq!(bed.patch(&place, r#"{"snapshotLifetime":"PT0.05S"}"#).await.status, 200);
    let until = Instant::now() + Duration::from_secs(20);
    while bed.get(&place).await.status != 404 {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(within(&bed, &id_of(&snapshot), "GET", "/entities", "").await.status, 404);
}
