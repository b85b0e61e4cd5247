//! Registrations of context sources over HTTP.

use senne_model::Json;

use super::{
    bed::{Bed, bed},
    brokers::{SPEED, VEHICLES, ids, register},
};

const REGISTRATION: &str = r#"{"id":"urn:reg:1","type":"ContextSourceRegistration","endpoint":"http://127.0.0.1:9",
    "information":[{"entities":[{"type":"Vehicle","idPattern":"urn:v:.*"}],"propertyNames":["speed"]},
                   {"entities":[{"type":"Building"}]}],
    "location":{"type":"Point","coordinates":[4.35,50.85]},"scope":"/Brussels","sourceType":"sensor","refreshRate":"PT10M"}"#;

async fn found(bed: &Bed, query: &str) -> Vec<String> {
    let got = bed.get(&format!("/csourceRegistrations?{query}")).await;
    assert_eq!(got.status, 200, "{query}: {}", got.text);
    ids(&got.json())
}

/// Clauses: 5.9.2, 5.9.3, 5.9.4, 5.10.1.
#[tokio::test]
async fn a_registration_lives_through_its_verbs() {
    let bed = bed().await;
    let made = bed.post("/csourceRegistrations", REGISTRATION).await;
    assert_eq!(
        (made.status.as_u16(), made.header("location")),
        (201, "/ngsi-ld/v1/csourceRegistrations/urn:reg:1")
    );
    assert_eq!(bed.post("/csourceRegistrations", REGISTRATION).await.status, 409);
    let shown = bed.get("/csourceRegistrations/urn:reg:1?options=sysAttrs").await;
    assert_eq!(shown.at("information/0/propertyNames/0"), Json::text("speed"));
    assert_eq!(shown.at("sourceType"), Json::text("sensor"));
    assert!(shown.json().get("createdAt").is_some() && shown.json().get("timesSent").is_none());
    let patch = r#"{"endpoint":"http://127.0.0.1:10","scope":null,"expiresAt":"2999-01-01T00:00:00Z"}"#;
    assert_eq!(bed.patch("/csourceRegistrations/urn:reg:1", patch).await.status, 204);
    let shown = bed.get("/csourceRegistrations/urn:reg:1").await;
    assert_eq!(shown.at("endpoint"), Json::text("http://127.0.0.1:10"));
    assert!(shown.json().get("scope").is_none());
    assert_eq!(bed.patch("/csourceRegistrations/urn:reg:1", r#"{"information":null}"#).await.status, 400);
    assert_eq!(bed.delete("/csourceRegistrations/urn:reg:1").await.status, 204);
    assert_eq!(bed.get("/csourceRegistrations/urn:reg:1").await.status, 404);
    assert_eq!(bed.delete("/csourceRegistrations/urn:reg:1").await.status, 404);
    assert_eq!(bed.get("/csourceRegistrations/nothing").await.status, 400);
}

/// Clauses: 5.10.2.
#[tokio::test]
async fn registrations_are_found_by_what_they_are_of() {
    let bed = bed().await;
    bed.post("/csourceRegistrations", REGISTRATION).await;
    for fits in [
        "type=Vehicle",
        "type=Vehicle&id=urn:v:7",
        "type=Vehicle&idPattern=x",
        "attrs=speed",
        "q=speed%3E3",
        "type=Building&attrs=name",
        "type=Vehicle&csf=sourceType==%22sensor%22",
        "type=Vehicle&scopeQ=/Brussels",
        "type=Vehicle&georel=near;maxDistance==5000&geometry=Point&coordinates=[4.36,50.85]",
        "id=urn:v:1",
    ] {
        assert_eq!(found(&bed, fits).await, ["urn:reg:1"], "{fits}");
    }
    for unfit in [
        "type=Tram",
        "type=Vehicle&id=urn:w:7",
        "type=Vehicle&attrs=colour",
        "type=Vehicle&csf=sourceType==%22archive%22",
        "type=Vehicle&scopeQ=/Paris",
        "type=Vehicle&georel=near;maxDistance==5000&geometry=Point&coordinates=[2.35,48.85]",
        "type=Vehicle&timerel=after&timeAt=2020-01-01T00:00:00Z",
    ] {
        assert!(found(&bed, unfit).await.is_empty(), "{unfit}");
    }
    let got = bed.get("/csourceRegistrations?type=Building").await;
    assert_eq!(got.at("0/information").as_array().unwrap().len(), 1, "only the part that fits is shown");
    assert_eq!(bed.get("/csourceRegistrations").await.status, 400);
    assert_eq!(bed.get("/csourceRegistrations?type=Vehicle&timerel=before").await.status, 400);
}

/// Clauses: 4.11, 5.10.2.
#[tokio::test]
async fn registrations_of_the_past_are_found_by_time() {
    let bed = bed().await;
    let interval =
        r#","observationInterval":{"startAt":"2020-01-01T00:00:00Z","endAt":"2021-01-01T00:00:00Z"}"#;
    register(&bed, "past", "http://127.0.0.1:9", VEHICLES, interval).await;
    assert!(found(&bed, "type=Vehicle").await.is_empty());
    for (fits, time) in [
        (true, "timerel=before&timeAt=2020-06-01T00:00:00Z"),
        (false, "timerel=before&timeAt=2019-06-01T00:00:00Z"),
        (true, "timerel=after&timeAt=2020-06-01T00:00:00Z"),
        (false, "timerel=after&timeAt=2022-06-01T00:00:00Z"),
        (true, "timerel=between&timeAt=2019-01-01T00:00:00Z&endTimeAt=2023-01-01T00:00:00Z"),
        (false, "timerel=before&timeAt=2020-06-01T00:00:00Z&timeproperty=modifiedAt"),
    ] {
        assert_eq!(!found(&bed, &format!("type=Vehicle&{time}")).await.is_empty(), fits, "{time}");
    }
}

/// Clauses: 4.14, 5.10.2.
#[tokio::test]
async fn pages_and_tenants_are_kept_apart() {
    let bed = bed().await;
    for n in 0..3 {
        register(&bed, &n.to_string(), "http://127.0.0.1:9", VEHICLES, "").await;
    }
    let page = bed.get("/csourceRegistrations?type=Vehicle&limit=1&offset=1&count=true").await;
    assert_eq!((ids(&page.json()), page.header("ngsild-results-count")), (vec!["urn:reg:1".to_owned()], "3"));
    let other =
        super::bed::request("GET", "/csourceRegistrations?type=Vehicle").header("ngsild-tenant", "other");
    let other = bed.send(other.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(other.text, "[]");
}

/// Clauses: 5.2.9, 5.9.2.
#[tokio::test]
async fn what_is_wrong_is_named() {
    let bed = bed().await;
    for (from, to, field) in [
        ("\"ContextSourceRegistration\"", "\"Source\"", "type"),
        ("http://127.0.0.1:9", "ftp://x", "endpoint"),
        ("urn:reg:1", "reg", "id"),
        ("[\"speed\"]", "[]", "information[0].propertyNames"),
        ("\"PT10M\"", "\"often\"", "refreshRate"),
        ("\"/Brussels\"", "\"/a//b\"", "scope"),
        ("\"Point\"", "\"Dot\"", "location.type"),
        ("\"scope\":\"/Brussels\"", "\"mode\":\"sometimes\"", "mode"),
        ("\"scope\":\"/Brussels\"", "\"operations\":[\"fly\"]", "operations"),
        ("\"scope\":\"/Brussels\"", "\"mode\":\"exclusive\"", "information"),
        ("\"scope\":\"/Brussels\"", "\"mode\":\"auxiliary\",\"operations\":[\"updateOps\"]", "operations"),
        ("\"scope\":\"/Brussels\"", "\"management\":{\"timeout\":0}", "management.timeout"),
        ("\"scope\":\"/Brussels\"", "\"management\":{\"cacheDuration\":\"x\"}", "management.cacheDuration"),
        ("\"scope\":\"/Brussels\"", "\"contextSourceInfo\":[{\"key\":\"a\"}]", "contextSourceInfo"),
        ("\"scope\":\"/Brussels\"", "\"contextSourceAlias\":\"a b\"", "contextSourceAlias"),
        ("\"scope\":\"/Brussels\"", "\"expiresAt\":\"2020-01-01T00:00:00Z\"", "expiresAt"),
    ] {
        let got = bed.post("/csourceRegistrations", &REGISTRATION.replace(from, to)).await;
        assert_eq!((got.status.as_u16(), got.at("field")), (400, Json::text(field)), "{to}: {}", got.text);
    }
}

/// Clauses: 4.3.6.3, 5.9.2.
#[tokio::test]
async fn what_one_holds_alone_no_other_may() {
    let bed = bed().await;
    bed.post("/entities", r#"{"id":"urn:v:2","type":"Vehicle","speed":{"type":"Property","value":1}}"#).await;
    let post = async |id: &str, information: &str, mode: &str| {
        let body = format!(
            r#"{{"id":"urn:reg:{id}","type":"ContextSourceRegistration","endpoint":"http://127.0.0.1:9","mode":"{mode}","information":[{information}]}}"#
        );
        bed.post("/csourceRegistrations", &body).await
    };
    assert_eq!(post("1", SPEED, "exclusive").await.status, 201);
    for mode in ["exclusive", "redirect"] {
        let got = post("2", SPEED, mode).await;
        assert_eq!(got.status, 409, "{mode}");
        assert!(got.text.contains("errors/Conflict"), "{}", got.text);
    }
    assert_eq!(post("3", &SPEED.replace("speed", "colour"), "exclusive").await.status, 201);
    assert_eq!(post("4", SPEED, "inclusive").await.status, 201);
    // An entity that is held here stands in the way.
    assert_eq!(post("5", &SPEED.replace("urn:v:1", "urn:v:2"), "exclusive").await.status, 409);
    assert_eq!(
        post("6", &SPEED.replace("urn:v:1", "urn:v:2").replace("speed", "colour"), "exclusive").await.status,
        201
    );
    assert_eq!(
        post("7", r#"{"entities":[{"type":"Vehicle","idPattern":"urn:v:2"}]}"#, "redirect").await.status,
        409
    );
}

/// Clauses: 5.9.2.
#[tokio::test]
async fn what_expires_is_gone_and_what_stays_survives_a_restart() {
    let bed = bed().await;
    register(&bed, "stays", "http://127.0.0.1:9", VEHICLES, "").await;
    let soon = senne_model::Timestamp::from_micros(senne_model::Timestamp::now().micros() + 300_000);
    register(&bed, "goes", "http://127.0.0.1:9", VEHICLES, &format!(r#","expiresAt":"{soon}""#)).await;
    for _ in 0..500 {
        if bed.get("/csourceRegistrations/urn:reg:goes").await.status == 404 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(found(&bed, "type=Vehicle").await, ["urn:reg:stays"]);
    let bed = bed.restart().await;
    assert_eq!(found(&bed, "type=Vehicle").await, ["urn:reg:stays"]);
}

#[tokio::test]
async fn strangers_see_no_registrations() {
    let bed = bed().await;
    register(&bed, "1", "http://127.0.0.1:9", VEHICLES, "").await;
    let folder = tempfile::tempdir().unwrap();
    let hub = senne_hub::Hub::open(senne_hub::HubConfig::new(folder.path())).await.unwrap();
    let router =
        axum::Router::new().nest("/ngsi-ld/v1", crate::router(hub.clone(), super::bed::options()).unwrap());
    let stranger = Bed { hub, router, folder };
    for (method, path) in
        [("GET", "/csourceRegistrations?type=Vehicle"), ("DELETE", "/csourceRegistrations/urn:reg:1")]
    {
        let request = super::bed::request(method, path).body(axum::body::Body::empty()).unwrap();
        assert_eq!(stranger.send(request).await.status, 401, "{method} {path}");
    }
}
