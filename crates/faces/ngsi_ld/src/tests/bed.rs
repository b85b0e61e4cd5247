//! A hub in a temporary folder with the face on it, asked without a network.

use axum::{Extension, Router, body::Body};
use http::{HeaderMap, Request, StatusCode};
use senne_hub::{Hub, HubConfig, Principal};
use senne_model::Json;
use tower::ServiceExt;

use crate::{NgsiLdOptions, router};

/// The face on a hub of its own. The folder goes when the bed goes.
pub(super) struct Bed {
    pub(super) hub: Hub,
    pub(super) router: Router,
    pub(super) folder: tempfile::TempDir,
}

pub(super) struct Got {
    pub(super) status: StatusCode,
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
    /// The value at a path of member names and places, e.g. `features.0.id`.
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

pub(super) fn options() -> NgsiLdOptions {
    let mut options = NgsiLdOptions { allow_private_addresses: true, ..NgsiLdOptions::default() };
    options.delivery.pause_first = std::time::Duration::from_millis(50);
    options.delivery.pause_max = std::time::Duration::from_millis(200);
    options.delivery.save_every = std::time::Duration::from_millis(50);
    options
}

pub(super) async fn bed() -> Bed {
    bed_with(options()).await
}

pub(super) async fn bed_with(options: NgsiLdOptions) -> Bed {
    let folder = tempfile::tempdir().unwrap();
    bed_in(folder, options).await
}

pub(super) async fn bed_in(folder: tempfile::TempDir, options: NgsiLdOptions) -> Bed {
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    let principal = Principal::Administrator { name: "tester".to_owned() };
    let router = router(hub.clone(), options).unwrap().layer(Extension(principal));
    Bed { hub, router: Router::new().nest("/ngsi-ld/v1", router), folder }
}

impl Bed {
    pub(super) async fn send(&self, request: Request<Body>) -> Got {
        sent(&self.router, request).await
    }

    pub(super) async fn get(&self, path: &str) -> Got {
        self.send(request("GET", path).body(Body::empty()).unwrap()).await
    }
    pub(super) async fn get_as(&self, path: &str, accept: &str) -> Got {
        self.send(request("GET", path).header("accept", accept).body(Body::empty()).unwrap()).await
    }
    pub(super) async fn delete(&self, path: &str) -> Got {
        self.send(request("DELETE", path).body(Body::empty()).unwrap()).await
    }
    /// Sends a JSON body; one with an `@context` goes as JSON-LD.
    pub(super) async fn with_body(&self, method: &str, path: &str, body: &str) -> Got {
        let kind = if body.contains("\"@context\"") { "application/ld+json" } else { "application/json" };
        self.send(
            request(method, path).header("content-type", kind).body(Body::from(body.to_owned())).unwrap(),
        )
        .await
    }
    pub(super) async fn post(&self, path: &str, body: &str) -> Got {
        self.with_body("POST", path, body).await
    }
    pub(super) async fn patch(&self, path: &str, body: &str) -> Got {
        self.with_body("PATCH", path, body).await
    }
    pub(super) async fn put(&self, path: &str, body: &str) -> Got {
        self.with_body("PUT", path, body).await
    }
}

pub(super) async fn sent(router: &Router, request: Request<Body>) -> Got {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    Got { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

pub(super) fn request(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(format!("/ngsi-ld/v1{path}")).header("host", "city.example")
}

pub(super) const STATION: &str = r#"{
    "id": "urn:ngsi-ld:AirQualityObserved:S3", "type": "AirQualityObserved", "scope": "/Brussels/Ixelles",
    "NO2": {"type": "Property", "value": 29.5, "unitCode": "GQ", "observedAt": "2024-01-31T12:00:00Z"},
    "name": {"type": "Property", "value": "Avenue Louise"},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [4.36, 50.83]}},
    "refDevice": {"type": "Relationship", "object": "urn:ngsi-ld:Device:7"}
}"#;

pub(super) const S3: &str = "/entities/urn:ngsi-ld:AirQualityObserved:S3";
