//! What is read, and how faults are named.

use senne_context::Context;
use senne_model::{AttributeValue, Json, Problem};

use crate::read::{EntityIn, Limits, Mode, Names, contexts_of, read_batch, read_entity};

fn read(text: &str, mode: Mode) -> Result<EntityIn, Problem> {
    let mut names = Names::new(Context::default_core());
    read_entity(text.as_bytes(), mode, &mut names, &Limits::for_body(text.len(), 1 << 20))
}

fn value(attribute: &str) -> AttributeValue {
    let entity = read(&format!(r#"{{"id":"urn:a:1","type":"T","x":{attribute}}}"#), Mode::whole()).unwrap();
    entity.attributes[0].instances[0].value.clone()
}

fn field(attribute: &str) -> String {
    let text = format!(r#"{{"id":"urn:a:1","type":"T","x":{attribute}}}"#);
    read(&text, Mode::whole()).unwrap_err().field.unwrap_or_default()
}

/// Clauses: 4.5.2, 4.5.3, 4.5.18, 4.5.20, 4.5.21, 4.5.22, 4.5.24, 4.7.
#[test]
fn each_kind_is_known_by_its_members() {
    assert!(matches!(value("5"), AttributeValue::Property(Json::Int(5))));
    assert!(matches!(value(r#"{"value":5.5}"#), AttributeValue::Property(Json::Float(_))));
    assert!(matches!(value(r#"{"type":"Point","coordinates":[4,50]}"#), AttributeValue::Geo(_)));
    assert!(matches!(value(r#"{"value":{"type":"Point","coordinates":[4,50]}}"#), AttributeValue::Geo(_)));
    assert!(matches!(value(r#"{"object":"urn:a:2"}"#), AttributeValue::Relationship { .. }));
    assert!(matches!(value(r#"{"languageMap":{"fr":"rue"}}"#), AttributeValue::Language(_)));
    assert!(matches!(value(r#"{"vocab":"green"}"#), AttributeValue::Vocab(_)));
    assert!(matches!(value(r#"{"json":{"id":1}}"#), AttributeValue::JsonProperty(_)));
    assert!(matches!(value(r#"{"valueList":[1,2]}"#), AttributeValue::List(_)));
    assert!(matches!(value(r#"{"objectList":[{"object":"urn:a:2"}]}"#), AttributeValue::ListRelationship(_)));
    assert!(matches!(value("[1,2]"), AttributeValue::Property(Json::Array(_))));
    assert!(matches!(
        value(r#"{"type":"PostalAddress","city":"Ixelles"}"#),
        AttributeValue::Property(Json::Object(_))
    ));
}

/// Clauses: 4.5.1.
#[test]
fn the_order_of_members_does_not_matter() {
    let late = value(r#"{"value":{"type":"Point","coordinates":[4,50]},"type":"GeoProperty"}"#);
    assert!(matches!(late, AttributeValue::Geo(_)));
}

#[test]
fn a_plain_object_keeps_its_members_in_their_order() {
    let AttributeValue::Property(json) = value(r#"{"z":1,"type":"Odd","a":[{"b":null}]}"#) else { panic!() };
    assert_eq!(json.to_string(), r#"{"z":1,"type":"Odd","a":[{"b":null}]}"#);
}

/// Clauses: 4.5.5.
#[test]
fn instances_are_told_by_their_data_sets() {
    let text = r#"{"id":"urn:a:1","type":"T","x":[{"value":1},{"value":2,"datasetId":"urn:d:1"}]}"#;
    let entity = read(text, Mode::whole()).unwrap();
    assert_eq!(entity.attributes[0].instances.len(), 2);
    assert_eq!(field(r#"[{"value":1},{"value":2}]"#), "x[1].datasetId");
}

#[test]
fn faults_are_named_by_their_path() {
    for (attribute, expected) in [
        (r#"{"type":"Property"}"#, "x.value"),
        (r#"{"type":"Property","value":null}"#, "x.value"),
        (r#"{"type":"Property","value":NaN}"#, "x.value"),
        (r#"{"type":"Property","value":1e999}"#, "x.value"),
        (r#"{"type":"Property","value":1,"value":2}"#, "x.value"),
        (r#"{"type":"Property","value":1,"observedAt":"yesterday"}"#, "x.observedAt"),
        (r#"{"type":"Property","value":1,"observedAt":5}"#, "x.observedAt"),
        (r#"{"type":"Property","value":1,"datasetId":"seven"}"#, "x.datasetId"),
        (r#"{"type":"Property","value":1,"accuracy":{"type":"Property"}}"#, "x.accuracy.value"),
        (r#"{"type":"GeoProperty","value":{"type":"Point","coordinates":[50,200]}}"#, "x.value.coordinates"),
        (r#"{"type":"GeoProperty","value":5}"#, "x.value.type"),
        (r#"{"type":"Relationship","object":"seven"}"#, "x.object"),
        (r#"{"type":"Relationship","value":1}"#, "x.value"),
        (r#"{"type":"Circle","value":1}"#, "x.type"),
        (r#"{"type":"LanguageProperty","languageMap":{"fr":5}}"#, "x.languageMap.fr"),
        (r#""urn:ngsi-ld:null""#, "x"),
    ] {
        assert_eq!(field(attribute), expected, "{attribute}");
    }
}

/// Clauses: 4.5.1, 5.5.7.
#[test]
fn two_names_of_one_attribute_are_refused() {
    let text = r#"{"id":"urn:a:1","type":"T","x":1,"https://uri.etsi.org/ngsi-ld/default-context/x":2}"#;
    assert_eq!(read(text, Mode::whole()).unwrap_err().field.as_deref(), Some("x"));
}

#[test]
fn deep_and_large_values_name_their_attribute() {
    let deep = format!(r#"{{"id":"urn:a:1","type":"T","x":{}1{}}}"#, "[".repeat(40), "]".repeat(40));
    assert_eq!(read(&deep, Mode::whole()).unwrap_err().field.as_deref(), Some("x"));
    let abyss = format!(r#"{{"id":"urn:a:1","type":"T","x":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    assert!(read(&abyss, Mode::whole()).is_err());
    let large = format!(r#"{{"id":"urn:a:1","type":"T","x":{{"value":"{}"}}}}"#, "a".repeat(2 << 20));
    let problem = read(&large, Mode::whole()).unwrap_err();
    assert_eq!((problem.kind.http_status(), problem.field.as_deref()), (413, Some("x.value")));
}

/// Clauses: 5.5.12, 5.6.4.
#[test]
fn a_fragment_may_leave_the_value_out() {
    let text = r#"{"x":{"unitCode":"GQ"},"y":"urn:ngsi-ld:null"}"#;
    let entity = read(text, Mode::merge()).unwrap();
    assert!(entity.attributes[0].instances[0].value.is_absent());
    assert_eq!(entity.attributes[1].instances[0].value.as_text(), Some("urn:ngsi-ld:null"));
    assert!(matches!(&read(text, Mode::whole()), Err(problem) if problem.field.as_deref() == Some("y")));
}

#[test]
fn what_we_say_of_quality_is_not_taken_back_in() {
    let entity = read(
        r#"{"id":"urn:a:1","type":"T","x":{"value":1,"urn:senne:ns#quality":"fail","urn:senne:ns#qualityTests":{"value":["range"]}}}"#,
        Mode::whole(),
    );
    assert!(entity.unwrap().attributes[0].instances[0].sub_attributes.is_empty());
}

/// Clauses: 5.5.4, 5.6.7.
#[test]
fn one_bad_entity_of_a_batch_does_not_spoil_the_others() {
    let text = r#"[{"id":"urn:a:1","type":"T","x":1},{"id":"urn:a:2","type":"T","x":null},{"id":"seven"}]"#;
    let mut names = [Names::new(Context::default_core())];
    let limits = Limits::for_body(text.len(), 1 << 20);
    let items = read_batch(text.as_bytes(), Mode::whole(), &mut names, &|_| 0, &limits).unwrap();
    let good: Vec<bool> = items.iter().map(|item| item.entity.is_ok()).collect();
    assert_eq!(good, [true, false, false]);
    assert_eq!(items[1].id.as_deref(), Some("urn:a:2"));
    for no_batch in ["[]", "{}", "5", "[5]", "[null]", "\"x\"", "null", ""] {
        let read = read_batch(no_batch.as_bytes(), Mode::whole(), &mut names, &|_| 0, &limits);
        assert!(read.is_err(), "{no_batch}");
    }
}

/// Clauses: 6.3.5.
#[test]
fn contexts_of_a_body_are_found_wherever_they_stand() {
    assert_eq!(contexts_of(br#"{"a":1,"@context":"https://x.org/c"}"#).unwrap(), ["\"https://x.org/c\""]);
    assert_eq!(contexts_of(br#"[{"@context":[1]},{"@context":{}}]"#).unwrap(), ["[1]", "{}"]);
    assert_eq!(contexts_of(br#"{"a":1}"#).unwrap_err().field.as_deref(), Some("@context"));
}

/// Clauses: 4.6.2, 4.18, 5.5.4.
#[test]
fn what_breaks_the_grammar_is_refused() {
    for (attribute, expected) in [
        (r#"{"type":"Property","value":1,"object":"urn:a:2"}"#, "x.object"),
        (r#"{"type":"Property","value":1,"previousValue":2}"#, "x.previousValue"),
        (r#"{"type":"Property","value":1,"@context":{}}"#, "x.@context"),
        (r#"{"type":"Property","value":1,"observedAt":"2024-01-31T12:00:00+01:00"}"#, "x.observedAt"),
        (r#"{"type":"Property","value":{"a":["urn:ngsi-ld:null"]}}"#, "x.value"),
        (r#"{"type":"Property","value":1,"entityIdSealed":"urn:a:1"}"#, "x.entityIdSealed"),
        (r#"{"type":"Property","value":1,"datasetId":"urn:ngsi-ld:null"}"#, "x.datasetId"),
        (r#"{"type":"Property","value":1,"ngsildproof":{"value":"proof"}}"#, "x.ngsildproof.value"),
        (
            r#"{"type":"Property","value":1,"ngsildproof":{"value":{},"entityTypeSealed":42}}"#,
            "x.ngsildproof.entityTypeSealed",
        ),
        (r#"{"type":"Relationship","object":"urn:a:2","unitCode":"GQ"}"#, "x.unitCode"),
        (r#"{"type":"JsonProperty","json":5}"#, "x.json"),
        (r#"{"type":"LanguageProperty","languageMap":{"@none":"urn:ngsi-ld:null"}}"#, "x.languageMap.@none"),
        (r#"{"type":"LanguageProperty","languageMap":{"fr":"rue"},"valueType":"string"}"#, "x.valueType"),
    ] {
        assert_eq!(field(attribute), expected, "{attribute}");
    }
    for (entity, expected) in [
        (r#"{"id":"urn:a:1","type":"9T"}"#, "type"),
        (r#"{"id":"urn:ngsi-ld:null","type":"T"}"#, "id"),
        (r#"{"id":"urn:a:\u200b1","type":"T"}"#, "id"),
        (r#"{"id":"urn:a:1","type":"T","unitCode":"GQ"}"#, "unitCode"),
        (r#"{"id":"urn:a:1","type":"T","scope":"/a-b"}"#, "scope"),
        (r#"{"id":"urn:a:1","type":"T","scope":["/a","/9"]}"#, "scope"),
        (r#"{"id":"urn:a:1","type":"T","location":"here"}"#, "location"),
    ] {
        assert_eq!(read(entity, Mode::whole()).unwrap_err().field.as_deref(), Some(expected), "{entity}");
    }
}

/// Clauses: 4.5.1, 4.7.1.
#[test]
fn other_spellings_mean_the_same() {
    let text = r#"{"type":"GeoProperty","value":"{\"type\":\"Point\",\"coordinates\":[4,50]}"}"#;
    assert!(matches!(value(text), AttributeValue::Geo(_)));
    let entity =
        read(r#"{"id":"urn:a:1","type":"T","x":{"value":1,"datasetId":"@none"}}"#, Mode::whole()).unwrap();
    assert_eq!(entity.attributes[0].instances[0].dataset_id, None);
    let proof = r#"{"value":1,"ngsildproof":{"value":{"proof":"z"},"entityIdSealed":"urn:a:1"}}"#;
    assert!(matches!(value(proof), AttributeValue::Property(Json::Int(1))));
}

#[test]
fn what_stands_twice_is_found_among_many() {
    let long = "https://uri.etsi.org/ngsi-ld/default-context/p0";
    let parts: Vec<String> = (0..50).map(|n| format!(r#""p{n}":1"#)).collect();
    let parts = parts.join(",");
    assert_eq!(field(&format!(r#"{{"value":1,{parts},"{long}":1}}"#)), format!("x.{long}"));
    let instances: Vec<String> =
        (0..50).chain([7]).map(|n| format!(r#"{{"value":1,"datasetId":"urn:d:{n}"}}"#)).collect();
    assert_eq!(field(&format!("[{}]", instances.join(","))), "x[50].datasetId");
    let types: Vec<String> = (0..50).chain(0..50).map(|n| format!(r#""T{n}""#)).collect();
    let entity = read(&format!(r#"{{"id":"urn:a:1","type":[{}]}}"#, types.join(",")), Mode::whole()).unwrap();
    assert_eq!(entity.types.len(), 50);
}

#[test]
fn the_time_for_many_parts_grows_with_their_number_alone() {
    let began = std::time::Instant::now();
    let parts: Vec<String> = (0..120_000).map(|n| format!(r#""p{n}":1"#)).collect();
    let text = format!(r#"{{"id":"urn:a:1","type":"T","x":{{"value":1,{}}}}}"#, parts.join(","));
    let entity = read(&text, Mode::whole()).unwrap();
    assert_eq!(entity.attributes[0].instances[0].sub_attributes.len(), 120_000);
    // Each compared with each other takes minutes.
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}

fn list(count: usize, one: &dyn Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(",")
}

#[test]
fn what_is_looked_for_among_others_when_it_is_written_is_bounded() {
    let field = |text: &str, mode: Mode| read(text, mode).unwrap_err().field.unwrap_or_default();
    let attributes =
        |count| format!(r#"{{"id":"urn:a:1","type":"T",{}}}"#, list(count, &|n| format!(r#""a{n}":1"#)));
    assert_eq!(read(&attributes(2_000), Mode::whole()).unwrap().attributes.len(), 2_000);
    assert_eq!(field(&attributes(2_001), Mode::whole()), "a2000");
    let sets = |count| {
        let one = |n: usize| format!(r#"{{"value":1,"datasetId":"urn:d:{n}"}}"#);
        format!(r#"{{"id":"urn:a:1","type":"T","x":[{}]}}"#, list(count, &one))
    };
    for mode in [Mode::whole(), Mode::series()] {
        assert!(read(&sets(1_000), mode).is_ok());
        assert_eq!(field(&sets(1_001), mode), "x[1000].datasetId");
    }
    // A series of one data set is as long as it is.
    let moments = list(3_000, &|n| {
        format!(r#"{{"value":1,"observedAt":"2024-01-01T00:{:02}:{:02}Z"}}"#, n / 60, n % 60)
    });
    let series = read(&format!(r#"{{"id":"urn:a:1","type":"T","x":[{moments}]}}"#), Mode::series()).unwrap();
    assert_eq!(series.attributes[0].instances.len(), 3_000);
    for (member, one) in [("type", "T"), ("scope", "/s")] {
        let text = |count| format!(r#"{{"{member}":[{}]}}"#, list(count, &|n| format!(r#""{one}{n}""#)));
        assert!(read(&text(1_000), Mode::whole()).is_ok());
        assert_eq!(field(&text(1_001), Mode::whole()), member);
    }
}

#[test]
fn what_is_merged_member_by_member_is_bounded() {
    let value = |count| format!(r#"{{"x":{{"value":{{{}}}}}}}"#, list(count, &|n| format!(r#""m{n}":1"#)));
    assert!(read(&value(5_000), Mode::merge()).is_ok());
    assert_eq!(read(&value(5_001), Mode::merge()).unwrap_err().field.as_deref(), Some("x"));
    let concise = format!(r#"{{"x":{{{}}}}}"#, list(5_001, &|n| format!(r#""m{n}":1"#)));
    assert_eq!(read(&concise, Mode::merge()).unwrap_err().field.as_deref(), Some("x"));
    let parts = |count| format!(r#"{{"x":{{"value":1,{}}}}}"#, list(count, &|n| format!(r#""p{n}":1"#)));
    assert!(read(&parts(1_000), Mode::merge()).is_ok());
    assert_eq!(read(&parts(1_001), Mode::merge()).unwrap_err().field.as_deref(), Some("x.p1000"));
    // What takes the place of what was there is not compared with it.
    assert!(read(&value(5_001), Mode::whole()).is_ok() && read(&parts(1_001), Mode::whole()).is_ok());
}
