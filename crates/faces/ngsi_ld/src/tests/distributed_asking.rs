//! What sources are asked, what is taken of their answers, and what is for want of room here.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, body::Body};
use senne_model::Json;

use super::{
    bed::{Bed, bed, bed_with, options, request, sent},
    brokers::{Source, VEHICLES, ids, register},
};

async fn with(information: &str, more: &str) -> (Bed, Source) {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, information, more).await;
    (here, source)
}

/// Clauses: 4.3.6.7, 4.9, 5.7.2.
#[tokio::test]
async fn terms_that_are_compared_are_expanded_at_the_source_too() {
    let asked = "/entities?type=Vehicle&q=kind==%22fast%22&expandValues=kind";
    let (here, source) = with(VEHICLES, "").await;
    here.get(asked).await;
    let target = source.take().remove(0).target;
    assert!(target.contains("&q=kind==\"fast\"") && target.contains("&expandValues=kind"), "{target}");
    let (here, source) = with(VEHICLES, r#","operations":["queryBatch"]"#).await;
    here.get(asked).await;
    let body: Json = serde_json::from_str(&source.take()[0].body).unwrap();
    assert_eq!(body.get("expandValues"), Some(&Json::text("kind")));
}

/// Clauses: 4.3.6.7, 4.10, 5.7.2.
#[tokio::test]
async fn a_place_that_a_source_did_not_register_is_looked_at_here() {
    let speeds = r#"{"entities":[{"type":"Vehicle"}],"propertyNames":["speed"]}"#;
    let (here, source) = with(speeds, "").await;
    let placed = r#"{"id":"urn:v:1","type":"Vehicle","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[4.36,50.83]}}}"#;
    assert_eq!(here.post("/entities?local=true", placed).await.status, 201);
    let fast = r#"[{"id":"urn:v:1","type":"Vehicle","speed":{"type":"Property","value":30}}]"#;
    source.answers("GET /ngsi-ld/v1/entities", 200, fast);
    let near = "georel=near;maxDistance==1000&geometry=Point&coordinates=[4.36,50.83]";
    let got = here.get(&format!("/entities?type=Vehicle&{near}&format=keyValues")).await;
    assert_eq!(got.at("0/speed"), Json::Int(30), "{}", got.text);
    assert!(!source.take()[0].target.contains("georel"));
}

/// Clauses: 4.3.6.1, 5.7.5, 5.7.6, 5.7.7, 5.7.8.
#[tokio::test]
async fn a_listing_holds_of_a_source_what_it_registered() {
    let speeds = r#"{"entities":[{"type":"Vehicle"}],"propertyNames":["speed"]}"#;
    let (here, source) = with(speeds, "").await;
    source.answers("GET /ngsi-ld/v1/types", 200, r#"{"id":"urn:l:1","typeList":["Vehicle","Tram"]}"#);
    assert_eq!(here.get("/types").await.at("typeList"), Json::Array(vec![Json::text("Vehicle")]));
    let kinds = r#"[{"id":"urn:V","typeName":"Vehicle","attributeNames":["speed","brand"]},{"id":"urn:T","typeName":"Tram"}]"#;
    source.answers("GET /ngsi-ld/v1/types", 200, kinds);
    let accept = "application/ld+json";
    let details = here.get_as("/types?details=true", accept).await;
    assert_eq!(ids(&details.json()), ["urn:V"]);
    assert_eq!(details.at("0/attributeNames"), Json::Array(vec![Json::text("speed")]));
    assert!(details.at("0").get("@context").is_some(), "{}", details.text);
    source.answers("GET /ngsi-ld/v1/attributes", 200, r#"{"attributeList":["speed","brand"]}"#);
    assert_eq!(here.get("/attributes").await.at("attributeList"), Json::Array(vec![Json::text("speed")]));
    // What only a source has is told with the context that was asked for.
    let kind = r#"{"id":"urn:V","type":"EntityTypeInfo","typeName":"Vehicle","entityCount":1}"#;
    source.answers("GET /ngsi-ld/v1/types/Vehicle", 200, kind);
    let info = here.get_as("/types/Vehicle", accept).await;
    assert_eq!((info.status.as_u16(), info.header("content-type")), (200, accept));
    assert!(info.json().get("@context").is_some(), "{}", info.text);
    assert!(here.get("/types/Vehicle").await.header("link").contains("json-ld#context"));
}

/// Clauses: 5.2.34, 6.3.17.
#[tokio::test]
async fn want_of_room_here_says_nothing_of_a_source() {
    let mut without_turns = options();
    without_turns.federation.forwards_max = 0;
    without_turns.federation.timeout = Duration::from_millis(100);
    let mut without_memory = options();
    without_memory.federation.answers_bytes_max = 0;
    for few in [without_turns, without_memory] {
        let (here, source) = (bed_with(few).await, Source::start().await);
        source.answers("GET /ngsi-ld/v1/entities", 200, "[]");
        register(&here, "1", &source.url, VEHICLES, r#","management":{"cooldown":60000}"#).await;
        for _ in 0..2 {
            let got = here.get("/entities?type=Vehicle").await;
            let warning = got.header("ngsild-warning");
            assert!(warning.starts_with("199") && warning.contains("no room or time"), "{warning}");
        }
        let shown = here.get("/csourceRegistrations/urn:reg:1").await.json();
        assert_eq!((shown.get("status"), shown.get("timesFailed")), (None, None), "{shown}");
    }
}

/// Clauses: 4.3.6.5.
#[tokio::test]
async fn what_stands_in_a_value_goes_as_it_is() {
    let (here, source) = (bed().await, Source::start().await);
    let info = format!(
        r#","mode":"redirect","operations":["redirectionOps"],"contextSourceInfo":[{{"key":"jsonldContext","value":"{}/context"}}]"#,
        source.url
    );
    register(&here, "1", &source.url, VEHICLES, &info).await;
    source.answers("POST /ngsi-ld/v1/entities", 201, "");
    let entity = r#"{"id":"urn:v:1","type":"Vehicle","speed":1,"gears":{"speed":[1,2]}}"#;
    assert_eq!(here.post("/entities", entity).await.status, 201);
    let sent = r#"{"id":"urn:v:1","type":"Vehicle","vitesse":1,"gears":{"speed":[1,2]}}"#;
    assert_eq!(source.take()[0].body, sent);
}

/// A source that takes requests and answers none; how many it has.
async fn hanging() -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let hang = move || {
        count.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>()
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(hang)).await.unwrap() });
    (url, taken)
}

/// Clauses: 6.3.17.
#[tokio::test]
async fn a_source_that_hangs_takes_no_turn_from_others() {
    let mut few = options();
    few.federation.forwards_max = 8;
    few.federation.timeout = Duration::from_secs(4);
    let (here, source) = (bed_with(few).await, Source::start().await);
    let (url, taken) = hanging().await;
    register(&here, "hanging", &url, r#"{"entities":[{"type":"Tram"}]}"#, "").await;
    register(&here, "well", &source.url, VEHICLES, "").await;
    source.answers("GET /ngsi-ld/v1/entities", 200, r#"[{"id":"urn:v:1","type":"Vehicle"}]"#);
    let asked: Vec<_> = (0..12)
        .map(|_| {
            let router = here.router.clone();
            let question = request("GET", "/entities?type=Tram").body(Body::empty()).unwrap();
            tokio::spawn(async move { sent(&router, question).await })
        })
        .collect();
    for _ in 0..300 {
        if taken.load(Ordering::SeqCst) >= 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(taken.load(Ordering::SeqCst), 4, "one source has its share of the turns");
    let began = Instant::now();
    let got = here.get("/entities?type=Vehicle").await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!((ids(&got.json()), got.header("ngsild-warning")), (vec!["urn:v:1".to_owned()], ""));
    // Whoever waits for the one that hangs is answered too, after its timeout.
    for asked in asked {
        let answer = asked.await.unwrap();
        assert!(answer.header("ngsild-warning").starts_with("199"), "{}", answer.text);
    }
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}
