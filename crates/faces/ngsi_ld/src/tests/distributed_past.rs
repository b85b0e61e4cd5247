//! The past of entities at several brokers: no more than was registered, and joined by who they are.

use axum::body::Body;
use senne_model::Json;

use super::{
    bed::{Bed, bed, request},
    brokers::{Source, VEHICLES, broker, ids, register},
};

const PAST: &str = r#","operations":["queryTemporal","retrieveTemporal"]"#;
const RANGE: &str = "timerel=after&timeAt=2023-01-01T00:00:00Z";
const QUERY: &str = "GET /ngsi-ld/v1/temporal/entities";

async fn with(information: &str, more: &str) -> (Bed, Source) {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, information, &format!("{PAST}{more}")).await;
    (here, source)
}

fn instance(value: &str) -> String {
    format!(r#"[{{"type":"Property","value":{value},"observedAt":"2024-01-01T00:00:00Z"}}]"#)
}

fn past(id: &str, kind: &str) -> String {
    let one = instance("1");
    format!(r#"{{"id":"{id}","type":"{kind}","speed":{one},"brand":{one}}}"#)
}

/// Clauses: 4.3.6.1, 5.7.4.
#[tokio::test]
async fn the_past_of_a_source_is_what_it_registered_of_each_entity() {
    let part = |n: u32, name: &str| {
        format!(r#"{{"entities":[{{"type":"Vehicle","id":"urn:v:{n}"}}],"propertyNames":["{name}"]}}"#)
    };
    let (here, source) = with(&format!("{},{}", part(1, "speed"), part(2, "brand")), "").await;
    let all = [past("urn:v:1", "Vehicle"), past("urn:v:2", "Vehicle"), past("urn:v:3", "Vehicle")];
    source.answers(QUERY, 200, &format!("[{},{}]", all.join(","), past("urn:v:1", "Tram")));
    let got = here.get(&format!("/temporal/entities?type=Vehicle,Tram&{RANGE}")).await;
    assert_eq!(ids(&got.json()), ["urn:v:1", "urn:v:2"], "{}", got.text);
    for (place, has, has_not) in [(0, "speed", "brand"), (1, "brand", "speed")] {
        let entity = got.at(&place.to_string());
        assert!(entity.get(has).is_some() && entity.get(has_not).is_none(), "{}", got.text);
    }
    let target = source.take().remove(0).target;
    let asked = "/ngsi-ld/v1/temporal/entities?type=Vehicle&id=urn:v:1,urn:v:2&";
    assert!(target.starts_with(asked) && target.ends_with("&attrs=speed,brand"), "{target}");
    source.answers(&format!("{QUERY}/urn:v:1"), 200, &past("urn:v:1", "Vehicle"));
    let one = here.get(&format!("/temporal/entities/urn:v:1?{RANGE}")).await;
    assert!(one.json().get("speed").is_some() && one.json().get("brand").is_none(), "{}", one.text);
    let document = format!(
        r#"{{"type":"Query","entities":[{{"type":"Vehicle"}}],"temporalQ":{{{}}}}}"#,
        r#""timerel":"after","timeAt":"2023-01-01T00:00:00Z""#
    );
    source.take();
    here.post("/temporal/entityOperations/query", &document).await;
    let body: Json = serde_json::from_str(&source.take()[0].body).unwrap();
    let each = r#"[{"type":"Vehicle","id":"urn:v:1"},{"type":"Vehicle","id":"urn:v:2"}]"#;
    assert_eq!(body.get("entities").map(ToString::to_string).as_deref(), Some(each));
}

/// Clauses: 4.21, 5.7.4.
#[tokio::test]
async fn entities_of_which_no_id_is_wanted_are_joined_by_it_all_the_same() {
    let (here, there) = (broker().await, broker().await);
    register(&here.bed, "1", &there.url, VEHICLES, PAST).await;
    for (bed, n) in [(&here.bed, 1), (&here.bed, 2), (&there.bed, 2), (&there.bed, 3)] {
        let day = if std::ptr::eq(bed, std::ptr::from_ref(&here.bed)) { 1 } else { 2 };
        let seen = format!(
            r#"{{"id":"urn:v:{n}","type":"Vehicle","speed":[{{"type":"Property","value":{n},"observedAt":"2024-01-0{day}T00:00:00Z"}}]}}"#
        );
        assert!(bed.post("/temporal/entities?local=true", &seen).await.status.is_success());
    }
    let counts = |list: &Json| -> Vec<usize> {
        let values = |entity: &Json| entity.get("speed").unwrap().as_array().unwrap().len();
        list.as_array().unwrap().iter().map(values).collect()
    };
    let document = r#"{"type":"Query","entities":[{"type":"Vehicle"}],"pick":["speed"],"temporalQ":{"timerel":"after","timeAt":"2023-01-01T00:00:00Z"}}"#;
    for got in [
        here.bed.get(&format!("/temporal/entities?type=Vehicle&pick=speed&{RANGE}")).await,
        here.bed.get(&format!("/temporal/entities?type=Vehicle&omit=id,type&{RANGE}")).await,
        here.bed.post("/temporal/entityOperations/query", document).await,
    ] {
        assert_eq!(counts(&got.json()), [1, 2, 1], "{}", got.text);
        assert!(!got.text.contains("urn:v:") && !got.text.contains("Vehicle"), "{}", got.text);
    }
}

/// Clauses: 4.21, 5.7.3.
#[tokio::test]
async fn picked_members_are_asked_for_without_attrs_beside_them() {
    let speeds = r#"{"entities":[{"type":"Vehicle"}],"propertyNames":["speed"]}"#;
    let (here, source) = with(speeds, "").await;
    source.answers(&format!("{QUERY}/urn:v:1"), 200, &past("urn:v:1", "Vehicle"));
    let got = here.get(&format!("/temporal/entities/urn:v:1?pick=id,type,speed&{RANGE}")).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let target = source.take().remove(0).target;
    assert!(target.contains("pick=id,type,speed") && !target.contains("attrs="), "{target}");
}

/// Clauses: 6.3.10.
#[tokio::test]
async fn a_part_of_the_past_is_told_as_a_part() {
    let (here, source) = with(VEHICLES, "").await;
    source.answers(QUERY, 206, &format!("[{}]", past("urn:v:1", "Vehicle")));
    let got = here.get(&format!("/temporal/entities?type=Vehicle&{RANGE}")).await;
    assert_eq!((got.status.as_u16(), ids(&got.json())), (206, vec!["urn:v:1".to_owned()]));
}

/// Clauses: 4.3.6.5, 5.7.3, 6.3.5.
#[tokio::test]
async fn what_only_a_source_has_is_told_in_the_names_and_media_type_that_were_asked_for() {
    let (here, source) = (bed().await, Source::start().await);
    let info =
        format!(r#"{PAST},"contextSourceInfo":[{{"key":"jsonldContext","value":"{}/context"}}]"#, source.url);
    register(&here, "1", &source.url, VEHICLES, &info).await;
    let inner = r#"[{"type":"Property","value":1,"observedAt":"2024-01-01T00:00:00Z","vitesse":{"type":"Property","value":2}}]"#;
    let told = format!(r#"{{"id":"urn:v:1","type":"Vehicle","vitesse":{inner}}}"#);
    source.answers(&format!("{QUERY}/urn:v:1"), 200, &told);
    let path = format!("/temporal/entities/urn:v:1?{RANGE}");
    let got = here.get(&path).await;
    assert_eq!(got.at("speed/0/speed/value"), Json::Int(2), "{}", got.text);
    assert!(got.header("link").contains("json-ld#context"), "{:?}", got.headers);
    let linked = request("GET", &path).header("accept", "application/ld+json");
    let linked = here.send(linked.body(Body::empty()).unwrap()).await;
    assert_eq!(linked.header("content-type"), "application/ld+json");
    assert!(linked.json().get("@context").is_some(), "{}", linked.text);
    // In a list, those of sources have their context as ours have.
    source.answers(QUERY, 200, &format!("[{told}]"));
    let ours = past("urn:v:2", "Vehicle");
    assert!(here.post("/temporal/entities?local=true", &ours).await.status.is_success());
    let list = here.get_as(&format!("/temporal/entities?type=Vehicle&{RANGE}"), "application/ld+json").await;
    for entity in list.json().as_array().unwrap() {
        assert!(entity.get("@context").is_some(), "{}", list.text);
    }
}

/// Clauses: 5.7.3.
#[tokio::test]
async fn long_integers_stay_what_they_are_beside_the_past_of_others() {
    let digits = "123456789012345678901234567890";
    let (here, source) = with(VEHICLES, "").await;
    let ours = format!(r#"{{"id":"urn:v:1","type":"Vehicle","speed":{}}}"#, instance(digits));
    assert!(here.post("/temporal/entities?local=true", &ours).await.status.is_success());
    source.answers(&format!("{QUERY}/urn:v:1"), 200, &past("urn:v:1", "Vehicle"));
    let got = here.get(&format!("/temporal/entities/urn:v:1?{RANGE}")).await;
    assert!(got.text.contains(digits) && got.text.contains("brand"), "{}", got.text);
}
