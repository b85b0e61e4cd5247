//! What callers who may not see everything learn of sources.

use axum::{Router, body::Body};
use senne_model::Json;

use super::{
    bed::{bed, options, request, sent},
    brokers::{Source, get_unknown, ids, register},
};

const DEVICES: &str = r#"{"entities":[{"type":"Device"}]}"#;

#[tokio::test]
async fn what_registrations_say_is_not_for_everybody() {
    let (here, source) = (bed().await, Source::start().await);
    let secret = r#","contextSourceInfo":[{"key":"Authorization","value":"Bearer abc"}]"#;
    register(&here, "1", &source.url, DEVICES, secret).await;
    let chosen = get_unknown(&here, "/entities?type=Device&csf=sourceType==%22sensor%22").await;
    assert_eq!((chosen.status.as_u16(), chosen.at("field")), (401, Json::text("csf")));
    assert!(source.take().is_empty());
    source.answers("GET /ngsi-ld/v1/entities", 403, r#"{"detail":"inner"}"#);
    let path = "/entities?type=Device";
    let told = here.get(path).await.header("ngsild-warning").to_owned();
    assert!(told.contains("urn:reg:1") && told.contains("inner"), "{told}");
    let told = get_unknown(&here, path).await.header("ngsild-warning").to_owned();
    assert!(told.starts_with("299") && !told.contains("urn:reg") && !told.contains("inner"), "{told}");
}

#[tokio::test]
async fn a_hidden_attribute_is_not_found_out_through_a_source() {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, DEVICES, "").await;
    let device = r#"[{"id":"urn:d:1","type":"Device","serialNumber":{"type":"Property","value":"abc"},
        "deviceState":{"type":"Property","value":"ok"}}]"#;
    source.answers("GET /ngsi-ld/v1/entities", 200, device);
    for (asked, found) in
        [("q=serialNumber==%22abc%22", 0), ("attrs=serialNumber", 0), ("q=deviceState==%22ok%22", 1)]
    {
        let got = get_unknown(&here, &format!("/entities?type=Device&{asked}")).await;
        assert_eq!(ids(&got.json()).len(), found, "{asked}: {}", got.text);
        assert!(!got.text.contains("serialNumber"), "{}", got.text);
        let target = source.take().remove(0).target;
        assert!(!target.contains("q=") && !target.contains("attrs="), "{target}");
    }
    assert_eq!(ids(&here.get("/entities?type=Device&q=serialNumber==%22abc%22").await.json()).len(), 1);
}

#[tokio::test]
async fn an_unknown_caller_gives_no_names_to_a_source() {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, DEVICES, "").await;
    source.answers("GET /ngsi-ld/v1/entities/urn:d:1", 200, r#"{"id":"urn:d:1","type":"Device"}"#);
    let link = format!(
        "<{}/context>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"",
        source.url
    );
    let face = crate::router(here.hub.clone(), options()).unwrap();
    let asked = request("GET", "/entities/urn:d:1").header("link", link).body(Body::empty()).unwrap();
    let got = sent(&Router::new().nest("/ngsi-ld/v1", face), asked).await;
    assert_eq!(got.status, 200, "{}", got.text);
    assert_eq!(source.take()[0].header("link"), "");
}
