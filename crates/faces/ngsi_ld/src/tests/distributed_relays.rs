//! What a copy of a subscription asks of its source, in the source's words, and what is taken of what the source tells.

use std::time::Duration;

use axum::body::Body;
use senne_model::Json;

use super::{
    bed::{Bed, bed, request, sent},
    brokers::{Source, VEHICLES, ids, register},
    distributed_subscribing::{asked, copy_at, reachable, subscription, vehicle},
    receiver::Receiver,
};

/// Long enough for what is to be sent at once.
const A_MOMENT: Duration = Duration::from_millis(300);

const SUBSCRIPTIONS: &str = "POST /ngsi-ld/v1/subscriptions";
const NOWHERE: &str = "http://127.0.0.1:9/x";

async fn with(information: &str, more: &str) -> (Bed, Source) {
    let ((here, _), source) = (reachable().await, Source::start().await);
    source.answers(SUBSCRIPTIONS, 201, "");
    register(&here, "1", &source.url, information, more).await;
    (here, source)
}

/// Clauses: 4.9, 5.8.1.
#[tokio::test]
async fn a_query_is_percent_encoded_on_its_way_too() {
    let (here, source) = with(VEHICLES, "").await;
    let encoded = r#","q":"speed%3E10;brand==%22a%2525b%22""#;
    assert_eq!(here.post("/subscriptions", &subscription(NOWHERE, encoded)).await.status, 201);
    // Decoded once here and once there, it asks the same.
    assert_eq!(copy_at(&source).await.get("q"), Some(&Json::text(r#"speed>10;brand=="a%2525b""#)));
}

/// Clauses: 4.3.6.5, 5.8.1.
#[tokio::test]
async fn every_name_of_a_copy_is_one_that_the_source_knows() {
    let (here, source) = with(r#"{"entities":[{"type":"*"}]}"#, "").await;
    let body = r#"{"type":"Subscription","entities":[{"type":"Bus|Tram"},{"type":"Bus","id":["urn:v:1","urn:v:2"]}],
        "q":"kind==\"Fast\"","expandValues":"kind","geoQ":{"georel":"near;maxDistance==100","geometry":"Point","coordinates":[4,50],"geoproperty":"place"},
        "notification":{"sysAttrs":true,"endpoint":{"uri":"http://127.0.0.1:9/x"}},
        "@context":[{"Bus":"https://x.org/Bus","kind":"https://x.org/kind","Fast":"https://x.org/Fast","place":"https://x.org/place"}]}"#;
    let made = here.post("/subscriptions", body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let copy = copy_at(&source).await;
    let kinds =
        r#"[{"type":"https://x.org/Bus,Tram"},{"type":"https://x.org/Bus","id":["urn:v:1","urn:v:2"]}]"#;
    assert_eq!(copy.get("entities").map(ToString::to_string).as_deref(), Some(kinds));
    assert_eq!(copy.get("q"), Some(&Json::text(r#"https://x.org/kind=="https://x.org/Fast""#)));
    assert_eq!(copy.get("expandValues"), Some(&Json::text("https://x.org/kind")));
    let place = copy.get("geoQ").and_then(|geo| geo.get("geoproperty"));
    assert_eq!(place, Some(&Json::text("https://x.org/place")));
    assert_eq!(copy.get("notification").unwrap().get("sysAttrs"), Some(&Json::Bool(true)));
}

/// Clauses: 5.2.12, 5.8.1.
#[tokio::test]
async fn with_an_interval_no_attributes_are_watched() {
    let speeds = r#"{"entities":[{"type":"Vehicle"}],"propertyNames":["speed"]}"#;
    let (here, source) = with(speeds, "").await;
    assert_eq!(
        here.post("/subscriptions", &subscription(NOWHERE, r#","timeInterval":60"#)).await.status,
        201
    );
    let copy = copy_at(&source).await;
    assert_eq!((copy.get("timeInterval"), copy.get("watchedAttributes")), (Some(&Json::Int(60)), None));
}

/// Clauses: 5.8.1.
#[tokio::test]
async fn a_source_of_nothing_that_is_watched_gets_no_copy() {
    let speeds = r#"{"entities":[{"type":"Vehicle"}],"propertyNames":["speed"]}"#;
    let (here, source) = with(speeds, "").await;
    let watched = r#","watchedAttributes":["brand"]"#;
    assert_eq!(here.post("/subscriptions", &subscription(NOWHERE, watched)).await.status, 201);
    tokio::time::sleep(A_MOMENT).await;
    assert!(source.take().is_empty());
    assert_eq!(
        here.patch("/subscriptions/urn:sub:1", r#"{"watchedAttributes":["brand","speed"]}"#).await.status,
        204
    );
    let watched = copy_at(&source).await.get("watchedAttributes").cloned();
    assert_eq!(watched, Some(Json::Array(vec![Json::text("speed")])));
}

/// Clauses: 5.8.1.
#[tokio::test]
async fn a_source_that_says_nothing_of_places_and_scopes_may_have_them() {
    let (here, source) = with(VEHICLES, "").await;
    let there = r#","scopeQ":"/Brussels","geoQ":{"georel":"near;maxDistance==100","geometry":"Point","coordinates":[4,50]}"#;
    assert_eq!(here.post("/subscriptions", &subscription(NOWHERE, there)).await.status, 201);
    let copy = copy_at(&source).await;
    assert_eq!(copy.get("scopeQ"), Some(&Json::text("/Brussels")));
    assert!(copy.get("geoQ").is_some());
}

/// Clauses: 4.3.6.7, 5.8.1.
#[tokio::test]
async fn a_condition_on_a_place_that_a_source_did_not_register_is_put_here() {
    let speeds = r#"{"entities":[{"type":"Vehicle"}],"propertyNames":["speed"]}"#;
    let (here, source) = with(speeds, "").await;
    let near = r#","geoQ":{"georel":"near;maxDistance==100","geometry":"Point","coordinates":[4,50]}"#;
    assert_eq!(here.post("/subscriptions", &subscription(NOWHERE, near)).await.status, 201);
    assert_eq!(copy_at(&source).await.get("geoQ"), None);
}

/// Clauses: 4.3.6.1, 5.8.6.
#[tokio::test]
async fn what_was_not_registered_or_not_subscribed_to_is_not_passed_on() {
    let two = r#"{"entities":[{"type":"Vehicle","idPattern":"urn:v:.*"},{"type":"Tram"}],"propertyNames":["speed"]}"#;
    let ((here, _), source, receiver) = (reachable().await, Source::start().await, Receiver::start().await);
    source.answers(SUBSCRIPTIONS, 201, "");
    register(&here, "1", &source.url, two, "").await;
    assert_eq!(here.post("/subscriptions", &subscription(&receiver.url, "")).await.status, 201);
    let remote = copy_at(&source).await.get("id").unwrap().as_str().unwrap().to_owned();
    let told =
        [vehicle("urn:w:1", 1), vehicle("urn:v:1", 2).replace("Vehicle", "Tram"), vehicle("urn:v:2", 3)];
    let body = format!(r#"{{"subscriptionId":"{remote}","data":[{}]}}"#, told.join(","));
    assert_eq!(here.post("/remote-notify", &body).await.status, 200);
    assert_eq!(ids(receiver.wait_for(1).await[0].1.get("data").unwrap()), ["urn:v:2"]);
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn an_attribute_that_is_gone_elsewhere_is_told() {
    let ((here, _), source, receiver) = (reachable().await, Source::start().await, Receiver::start().await);
    source.answers(SUBSCRIPTIONS, 201, "");
    register(&here, "1", &source.url, VEHICLES, "").await;
    let gone = r#","notificationTrigger":["attributeDeleted"]"#;
    assert_eq!(here.post("/subscriptions", &subscription(&receiver.url, gone)).await.status, 201);
    let remote = copy_at(&source).await.get("id").unwrap().as_str().unwrap().to_owned();
    let entity = r#"{"id":"urn:v:1","type":"Vehicle","speed":{"type":"Property","value":"urn:ngsi-ld:null","deletedAt":"2024-01-01T00:00:00Z"}}"#;
    let body = format!(r#"{{"subscriptionId":"{remote}","data":[{entity}]}}"#);
    let got = here.post("/remote-notify", &body).await;
    assert_eq!(got.status, 200, "{}", got.text);
    assert!(receiver.wait_for(1).await[0].1.to_string().contains("urn:ngsi-ld:null"));
}

/// Clauses: 5.8.5.
#[tokio::test]
async fn a_copy_at_a_source_that_is_registered_no_longer_is_removed_also_after_a_restart() {
    let (first, source) = (bed().await, Source::start().await);
    source.answers(SUBSCRIPTIONS, 201, "");
    register(&first, "1", &source.url, VEHICLES, r#","tenant":"elsewhere""#).await;
    assert_eq!(first.post("/subscriptions", &subscription(NOWHERE, "")).await.status, 201);
    let remote = copy_at(&source).await.get("id").unwrap().as_str().unwrap().to_owned();
    let removal = format!("DELETE /ngsi-ld/v1/subscriptions/{remote}");
    source.answers(&removal, 503, "");
    assert_eq!(first.delete("/csourceRegistrations/urn:reg:1").await.status, 204);
    asked(&source, "DELETE").await;
    // It is listened to no more.
    let body = format!(r#"{{"subscriptionId":"{remote}","data":[]}}"#);
    assert_eq!(first.post("/remote-notify", &body).await.status, 404);
    tokio::time::sleep(A_MOMENT).await;
    source.take();
    source.answers(&removal, 204, "");
    let second = first.restart().await;
    let questions = asked(&source, "DELETE").await;
    assert_eq!(questions[0].header("ngsild-tenant"), "elsewhere");
    tokio::time::sleep(A_MOMENT).await;
    let other = subscription(NOWHERE, r#","localOnly":true"#).replace("urn:sub:1", "urn:sub:2");
    assert_eq!(second.post("/subscriptions", &other).await.status, 201);
    tokio::time::sleep(A_MOMENT).await;
    assert!(source.take().is_empty(), "what is removed is not removed again");
}

/// Clauses: 5.8.1, 5.9.3.
#[tokio::test]
async fn a_source_that_moves_keeps_no_copy_where_it_was() {
    let (here, old) = with(VEHICLES, "").await;
    let new = Source::start().await;
    new.answers(SUBSCRIPTIONS, 201, "");
    assert_eq!(here.post("/subscriptions", &subscription(NOWHERE, "")).await.status, 201);
    let before = copy_at(&old).await.get("id").unwrap().as_str().unwrap().to_owned();
    old.answers(&format!("DELETE /ngsi-ld/v1/subscriptions/{before}"), 204, "");
    let moved = format!(r#"{{"endpoint":"{}"}}"#, new.url);
    assert_eq!(here.patch("/csourceRegistrations/urn:reg:1", &moved).await.status, 204);
    let after = copy_at(&new).await.get("id").unwrap().as_str().unwrap().to_owned();
    assert_ne!(after, before);
    asked(&old, "DELETE").await;
}

/// Clauses: 5.8.1.
#[tokio::test]
async fn a_subscriber_who_hangs_up_is_watched_for_elsewhere_all_the_same() {
    let (here, _source) = with(VEHICLES, "").await;
    let mut names = Vec::new();
    for round in 0..15_u64 {
        // Those that come from another broker are kept with the way that they came, one after the other.
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let name = format!("urn:sub:{round}:{n}:end");
                let body = Body::from(subscription(NOWHERE, "").replace("urn:sub:1", &name));
                names.push(name);
                let post = request("POST", "/subscriptions").header("content-type", "application/json");
                let post = post.header("via", "1.1 far").body(body).unwrap();
                let router = here.router.clone();
                tokio::spawn(async move { sent(&router, post).await.status })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(2 * round)).await;
        tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
    let mut missing = Vec::new();
    for _ in 0..500 {
        let relayed = here.get("/csourceSubscriptions?limit=1000").await.text;
        missing.clear();
        for name in &names {
            let there = here.get(&format!("/subscriptions/{name}")).await.status == 200;
            if there && !relayed.contains(name) {
                missing.push(name);
            }
        }
        if missing.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody watches elsewhere for {missing:?}");
}
