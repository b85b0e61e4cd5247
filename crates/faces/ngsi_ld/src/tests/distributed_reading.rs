//! Entities that several brokers hold, read as one.

use std::time::Duration;

use axum::{Router, body::Body};
use senne_model::Json;

use super::{
    bed::{Bed, bed, bed_with, options, request},
    brokers::{Question, SPEED, Source, VEHICLES, broker, ids, register},
};

const HERE: &str = r#"{"id":"urn:v:1","type":"Vehicle","brand":{"type":"Property","value":"A"},
    "speed":{"type":"Property","value":10,"observedAt":"2024-01-01T00:00:00Z"}}"#;
const THERE: &str = r#"{"id":"urn:v:1","type":"Vehicle","colour":{"type":"Property","value":"red"},
    "speed":{"type":"Property","value":20,"observedAt":"2024-01-02T00:00:00Z"}}"#;

async fn post(bed: &Bed, entity: &str) {
    let made = bed.post("/entities?local=true", entity).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

fn vehicle(n: u32) -> String {
    format!(r#"{{"id":"urn:v:{n}","type":"Vehicle","speed":{{"type":"Property","value":{n}}}}}"#)
}

/// Clauses: 4.3.6.2, 4.5.5, 5.7.1, 5.7.2.
#[tokio::test]
async fn two_brokers_make_one_entity() {
    let (here, there) = (broker().await, broker().await);
    post(&here.bed, HERE).await;
    post(&there.bed, THERE).await;
    register(&here.bed, "1", &there.url, VEHICLES, "").await;
    let got = here.bed.get("/entities/urn:v:1?format=keyValues").await;
    assert_eq!((got.at("brand"), got.at("colour")), (Json::text("A"), Json::text("red")));
    assert_eq!(got.at("speed"), Json::Int(20), "the newer observation counts");
    let list = here.bed.get("/entities?type=Vehicle&format=keyValues").await;
    assert_eq!(
        (ids(&list.json()).len(), list.at("0/speed"), list.at("0/colour")),
        (1, Json::Int(20), Json::text("red"))
    );
    let local = here.bed.get("/entities/urn:v:1?local=true&format=keyValues").await;
    assert_eq!(local.at("speed"), Json::Int(10));
    let document = r#"{"type":"Query","entities":[{"type":"Vehicle","id":"urn:v:1"}]}"#;
    let asked = here.bed.post("/entityOperations/query?format=keyValues", document).await;
    assert_eq!(asked.at("0/colour"), Json::text("red"));
}

/// Clauses: 4.3.6.2, 4.3.6.3.
#[tokio::test]
async fn modes_decide_whose_value_counts() {
    for (mode, speed) in [("inclusive", 20), ("auxiliary", 10), ("exclusive", 20)] {
        let (here, there) = (broker().await, broker().await);
        register(
            &here.bed,
            "1",
            &there.url,
            SPEED,
            &format!(r#","mode":"{mode}","operations":["retrieveOps"]"#),
        )
        .await;
        post(&here.bed, HERE).await;
        post(
            &there.bed,
            &THERE.replace("2024-01-02", if mode == "exclusive" { "2023-01-01" } else { "2024-01-02" }),
        )
        .await;
        let got = here.bed.get("/entities/urn:v:1?format=keyValues").await;
        assert_eq!(got.at("speed"), Json::Int(speed), "{mode}");
        assert!(got.json().get("colour").is_none(), "{mode}: colour was not registered");
    }
}

/// Clauses: 5.5.9, 5.7.2.
#[tokio::test]
async fn pages_go_through_all_brokers_once() {
    let (here, there) = (broker().await, broker().await);
    for n in 1..=5 {
        post(&here.bed, &vehicle(n)).await;
    }
    for n in 4..=9 {
        post(&there.bed, &vehicle(n)).await;
    }
    register(&here.bed, "1", &there.url, VEHICLES, "").await;
    let mut seen = Vec::new();
    for offset in (0..12).step_by(2) {
        let page = here.bed.get(&format!("/entities?type=Vehicle&limit=2&offset={offset}&count=true")).await;
        assert_eq!(page.header("ngsild-results-count"), "9");
        let more =
            page.headers.get_all("link").iter().any(|link| link.to_str().unwrap().contains("rel=\"next\""));
        assert_eq!(more, offset + 2 < 9, "{offset}");
        seen.extend(ids(&page.json()));
    }
    assert_eq!(seen, (1..=9).map(|n| format!("urn:v:{n}")).collect::<Vec<_>>());
}

/// Clauses: 4.3.6.7.
#[tokio::test]
async fn filters_go_along_unless_entities_are_split() {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, VEHICLES, "").await;
    source.answers("GET /ngsi-ld/v1/entities", 200, &format!("[{}]", vehicle(30)));
    let got = here.get("/entities?type=Vehicle&q=speed%3E20&scopeQ=/a").await;
    assert_eq!(ids(&got.json()), ["urn:v:30"]);
    let asked = source.take();
    assert!(asked[0].target.contains("&q=speed>20") && asked[0].target.contains("scopeQ=/a"), "{asked:?}");
    let got = here.get("/entities?type=Vehicle&q=speed%3E40&splitEntities=true").await;
    assert_eq!(got.text, "[]", "the filter is put to the whole");
    assert!(!source.take()[0].target.contains("q="));
    assert_eq!(
        ids(&here.get("/entities?type=Vehicle&q=speed%3E20&splitEntities=true").await.json()),
        ["urn:v:30"]
    );
}

/// Clauses: 4.3.6.3, 5.7.2.
#[tokio::test]
async fn an_attribute_elsewhere_decides_a_filter() {
    let (here, there) = (broker().await, broker().await);
    register(&here.bed, "1", &there.url, SPEED, r#","mode":"exclusive","operations":["retrieveOps"]"#).await;
    post(&here.bed, r#"{"id":"urn:v:1","type":"Vehicle","brand":{"type":"Property","value":"A"}}"#).await;
    post(&there.bed, &vehicle(1)).await;
    for (q, found) in
        [("brand==%22A%22;speed==1", 1), ("brand==%22A%22;speed==2", 0), ("brand==%22B%22;speed==1", 0)]
    {
        let got = here.bed.get(&format!("/entities?type=Vehicle&q={q}")).await;
        assert_eq!(ids(&got.json()).len(), found, "{q}: {}", got.text);
    }
}

/// Clauses: 4.3.6.1.
#[tokio::test]
async fn a_source_is_asked_no_more_than_it_registered() {
    let (here, source) = (bed().await, Source::start().await);
    source.answers("GET /ngsi-ld/v1/entities", 200, "[]");
    register(&here, "1", &source.url, SPEED, r#","management":{"localOnly":true},"tenant":"elsewhere""#)
        .await;
    here.get("/entities?type=Vehicle,Tram").await;
    let asked = source.take();
    assert!(
        asked[0].target.starts_with("/ngsi-ld/v1/entities?type=Vehicle&id=urn:v:1&attrs=speed"),
        "{asked:?}"
    );
    assert!(asked[0].target.ends_with("&local=true"));
    assert_eq!(asked[0].header("ngsild-tenant"), "elsewhere");
    here.get("/entities?type=Tram").await;
    here.get("/entities?type=Vehicle&id=urn:v:2").await;
    here.get("/entities?type=Vehicle&attrs=brand").await;
    assert!(source.take().is_empty());
}

/// Clauses: 4.20.
#[tokio::test]
async fn operations_that_a_source_offers_are_used() {
    let whole = vehicle(1);
    for (operation, method, path) in [
        ("retrieveEntity", "GET", "/ngsi-ld/v1/entities/urn:v:1"),
        ("queryEntity", "GET", "/ngsi-ld/v1/entities"),
        ("queryBatch", "POST", "/ngsi-ld/v1/entityOperations/query"),
    ] {
        let (here, source) = (bed().await, Source::start().await);
        register(&here, "1", &source.url, VEHICLES, &format!(r#","operations":["{operation}"]"#)).await;
        let answer = if operation == "retrieveEntity" { whole.clone() } else { format!("[{whole}]") };
        source.answers(&format!("{method} {path}"), 200, &answer);
        let got = here.get("/entities/urn:v:1").await;
        assert_eq!(got.status, 200, "{operation}: {} {:?}", got.text, source.take());
    }
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, VEHICLES, r#","operations":["updateOps"]"#).await;
    assert_eq!(here.get("/entities/urn:v:1").await.status, 404);
    assert!(source.take().is_empty());
}

/// Clauses: 6.3.17.
#[tokio::test]
async fn what_goes_wrong_is_a_warning() {
    for (status, body, code) in [(403, "{}", "299"), (200, "no json", "111"), (200, r#"{"id":"x"}"#, "111")] {
        let (here, source) = (bed().await, Source::start().await);
        post(&here, HERE).await;
        register(&here, "1", &source.url, VEHICLES, "").await;
        source.answers("GET /ngsi-ld/v1/entities/urn:v:1", status, body);
        let got = here.get("/entities/urn:v:1").await;
        assert_eq!(got.status, 200);
        assert!(got.header("ngsild-warning").starts_with(code), "{}", got.header("ngsild-warning"));
        let health = here.get("/csourceRegistrations/urn:reg:1").await;
        assert_eq!(health.at("timesSent"), Json::Int(1));
    }
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, VEHICLES, "").await;
    let got = here.get("/entities/urn:v:1").await;
    assert_eq!(
        (got.status.as_u16(), got.header("ngsild-warning")),
        (404, ""),
        "a source without it is no trouble"
    );
}

/// Clauses: 5.2.34.
#[tokio::test]
async fn a_source_that_fails_rests() {
    let here = bed().await;
    let dead = "http://127.0.0.1:9";
    register(&here, "1", dead, VEHICLES, r#","management":{"cooldown":60000}"#).await;
    let first = here.get("/entities?type=Vehicle").await;
    assert!(first.header("ngsild-warning").starts_with("199"), "{}", first.header("ngsild-warning"));
    let second = here.get("/entities?type=Vehicle").await;
    assert!(second.header("ngsild-warning").contains("cooldown"), "{}", second.header("ngsild-warning"));
    let health = here.get("/csourceRegistrations/urn:reg:1").await;
    assert_eq!((health.at("timesSent"), health.at("timesFailed")), (Json::Int(1), Json::Int(1)));
    assert_eq!(health.at("status"), Json::text("failed"));
}

/// Clauses: 5.2.34.
#[tokio::test]
async fn answers_may_be_given_again_for_a_while() {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, VEHICLES, r#","management":{"cacheDuration":"PT1H"}"#).await;
    source.answers("GET /ngsi-ld/v1/entities/urn:v:1", 200, &vehicle(1));
    assert_eq!(here.get("/entities/urn:v:1").await.header("ngsild-warning"), "");
    let again = here.get("/entities/urn:v:1").await;
    assert!(again.status == 200 && again.header("ngsild-warning").starts_with("110"));
    assert_eq!(source.take().len(), 1);
}

/// Clauses: 4.3.6.4.
#[tokio::test]
async fn brokers_in_a_circle_answer_and_stop() {
    let (a, b) = (broker().await, broker().await);
    post(&a.bed, &vehicle(1)).await;
    post(&b.bed, &vehicle(2)).await;
    register(&a.bed, "1", &b.url, VEHICLES, "").await;
    register(&b.bed, "2", &a.url, VEHICLES, "").await;
    let got = a.bed.get("/entities?type=Vehicle").await;
    assert_eq!(ids(&got.json()), ["urn:v:1", "urn:v:2"]);
    // It was the other one that saw the loop.
    assert!(got.header("ngsild-warning").starts_with("199 "), "{}", got.header("ngsild-warning"));
    assert_eq!(ids(&b.bed.get("/entities?type=Vehicle").await.json()), ["urn:v:2", "urn:v:1"]);
}

/// Clauses: 4.3.6.4.
#[tokio::test]
async fn an_alias_that_was_passed_is_not_asked() {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, VEHICLES, r#","contextSourceAlias":"peer""#).await;
    let request = super::bed::request("GET", "/entities/urn:v:1").header("via", "1.1 first, 1.1 peer");
    let got = here.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert!(source.take().is_empty());
    assert!(got.header("ngsild-warning").starts_with("199"));
}

/// Clauses: 4.3.6.5, 6.3.19.
#[tokio::test]
async fn names_and_headers_go_as_the_registration_says() {
    let (here, source) = (bed().await, Source::start().await);
    let info = format!(
        r#","contextSourceInfo":[{{"key":"jsonldContext","value":"{}/context"}},{{"key":"X-Key","value":"k"}},
        {{"key":"user","value":"urn:ngsi-ld:request"}},{{"key":"Via","value":"1.1 evil"}},{{"key":"accept","value":"application/ld+json"}}]"#,
        source.url
    );
    register(&here, "1", &source.url, VEHICLES, &info).await;
    let answer =
        r#"[{"id":"urn:v:1","type":"Vehicle","@context":"x","vitesse":{"type":"Property","value":30}}]"#;
    source.answers("GET /ngsi-ld/v1/entities", 200, answer);
    let request =
        super::bed::request("GET", "/entities?type=Vehicle&q=speed%3E20&attrs=speed").header("user", "abcd");
    let got = here.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(got.at("0/speed/value"), Json::Int(30));
    let asked: Vec<Question> = source.take();
    assert!(
        asked[0].target.contains("q=vitesse>20") && asked[0].target.contains("attrs=vitesse"),
        "{asked:?}"
    );
    assert!(asked[0].header("link").contains("/context"));
    assert_eq!((asked[0].header("x-key"), asked[0].header("user")), ("k", "abcd"));
    assert_eq!(asked[0].header("accept"), "application/ld+json");
    assert!(!asked[0].header("via").contains("evil"));
}

/// Clauses: 4.9, 5.7.2.
#[tokio::test]
async fn sources_can_be_chosen_by_their_properties() {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, VEHICLES, r#","sourceType":{"type":"Property","value":"sensor"}"#)
        .await;
    source.answers("GET /ngsi-ld/v1/entities", 200, &format!("[{}]", vehicle(1)));
    assert_eq!(here.get("/entities?type=Vehicle&csf=sourceType==%22archive%22").await.text, "[]");
    assert_eq!(ids(&here.get("/entities?type=Vehicle&csf=sourceType==%22sensor%22").await.json()).len(), 1);
    assert_eq!(here.get("/entities?type=Vehicle&orderBy=speed").await.status, 400);
}

/// Clauses: 5.7.5, 5.7.7, 5.7.8, 5.7.9, 5.7.11.
#[tokio::test]
async fn types_and_attributes_of_all_brokers_are_listed() {
    let (here, there) = (broker().await, broker().await);
    post(&here.bed, HERE).await;
    post(&there.bed, THERE).await;
    post(&there.bed, r#"{"id":"urn:t:1","type":"Tram","line":{"type":"Property","value":7}}"#).await;
    register(&here.bed, "1", &there.url, r#"{"entities":[{"type":"*"}]}"#, "").await;
    let types = here.bed.get("/types").await;
    assert!(types.text.contains("Tram") && types.text.matches("\"Vehicle\"").count() == 1, "{}", types.text);
    let vehicle = here.bed.get("/types/Vehicle").await;
    assert_eq!(vehicle.at("entityCount"), Json::Int(2));
    assert!(vehicle.text.contains("colour") && vehicle.text.contains("brand"));
    assert_eq!(here.bed.get("/types/Tram").await.status, 200);
    assert_eq!(here.bed.get("/types/Tram?local=true").await.status, 404);
    let attributes = here.bed.get("/attributes?details=true").await;
    assert!(
        attributes.text.contains("line")
            && attributes.text.matches("\"attributeName\":\"speed\"").count() == 1
    );
}

/// Clauses: 5.7.3, 5.7.4.
#[tokio::test]
async fn the_past_of_all_brokers_is_told() {
    let (here, there) = (broker().await, broker().await);
    let day = |n: u32| {
        format!(
            r#"{{"id":"urn:v:1","type":"Vehicle","speed":[{{"type":"Property","value":{n},"observedAt":"2024-01-0{n}T00:00:00Z"}}]}}"#
        )
    };
    here.bed.post("/temporal/entities?local=true", &day(1)).await;
    there.bed.post("/temporal/entities?local=true", &day(2)).await;
    let past = r#","observationInterval":{"startAt":"2020-01-01T00:00:00Z"},"operations":["queryTemporal","retrieveTemporal"]"#;
    register(&here.bed, "1", &there.url, VEHICLES, past).await;
    let range = "timerel=after&timeAt=2023-01-01T00:00:00Z";
    let one = here.bed.get(&format!("/temporal/entities/urn:v:1?{range}")).await;
    assert_eq!(one.at("speed").as_array().unwrap().len(), 2, "{}", one.text);
    let list = here.bed.get(&format!("/temporal/entities?type=Vehicle&{range}")).await;
    assert_eq!(list.at("0/speed").as_array().unwrap().len(), 2, "{}", list.text);
    let values = here.bed.get(&format!("/temporal/entities/urn:v:1?{range}&format=temporalValues")).await;
    assert_eq!(values.at("speed/values").as_array().unwrap().len(), 2, "{}", values.text);
    let local = here.bed.get(&format!("/temporal/entities/urn:v:1?{range}&local=true")).await;
    assert_ne!(local.text, one.text);
}

/// Clauses: 5.2.34.
#[tokio::test]
async fn an_answer_is_given_again_to_the_same_question_alone() {
    let (here, source) = (bed().await, Source::start().await);
    let info = r#","contextSourceInfo":[{"key":"user","value":"urn:ngsi-ld:request"}],"management":{"cacheDuration":"PT1H"}"#;
    register(&here, "1", &source.url, VEHICLES, info).await;
    source.answers("GET /ngsi-ld/v1/entities/urn:v:1", 200, &vehicle(1));
    let link = format!("<{}/context>; rel=\"http://www.w3.org/ns/json-ld#context\"", source.url);
    for (name, value, asked) in
        [("user", "a", 1), ("user", "b", 1), ("user", "a", 0), ("link", &*link, 1), ("link", &*link, 0)]
    {
        let question = request("GET", "/entities/urn:v:1").header(name, value).body(Body::empty()).unwrap();
        assert_eq!(here.send(question).await.status, 200);
        assert_eq!(source.take().len(), asked, "{name}: {value}");
    }
    let mut few = options();
    few.federation.entities_max = 1;
    let (here, there) = (bed_with(few).await, broker().await);
    for n in 1..=3 {
        post(&there.bed, &vehicle(n)).await;
    }
    register(&here, "1", &there.url, VEHICLES, r#","management":{"cacheDuration":"PT1H"}"#).await;
    for _ in 0..2 {
        let page = here.get("/entities?type=Vehicle&count=true").await;
        assert_eq!(page.header("ngsild-results-count"), "3");
    }
}

/// Clauses: 5.2.34.
#[tokio::test]
async fn a_source_may_take_as_long_as_its_registration_says() {
    let mut hasty = options();
    hasty.federation.timeout = Duration::from_millis(100);
    let here = bed_with(hasty).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        vehicle(1)
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(slow)).await.unwrap() });
    register(&here, "1", &url, VEHICLES, r#","management":{"timeout":10000}"#).await;
    assert_eq!(here.get("/entities/urn:v:1").await.status, 200);
}

/// Clauses: 4.3.6.1.
#[tokio::test]
async fn what_a_source_did_not_register_is_not_taken_from_it() {
    let (here, source) = (bed().await, Source::start().await);
    let part = |n: u32, name: &str| {
        format!(r#"{{"entities":[{{"type":"Vehicle","id":"urn:v:{n}"}}],"propertyNames":["{name}"]}}"#)
    };
    let both = format!("{},{}", part(1, "speed"), part(2, "brand"));
    register(&here, "1", &source.url, &both, "").await;
    let one = |n: u32, kind: &str| {
        format!(r#"{{"id":"urn:v:{n}","type":"{kind}","speed":{{"value":1}},"brand":{{"value":2}}}}"#)
    };
    let list = [one(1, "Vehicle"), one(2, "Vehicle"), one(3, "Vehicle"), one(1, "Tram")].join(",");
    source.answers("GET /ngsi-ld/v1/entities", 200, &format!("[{list}]"));
    let got = here.get("/entities?type=Vehicle&format=keyValues").await;
    let taken =
        r#"[{"id":"urn:v:1","type":"Vehicle","speed":1},{"id":"urn:v:2","type":"Vehicle","brand":2}]"#;
    assert_eq!(got.text, taken);
}

/// Clauses: 4.3.6.5, 5.7.4.
#[tokio::test]
async fn questions_about_the_past_go_in_the_names_of_the_source() {
    let (here, source) = (bed().await, Source::start().await);
    let info = format!(
        r#","operations":["queryTemporal"],"contextSourceInfo":[{{"key":"jsonldContext","value":"{}/context"}}]"#,
        source.url
    );
    register(&here, "1", &source.url, VEHICLES, &info).await;
    here.get("/temporal/entities?type=Vehicle&q=speed%3E1&timerel=after&timeAt=2023-01-01T00:00:00Z").await;
    let asked = source.take();
    assert!(asked[0].target.contains("&q=vitesse>1"), "{asked:?}");
    let document = r#"{"type":"Query","entities":[{"type":"Vehicle"}],"q":"speed>1","attrs":["speed"],
        "temporalQ":{"timerel":"after","timeAt":"2023-01-01T00:00:00Z"}}"#;
    here.post("/temporal/entityOperations/query", document).await;
    let asked = source.take();
    assert!(asked[0].body.contains("vitesse>1") && !asked[0].body.contains("speed"), "{asked:?}");
}
