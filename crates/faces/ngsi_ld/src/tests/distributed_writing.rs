//! Writes that several brokers carry out.

use senne_model::Json;

use super::{
    bed::{Bed, bed, request},
    brokers::{SPEED, Source, VEHICLES, broker, register},
};

const V1: &str = "/ngsi-ld/v1/entities/urn:v:1";

fn vehicle(attributes: &str) -> String {
    format!(r#"{{"id":"urn:v:1","type":"Vehicle",{attributes}}}"#)
}

fn property(name: &str, value: i64) -> String {
    format!(r#""{name}":{{"type":"Property","value":{value}}}"#)
}

async fn with(mode: &str, information: &str, operations: &str) -> (Bed, Source) {
    let (here, source) = (bed().await, Source::start().await);
    register(
        &here,
        "1",
        &source.url,
        information,
        &format!(r#","mode":"{mode}","operations":["{operations}"]"#),
    )
    .await;
    (here, source)
}

async fn here(bed: &Bed) -> Json {
    bed.get("/entities/urn:v:1?local=true&format=keyValues").await.json()
}

/// Clauses: 4.3.6.3, 5.6.1, 5.6.2, 5.6.5.
#[tokio::test]
async fn what_a_source_holds_alone_goes_there_only() {
    let (bed, source) = with("exclusive", SPEED, "redirectionOps").await;
    source.answers("POST /ngsi-ld/v1/entities", 201, "");
    let both = format!("{},{}", property("speed", 1), property("brand", 2));
    let made = bed.post("/entities", &vehicle(&both)).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (201, "/ngsi-ld/v1/entities/urn:v:1"));
    let asked = source.take();
    assert_eq!(asked[0].body, vehicle(&property("speed", 1)));
    assert!(asked[0].header("via").starts_with("1.1 senne-"));
    assert_eq!((here(&bed).await.get("speed"), here(&bed).await.get("brand")), (None, Some(&Json::Int(2))));
    source.answers(&format!("PATCH {V1}/attrs/"), 204, "");
    assert_eq!(bed.patch("/entities/urn:v:1/attrs", &format!("{{{both}}}")).await.status, 204);
    assert_eq!(source.take()[0].body, format!("{{{}}}", property("speed", 1)));
    source.answers(&format!("PATCH {V1}/attrs/speed"), 204, "");
    assert_eq!(bed.patch("/entities/urn:v:1/attrs/speed", r#"{"value":9}"#).await.status, 204);
    source.answers(&format!("DELETE {V1}/attrs/speed"), 204, "");
    assert_eq!(bed.delete("/entities/urn:v:1/attrs/speed?deleteAll=true").await.status, 204);
    assert!(source.take()[1].target.ends_with("?deleteAll=true"));
    source.answers(&format!("DELETE {V1}"), 204, "");
    assert_eq!(bed.delete("/entities/urn:v:1").await.status, 204);
    assert_eq!(bed.get("/entities/urn:v:1?local=true").await.status, 404);
}

/// Clauses: 4.3.6.3, 4.20.
#[tokio::test]
async fn what_a_source_alone_may_do_and_does_not_offer_is_a_conflict() {
    let (bed, source) = with("redirect", VEHICLES, "retrieveOps").await;
    for got in [
        bed.post("/entities", &vehicle(&property("speed", 1))).await,
        bed.patch("/entities/urn:v:1/attrs", &format!("{{{}}}", property("speed", 1))).await,
        bed.put("/entities/urn:v:1/attrs/speed", r#"{"type":"Property","value":1}"#).await,
        bed.patch("/entities/urn:v:1", &format!("{{{}}}", property("speed", 1))).await,
        bed.delete("/entities/urn:v:1").await,
    ] {
        assert_eq!(got.status, 409, "{}", got.text);
        assert!(got.text.contains("errors/Conflict"));
    }
    assert!(source.take().is_empty());
    assert_eq!(bed.get("/entities/urn:v:1?local=true").await.status, 404);
    // A part of it can be done here.
    let (bed, _) = with("exclusive", SPEED, "queryEntity").await;
    let got =
        bed.post("/entities", &vehicle(&format!("{},{}", property("speed", 1), property("brand", 2)))).await;
    assert_eq!((got.status.as_u16(), got.at("errors/0/error/status")), (207, Json::Int(409)));
    assert_eq!(
        (got.at("success/0"), got.at("errors/0/registrationId")),
        (Json::text("urn:v:1"), Json::text("urn:reg:1"))
    );
}

/// Clauses: 4.3.6.2.
#[tokio::test]
async fn inclusive_sources_write_too() {
    let (here_, there) = (broker().await, broker().await);
    register(&here_.bed, "1", &there.url, VEHICLES, r#","operations":["redirectionOps"]"#).await;
    let made = here_.bed.post("/entities", &vehicle(&property("speed", 1))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    for bed in [&here_.bed, &there.bed] {
        assert_eq!(here(bed).await.get("speed"), Some(&Json::Int(1)));
    }
    for (method, path, body) in [
        ("PATCH", "/entities/urn:v:1", format!("{{{}}}", property("speed", 2))),
        ("POST", "/entities/urn:v:1/attrs", format!("{{{}}}", property("brand", 2))),
        ("PUT", "/entities/urn:v:1", vehicle(&property("speed", 3))),
    ] {
        let got = here_.bed.with_body(method, path, &body).await;
        assert_eq!(got.status, 204, "{method} {path}: {}", got.text);
        assert_eq!(here(&here_.bed).await, here(&there.bed).await, "{method} {path}");
    }
    assert_eq!(here_.bed.delete("/entities/urn:v:1").await.status, 204);
    assert_eq!(there.bed.get("/entities/urn:v:1").await.status, 404);
}

/// Clauses: 5.2.16, 5.2.18, 6.3.17.
#[tokio::test]
async fn parts_that_fail_are_told() {
    let (bed, source) = with("inclusive", VEHICLES, "redirectionOps").await;
    source.answers("POST /ngsi-ld/v1/entities", 409, r#"{"title":"there"}"#);
    let got = bed.post("/entities", &vehicle(&property("speed", 1))).await;
    assert_eq!((got.status.as_u16(), got.at("errors/0/error/status")), (207, Json::Int(409)));
    let again = bed.post("/entities", &vehicle(&property("speed", 1))).await;
    assert_eq!(again.at("errors").as_array().unwrap().len(), 2, "{}", again.text);
    let patched = bed.patch("/entities/urn:v:1/attrs", &format!("{{{}}}", property("speed", 2))).await;
    assert_eq!(patched.status, 207);
    assert_eq!(patched.at("notUpdated/0/registrationId"), Json::text("urn:reg:1"));
    assert_eq!(patched.at("updated/0"), patched.at("notUpdated/0/attributeName"));
    // Deleting: gone here, absent there.
    let deleted = bed.delete("/entities/urn:v:1").await;
    assert_eq!((deleted.status.as_u16(), deleted.at("errors/0/error/status")), (207, Json::Int(404)));
}

/// Clauses: 6.3.17.
#[tokio::test]
async fn a_single_source_gives_its_reason() {
    for (answer, status) in [(404, 404), (403, 502), (500, 502)] {
        let (bed, source) = with("redirect", VEHICLES, "redirectionOps").await;
        source.answers(&format!("PATCH {V1}"), answer, "{}");
        assert_eq!(bed.patch("/entities/urn:v:1", &format!("{{{}}}", property("a", 1))).await.status, status);
    }
    let bed = bed().await;
    register(
        &bed,
        "1",
        "http://127.0.0.1:9",
        VEHICLES,
        r#","mode":"redirect","operations":["redirectionOps"]"#,
    )
    .await;
    let got = bed.patch("/entities/urn:v:1", &format!("{{{}}}", property("a", 1))).await;
    assert_eq!(got.status, 504, "{}", got.text);
}

/// Clauses: 4.3.6.4.
#[tokio::test]
async fn a_write_that_comes_back_is_a_loop() {
    let (bed, source) = with("redirect", VEHICLES, "redirectionOps").await;
    source.answers("POST /ngsi-ld/v1/entities", 201, "");
    bed.post("/entities", &vehicle(&property("speed", 1))).await;
    let via = source.take()[0].header("via").to_owned();
    let request = super::bed::request("DELETE", "/entities/urn:v:1").header("via", via);
    let got = bed.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(got.status, 508, "{}", got.text);
    assert!(source.take().is_empty());
}

/// Clauses: 4.3.6.4.
#[tokio::test]
async fn who_is_registered_with_itself_is_a_loop() {
    let own = broker().await;
    let extra = r#","mode":"exclusive","operations":["redirectionOps"]"#;
    register(&own.bed, "1", &own.url, SPEED, extra).await;
    let got = own.bed.patch("/entities/urn:v:1/attrs", &format!("{{{}}}", property("speed", 1))).await;
    assert_eq!(got.status, 508, "{}", got.text);
}

/// Clauses: 5.5.13.
#[tokio::test]
async fn what_is_malformed_or_local_goes_nowhere() {
    let (bed, source) = with("inclusive", VEHICLES, "redirectionOps").await;
    assert_eq!(bed.post("/entities", r#"{"id":"nothing","type":"Vehicle"}"#).await.status, 400);
    assert_eq!(bed.post("/entities?local=true", &vehicle(&property("speed", 1))).await.status, 201);
    let (aux, extra) = with("auxiliary", VEHICLES, "retrieveOps").await;
    assert_eq!(aux.post("/entities", &vehicle(&property("speed", 1))).await.status, 201);
    assert!(source.take().is_empty() && extra.take().is_empty());
}

#[tokio::test]
async fn nobody_writes_elsewhere_who_may_not_write_here() {
    let (bed, source) = with("inclusive", VEHICLES, "redirectionOps").await;
    let stranger = axum::Router::new()
        .nest("/ngsi-ld/v1", crate::router(bed.hub.clone(), super::bed::options()).unwrap());
    let body = axum::body::Body::from(vehicle(&property("speed", 1)));
    let request =
        super::bed::request("POST", "/entities").header("content-type", "application/json").body(body);
    let got = tower::ServiceExt::oneshot(stranger, request.unwrap()).await.unwrap();
    assert_eq!(got.status(), 401);
    assert!(source.take().is_empty());
}

/// Clauses: 5.6.7, 5.6.8, 5.6.9, 5.6.10.
#[tokio::test]
async fn batches_are_cut_by_registrations() {
    let (bed, source) = with(
        "exclusive",
        SPEED,
        "redirectionOps\",\"createBatch\",\"upsertBatch\",\"mergeBatch\",\"deleteBatch",
    )
    .await;
    source.answers("POST /ngsi-ld/v1/entityOperations/create", 201, "");
    let list = format!(
        r#"[{},{{"id":"urn:v:2","type":"Vehicle",{}}}]"#,
        vehicle(&format!("{},{}", property("speed", 1), property("brand", 2))),
        property("speed", 3)
    );
    let made = bed.post("/entityOperations/create", &list).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(source.take()[0].body, format!("[{}]", vehicle(&property("speed", 1))));
    assert_eq!(here(&bed).await.get("speed"), None);
    source.answers("POST /ngsi-ld/v1/entityOperations/delete", 204, "");
    // A list of ids needs no context, also as JSON-LD.
    let ids = request("POST", "/entityOperations/delete").header("content-type", "application/ld+json");
    let gone = bed.send(ids.body(r#"["urn:v:1","urn:v:2"]"#.into()).unwrap()).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(source.take()[0].body, r#"["urn:v:1"]"#);
}

/// Clauses: 4.20, 5.6.8.
#[tokio::test]
async fn a_batch_goes_one_by_one_where_batches_are_not_served() {
    let (bed, source) = with("redirect", VEHICLES, "redirectionOps").await;
    source.answers("POST /ngsi-ld/v1/entities", 409, "{}");
    source.answers(&format!("PUT {V1}"), 204, "");
    let list = format!("[{}]", vehicle(&property("speed", 1)));
    let put = bed.post("/entityOperations/upsert", &list).await;
    assert_eq!(put.status, 204, "{}", put.text);
    assert_eq!(source.take().iter().map(|q| q.method.clone()).collect::<Vec<_>>(), ["POST", "PUT"]);
    let (bed, _) = with("redirect", VEHICLES, "retrieveOps").await;
    let refused = bed.post("/entityOperations/create", &list).await;
    assert_eq!((refused.status.as_u16(), refused.at("errors/0/error/status")), (207, Json::Int(409)));
    assert_eq!(bed.get("/entities/urn:v:1?local=true").await.status, 404);
}

/// Clauses: 4.3.6.5, 4.3.6.8.
#[tokio::test]
async fn bodies_go_in_the_form_and_version_that_a_source_reads() {
    let (bed, source) = (bed().await, Source::start().await);
    let info = r#","operations":["redirectionOps"],"contextSourceInfo":[{"key":"contentType","value":"application/ld+json"},{"key":"ngsildConformance","value":"1.5"}]"#;
    register(&bed, "1", &source.url, VEHICLES, info).await;
    source.answers("POST /ngsi-ld/v1/entities", 201, "");
    let made = bed.post("/entities", &vehicle(r#""kind":{"type":"VocabProperty","vocab":"x"}"#)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let asked = source.take();
    assert_eq!(asked[0].header("content-type"), "application/ld+json");
    let body: Json = serde_json::from_str(&asked[0].body).unwrap();
    assert!(body.get("@context").is_some());
    assert_eq!(body.get("kind").unwrap().get("type"), Some(&Json::text("Property")));
    assert_eq!(asked[0].header("link"), "");
}

/// Clauses: 4.3.6.5.
#[tokio::test]
async fn names_that_have_no_address_go_in_full() {
    let (here, there) = (broker().await, broker().await);
    register(&here.bed, "1", &there.url, VEHICLES, r#","mode":"redirect","operations":["redirectionOps"]"#)
        .await;
    let entity = r#"{"id":"urn:v:1","type":"Vehicle","vitesse":{"type":"Property","value":1},"@context":[{"vitesse":"https://example.org/v#speed"}]}"#;
    assert_eq!(here.bed.post("/entities", entity).await.status, 201);
    let got = there.bed.get("/entities/urn:v:1").await;
    assert!(
        got.text.contains("https://example.org/v#speed") && !got.text.contains("vitesse"),
        "{}",
        got.text
    );
}

/// Clauses: 5.6.21.
#[tokio::test]
async fn a_purge_stays_within_what_was_registered() {
    let (bed, source) = with("exclusive", SPEED, "redirectionOps").await;
    source.answers("DELETE /ngsi-ld/v1/entities", 204, "");
    assert_eq!(bed.delete("/entities?type=Vehicle").await.status, 204);
    assert_eq!(source.take()[0].target, "/ngsi-ld/v1/entities?type=Vehicle&id=urn:v:1&drop=speed");
}

/// Clauses: 4.3.6.1, 5.6.21.
#[tokio::test]
async fn a_purge_removes_nothing_there_that_was_not_registered() {
    let vehicles =
        r#"{"entities":[{"type":"Vehicle","idPattern":"^urn:v:"}],"propertyNames":["speed","brand"]}"#;
    let (bed, source) = with("redirect", vehicles, "redirectionOps").await;
    source.answers("DELETE /ngsi-ld/v1/entities", 204, "");
    for (asked, sent) in [
        ("type=Vehicle", "type=Vehicle&idPattern=^urn:v:&drop=speed,brand"),
        ("type=Vehicle,Tram&keep=brand", "type=Vehicle&idPattern=^urn:v:&drop=speed"),
        ("type=Vehicle&drop=brand,colour", "type=Vehicle&idPattern=^urn:v:&drop=brand"),
        ("type=Vehicle&id=urn:v:1,urn:w:1", "type=Vehicle&id=urn:v:1&drop=speed,brand"),
        ("type=Vehicle&q=speed%3E1", "type=Vehicle&idPattern=^urn:v:&q=speed>1&drop=speed,brand"),
    ] {
        let got = bed.delete(&format!("/entities?{asked}")).await;
        assert_eq!(got.status, 204, "{asked}: {}", got.text);
        let targets: Vec<String> = source.take().into_iter().map(|question| question.target).collect();
        assert_eq!(targets, [format!("/ngsi-ld/v1/entities?{sent}")], "{asked}");
    }
    for (asked, status) in [
        ("type=Vehicle&keep=speed,brand", 204),
        ("type=Vehicle&idPattern=1$", 207),
        ("type=Vehicle&q=colour==1", 207),
        ("type=Vehicle&drop=speed&keep=brand", 400),
        ("id=urn:v:1", 400),
        ("type=Vehicle&q=owner%7Bname%7D==1", 400),
    ] {
        let got = bed.delete(&format!("/entities?{asked}")).await;
        assert_eq!(got.status, status, "{asked}: {}", got.text);
        assert!(source.take().is_empty(), "{asked}");
    }
}

/// Clauses: 4.3.6.1, 5.6.21.
#[tokio::test]
async fn a_purge_goes_to_each_part_that_was_registered_by_itself() {
    let parts = r#"{"entities":[{"type":"Vehicle","id":"urn:v:1"},{"type":"Vehicle","id":"urn:v:2"}],"propertyNames":["speed"]},
        {"entities":[{"type":"Tram","id":"urn:t:1"}],"propertyNames":["line"]}"#;
    let (bed, source) = with("exclusive", parts, "redirectionOps").await;
    source.answers("DELETE /ngsi-ld/v1/entities", 204, "");
    assert_eq!(bed.delete("/entities?type=Vehicle,Tram").await.status, 204);
    let targets: Vec<String> = source.take().into_iter().map(|question| question.target).collect();
    assert_eq!(
        targets,
        [
            "/ngsi-ld/v1/entities?type=Vehicle&id=urn:v:1,urn:v:2&drop=speed",
            "/ngsi-ld/v1/entities?type=Tram&id=urn:t:1&drop=line"
        ]
    );
}

/// Clauses: 4.3.6.3, 5.6.1.
#[tokio::test]
async fn a_body_whose_length_is_not_announced_goes_where_it_belongs() {
    let (bed, source) = with("exclusive", SPEED, "redirectionOps").await;
    source.answers("POST /ngsi-ld/v1/entities", 201, "");
    let text = vehicle(&format!("{},{}", property("speed", 1), property("brand", 2)));
    let pieces: Vec<Result<String, std::io::Error>> =
        text.as_bytes().chunks(10).map(|piece| Ok(String::from_utf8(piece.to_vec()).unwrap())).collect();
    let request = request("POST", "/entities")
        .header("content-type", "application/json")
        .header("transfer-encoding", "chunked")
        .body(axum::body::Body::from_stream(futures::stream::iter(pieces)));
    let made = bed.send(request.unwrap()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(source.take()[0].body, vehicle(&property("speed", 1)));
    assert_eq!((here(&bed).await.get("speed"), here(&bed).await.get("brand")), (None, Some(&Json::Int(2))));
}

/// Clauses: 4.3.6.3, 5.6.1.
#[tokio::test]
async fn the_case_of_a_media_type_leads_nothing_astray() {
    let (bed, source) = with("exclusive", SPEED, "redirectionOps").await;
    source.answers("POST /ngsi-ld/v1/entities", 201, "");
    let context = r#""@context":"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld""#;
    let text = vehicle(&format!("{},{context}", property("speed", 1)));
    let request =
        request("POST", "/entities").header("content-type", "application/LD+JSON").body(text.into());
    assert_eq!(bed.send(request.unwrap()).await.status, 201);
    assert_eq!(source.take()[0].body, vehicle(&property("speed", 1)));
    assert_eq!(bed.get("/entities/urn:v:1?local=true").await.status, 404);
    // What is no JSON goes nowhere.
    let text = vehicle(&property("speed", 1));
    let request = super::bed::request("POST", "/entities").header("content-type", "text/plain");
    assert_eq!(bed.send(request.body(text.into()).unwrap()).await.status, 415);
    assert!(source.take().is_empty());
}
