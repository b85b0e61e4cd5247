//! A hub in a temporary folder with the face on it, asked without a network.

use axum::{Extension, Router, body::Body};
use http::{HeaderMap, Request, StatusCode};
use senne_hub::{Hub, HubConfig, Principal};
use senne_model::Json;
use tower::ServiceExt;

use crate::{NgsiV2Options, router};

pub(super) struct Bed {
    pub(super) hub: Hub,
    router: Router,
    pub(super) folder: tempfile::TempDir,
}

pub(super) struct Got {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Got {
    pub(super) fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value at a path of member names and places.
    pub(super) fn at(&self, path: &str) -> Json {
        let mut value = self.json();
        for step in path.split('/') {
            let inner = match step.parse::<usize>() {
                Ok(place) => value.as_array().and_then(|items| items.get(place).cloned()),
                Err(_) => value.get(step).cloned(),
            };
            value = inner.unwrap_or_else(|| panic!("no `{step}` of `{path}` in {}", self.text));
        }
        value
    }
}

pub(super) async fn bed() -> Bed {
    bed_in(tempfile::tempdir().unwrap()).await
}

/// A bed on what another one left.
pub(super) async fn bed_in(folder: tempfile::TempDir) -> Bed {
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    let options = NgsiV2Options {
        allow_private_addresses: true,
        notify_pause: std::time::Duration::from_millis(20),
        ..NgsiV2Options::default()
    };
    let principal = Principal::Administrator { name: "tester".to_owned() };
    let router = router(hub.clone(), options).unwrap().layer(Extension(principal));
    Bed { hub, router: Router::new().nest("/v2", router), folder }
}

impl Bed {
    pub(super) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let mut request = Request::builder().method(method).uri(format!("/v2{path}"));
        if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Got { status: StatusCode::as_u16(&parts.status), headers: parts.headers, text }
    }

    pub(super) async fn get(&self, path: &str) -> Got {
        self.send("GET", path, &[], "").await
    }

    pub(super) async fn delete(&self, path: &str) -> Got {
        self.send("DELETE", path, &[], "").await
    }

    pub(super) async fn post(&self, path: &str, body: &str) -> Got {
        self.send("POST", path, &[], body).await
    }

    pub(super) async fn put(&self, path: &str, body: &str) -> Got {
        self.send("PUT", path, &[], body).await
    }

    pub(super) async fn patch(&self, path: &str, body: &str) -> Got {
        self.send("PATCH", path, &[], body).await
    }
}

pub(super) const ROOM: &str = r#"{"id":"Room1","type":"Room",
    "temperature":{"type":"Number","value":23.5,"metadata":{
        "accuracy":{"type":"Number","value":0.9},
        "TimeInstant":{"type":"DateTime","value":"2024-01-31T12:00:00.000Z"}}},
    "status":{"value":"open"},
    "built":{"type":"DateTime","value":"2020-05-01T00:00:00Z"},
    "address":{"type":"PostalAddress","value":{"city":"Brussels","floor":3}},
    "empty":{"type":"None","value":null},
    "location":{"type":"geo:point","value":"50.84, 4.35"},
    "inBuilding":{"type":"Relationship","value":"Building7"}}"#;
