//! `/types` and `/attributes` over HTTP.

use senne_model::Json;

use super::bed::{STATION, bed};

/// Clauses: 4.5.10, 4.5.11, 4.5.12, 4.5.13, 4.5.14, 4.5.15, 5.7.5, 5.7.6, 5.7.7, 5.7.8, 5.7.9, 5.7.10.
#[tokio::test]
async fn types_and_attributes_are_told() {
    let bed = bed().await;
    bed.post("/entities", STATION).await;
    let list = bed.get("/types").await;
    assert_eq!(list.at("type"), Json::text("EntityTypeList"));
    assert_eq!(list.at("typeList").to_string(), r#"["AirQualityObserved"]"#);
    let details = bed.get("/types?details=true").await;
    assert_eq!(details.at("0/typeName"), Json::text("AirQualityObserved"));
    assert_eq!(details.at("0/attributeNames").as_array().unwrap().len(), 4);
    let one = bed.get("/types/AirQualityObserved").await;
    assert_eq!((one.at("type"), one.at("entityCount")), (Json::text("EntityTypeInfo"), Json::Int(1)));
    assert_eq!(bed.get("/types/Nothing").await.status, 404);

    let attributes = bed.get("/attributes").await;
    assert!(attributes.at("attributeList").to_string().contains("\"location\""));
    let location = bed.get_as("/attributes/location", "application/ld+json").await;
    assert_eq!(location.at("attributeTypes").to_string(), r#"["GeoProperty"]"#);
    assert_eq!(location.at("attributeCount"), Json::Int(1));
    assert!(location.json().get("@context").is_some());
    assert_eq!(bed.get("/attributes?details=true").await.at("0/type"), Json::text("Attribute"));
    let kind = r#""type": "AirQualityObserved""#;
    let other = STATION.replace("S3", "S4").replace(kind, r#""type": "Other""#);
    assert_eq!(bed.post("/entities", &other).await.status, 201);
    let both = r#"["AirQualityObserved","Other"]"#;
    assert_eq!(bed.get("/attributes?details=true").await.at("0/typeNames").to_string(), both);
    assert_eq!(bed.get("/attributes/location").await.at("typeNames").to_string(), both);
    assert_eq!(bed.get("/attributes/nothing").await.status, 404);
}
