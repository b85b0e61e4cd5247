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
        [("/north/pond", 200), ("/north/#", 200), ("/south", 404), ("/", 200), ("north", 400)]
    {
        let headers = [("fiware-service", "parks"), ("fiware-servicepath", path)];
        let got = bed.send("GET", "/entities/Room1", &headers, "").await;
        assert_eq!(got.status, status, "{path}: {}", got.text);
    }
    // What is written again keeps its scope.
    let service = [("fiware-service", "parks")];
    assert_eq!(bed.send("PUT", "/entities/Room1/attrs", &service, r#"{"a":{"value":1}}"#).await.status, 204);
    assert_eq!(bed.send("GET", "/entities/Room1", &headers, "").await.status, 200);
}
