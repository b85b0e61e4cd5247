//! JSON-LD contexts over HTTP.

use axum::body::Body;
use senne_model::Json;

use super::{
    bed::{S3, STATION, bed, bed_in, bed_with, options, request},
    receiver::Receiver,
};

fn link(url: &str) -> String {
    format!("<{url}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"")
}

/// Clauses: 5.5.7, 6.3.5.
#[tokio::test]
async fn a_context_is_fetched_by_its_url() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    let url = receiver.context_url();
    let post =
        request("POST", "/entities").header("content-type", "application/json").header("link", link(&url));
    assert_eq!(bed.send(post.body(Body::from(STATION)).unwrap()).await.status, 201);
    assert!(bed.get(S3).await.json().get("https://example.org/v#no2").is_some());
    let own = bed.send(request("GET", S3).header("link", link(&url)).body(Body::empty()).unwrap()).await;
    assert!(own.json().get("NO2").is_some());
    assert!(own.header("link").contains(&url));
    let cached = bed.get("/jsonldContexts?kind=Cached").await;
    assert!(cached.text.contains(&url));
    assert_eq!(bed.get(&format!("/jsonldContexts/{}", url.replace('/', "%2F"))).await.status, 422);
    assert_eq!(
        bed.delete(&format!("/jsonldContexts/{}?reload=true", url.replace('/', "%2F"))).await.status,
        204
    );
}

/// Clauses: 5.5.7, 6.3.2.
#[tokio::test]
async fn a_context_that_cannot_be_had_is_504() {
    let bed = bed().await;
    let dead = link("http://127.0.0.1:9/none.jsonld");
    let got = bed.send(request("GET", S3).header("link", dead).body(Body::empty()).unwrap()).await;
    assert_eq!(got.status, 504);
    assert_eq!(got.at("type"), Json::text("https://uri.etsi.org/ngsi-ld/errors/LdContextNotAvailable"));
    let mut closed = options();
    closed.allow_private_addresses = false;
    let (closed, receiver) = (bed_with(closed).await, Receiver::start().await);
    let inside =
        request("GET", S3).header("link", link(&receiver.context_url())).body(Body::empty()).unwrap();
    let got = closed.send(inside).await;
    assert_eq!(got.status, 504);
    assert!(got.text.contains("private"), "{}", got.text);
}

/// Clauses: 6.3.4, 6.3.5.
#[tokio::test]
async fn content_type_and_context_go_together() {
    let bed = bed().await;
    let in_json = request("POST", "/entities").header("content-type", "application/json");
    let body = r#"{"id":"urn:a:1","type":"T","@context":{}}"#;
    let got = bed.send(in_json.body(Body::from(body)).unwrap()).await;
    assert_eq!((got.status.as_u16(), got.at("field")), (400, Json::text("@context")));
    let without = request("POST", "/entities").header("content-type", "application/ld+json");
    let got = bed.send(without.body(Body::from(r#"{"id":"urn:a:1","type":"T"}"#)).unwrap()).await;
    assert_eq!((got.status.as_u16(), got.at("field")), (400, Json::text("@context")));
    let both = request("POST", "/entities")
        .header("content-type", "application/ld+json")
        .header("link", link("http://x.org/c"));
    assert_eq!(bed.send(both.body(Body::from(body)).unwrap()).await.status, 400);
    assert_eq!(bed.post("/entities", body).await.status, 201);
    let wrong = bed.post("/entities", r#"{"id":"urn:a:2","type":"T","@context":{"x":5}}"#).await;
    assert_eq!(wrong.status, 400, "{}", wrong.text);
}

/// Clauses: 5.13.2, 5.13.3.
#[tokio::test]
async fn hosted_contexts_survive_a_restart() {
    let first = bed().await;
    let made = first.post("/jsonldContexts", r#"{"@context":{"NO2":"https://example.org/v#no2"}}"#).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = made.header("location").strip_prefix("/ngsi-ld/v1").unwrap().to_owned();
    assert_eq!(first.get(&path).await.at("@context/NO2"), Json::text("https://example.org/v#no2"));
    assert_eq!(first.post("/jsonldContexts", r#"{"@context":5}"#).await.status, 400);
    assert_eq!(first.post("/jsonldContexts", r#"{"x":5}"#).await.status, 400);

    let bed = first.restart().await;
    let url = format!("http://city.example/ngsi-ld/v1{path}");
    let post =
        request("POST", "/entities").header("content-type", "application/json").header("link", link(&url));
    assert_eq!(bed.send(post.body(Body::from(STATION)).unwrap()).await.status, 201);
    assert!(bed.get(S3).await.json().get("https://example.org/v#no2").is_some());
    let details = bed.get("/jsonldContexts?details=true&kind=Hosted").await;
    assert_eq!(details.at("0/URL"), Json::text(&url));
    assert_eq!(bed.delete(&path).await.status, 204);
    assert_eq!(bed.get(&path).await.status, 404);
}

impl super::bed::Bed {
    /// Stops the hub and opens its folder anew.
    pub(super) async fn restart(self) -> Self {
        self.hub.stop().await;
        let Self { hub, router, folder } = self;
        drop((hub, router));
        bed_in(folder, options()).await
    }
}

impl super::bed::Bed {
    /// Stops the hub and gives its folder.
    pub(super) async fn into_folder(self) -> tempfile::TempDir {
        self.hub.stop().await;
        let Self { hub, router, folder } = self;
        drop((hub, router));
        folder
    }
}
