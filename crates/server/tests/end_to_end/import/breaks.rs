//! What another key, more room or another day mends is no refusal: the copy stops, and goes on where it stopped.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use serde_json::json;

use super::{API, get, import, post, way::refusing};
use crate::support::{City, Client, Server, words};

#[test]
fn a_key_that_was_missing_costs_nothing() {
    let (there, here) = (City::new(), City::new());
    let (from, into) = (there.serve(), here.serve_closed());
    let mut source = from.client();
    post(&mut source, "/jsonldContexts", &json!({ "@context": { "level": "https://example.org/level" } }));
    post(&mut source, "/entities", &json!({ "id": "urn:ngsi-ld:Probe:1", "type": "Probe" }));
    let state = here.files().join("state.json");
    let (from, into) = (from.address(), format!("http://{}", into.address()));
    let without = import(from, &into, &state, &[]);
    assert!(!without.status.success() && words(&without).contains("--key-file"), "{}", words(&without));
    let key = here.data().join("admin-key");
    let with = import(from, &into, &state, &["--key-file", key.to_str().unwrap()]);
    assert!(with.status.success(), "{}", words(&with));
    assert!(words(&with).contains("1 contexts") && words(&with).contains("1 entities"), "{}", words(&with));
}

#[test]
fn a_broker_that_is_in_trouble_gets_the_rest_later() {
    let (there, here) = (City::new(), City::new());
    let options = ["--open", "--allow-private-addresses"];
    let from = Server::start(&there.data(), &options);
    let into = Server::start(&here.data(), &options);
    let level = json!({ "type": "Property", "value": 7, "observedAt": "2024-01-01T00:00:00Z" });
    post(
        &mut from.client(),
        "/entities",
        &json!({ "id": "urn:ngsi-ld:Probe:1", "type": "Probe", "level": level }),
    );
    post(
        &mut from.client(),
        "/subscriptions",
        &json!({ "id": "urn:ngsi-ld:Subscription:1", "type": "Subscription", "entities": [{ "type": "Probe" }],
            "notification": { "endpoint": { "uri": "http://127.0.0.1:9/told" } } }),
    );
    let trouble = Arc::new(Mutex::new(None));
    let now = Arc::clone(&trouble);
    let way = refusing(into.address(), move |asked| {
        let (path, status): (&str, u16) = (*now.lock().unwrap())?;
        (asked.method == "POST" && asked.path == path).then_some(status)
    });
    let (url, state) = (format!("http://{way}"), here.files().join("state.json"));
    for (path, status) in [
        ("/ngsi-ld/v1/entityOperations/upsert", 500),
        ("/ngsi-ld/v1/temporal/entities", 507),
        ("/ngsi-ld/v1/subscriptions", 500),
    ] {
        *trouble.lock().unwrap() = Some((path, status));
        let stopped = import(from.address(), &url, &state, &[]);
        assert!(!stopped.status.success(), "{path}: {}", words(&stopped));
        assert!(words(&stopped).contains(&status.to_string()), "{path}: {}", words(&stopped));
    }
    *trouble.lock().unwrap() = None;
    let done = import(from.address(), &url, &state, &[]);
    assert!(done.status.success() && !words(&done).contains("refused"), "{}", words(&done));
    let mut client = into.client();
    let past = get(&mut client, "/temporal/entities/urn:ngsi-ld:Probe:1?options=temporalValues");
    assert_eq!(past["level"]["values"].as_array().map(Vec::len), Some(1), "{past}");
    get(&mut client, "/subscriptions/urn:ngsi-ld:Subscription:1");
}

/// Thirty entities of one type.
fn probes(source: &mut Client) {
    let probes: Vec<_> =
        (0..30).map(|n| json!({ "id": format!("urn:ngsi-ld:Probe:{n:02}"), "type": "Probe" })).collect();
    post(source, "/entityOperations/create", &json!(probes));
}

fn counted(client: &mut Client, kind: &str) -> String {
    let found = client.get(&format!("{API}/entities?type={kind}&limit=0&count=true"));
    found.header("NGSILD-Results-Count").unwrap_or_default().to_owned()
}

#[test]
fn a_page_that_was_too_large_is_asked_for_in_the_size_that_is_named_since() {
    let (there, here) = (City::new(), City::new());
    let (from, into) = (there.serve(), here.serve());
    probes(&mut from.client());
    let way = refusing(into.address(), |asked| {
        let many = asked.body.matches("urn:ngsi-ld:Probe:").count() > 5;
        (many && asked.path.ends_with("/upsert") && asked.body.contains("Probe:15")).then_some(413)
    });
    let (url, state) = (format!("http://{way}"), here.files().join("state.json"));
    let stopped = import(from.address(), &url, &state, &["--page", "10"]);
    assert!(!stopped.status.success() && words(&stopped).contains("--page"), "{}", words(&stopped));
    let done = import(from.address(), &url, &state, &["--page", "5"]);
    assert!(done.status.success(), "{}", words(&done));
    assert_eq!(counted(&mut into.client(), "Probe"), "30");
}

#[test]
fn a_type_that_came_during_a_break_is_copied_from_its_beginning() {
    let (there, here) = (City::new(), City::new());
    let (from, into) = (there.serve(), here.serve());
    probes(&mut from.client());
    let full = Arc::new(AtomicBool::new(true));
    let now = Arc::clone(&full);
    let way = refusing(into.address(), move |asked| {
        (now.load(Ordering::Acquire) && asked.body.contains("Probe:15")).then_some(507)
    });
    let (url, state) = (format!("http://{way}"), here.files().join("state.json"));
    let stopped = import(from.address(), &url, &state, &["--page", "10"]);
    assert!(!stopped.status.success(), "{}", words(&stopped));
    post(&mut from.client(), "/entities", &json!({ "id": "urn:ngsi-ld:Alone:1", "type": "Alone" }));
    full.store(false, Ordering::Release);
    let done = import(from.address(), &url, &state, &["--page", "10"]);
    assert!(done.status.success(), "{}", words(&done));
    assert_eq!(counted(&mut into.client(), "Alone"), "1", "it stands before the type that was under way");
    assert_eq!(counted(&mut into.client(), "Probe"), "30");
}
