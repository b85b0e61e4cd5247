//! What is in a snapshot, asked through the router.

use std::time::{Duration, Instant};

use axum::{Extension, Router, body::Body};
use http::Request;
use senne_hub::{Hub, HubConfig, Principal};
use senne_model::Json;
use tower::ServiceExt;

use crate::{NgsiLdOptions, router};

const API: &str = "/ngsi-ld/v1";

async fn open(folder: &std::path::Path) -> Router {
    let hub = Hub::open(HubConfig::new(folder)).await.unwrap();
    let principal = Principal::Administrator { name: "tester".to_owned() };
    Router::new().nest(API, router(hub, NgsiLdOptions::default()).unwrap().layer(Extension(principal)))
}

/// Sends a request, to a snapshot when one is named; gives status, place and body of the answer.
async fn send(router: &Router, request: &str, snapshot: Option<&str>, body: &str) -> (u16, String, Json) {
    let (method, path) = request.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path).header("host", "city.example");
    if let Some(snapshot) = snapshot {
        request = request.header("ngsild-snapshot", snapshot);
    }
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    let answer = router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let place = answer.headers().get("location").map_or("", |place| place.to_str().unwrap()).to_owned();
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, place, Json::parse(&bytes).unwrap_or_default())
}

async fn settled(router: &Router, place: &str) -> Json {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let (status, _, snapshot) = send(router, &format!("GET {place}"), None, "").await;
        assert_eq!(status, 200, "{snapshot}");
        if snapshot.get("snapshotStatus") != Some(&Json::text("preparing")) {
            return snapshot;
        }
        assert!(Instant::now() < until, "{snapshot}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_one_query_says_is_nothing_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let router = open(folder.path()).await;
    for (id, kind, name) in [("urn:v:1", "Vehicle", "speed"), ("urn:s:1", "Ship", "draught")] {
        let body = format!(
            r#"{{"id":"{id}","type":"{kind}","{name}":[{{"type":"Property","value":1,"observedAt":"2024-01-01T00:00:00Z"}},
            {{"type":"Property","value":2,"observedAt":"2024-01-02T00:00:00Z"}}]}}"#
        );
        let (status, _, told) = send(&router, &format!("POST {API}/temporal/entities"), None, &body).await;
        assert_eq!(status, 201, "{told}");
    }
    // The first query names attributes and wants the newest value alone; the second wants all of another type.
    let body = r#"{"type":"Snapshot","snapshotTemporalQueries":[
        {"type":"Query","entities":[{"type":"Vehicle"}],"attrs":["speed"],
         "temporalQ":{"timerel":"before","timeAt":"2024-06-01T00:00:00Z","lastN":1}},
        {"type":"Query","entities":[{"type":"Ship"}],
         "temporalQ":{"timerel":"before","timeAt":"2024-06-01T00:00:00Z"}}]}"#;
    let (status, place, told) = send(&router, &format!("POST {API}/snapshots"), None, body).await;
    assert_eq!(status, 201, "{told}");
    let snapshot = settled(&router, &place).await;
    assert_eq!(snapshot.get("snapshotStatus"), Some(&Json::text("success")), "{snapshot}");
    let id = snapshot.get("id").and_then(Json::as_str).unwrap();
    for (kind, name, values) in [("Vehicle", "speed", 1), ("Ship", "draught", 2)] {
        let path =
            format!("GET {API}/temporal/entities?type={kind}&timerel=before&timeAt=2024-06-01T00:00:00Z");
        let (_, _, found) = send(&router, &path, Some(id), "").await;
        let first = found.as_array().and_then(<[Json]>::first);
        let told = first.and_then(|entity| entity.get(name)).and_then(Json::as_array).map(<[Json]>::len);
        assert_eq!(told, Some(values), "{kind}: {found}");
    }
}
