//! Malformed and hostile requests: each is refused with a problem, none does harm.

use std::time::Duration;

use axum::{Extension, Router, body::Body, extract::Request};
use senne_hub::Principal;
use senne_model::Json;
use tower::ServiceExt;

use super::bed::{S3, STATION, bed, bed_with, options, request, sent};

/// Clauses: 5.5.2, 6.3.4.
#[tokio::test]
async fn bodies_are_checked_before_they_are_read() {
    let bed = bed().await;
    let post = || request("POST", "/entities");
    let send = |builder: http::request::Builder, body: Body| bed.send(builder.body(body).unwrap());
    assert_eq!(send(post().header("content-type", "text/plain"), Body::from("{}")).await.status, 415);
    assert_eq!(send(post(), Body::from("{}")).await.status, 415);
    assert_eq!(send(post().header("content-type", "application/json"), Body::empty()).await.status, 411);
    let too_long = post().header("content-type", "application/json").header("content-length", "999999999");
    assert_eq!(send(too_long, Body::from("{}")).await.status, 413);
    let method =
        send(request("PUT", "/entities").header("content-type", "application/json"), Body::from("{}")).await;
    assert_eq!(method.status, 405);
    assert!(method.header("allow").contains("POST"), "{:?}", method.headers);
    assert_eq!(bed.get("/nothing").await.status, 404);
}

