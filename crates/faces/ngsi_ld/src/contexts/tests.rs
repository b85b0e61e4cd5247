//! The room for contexts, their names, and whose a context is.

use senne_hub::{Hub, HubConfig, Principal};
use senne_model::ErrorKind;

use super::{cached::Freshness, fetch::Fetched, *};

async fn hub() -> (Hub, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Hub::open(HubConfig::new(folder.path())).await.unwrap(), folder)
}

/// Contexts as after a start, with room for so many documents and bytes.
fn contexts(hub: &Hub, documents_max: usize, bytes_max: usize) -> Arc<Contexts> {
    let options = NgsiLdOptions::default();
    Arc::new(Contexts::with_room(hub.clone(), &options, documents_max, bytes_max).unwrap())
}

fn tenant() -> TenantName {
    TenantName::default()
}

/// Who keeps house in a tenant.
fn keeper(tenant: TenantName) -> senne_hub::Context {
    senne_hub::Context::new(Principal::Administrator { name: "tester".to_owned() }, tenant)
}

fn document(iri: &str) -> Json {
    crate::read::read_json(format!(r#"{{"@context":{{"a":"{iri}"}}}}"#).as_bytes()).unwrap()
}

async fn count(contexts: &Contexts) -> usize {
    contexts.all(&keeper(tenant())).await.unwrap().len()
}

#[tokio::test]
async fn contexts_from_inside_requests_do_not_take_all_room() {
    let (hub, _folder) = hub().await;
    let contexts = contexts(&hub, 10, 1 << 20);
    let relied_on = contexts.by_text(r#"{"a":"https://x.org/relied-on"}"#).await.unwrap();
    contexts.keep_implicit(&tenant(), &relied_on).await.unwrap();
    for n in 0..50 {
        let terms = contexts.by_text(&format!(r#"{{"a":"https://x.org/{n}"}}"#)).await.unwrap();
        let url = contexts.link(&terms, "http://city.example");
        assert!(contexts.document(&keeper(tenant()), &url).await.is_ok(), "{url} is served");
    }
    assert_eq!(contexts.catalog.list().len(), 10);
    assert!(contexts.catalog.get(&implicit(&relied_on).0).is_some());
    let key = contexts.host(&tenant(), document("https://x.org/hosted")).await.unwrap();
    assert!(contexts.document(&keeper(tenant()), &key).await.is_ok());
    let fetched = Fetched::New(document("https://x.org/fetched"), Freshness::default());
    contexts.take_fetched("https://x.org/c.jsonld", fetched).await.unwrap();
}

#[tokio::test]
async fn what_has_no_room_is_not_on_disk() {
    let (hub, _folder) = hub().await;
    let small = contexts(&hub, 2, 1 << 20);
    let iri = |n: u32| document(&format!("https://x.org/{n}"));
    small.host(&tenant(), iri(1)).await.unwrap();
    small.host(&tenant(), iri(2)).await.unwrap();
    assert_eq!(small.host(&tenant(), iri(3)).await.unwrap_err().kind, ErrorKind::TooLarge);
    assert_eq!(count(&contexts(&hub, 10, 1 << 20)).await, 2);
    // With less room after a restart, what has none is left out, and all else goes on.
    let less = contexts(&hub, 1, 1 << 20);
    assert_eq!(count(&less).await, 1);
    assert!(less.by_text(r#"{"a":"https://x.org/a"}"#).await.is_ok());
}

#[tokio::test]
async fn fetched_contexts_are_bounded_by_what_they_take_in_memory_and_on_disk() {
    let (hub, _folder) = hub().await;
    let small = contexts(&hub, 1000, 100_000);
    for n in 0..30 {
        let large = document(&format!("https://x.org/{}", "x".repeat(10_000)));
        let fetched = Fetched::New(large, Freshness::default());
        small.take_fetched(&format!("https://x.org/{n}"), fetched).await.unwrap();
    }
    assert_eq!(count(&small).await, 9);
    assert_eq!(small.freshness.lock().len(), 9);
    assert_eq!(count(&contexts(&hub, 1000, 1 << 30)).await, 9);
}

#[tokio::test]
async fn resolved_contexts_are_bounded_by_what_they_take() {
    let (hub, _folder) = hub().await;
    let contexts = contexts(&hub, 1000, 1 << 30);
    let terms: Vec<String> = (0..4000).map(|n| format!(r#""t{n}":"p:{n}""#)).collect();
    let prefix = "x".repeat(2000);
    let text = format!(r#"{{"@context":{{"p":"https://x.org/{prefix}/",{}}}}}"#, terms.join(","));
    for n in 0..12 {
        let (url, document) =
            (format!("https://x.org/{n}"), crate::read::read_json(text.as_bytes()).unwrap());
        contexts.catalog.store(&url, ContextKind::Cached, document, Timestamp::now()).unwrap();
        assert!(contexts.by_url(&url).await.unwrap().bytes() > RESOLVED_BYTES_MAX / 12);
    }
    let kept: usize = contexts.resolved.lock().by_text.values().map(|(terms, _)| terms.bytes()).sum();
    assert!(kept > 0 && kept <= RESOLVED_BYTES_MAX, "{kept}");
}

#[tokio::test]
async fn only_what_is_ours_goes_by_its_short_name() {
    let (hub, _folder) = hub().await;
    let options = NgsiLdOptions {
        public_url: Some("https://city.example/senne/".to_owned()),
        ..NgsiLdOptions::default()
    };
    let contexts = Contexts::with_room(hub, &options, 10, 1 << 20).unwrap();
    let path = |key: &str| format!("/ngsi-ld/v1/jsonldContexts/{key}");
    let hosted = contexts.host(&tenant(), document("https://x.org/a")).await.unwrap();
    for origin in ["https://city.example/senne", "http://10.0.0.1:7000", "senne:", ""] {
        assert_eq!(contexts.key(&format!("{origin}{}", path(&hosted))), hosted, "{origin}");
    }
    for origin in ["https://city.example/senne", "senne:", ""] {
        assert_eq!(contexts.key(&format!("{origin}{}", path("gone"))), "gone", "{origin}");
    }
    let other = format!("http://other.example{}", path("abc"));
    assert_eq!(contexts.key(&other), other);
}

#[tokio::test]
async fn a_context_from_inside_a_request_is_told_to_nobody_else() {
    let (hub, _folder) = hub().await;
    let contexts = contexts(&hub, 10, 1 << 20);
    let terms = contexts.by_text(r#"{"a":"https://x.org/secret"}"#).await.unwrap();
    let url = contexts.link(&terms, "http://city.example");
    let others = TenantName::parse("others").unwrap();
    for caller in [keeper(tenant()), keeper(others.clone())] {
        assert!(contexts.all(&caller).await.unwrap().is_empty());
        assert!(contexts.document(&caller, &url).await.is_ok(), "who was told of it may have it");
    }
    contexts.keep_implicit(&tenant(), &terms).await.unwrap();
    assert_eq!(count(&contexts).await, 1);
    assert!(contexts.all(&keeper(others)).await.unwrap().is_empty());
}

/// What was fetched says with whom others work; what the operator gave is no secret.
#[tokio::test]
async fn fetched_contexts_are_told_to_who_keeps_house() {
    let (hub, _folder) = hub().await;
    let given = ("https://x.org/given".to_owned(), r#"{"@context":{}}"#.to_owned());
    let options = NgsiLdOptions { context_preload: vec![given], ..NgsiLdOptions::default() };
    let contexts = Contexts::with_room(hub, &options, 10, 1 << 20).unwrap();
    let url = "https://partner.example/c.jsonld?key=1";
    let fetched = Fetched::New(document("https://x.org/a"), Freshness::default());
    contexts.take_fetched(url, fetched).await.unwrap();
    let stranger = senne_hub::Context::new(Principal::Anonymous, tenant());
    for (caller, count) in [(stranger, 1), (keeper(tenant()), 2)] {
        assert_eq!(contexts.all(&caller).await.unwrap().len(), count);
        assert_eq!(contexts.document(&caller, url).await.is_ok(), count == 2);
    }
}

#[test]
fn names_are_made_so_that_no_stranger_finds_another_text_for_one() {
    let digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    assert_eq!(super::digest("foo"), digest);
    assert_eq!(&*cached::entity_id("foo"), format!("urn:senne:cached-context:{digest}"));
    assert_eq!(implicit(&Terms::default_core()).0.len(), "implicit-".len() + 64);
}

#[tokio::test]
async fn documents_of_older_builds_are_found_and_renamed() {
    let (hub, _folder) = hub().await;
    let url = "https://x.org/c.jsonld";
    let mut older = cached::kept(url, document("https://x.org/kept"), &Freshness::default());
    older.entity = senne_model::EntityId::trusted("urn:senne:cached-context:0123456789abcdef");
    let before = contexts(&hub, 10, 1 << 20);
    before.write_all(vec![older.clone()]).await.unwrap();
    for _ in 0..2 {
        let found = contexts(&hub, 10, 1 << 20);
        assert_eq!(&*found.by_url(url).await.unwrap().expand("a"), "https://x.org/kept");
        let there = |id: senne_model::EntityId| {
            let hub = hub.clone();
            async move { hub.entity(&Contexts::circumstances(), &id).await.is_ok() }
        };
        assert!(there(cached::entity_id(url)).await && !there(older.entity.clone()).await);
    }
}

#[tokio::test]
async fn what_was_resolved_before_a_document_changed_is_not_kept() {
    let (hub, _folder) = hub().await;
    let contexts = contexts(&hub, 10, 1 << 20);
    let url = "https://x.org/c.jsonld";
    let fetched = |iri: &str| Fetched::New(document(iri), Freshness::default());
    contexts.take_fetched(url, fetched("https://x.org/old")).await.unwrap();
    let (old, forgotten) = (contexts.by_url(url).await.unwrap(), contexts.resolved.lock().forgotten);
    contexts.take_fetched(url, fetched("https://x.org/new")).await.unwrap();
    // Somebody who began before that comes to an end only now.
    contexts.remember(&Json::text(url).to_string(), &old, Arc::default(), forgotten);
    assert_eq!(&*contexts.by_url(url).await.unwrap().expand("a"), "https://x.org/new");
}

#[tokio::test]
async fn many_slow_documents_have_no_more_patience_than_a_few() {
    let (hub, _folder) = hub().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let slow = axum::Router::new().fallback(async || {
        tokio::time::sleep(Duration::from_millis(150)).await;
        r#"{"@context":{}}"#
    });
    tokio::spawn(async move { axum::serve(listener, slow).await.unwrap() });
    let options = NgsiLdOptions {
        context_timeout: Duration::from_millis(200),
        allow_private_addresses: true,
        ..NgsiLdOptions::default()
    };
    let contexts = Arc::new(Contexts::new(hub, &options).unwrap());
    let urls: Vec<String> = (0..30).map(|n| format!("\"{origin}/{n}\"")).collect();
    let began = Instant::now();
    let refused = contexts.by_text(&format!("[{}]", urls.join(","))).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::ContextUnavailable);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}
