//! Writes against contracts: kinds and units.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use senne_contract::Contracts;
use senne_model::{
    Attribute, AttributeValue, EntityId, ErrorKind, Geometry, Instance, Json, Name, Operation, Problem, Write,
};

fn name(term: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"))
}

fn write(attribute: Name, value: AttributeValue, unit: Option<&str>) -> Write {
    let mut write =
        Write::new(EntityId::parse("urn:ngsi-ld:AirQualityObserved:S5").unwrap(), Operation::Observe);
    write.types.push(name("AirQualityObserved"));
    let mut instance = Instance::new(value);
    instance.unit_code = unit.map(Name::new);
    write.attributes.push(Attribute::new(attribute, instance));
    write
}

fn check(term: &str, value: Json, unit: Option<&str>) -> Result<(), Problem> {
    Contracts::builtin().check(&write(name(term), AttributeValue::Property(value), unit))
}

#[test]
fn a_number_must_be_a_number() {
    assert_eq!(check("no2", Json::Int(25), Some("GQ")), Ok(()));
    assert_eq!(check("no2", Json::Float(2.5), None), Ok(()));
    let problem = check("no2", Json::text("25"), None).unwrap_err();
    assert_eq!(problem.kind, ErrorKind::BadRequest);
    assert_eq!(
        problem.to_string(),
        "no2.value: the contract of AirQualityObserved says that `no2` is a number, and this is the text `25`; send it without quotation marks"
    );
    assert!(
        check("no2", Json::Array(vec![Json::Int(1)]), None)
            .unwrap_err()
            .to_string()
            .ends_with("this is an array")
    );
    assert_eq!(check("NO2", Json::Bool(true), None).unwrap_err().field.as_deref(), Some("NO2.value"));
}

#[test]
fn an_implausible_number_passes_because_it_is_flagged_later() {
    assert_eq!(check("no2", Json::Int(9500), Some("GQ")), Ok(()));
}

#[test]
fn another_unit_is_refused_with_the_conversion() {
    let message = |term: &str, unit: &str| check(term, Json::Int(1), Some(unit)).unwrap_err().to_string();
    assert_eq!(
        message("no2", "GP"),
        "no2.unitCode: the contract of AirQualityObserved gives `no2` in `GQ` (µg/m³), not in `GP` (mg/m³); multiply by 1000 and send it with `GQ` (µg/m³)"
    );
    assert!(
        message("temperature", "FAH").contains("multiply by 0.555555555556, add -17.7777777778,"),
        "{}",
        message("temperature", "FAH")
    );
    assert!(message("relativeHumidity", "P1").contains("multiply by 0.01 and send it with `C62`"));
    assert!(message("atmosphericPressure", "MBR").contains("send the same number with `A97` (hPa)"));
    assert!(message("no2", "bananas").contains("send `GQ` (µg/m³), or leave unitCode out"));
}

#[test]
fn unknown_types_and_attributes_pass() {
    assert_eq!(check("colour", Json::text("red"), Some("XX")), Ok(()));
    let mut other = write(name("no2"), AttributeValue::Property(Json::text("x")), None);
    other.types.clear();
    assert_eq!(Contracts::builtin().check(&other), Ok(()));
    assert!(Contracts::builtin().check_as(&[name("AirQualityObserved")], &other).is_err());
}

#[test]
fn every_kind_takes_what_it_says() {
    let contracts = Contracts::builtin();
    let location = Name::new("https://uri.etsi.org/ngsi-ld/location");
    let point = AttributeValue::Geo(Geometry::point(4.39, 50.82).unwrap());
    let text = |t: &str| AttributeValue::Property(Json::text(t));
    let language = AttributeValue::Language(vec![("fr".into(), Json::text("Ixelles"))]);
    let device = AttributeValue::Relationship {
        objects: vec![senne_model::Iri::new("urn:ngsi-ld:Device:1")],
        object_type: None,
    };
    for (attribute, value, passes) in [
        (location.clone(), point.clone(), true),
        (location, text("POINT(4.39 50.82)"), false),
        (name("name"), language.clone(), true),
        (name("name"), text("Ixelles"), true),
        (name("refDevice"), device.clone(), true),
        (name("refDevice"), text("urn:ngsi-ld:Device:1"), false),
        (name("dateObserved"), text("2024-01-01T00:00:00Z"), true),
        (name("dateObserved"), AttributeValue::Property(Json::Int(5)), false),
        (name("address"), AttributeValue::Property(Json::Object(Vec::new())), true),
        (name("airQualityLevel"), device, false),
        (name("no2"), point, false),
        (name("no2"), AttributeValue::ABSENT, true),
        (name("no2"), text("urn:ngsi-ld:null"), true),
    ] {
        let result = contracts.check(&write(attribute.clone(), value.clone(), None));
        assert_eq!(result.is_ok(), passes, "{attribute}: {value:?}: {result:?}");
    }
}
