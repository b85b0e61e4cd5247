//! Terms expand and compact back.

use proptest::prelude::*;

use super::*;
use crate::resolve;

fn context(text: &str) -> Context {
    resolve(&serde_json::from_str(text).unwrap(), &|_| None).unwrap()
}

const AIR: &str = r#"{
    "ex": "https://ex.org/ns#",
    "urnx": "urn:x:",
    "NO2": "https://smartdatamodels.org/NO2",
    "stikstof": "https://smartdatamodels.org/NO2",
    "category": {"@id": "ex:category", "@type": "@vocab"},
    "ref": {"@id": "ex:ref", "@type": "@id"},
    "raw": {"@id": "ex:raw", "@type": "@json"},
    "observedAt": "https://evil.org/observedAt",
    "odd": {"@id": "https://odd.org/x-", "@prefix": true}
}"#;

#[test]
fn terms_expand_and_compact() {
    let air = context(AIR);
    for (term, name) in [
        ("NO2", "https://smartdatamodels.org/NO2"),
        ("category", "https://ex.org/ns#category"),
        ("ex:PM10", "https://ex.org/ns#PM10"),
        ("odd:y", "https://odd.org/x-y"),
        ("PM25", "https://uri.etsi.org/ngsi-ld/default-context/PM25"),
        ("location", "https://uri.etsi.org/ngsi-ld/location"),
        ("ngsi-ld:unknownTerm", "https://uri.etsi.org/ngsi-ld/unknownTerm"),
        ("https://other.org/a", "https://other.org/a"),
        ("urn:y:1", "urn:y:1"),
        ("id", "@id"),
        ("type", "@type"),
    ] {
        assert_eq!(&*air.expand(term), name, "{term}");
        assert_eq!(air.compact(name), term, "{name}");
    }
    assert_eq!(&*air.expand("stikstof"), "https://smartdatamodels.org/NO2");
    assert_eq!(&*air.expand("@id"), "@id");
}

#[test]
fn core_terms_cannot_be_taken() {
    let air = context(AIR);
    assert_eq!(&*air.expand("observedAt"), "https://uri.etsi.org/ngsi-ld/observedAt");
    assert_eq!(air.compact("https://evil.org/observedAt"), "https://evil.org/observedAt");
}

#[test]
fn a_name_that_would_be_read_otherwise_stays_whole() {
    let air = context(AIR);
    for name in [
        "https://uri.etsi.org/ngsi-ld/default-context/NO2",
        "https://uri.etsi.org/ngsi-ld/default-context/a:b",
        "https://uri.etsi.org/ngsi-ld/default-context/@x",
    ] {
        assert_eq!(&*air.expand(&air.compact(name)), name);
    }
    assert_eq!(
        air.compact("https://uri.etsi.org/ngsi-ld/default-context/NO2"),
        "ngsi-ld:default-context/NO2"
    );
}

#[test]
fn values_are_read_by_the_type_of_the_term() {
    let air = context(AIR);
    assert!(air.is_json_typed("raw") && air.is_vocabulary_typed("category") && air.is_iri_typed("ref"));
    assert!(air.is_json_typed("json") && !air.is_json_typed("NO2"));
    assert_eq!(air.coercion("observedAt"), Coercion::DateTime);
}

#[test]
fn iris_are_expanded_but_terms_are_not() {
    let air = context(AIR);
    assert_eq!(&*air.expand_iri("ex:a").unwrap(), "https://ex.org/ns#a");
    assert_eq!(&*air.expand_iri("urn:ngsi-ld:Device:1").unwrap(), "urn:ngsi-ld:Device:1");
    assert!(air.expand_iri("NO2").is_err());
    assert!(air.expand_iri("ex:a b").is_err());
}

