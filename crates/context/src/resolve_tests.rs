//! Contexts of users become one.

use std::{collections::HashMap, fmt::Write as _};

use proptest::prelude::*;

use super::*;

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

fn with(documents: &[(&str, &str)], value: &str) -> Result<Context, Missing> {
    let documents: HashMap<String, Arc<Json>> =
        documents.iter().map(|(url, text)| ((*url).to_owned(), Arc::new(json(text)))).collect();
    resolve(&json(value), &|url| documents.get(url).map(Arc::clone))
}

fn invalid(value: &str) -> Problem {
    match with(&[], value) {
        Err(Missing::Invalid(problem)) => problem,
        other => panic!("{value}: {other:?}"),
    }
}

#[test]
fn a_document_that_is_not_at_hand_is_asked_for() {
    let url = "https://x.org/c.jsonld";
    assert_eq!(with(&[], "\"https://x.org/c.jsonld\"").unwrap_err(), Missing::Document(url.into()));
    let nested = [(url, r#"{"@context": ["more/d.jsonld", {"a": "https://x.org/a"}]}"#)];
    assert_eq!(
        with(&nested, &format!("[\"{url}\"]")).unwrap_err(),
        Missing::Document("https://x.org/more/d.jsonld".into())
    );
    let both = [
        nested[0],
        (
            "https://x.org/more/d.jsonld",
            r#"{"@context": {"b": "https://x.org/b", "a": "https://x.org/old"}}"#,
        ),
    ];
    let context = with(&both, &format!("[\"{url}\"]")).unwrap();
    assert_eq!((&*context.expand("a"), &*context.expand("b")), ("https://x.org/a", "https://x.org/b"));
    assert_eq!(context.sources(), [url.into()]);
}

#[test]
fn the_core_contexts_need_no_document() {
    for value in [
        "null",
        "[]",
        "{}",
        "\"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.3.jsonld\"",
        "[null, \"http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld\"]",
    ] {
        assert!(with(&[], value).unwrap().is_core(), "{value}");
    }
}

#[test]
fn definitions_may_need_one_another_in_any_order() {
    let context = with(
        &[],
        r#"{
        "speed": {"@id": "ex:speed", "@type": "kind", "@container": ["@set", "@list"]},
        "alias": "speed",
        "kind": "ex:Kind",
        "ex": "base:ex/",
        "base": {"@id": "https://base.org/"},
        "same:x": {"@id": "same:x"},
        "same": "https://same.org/",
        "when": {"@id": "ex:when", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
        "ident": "@id", "loop": "@graph", "gone": null, "gone2": {"@id": null}, "back": {"@reverse": "ex:y"}
    }"#,
    )
    .unwrap();
    let speed = context.definition("speed").unwrap();
    assert_eq!(&*speed.iri, "https://base.org/ex/speed");
    assert_eq!(speed.coercion, crate::Coercion::Other(senne_model::Name::new("https://base.org/ex/Kind")));
    assert_eq!(speed.container, Some(crate::Container::List));
    assert_eq!(context.expand("alias"), speed.iri);
    assert_eq!(&*context.expand("same:x"), "https://same.org/x");
    assert_eq!(context.coercion("when"), crate::Coercion::DateTime);
    assert_eq!(&*context.expand("ident"), "@id");
    for undefined in ["gone", "gone2", "back", "loop"] {
        assert!(context.definition(undefined).is_none(), "{undefined}");
    }
}

#[test]
fn a_vocabulary_serves_the_terms_of_its_context_and_null_forgets() {
    let context = with(&[], r#"{"@vocab": "https://v.org/", "a": {"@type": "@id"}, "b": "c"}"#).unwrap();
    assert_eq!((&*context.expand("a"), &*context.expand("b")), ("https://v.org/a", "https://v.org/c"));
    // The core context is last, and its vocabulary takes all other terms.
    assert_eq!(&*context.expand("z"), "https://uri.etsi.org/ngsi-ld/default-context/z");
    let context =
        with(&[], r#"[{"a": "https://x.org/a", "b": "https://x.org/b"}, null, {"b": "https://y.org/b"}]"#)
            .unwrap();
    assert_eq!(&*context.expand("a"), "https://uri.etsi.org/ngsi-ld/default-context/a");
    assert_eq!(&*context.expand("b"), "https://y.org/b");
}

#[test]
fn an_import_comes_first() {
    let imported = [("https://x.org/i", r#"{"@context": {"a": "https://x.org/a", "b": "https://x.org/b"}}"#)];
    let context = with(&imported, r#"{"@import": "https://x.org/i", "b": "https://y.org/b"}"#).unwrap();
    assert_eq!((&*context.expand("a"), &*context.expand("b")), ("https://x.org/a", "https://y.org/b"));
}

#[test]
fn errors_name_the_term() {
    for (value, field) in [
        (r#"{"speed": 5}"#, "@context.speed"),
        (r#"{"speed": {"@id": 5}}"#, "@context.speed"),
        (r#"{"speed": {"@id": "ex:a", "@type": 5}}"#, "@context.speed"),
        (r#"{"speed": {"@id": "ex:a", "@container": "@bag"}}"#, "@context.speed"),
        (r#"{"speed": {"@id": "ex:a", "@prefix": 1}}"#, "@context.speed"),
        (r#"{"speed": {"@id": "ex:a", "@context": {}}}"#, "@context.speed"),
        (r#"{"speed": "https://x.org/a b"}"#, "@context.speed"),
        (r#"{"@vocab": 5}"#, "@context"),
        ("{\"\": \"ex:a\"}", "@context"),
        ("5", "@context"),
        ("\"context.jsonld\"", "@context"),
        (r#"{"@import": 5}"#, "@context"),
    ] {
        assert_eq!(invalid(value).field.as_deref(), Some(field), "{value}");
    }
    assert!(invalid(r#"{"a": "b:x", "b": "a:y"}"#).detail.contains("by itself"));
    assert!(
        matches!(with(&[("https://x.org/c", "{}")], "\"https://x.org/c\""), Err(Missing::Invalid(p)) if p.detail.contains("no member"))
    );
}

#[test]
fn circles_and_floods_are_refused() {
    let circle = [("https://x.org/a", r#"{"@context": "b"}"#), ("https://x.org/b", r#"{"@context": "a"}"#)];
    assert!(
        matches!(with(&circle, "\"https://x.org/a\""), Err(Missing::Invalid(p)) if p.detail.contains("names itself"))
    );
    let value = format!("{}null{}", "[".repeat(100), "]".repeat(100));
    assert!(invalid(&value).detail.contains("too deeply"));
    let many = format!("[{}]", vec!["\"https://x.org/a\""; 100].join(","));
    assert!(
        matches!(with(&[("https://x.org/a", r#"{"@context": {}}"#)], &many), Err(Missing::Invalid(p)) if p.detail.contains("more than 64"))
    );
    let mut chain = String::from("{\"z\": \"https://x.org/\"");
    for i in 0..1000 {
        let _ = write!(chain, ", \"a{i}\": \"a{}:x\"", i + 1);
    }
    assert!(invalid(&(chain + "}")).detail.contains("too many other terms"));
    let terms =
        Json::Object((0..50_001).map(|i| (format!("t{i}").into(), Json::text("https://x.org/t"))).collect());
    assert!(matches!(resolve(&terms, &|_| None), Err(Missing::Invalid(_))));
}

#[test]
fn a_large_document_that_is_named_many_times_is_refused() {
    let terms: Vec<String> = (0..20_000).map(|n| format!("\"t{n}\":\"https://x.org/{n}\"")).collect();
    let large = format!(r#"{{"@context":{{{}}}}}"#, terms.join(","));
    let named = |times: usize| {
        let value = format!("[{}]", vec!["\"https://x.org/large\",null"; times].join(","));
        with(&[("https://x.org/large", large.as_str())], &value)
    };
    assert!(named(10).is_ok());
    assert!(matches!(named(11), Err(Missing::Invalid(p)) if p.detail.contains("200000 definitions")));
}

#[test]
fn the_url_of_a_document_is_bounded() {
    let url = |bytes: usize| format!("\"https://x.org/{}\"", "x".repeat(bytes - 14));
    assert!(matches!(with(&[], &url(2048)), Err(Missing::Document(_))));
    assert_eq!(invalid(&url(2049)).field.as_deref(), Some("@context"));
}

fn object(members: impl IntoIterator<Item = (String, String)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.into(), Json::from(value))).collect())
}

fn refused(value: &Json) -> Problem {
    match resolve(value, &|_| None) {
        Err(Missing::Invalid(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn prefixes_of_prefixes_do_not_grow_without_end() {
    let step = "x".repeat(60);
    let chain = (1..1000).map(|n| (format!("t{n}"), format!("t{}:{step}/", n - 1)));
    let problem = refused(&object([("t0".to_owned(), "http://x/".to_owned())].into_iter().chain(chain)));
    assert!(problem.detail.contains("more than 2048 bytes"), "{problem}");
    assert_eq!(problem.field.as_deref(), Some("@context.t34"));
    let long = "x".repeat(2048);
    for value in [
        object([("a".to_owned(), format!("http://x/{long}"))]),
        object([("@vocab".to_owned(), format!("http://x/{long}"))]),
        object([("a".to_owned(), format!("_:{long}"))]),
        object([("@vocab".to_owned(), "http://x/".to_owned()), ("a".to_owned(), long)]),
    ] {
        assert!(refused(&value).detail.contains("more than 2048 bytes"));
    }
}

#[test]
fn what_a_context_defines_is_bounded_in_all() {
    let prefix = ("p".to_owned(), format!("https://x.org/{}/", "x".repeat(2000)));
    let terms = (0..10_000).map(|n| (format!("t{n}"), format!("p:{n}")));
    let problem = refused(&object([prefix.clone()].into_iter().chain(terms)));
    assert_eq!(problem.field.as_deref(), Some("@context"));
    assert!(problem.detail.contains("16777216 bytes"), "{problem}");
    // Terms that are defined anew are counted once.
    let terms = object([prefix].into_iter().chain((0..4_000).map(|n| (format!("t{n}"), format!("p:{n}")))));
    assert!(resolve(&Json::Array(vec![terms; 8]), &|_| None).is_ok());
}

fn any_json() -> impl Strategy<Value = Json> {
    let word = prop_oneof![
        Just("@id"),
        Just("@type"),
        Just("@vocab"),
        Just("@container"),
        Just("@prefix"),
        Just("@set"),
        Just("@import"),
        Just("@json"),
        Just("a"),
        Just("b"),
        Just("a:"),
        Just("a:b"),
        Just("b:a"),
        Just(":"),
        Just("https://x.org/"),
        Just("")
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        Just(Json::Bool(true)),
        Just(Json::Int(1)),
        word.clone().prop_map(Json::text)
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        let object = proptest::collection::vec((word.clone(), inner.clone()), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Json::Array),
            object.prop_map(|members| Json::Object(
                members.into_iter().map(|(name, value)| (name.into(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn resolving_never_panics_and_what_it_gives_is_stable(value in any_json()) {
        let document = Arc::new(json(r#"{"@context": {"a": "https://x.org/a#"}}"#));
        if let Ok(context) = resolve(&value, &|_| Some(Arc::clone(&document))) {
            for term in ["a", "b", "a:b", "b:a", "c", "https://x.org/a"] {
                let name = context.expand(term);
                let compact = context.compact(&name).into_owned();
                let again = context.expand(&compact);
                prop_assert_eq!(context.compact(&again), compact.as_str());
            }
        }
    }
}
