//! Entity maps of queries that several brokers answer.

use axum::{Extension, Router, body::Body};
use senne_hub::Principal;
use senne_model::Json;

use super::{
    bed::{Bed, Got, bed, options, request, sent},
    brokers::{Broker, Source, VEHICLES, broker, ids, register},
};

fn vehicle(n: u32, speed: u32) -> String {
    format!(r#"{{"id":"urn:v:{n}","type":"Vehicle","speed":{{"type":"Property","value":{speed}}}}}"#)
}

async fn post(bed: &Bed, entity: &str) {
    let made = bed.post("/entities?local=true", entity).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

/// Vehicles 1 and 2 here, 2 to 4 there.
async fn two(more: &str) -> (Broker, Broker) {
    let (here, there) = (broker().await, broker().await);
    for n in 1..=2 {
        post(&here.bed, &vehicle(n, n)).await;
    }
    for n in 2..=4 {
        post(&there.bed, &vehicle(n, n)).await;
    }
    register(&here.bed, "1", &there.url, VEHICLES, more).await;
    (here, there)
}

async fn with_map(bed: &Bed, path: &str, map: &str) -> Got {
    let request = request("GET", path).header("ngsild-entitymap", map);
    bed.send(request.body(Body::empty()).unwrap()).await
}

/// Clauses: 4.3.6.7, 5.14.4.
#[tokio::test]
async fn a_map_says_who_has_what_and_links_the_maps_of_sources() {
    let (here, there) = two("").await;
    let made = here.bed.get("/entityMaps?type=Vehicle").await;
    assert_eq!(made.status, 201, "{}", made.text);
    let text = r#"{"urn:v:1":["@none"],"urn:v:2":["@none","urn:reg:1"],"urn:v:3":["urn:reg:1"],"urn:v:4":["urn:reg:1"]}"#;
    assert_eq!(made.at("entityMap").to_string(), text);
    let linked = made.at("linkedMaps").get("urn:reg:1").and_then(Json::as_str).unwrap().to_owned();
    assert_eq!(there.bed.get(&format!("/entityMaps/{linked}")).await.status, 200, "{linked}");
}

/// Clauses: 5.14.4.
#[tokio::test]
async fn a_source_without_maps_is_asked_for_its_entities() {
    let (here, _there) = two(r#","operations":["retrieveOps"]"#).await;
    let made = here.bed.get("/entityMaps?type=Vehicle&q=speed%3E3").await;
    assert_eq!(made.at("entityMap").to_string(), r#"{"urn:v:4":["urn:reg:1"]}"#);
    assert_eq!(made.at("linkedMaps").to_string(), "{}");
}

/// Clauses: 4.3.6.7, 5.5.9, 5.7.2.
#[tokio::test]
async fn pages_of_a_map_go_through_all_brokers() {
    let (here, there) = two("").await;
    let made = here.bed.get("/entities?type=Vehicle&entityMap=true&limit=2").await;
    assert_eq!((made.status.as_u16(), ids(&made.json()).len()), (201, 2), "{}", made.text);
    let map = made.header("ngsild-entitymap").to_owned();
    // What is new anywhere is not in the map; what goes there is left out.
    post(&there.bed, &vehicle(5, 5)).await;
    assert_eq!(there.bed.delete("/entities/urn:v:3").await.status, 204);
    let all = with_map(&here.bed, "/entities?type=Vehicle&count=true", &map).await;
    assert_eq!(ids(&all.json()), ["urn:v:1", "urn:v:2", "urn:v:4"]);
    assert_eq!((all.status.as_u16(), all.header("ngsild-results-count")), (200, "3"));
    let page = with_map(&here.bed, "/entities?type=Vehicle&limit=1&offset=2", &map).await;
    assert_eq!(ids(&page.json()), ["urn:v:4"]);
}

/// Clauses: 5.14.4.
#[tokio::test]
async fn who_may_not_see_everything_is_not_told_what_sources_have() {
    let (here, there) = (broker().await, broker().await);
    let station = |n: u32| format!(r#"{{"id":"urn:s:{n}","type":"AirQualityObserved"}}"#);
    post(&here.bed, &station(1)).await;
    post(&there.bed, &station(2)).await;
    register(&here.bed, "1", &there.url, r#"{"entities":[{"type":"AirQualityObserved"}]}"#, "").await;
    let face = crate::router(here.bed.hub.clone(), options()).unwrap();
    let asks = async |principal: Principal| {
        let router = Router::new().nest("/ngsi-ld/v1", face.clone().layer(Extension(principal)));
        let path = "/entityMaps?type=AirQualityObserved";
        sent(&router, request("GET", path).body(Body::empty()).unwrap()).await.at("entityMap").to_string()
    };
    let all = asks(Principal::Administrator { name: "tester".to_owned() }).await;
    assert_eq!(all, r#"{"urn:s:1":["@none"],"urn:s:2":["urn:reg:1"]}"#);
    assert_eq!(asks(Principal::Anonymous).await, r#"{"urn:s:1":["@none"]}"#);
}

/// Clauses: 4.3.6.7, 5.5.9, 5.14.4.
#[tokio::test]
async fn a_source_that_made_several_maps_is_asked_for_all_of_them() {
    let (here, there) = (broker().await, broker().await);
    post(&there.bed, &vehicle(1, 1)).await;
    post(&there.bed, &vehicle(2, 2).replace("Vehicle", "Bike")).await;
    let both = r#"{"entities":[{"type":"Vehicle"},{"type":"Bike"}]}"#;
    register(&here.bed, "1", &there.url, both, "").await;
    let document = r#"{"type":"Query","entities":[{"type":"Vehicle"},{"type":"Bike"}]}"#;
    let made = here.bed.post("/entityMaps", document).await;
    assert_eq!(made.at("entityMap").to_string(), r#"{"urn:v:1":["urn:reg:1"],"urn:v:2":["urn:reg:1"]}"#);
    let map = made.header("ngsild-entitymap");
    let asked = request("POST", "/entityOperations/query").header("ngsild-entitymap", map);
    let asked = asked.header("content-type", "application/json").body(Body::from(document)).unwrap();
    let page = here.bed.send(asked).await;
    assert_eq!(ids(&page.json()), ["urn:v:1", "urn:v:2"], "{}", page.text);
}

/// Clauses: 4.3.6.7, 5.5.9, 5.14.4.
#[tokio::test]
async fn split_entities_are_candidates_until_they_are_whole() {
    let (here, there) = (broker().await, broker().await);
    post(&here.bed, r#"{"id":"urn:v:1","type":"Vehicle","brand":{"type":"Property","value":"A"}}"#).await;
    post(&here.bed, r#"{"id":"urn:v:2","type":"Vehicle","brand":{"type":"Property","value":"B"}}"#).await;
    post(&there.bed, &vehicle(1, 10)).await;
    post(&there.bed, &vehicle(2, 10)).await;
    register(&here.bed, "1", &there.url, VEHICLES, "").await;
    let q = "type=Vehicle&q=brand==%22A%22;speed==10&splitEntities=true";
    let made = here.bed.get(&format!("/entityMaps?{q}")).await;
    assert!(made.text.contains("urn:v:1") && made.text.contains("urn:v:2"), "{}", made.text);
    let map = made.header("ngsild-entitymap").to_owned();
    let page = with_map(&here.bed, &format!("/entities?{q}"), &map).await;
    assert_eq!(ids(&page.json()), ["urn:v:1"], "{}", page.text);
    let left = here.bed.get(&map[map.find("/entityMaps").unwrap()..]).await;
    assert!(!left.text.contains("urn:v:2"), "{}", left.text);
}

/// Clauses: 5.5.9, 5.7.4.
#[tokio::test]
async fn pages_of_the_past_go_through_all_brokers_once() {
    let (here, there) = (broker().await, broker().await);
    let past = |n: u32| {
        format!(
            r#"{{"id":"urn:v:{n}","type":"Vehicle","speed":[{{"type":"Property","value":{n},"observedAt":"2024-01-01T00:00:00Z"}}]}}"#
        )
    };
    for n in [1, 3, 5, 6] {
        here.bed.post("/temporal/entities?local=true", &past(n)).await;
    }
    for n in [2, 3, 4, 7] {
        there.bed.post("/temporal/entities?local=true", &past(n)).await;
    }
    let offers = r#","operations":["queryTemporal"]"#;
    register(&here.bed, "1", &there.url, VEHICLES, offers).await;
    let range = "type=Vehicle&timerel=after&timeAt=2023-01-01T00:00:00Z";
    let mut seen = Vec::new();
    for offset in (0..8).step_by(2) {
        let page =
            here.bed.get(&format!("/temporal/entities?{range}&limit=2&offset={offset}&count=true")).await;
        assert_eq!(page.header("ngsild-results-count"), "7");
        let links = page.headers.get_all("link").iter();
        let more = links.filter(|link| link.to_str().unwrap().contains("rel=\"next\"")).count();
        assert_eq!(more, usize::from(offset + 2 < 7), "{offset}");
        seen.extend(ids(&page.json()));
    }
    assert_eq!(seen, (1..=7).map(|n| format!("urn:v:{n}")).collect::<Vec<_>>());
    let last = here.bed.get(&format!("/temporal/entities?{range}&limit=2&orderBy=id;desc")).await;
    assert_eq!(ids(&last.json()), ["urn:v:7", "urn:v:6"]);
    let far = here.bed.get(&format!("/temporal/entities?{range}&offset=1000")).await;
    assert_eq!((far.status.as_u16(), far.at("field")), (403, Json::text("offset")));
}

/// Clauses: 5.5.9, 5.14.4.
#[tokio::test]
async fn a_source_that_fails_for_a_moment_stays_in_the_map() {
    let (here, source) = (bed().await, Source::start().await);
    post(&here, &vehicle(1, 1)).await;
    register(&here, "1", &source.url, VEHICLES, r#","operations":["retrieveOps"]"#).await;
    source.answers("GET /ngsi-ld/v1/entities", 200, &format!("[{}]", vehicle(2, 2)));
    let made = here.get("/entityMaps?type=Vehicle").await;
    let map = made.header("ngsild-entitymap").to_owned();
    let page =
        async |more: &str| ids(&with_map(&here, &format!("/entities?type=Vehicle{more}"), &map).await.json());
    source.answers("GET /ngsi-ld/v1/entities", 500, "{}");
    assert_eq!(page("").await, ["urn:v:1"]);
    assert_eq!(page("&local=true").await, ["urn:v:1"]);
    source.answers("GET /ngsi-ld/v1/entities", 200, &format!("[{}]", vehicle(2, 2)));
    assert_eq!(page("").await, ["urn:v:1", "urn:v:2"]);
    // One that answers, and has it no more, is believed.
    source.answers("GET /ngsi-ld/v1/entities", 200, "[]");
    assert_eq!(page("").await, ["urn:v:1"]);
    source.answers("GET /ngsi-ld/v1/entities", 200, &format!("[{}]", vehicle(2, 2)));
    assert_eq!(page("").await, ["urn:v:1"]);
}

/// Clauses: 4.5.25, 5.6.21.
#[tokio::test]
async fn a_purge_with_a_map_takes_nothing_more_from_sources() {
    let (here, there) =
        two(r#","operations":["retrieveOps","createEntityMapQueryEntity","purgeEntity"]"#).await;
    let purge = async |path: &str, map: &str| {
        let request = request("DELETE", path).header("ngsild-entitymap", map);
        here.bed.send(request.body(Body::empty()).unwrap()).await
    };
    let left = async |bed: &Bed| ids(&bed.get("/entities?type=Vehicle&local=true").await.json());
    let unknown = "/ngsi-ld/v1/entityMaps/urn:ngsi-ld:EntityMap:0";
    assert_eq!(purge("/entities?type=Vehicle", unknown).await.status, 404);
    assert_eq!(left(&there.bed).await.len(), 3, "nothing goes there either by a map that is not known");
    let made = here.bed.get("/entityMaps?type=Vehicle&q=speed%3C4").await;
    let map = made.header("ngsild-entitymap").to_owned();
    assert_eq!(purge("/entities?type=Vehicle&id=urn:v:2,urn:v:4", &map).await.status, 204);
    assert_eq!((left(&here.bed).await, left(&there.bed).await.len()), (vec!["urn:v:1".to_owned()], 2));
    let purged = purge("/entities?type=Vehicle", &map).await;
    assert_eq!((purged.status.as_u16(), purged.header("ngsild-entitymap")), (204, map.as_str()));
    assert!(left(&here.bed).await.is_empty());
    assert_eq!(left(&there.bed).await, ["urn:v:4"]);
}
