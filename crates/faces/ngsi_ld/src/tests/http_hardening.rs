//! Malformed and hostile requests: each is refused with a problem, none does harm.

use axum::body::Body;
use senne_model::Json;

use super::bed::{S3, STATION, bed, bed_with, options, request};

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