/// Clauses: 5.5.2, 5.5.3, 6.3.2.
#[tokio::test]
async fn malformed_bodies_name_the_field() {
    let bed = bed().await;
    for (body, status, field) in [
        ("{", 400, None),
        ("", 411, None),
        ("[]", 400, None),
        ("nonsense", 400, None),
        (r#"{"id":"urn:a:1","type":"T","NO2":{"type":"Property","value":NaN}}"#, 400, Some("NO2.value")),
        (r#"{"id":"urn:a:1","type":"T","NO2":{"type":"Property"}}"#, 400, Some("NO2.value")),
        (r#"{"id":"urn:a:1","type":"T","NO2":1,"NO2":2}"#, 400, Some("NO2")),
        (r#"{"id":"not an iri","type":"T"}"#, 400, Some("id")),
        (r#"{"id":"urn:a:1"}"#, 400, Some("type")),
        (r#"{"type":"T"}"#, 400, Some("id")),
        (r#"{"id":"urn:a:1","type":5}"#, 400, Some("type")),
        (r#"{"id":"urn:a:1","type":"T","a b":5}"#, 400, Some("a b")),
        (r#"{"id":"urn:a:1","type":"T","expiresAt":"soon"}"#, 400, Some("expiresAt")),
        (r#"{"id":"urn:a:1","type":"T","scope":"//"}"#, 400, Some("scope")),
    ] {
        let got = bed.post("/entities", body).await;
        assert_eq!(got.status, status, "{body}: {}", got.text);
        if let Some(field) = field {
            assert_eq!(got.at("field"), Json::text(field), "{body}");
            assert!(got.at("type").as_str().unwrap().starts_with("https://uri.etsi.org/ngsi-ld/errors/"));
        }
    }
}

/// Clauses: 5.5.2.
#[tokio::test]
async fn large_and_deep_values_are_refused() {
    let bed = bed().await;
    let large = format!(r#"{{"id":"urn:a:1","type":"T","x":{{"value":"{}"}}}}"#, "a".repeat(2 << 20));
    let got = bed.post("/entities", &large).await;
    assert_eq!((got.status.as_u16(), got.at("field")), (413, Json::text("x.value")));
    let huge = format!(r#"{{"id":"urn:a:1","type":"T","x":"{}"}}"#, "a".repeat(10 << 20));
    assert_eq!(bed.post("/entities", &huge).await.status, 413);
    for depth in [40, 100, 100_000] {
        let deep = format!(r#"{{"id":"urn:a:1","type":"T","x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        let got = bed.post("/entities", &deep).await;
        assert_eq!(got.status, 400);
        assert!(got.at("field").as_str().unwrap().starts_with('x'), "{}", got.text);
    }
    let positions: Vec<String> = (0..250_000).map(|n| format!("[4.{n},50]")).collect();
    let polygon = format!(
        r#"[{{"id":"urn:a:1","type":"T","x":{{"type":"GeoProperty","value":{{"type":"LineString","coordinates":[{}]}}}}}}]"#,
        positions.join(",")
    );
    let got = bed.post("/entityOperations/upsert", &polygon).await;
    assert_eq!(got.status, 207);
    assert!(got.at("errors/0/error/field").as_str().unwrap().starts_with("x.value"), "{}", &got.text[..200]);
}

#[tokio::test]
async fn memory_for_bodies_is_shared_out() {
    let mut options = options();
    options.bodies_bytes_max = 8 * 1024;
    let bed = bed_with(options).await;
    assert_eq!(bed.post("/entities", STATION).await.status, 201);
    let large = format!(r#"{{"id":"urn:a:1","type":"T","x":"{}"}}"#, "a".repeat(32 * 1024));
    let got = bed.post("/entities", &large).await;
    assert_eq!((got.status.as_u16(), got.header("retry-after")), (503, "1"));
}

/// Clauses: 5.5.2.
#[tokio::test]
async fn strangers_may_not_write() {
    let bed = bed().await;
    let open = crate::router(bed.hub.clone(), options()).unwrap();
    let anonymous = super::bed::Bed { router: axum::Router::new().nest("/ngsi-ld/v1", open), ..bed };
    for (path, body) in [
        ("/entities", STATION),
        ("/entityOperations/upsert", r#"[{"id":"urn:a:1","type":"T"}]"#),
        ("/jsonldContexts", r#"{"@context":{}}"#),
    ] {
        let got = anonymous.post(path, body).await;
        assert!(got.status == 401 || got.status == 207, "{path}: {} {}", got.status, got.text);
    }
    assert_eq!(anonymous.get("/subscriptions").await.status, 401);
    assert_eq!(anonymous.delete(S3).await.status, 401);
}

/// A request with a body of so many bytes that never come.
fn hanging(method: &str, path: &str, bytes: usize) -> Request {
    let never = futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>();
    request(method, path)
        .header("content-type", "application/json")
        .header("content-length", bytes.to_string())
        .body(Body::from_stream(never))
        .unwrap()
}

#[tokio::test]
async fn strangers_are_refused_before_their_bodies_are_read() {
    let bed = bed().await;
    let open = Router::new().nest("/ngsi-ld/v1", crate::router(bed.hub.clone(), options()).unwrap());
    let of_entity = |rest: &str| format!("{S3}{rest}");
    for (method, path) in [
        ("POST", "/entities".to_owned()),
        ("PUT", of_entity("")),
        ("PATCH", of_entity("")),
        ("POST", of_entity("/attrs")),
        ("PATCH", of_entity("/attrs")),
        ("PATCH", of_entity("/attrs/NO2")),
        ("PUT", of_entity("/attrs/NO2")),
        ("PUT", of_entity("/attrs/NO2/value")),
        ("POST", "/entityOperations/create".to_owned()),
        ("POST", "/entityOperations/upsert/".to_owned()),
        ("POST", "/entityOperations/update".to_owned()),
        ("POST", "/entityOperations/merge".to_owned()),
        ("POST", "/entityOperations/delete".to_owned()),
        ("POST", "/temporal/entities".to_owned()),
        ("POST", format!("/temporal{S3}/attrs")),
        ("POST", "/jsonldContexts".to_owned()),
        ("POST", "/subscriptions".to_owned()),
    ] {
        let got = sent(&open, hanging(method, &path, 1 << 20));
        let got = tokio::time::timeout(Duration::from_secs(10), got).await;
        let got = got.unwrap_or_else(|_| panic!("{method} {path} waits for the body"));
        assert_eq!(got.status, 401, "{method} {path}: {}", got.text);
    }
}

#[tokio::test]
async fn strangers_leave_memory_for_bodies_to_others() {
    let bed = bed().await;
    let mut options = options();
    options.bodies_bytes_max = 16 << 20;
    let face = crate::router(bed.hub.clone(), options).unwrap();
    let open = Router::new().nest("/ngsi-ld/v1", face.clone());
    let principal = Principal::Administrator { name: "tester".to_owned() };
    let known = Router::new().nest("/ngsi-ld/v1", face.layer(Extension(principal)));
    let ask = || hanging("POST", "/entityOperations/query", 4_000_000);
    let asks: Vec<_> = (0..8).map(|_| tokio::spawn(open.clone().oneshot(ask()))).collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    // Three of them wait for their bodies; the others were sent away.
    assert_eq!(asks.iter().filter(|ask| ask.is_finished()).count(), 5);
    let large = format!(r#"{{"id":"urn:a:1","type":"T","x":"{}"}}"#, "a".repeat(1_000_000));
    let post = request("POST", "/entities").header("content-type", "application/json");
    let got = sent(&known, post.body(Body::from(large)).unwrap()).await;
    assert_eq!(got.status, 201, "{}", got.text);
}

/// Clauses: 6.3.20.
#[tokio::test]
async fn what_no_operation_knows_is_refused() {
    let bed = bed().await;
    for (path, field) in [
        ("/entities?type=T&limits=2", "limits"),
        ("/entities?type=T&limit=2&limit=3", "limit"),
        ("/entities?type=T&options=fast", "options"),
        ("/subscriptions?colour=red", "colour"),
    ] {
        let refused = bed.get(path).await;
        assert_eq!((refused.status.as_u16(), refused.at("field")), (400, Json::text(field)), "{path}");
    }
    assert_eq!(bed.get("/entities?type=T&limit=2").await.status, 200);
}