#[test]
fn what_a_response_says_of_its_context() {
    let core = Context::default_core();
    assert_eq!(core.link(), Some(CORE_CONTEXT_URL));
    assert_eq!(core.to_json().to_string(), format!("\"{CORE_CONTEXT_URL}\""));
    let air = context(AIR);
    assert_eq!(air.link(), None);
    assert!(air.to_json().to_string().ends_with(&format!("}},\"{CORE_CONTEXT_URL}\"]")));
    let document = Arc::new(serde_json::from_str(&format!("{{\"@context\":{AIR}}}")).unwrap());
    let url = "https://x.org/air.jsonld";
    for text in [format!("\"{url}\""), format!("[\"{url}\"]"), format!("[\"{url}\",\"{CORE_CONTEXT_URL}\"]")]
    {
        let named = resolve(&serde_json::from_str(&text).unwrap(), &|_| Some(Arc::clone(&document))).unwrap();
        assert_eq!(named.link(), Some(url), "{text}");
        assert_eq!(named.sources(), [url.into()]);
        assert_eq!(named.to_json().to_string(), format!("[\"{url}\",\"{CORE_CONTEXT_URL}\"]"));
    }
    // A document that ends with the core context needs it no second time.
    let whole = format!("{{\"@context\":[{AIR},\"{CORE_CONTEXT_URL}\"]}}");
    let whole = Arc::new(serde_json::from_str(&whole).unwrap());
    let named = resolve(&Json::text(url), &|_| Some(Arc::clone(&whole))).unwrap();
    assert_eq!(named.to_json(), Json::text(url));
}

#[test]
fn the_memory_of_expansions_is_bounded() {
    let context = context("{\"a\":\"https://x.org/a\"}");
    for i in 0..REMEMBERED_MAX + 10 {
        context.expand(&format!("term{i}"));
    }
    assert!(context.0.remembered.read().names.len() <= REMEMBERED_MAX);
    context.expand(&"x".repeat(10_000));
    assert!(!context.0.remembered.read().names.keys().any(|term| term.len() > REMEMBERED_BYTES_MAX));
}

#[test]
fn a_long_prefix_does_not_fill_the_memory_of_expansions() {
    let context = context(&format!("{{\"p\":\"https://x.org/{}/\"}}", "x".repeat(2000)));
    for i in 0..REMEMBERED_MAX {
        context.expand(&format!("p:{i}"));
    }
    let remembered = context.0.remembered.read();
    let texts: usize = remembered.names.iter().map(|(term, name)| term.len() + name.len()).sum();
    assert!(texts <= REMEMBERED_BYTES_ALL_MAX && texts == remembered.bytes, "{texts}");
}

#[test]
fn a_context_says_how_much_memory_it_takes() {
    assert_eq!(Context::default_core().bytes(), 0);
    let (small, large) = (context("{\"a\":\"https://x.org/a\"}"), context(AIR));
    assert!(small.bytes() > 0 && large.bytes() > 5 * small.bytes(), "{} {}", small.bytes(), large.bytes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn expanding_and_compacting_never_panics(text in "\\PC*") {
        let air = context(AIR);
        air.expand(&text);
        air.compact(&text);
        let _ = air.expand_iri(&text);
    }

    #[test]
    fn compacting_is_stable(term in "[A-Za-z0-9_-]{1,12}|(ex|urnx|odd|ngsi-ld|geojson|nope):[A-Za-z0-9/#:]{1,8}|https://(ex|odd|uri.etsi).org/(ns#|x-|ngsi-ld/)?[A-Za-z/]{0,8}") {
        let air = context(AIR);
        let name = air.expand(&term);
        let compact = air.compact(&name).into_owned();
        prop_assert_eq!(air.expand(&compact), name.clone());
        let again = air.expand(&compact);
        prop_assert_eq!(air.compact(&again), compact.as_str());
        prop_assert!(compact.len() <= name.len().max(term.len()));
    }

    #[test]
    fn any_iri_comes_back(local in "\\PC{0,12}", namespace in prop_oneof![Just("https://ex.org/ns#"), Just(DEFAULT_VOCABULARY), Just("urn:x:"), Just("https://odd.org/x-"), Just("https://uri.etsi.org/ngsi-ld/"), Just("https://free.org/")]) {
        let air = context(AIR);
        let name = format!("{namespace}{local}");
        prop_assert_eq!(&*air.expand(&air.compact(&name)), name.as_str());
    }
}
