//! What NGSI-LD makes of it: the two forms meet in one model.

use senne_hub::{Context, Page, Principal, WriteOptions};
use senne_language::Query;
use senne_model::{
    Attribute, AttributeValue, EntityId, Instance, Iri, Json, Name, Operation, TenantName, Write,
};

use super::bed::{ROOM, bed};

fn admin(tenant: &str) -> Context {
    Context::new(Principal::Administrator { name: "other".to_owned() }, TenantName::parse(tenant).unwrap())
}

fn term(term: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"))
}

#[tokio::test]
async fn an_entity_is_one_of_ours() {
    let bed = bed().await;
    assert_eq!(bed.post("/entities", ROOM).await.status, 201);
    let entity = bed.hub.entity(&admin("default"), &EntityId::trusted("urn:ngsi-v2:Room1")).await.unwrap();
    assert_eq!(&*entity.types, [term("Room")]);
    let temperature = entity.instance(&term("temperature")).unwrap();
    assert_eq!(temperature.value, AttributeValue::Property(Json::Float(23.5)));
    assert_eq!(temperature.observed_at.unwrap().to_string(), "2024-01-31T12:00:00Z");
    assert_eq!(temperature.sub_attributes.len(), 1, "a number needs no type beside it");
    assert!(entity.location().is_some());
    let target =
        AttributeValue::Relationship { objects: vec![Iri::new("urn:ngsi-v2:Building7")], object_type: None };
    assert_eq!(entity.instance(&term("inBuilding")).unwrap().value, target);
}

#[tokio::test]
async fn an_entity_of_ours_is_one_of_theirs() {
    let bed = bed().await;
    let mut write = Write::new(EntityId::trusted("urn:ngsi-ld:Car:1"), Operation::Create);
    write.types.push(term("Car"));
    let map = vec![("fr".into(), Json::text("rouge"))];
    for (name, value) in [
        (
            "owner",
            AttributeValue::Relationship {
                objects: vec![Iri::new("urn:ngsi-ld:Person:1")],
                object_type: None,
            },
        ),
        ("color", AttributeValue::Language(map)),
        ("wheels", AttributeValue::List(vec![Json::Int(1), Json::Int(2)])),
    ] {
        write.attributes.push(Attribute::new(term(name), Instance::new(value)));
    }
    bed.hub.write(&admin("default"), vec![write], WriteOptions::default()).await.unwrap()[0]
        .as_ref()
        .unwrap();
    let got = bed.get("/entities/urn:ngsi-ld:Car:1?options=keyValues").await;
    let expected = r#"{"id":"urn:ngsi-ld:Car:1","type":"Car","owner":"urn:ngsi-ld:Person:1","color":{"fr":"rouge"},"wheels":[1,2]}"#;
    assert_eq!(got.text, expected);
}

#[tokio::test]
async fn services_are_tenants_and_their_paths_are_scopes() {
    let bed = bed().await;
    let headers = [("fiware-service", "parks"), ("fiware-servicepath", "/north/pond")];
    assert_eq!(bed.send("POST", "/entities", &headers, ROOM).await.status, 201);
    assert_eq!(bed.get("/entities/Room1").await.status, 404, "another tenant");
    let found = bed.hub.query(&admin("parks"), &Query::default(), &Page::first(5)).await.unwrap();
    assert_eq!(found.entities[0].scopes, ["/north/pond".into()]);
    for (path, status) in
        [("/north/pond", 200), ("/north/#", 200), ("/south", 404), ("/#", 200), ("/", 404), ("north", 400)]
    {
        let headers = [("fiware-service", "parks"), ("fiware-servicepath", path)];
        let got = bed.send("GET", "/entities/Room1", &headers, "").await;
        assert_eq!(got.status, status, "{path}: {}", got.text);
    }
    // What is written again keeps its scope.
    assert_eq!(bed.send("PUT", "/entities/Room1/attrs", &headers, r#"{"a":{"value":1}}"#).await.status, 204);
    assert_eq!(bed.send("GET", "/entities/Room1", &headers, "").await.status, 200);
}

/// Orion writes services in small letters, whatever they are sent in.
#[tokio::test]
async fn a_service_is_one_however_it_is_written() {
    let bed = bed().await;
    assert_eq!(bed.send("POST", "/entities", &[("fiware-service", "Parks")], ROOM).await.status, 201);
    for service in ["parks", "PARKS"] {
        let found = bed.send("GET", "/entities/Room1", &[("fiware-service", service)], "").await;
        assert_eq!(found.status, 200, "{service}");
    }
    let found = bed.hub.query(&admin("parks"), &Query::default(), &Page::first(5)).await.unwrap();
    assert_eq!(found.entities.len(), 1);
    // Tenants of NGSI-LD are told apart by every letter.
    let other = bed.send("GET", "/entities/Room1", &[("ngsild-tenant", "Parks")], "").await;
    assert_eq!(other.status, 404);
}

/// A service path that is not named is everywhere to a question, and the root to what is written, as it is to Orion.
#[tokio::test]
async fn the_root_is_a_place_of_its_own() {
    let bed = bed().await;
    let at = |path: &'static str| [("fiware-servicepath", path)];
    let other = ROOM.replace("Room1", "Room2");
    assert_eq!(bed.send("POST", "/entities", &at("/"), ROOM).await.status, 201);
    assert_eq!(bed.send("POST", "/entities", &at("/north"), &other).await.status, 201);
    let found = bed.hub.query(&admin("default"), &Query::default(), &Page::first(5)).await.unwrap();
    let scopes: Vec<usize> = found.entities.iter().map(|entity| entity.scopes.len()).collect();
    assert_eq!(scopes, [0, 1], "what is at the root has no scope");
    for (path, ids) in [
        ("/", r#"["Room1"]"#),
        ("/north", r#"["Room2"]"#),
        ("/,/north", r#"["Room1","Room2"]"#),
        ("/#", r#"["Room1","Room2"]"#),
    ] {
        let got = bed.send("GET", "/entities?options=keyValues", &at(path), "").await;
        let found: Vec<Json> =
            got.json().as_array().unwrap().iter().map(|one| one.get("id").unwrap().clone()).collect();
        assert_eq!(Json::Array(found).to_string(), ids, "{path}");
    }
    assert_eq!(bed.get("/entities/Room2").await.status, 200);
    let body = r#"{"a":{"value":1}}"#;
    for (path, status) in [("Room1", 204), ("Room2", 404)] {
        assert_eq!(bed.post(&format!("/entities/{path}/attrs"), body).await.status, status, "{path}");
    }
    assert_eq!(bed.delete("/entities/Room2").await.status, 404);
    let several = bed.send("DELETE", "/entities/Room2", &at("/#"), "").await;
    assert_eq!((several.status, several.at("field")), (400, Json::text("Fiware-ServicePath")));
    assert_eq!(bed.send("DELETE", "/entities/Room2", &at("/north"), "").await.status, 204);
}
