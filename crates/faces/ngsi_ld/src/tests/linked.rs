//! Linked entities (clauses 4.5.23, 4.9, 4.21).

use senne_model::Json;

use super::bed::{Bed, bed};

/// A house in a city in a country, whose capital is the city again.
async fn world() -> Bed {
    let bed = bed().await;
    for body in [
        r#"{"id":"urn:house","type":"House","name":{"value":"Atomium"},"locatedAt":{"object":"urn:city"},"near":{"objectList":[{"object":"urn:none"},{"object":"urn:city"}]}}"#,
        r#"{"id":"urn:city","type":"City","name":{"value":"Brussels"},"inCountry":{"object":"urn:country"}}"#,
        r#"{"id":"urn:country","type":"Country","name":{"value":"Belgium"},"capital":{"object":"urn:city"}}"#,
    ] {
        let made = bed.post("/entities", body).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    bed
}

/// Clauses: 4.5.23, 5.7.1, 5.7.2.
#[tokio::test]
async fn linked_entities_stand_within_the_relationship() {
    let bed = world().await;
    let one = bed.get("/entities/urn:house?join=inline").await;
    assert_eq!(one.at("locatedAt/entity/name/value"), Json::text("Brussels"));
    assert!(one.at("locatedAt/entity/inCountry").get("entity").is_none());
    assert_eq!(one.at("near/entityList").as_array().unwrap().len(), 1);
    let two = bed.get("/entities?type=House&join=inline&joinLevel=5").await;
    assert_eq!(two.at("0/locatedAt/entity/inCountry/entity/name/value"), Json::text("Belgium"));
    let country = two.at("0/locatedAt/entity/inCountry/entity/capital");
    assert!(country.get("entity").is_none(), "the city was met on the way: {country}");
    let known = bed.get("/entities/urn:house?join=inline&joinLevel=2&containedBy=urn:country").await;
    assert!(known.at("locatedAt/entity/inCountry").get("entity").is_none());
    let simple = bed.get("/entities/urn:house?join=inline&joinLevel=2&format=simplified").await;
    assert_eq!(simple.at("locatedAt/inCountry/name"), Json::text("Belgium"));
    assert_eq!(simple.at("near/0"), Json::text("urn:none"));
    assert!(bed.get("/entities/urn:house?join=@none").await.at("locatedAt").get("entity").is_none());
}

/// Clauses: 4.5.23, 5.7.2.
#[tokio::test]
async fn linked_entities_stand_beside() {
    let bed = world().await;
    let flat = bed.get("/entities/urn:house?join=flat&joinLevel=2").await;
    let ids: Vec<_> = (0..3).map(|n| flat.at(&format!("{n}/id"))).collect();
    assert_eq!(ids, ["urn:house", "urn:city", "urn:country"].map(Json::text));
    let all = bed.get("/entities?type=House|City&join=flat&limit=1").await;
    assert_eq!(all.json().as_array().unwrap().len(), 2);
    let features = bed.get_as("/entities/urn:house?join=flat", "application/geo+json").await;
    assert_eq!(features.at("type"), Json::text("FeatureCollection"));
    assert_eq!(features.at("features/1/id"), Json::text("urn:city"));
}

/// Clauses: 4.5.23, 4.21.
#[tokio::test]
async fn projections_reach_into_linked_entities() {
    let bed = world().await;
    let picked = bed.get("/entities/urn:house?join=inline&pick=id,locatedAt{name}").await;
    assert_eq!(
        picked.at("locatedAt/entity").to_string(),
        r#"{"name":{"type":"Property","value":"Brussels"}}"#
    );
    assert!(picked.json().get("type").is_none());
    let less = bed.get("/entities?type=House&join=flat&omit=name,locatedAt{inCountry}").await;
    assert!(less.at("0").get("name").is_none() && less.at("0").get("locatedAt").is_some());
    assert!(less.at("1").get("name").is_some() && less.at("1").get("inCountry").is_none());
    for wrong in [
        "/entities?type=House&pick=locatedAt{name}",
        "/entities?type=House&join=inline&pick=locatedAt{inCountry{name}}",
        "/entities?type=House&join=sideways",
        "/entities?type=House&join=inline&joinLevel=0",
        "/entities?type=House&join=inline&joinLevel=1&containedBy=nothing",
    ] {
        assert_eq!(bed.get(wrong).await.status, 400, "{wrong}");
    }
    assert_eq!(bed.get("/entities?type=House&join=inline&joinLevel=99").await.status, 403);
}

/// Clauses: 4.5.23, 4.9.
#[tokio::test]
async fn conditions_reach_linked_entities() {
    let bed = world().await;
    let ids = |q: &str, join: &str| {
        let path = format!("/entities?type=House&q={}&{join}", q.replace('"', "%22"));
        let bed = &bed;
        async move { bed.get(&path).await }
    };
    let one = "join=inline&joinLevel=1";
    assert_eq!(ids("locatedAt{name}==\"Brussels\"", one).await.json().as_array().unwrap().len(), 1);
    assert_eq!(ids("locatedAt{name}==\"Paris\"", one).await.text, "[]");
    assert_eq!(ids("locatedAt{City:name}==\"Brussels\"", one).await.json().as_array().unwrap().len(), 1);
    assert_eq!(ids("locatedAt{Country:name}==\"Brussels\"", one).await.text, "[]");
    let two = "locatedAt{inCountry{name}}==\"Belgium\"";
    assert_eq!(ids(two, "join=flat&joinLevel=2").await.json().as_array().unwrap().len(), 3);
    assert_eq!(ids(two, one).await.status, 400);
    assert_eq!(ids("locatedAt{name}", "").await.status, 400);
}
