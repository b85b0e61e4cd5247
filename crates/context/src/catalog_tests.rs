//! The catalogue keeps, finds and drops documents.

use super::*;

fn document(term: &str, iri: &str) -> Json {
    serde_json::from_str(&format!("{{\"@context\": {{\"{term}\": \"{iri}\"}}}}")).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

const URL: &str = "https://x.org/a.jsonld";

#[test]
fn a_stored_document_is_resolved_and_counted() {
    let catalog = ContextCatalog::new(10, 1 << 20);
    assert_eq!(catalog.resolve_url(URL, at(1)).unwrap_err(), Missing::Document(URL.into()));
    catalog.store(URL, ContextKind::Hosted, document("a", "https://x.org/a"), at(1)).unwrap();
    assert_eq!(&*catalog.resolve_url(URL, at(2)).unwrap().expand("a"), "https://x.org/a");
    let stored = catalog.get(URL).unwrap();
    assert_eq!((stored.uses(), stored.last_used(), stored.stored_at), (1, at(2), at(1)));
    assert_eq!(catalog.list().len(), 1);
}

#[test]
fn a_new_document_replaces_what_was_made_of_the_old() {
    let catalog = ContextCatalog::new(10, 1 << 20);
    catalog.store(URL, ContextKind::Cached, document("a", "https://x.org/old"), at(1)).unwrap();
    let value: Json = serde_json::from_str(&format!("[\"{URL}\"]")).unwrap();
    assert_eq!(&*catalog.resolve(&value, at(1)).unwrap().expand("a"), "https://x.org/old");
    catalog.store(URL, ContextKind::Cached, document("a", "https://x.org/new"), at(2)).unwrap();
    assert_eq!(&*catalog.resolve(&value, at(2)).unwrap().expand("a"), "https://x.org/new");
    assert!(catalog.remove(URL) && !catalog.remove(URL));
    assert!(catalog.resolve(&value, at(3)).is_err());
}

#[test]
fn fetched_documents_make_room_and_hosted_ones_do_not() {
    let catalog = ContextCatalog::new(2, 1 << 20);
    let put = |url: &str, kind, now| catalog.store(url, kind, document("a", "https://x.org/a"), at(now));
    put("https://x.org/1", ContextKind::Cached, 1).unwrap();
    put("https://x.org/2", ContextKind::Cached, 2).unwrap();
    catalog.load("https://x.org/1", at(3));
    put("https://x.org/3", ContextKind::Hosted, 4).unwrap();
    assert!(catalog.get("https://x.org/1").is_some() && catalog.get("https://x.org/2").is_none());
    put("https://x.org/4", ContextKind::Hosted, 5).unwrap();
    assert_eq!(put("https://x.org/5", ContextKind::Cached, 6).unwrap_err().kind, ErrorKind::TooLarge);
    put("https://x.org/4", ContextKind::Hosted, 7).unwrap();
}

#[test]
fn implicitly_created_documents_make_room_unless_somebody_relies_on_them() {
    let catalog = ContextCatalog::new(2, 1 << 20);
    let made = |n: u32| {
        catalog.store(
            &format!("made-{n}"),
            ContextKind::ImplicitlyCreated,
            document("a", "urn:a:b"),
            at(n.into()),
        )
    };
    let there = |url: &str| catalog.get(url).is_some();
    for n in 0..100 {
        made(n).unwrap();
    }
    assert!(there("made-98") && there("made-99") && catalog.list().len() == 2);
    assert!(catalog.touch("made-98", at(200)) && !catalog.touch("made-1", at(200)));
    catalog
        .store_for_good("relied-on", ContextKind::ImplicitlyCreated, document("a", "urn:a:b"), at(1))
        .unwrap();
    assert!(there("made-98") && !there("made-99"), "the one that was named last stays");
    for n in 300..310 {
        made(n).unwrap();
    }
    assert!(there("relied-on"));
    // One that was made before is relied on from now on.
    catalog
        .store_for_good("made-309", ContextKind::ImplicitlyCreated, document("a", "urn:a:b"), at(400))
        .unwrap();
    assert_eq!(made(500).unwrap_err().kind, ErrorKind::TooLarge);
}

#[test]
fn documents_are_bounded_by_what_they_take() {
    let large = |bytes: usize| document("a", &format!("urn:a:{}", "x".repeat(bytes)));
    let catalog = ContextCatalog::new(1000, 100_000);
    for n in 0..100 {
        catalog.store(&format!("https://x.org/{n}"), ContextKind::Cached, large(10_000), at(n)).unwrap();
        assert!(catalog.list().len() <= 9);
    }
    assert_eq!(catalog.list().len(), 9);
    let hosted = |url: &str, bytes| catalog.store(url, ContextKind::Hosted, large(bytes), at(200));
    assert_eq!(hosted("huge", 200_000).unwrap_err().kind, ErrorKind::TooLarge);
    assert_eq!(catalog.list().len(), 9, "nothing goes for what has no room anyway");
    hosted("large", 60_000).unwrap();
    assert!(catalog.get("large").is_some() && catalog.list().len() == 4);
    assert_eq!(catalog.check_room("other", &large(60_000)).unwrap_err().kind, ErrorKind::TooLarge);
    assert!(catalog.check_room("other", &large(30_000)).is_ok());
    // In its own place there is room for it.
    assert!(catalog.check_room("large", &large(90_000)).is_ok());
    hosted("large", 90_000).unwrap();
    assert!(catalog.remove("large"));
    hosted("other", 90_000).unwrap();
}

#[test]
fn the_core_context_is_always_there_and_cannot_be_replaced() {
    let catalog = ContextCatalog::new(2, 1 << 20);
    let core = catalog.load(crate::CORE_CONTEXT_URL, at(1)).unwrap();
    assert!(core.get("@context").unwrap().get("observedAt").is_some());
    assert!(
        catalog
            .store(crate::CORE_CONTEXT_URL, ContextKind::Hosted, document("a", "https://x.org/a"), at(1))
            .is_err()
    );
    assert!(catalog.store(URL, ContextKind::Hosted, Json::Null, at(1)).is_err());
    assert!(catalog.resolve_url(crate::CORE_CONTEXT_URL, at(1)).unwrap().is_core());
}

#[test]
fn our_core_document_reads_as_the_core_context() {
    let catalog = ContextCatalog::new(2, 1 << 20);
    // Under another URL it is a context like any other, and changes nothing.
    catalog.store(URL, ContextKind::Cached, core_document(), at(1)).unwrap();
    let context = catalog.resolve_url(URL, at(1)).unwrap();
    for term in ["observedAt", "value", "Point", "languageMap", "anything", "title"] {
        assert_eq!(context.expand(term), Context::default_core().expand(term));
    }
}
