//! The past, value by value: none is lost, be it told in parts, and none is changed.

use serde_json::{Value, json};

use super::{API, get, import, post, way::without_links};
use crate::support::{City, Server, words};

/// How many values a sensor has: some are told at once, others in several parts.
fn values_of(sensor: u64) -> u64 {
    1 + (sensor * 5) % 13
}

/// A sensor whose values begin later the fewer there are, so that a part ends for each at another moment.
fn sensor(number: u64) -> Value {
    let count = values_of(number);
    let level = |n: u64| {
        let (day, hour) = (1 + (13 - count), 1 + n);
        json!({ "type": "Property", "value": n, "observedAt": format!("2024-01-{day:02}T{hour:02}:00:00Z") })
    };
    let levels: Vec<Value> = (0..count).map(level).collect();
    json!({ "id": format!("urn:ngsi-ld:Sensor:{number:02}"), "type": "Sensor", "level": levels })
}

#[test]
fn the_past_of_every_entity_comes_over_in_parts() {
    let (there, here) = (City::new(), City::new());
    let from = Server::start(&there.data(), &["--open", "--temporal-values", "4"]);
    let into = here.serve();
    for number in 0..25 {
        post(&mut from.client(), "/temporal/entities", &sensor(number));
    }
    let cut = from
        .client()
        .get(&format!("{API}/temporal/entities?type=Sensor&timerel=after&timeAt=2020-01-01T00:00:00Z"));
    assert_eq!(cut.status, 206, "{}", cut.text());
    let url = format!("http://{}", into.address());
    let done = import(from.address(), &url, &here.files().join("state.json"), &["--page", "10"]);
    assert!(done.status.success() && !words(&done).contains("refused"), "{}", words(&done));
    for number in 0..25 {
        let path = format!("/temporal/entities/urn:ngsi-ld:Sensor:{number:02}?options=temporalValues");
        let past = get(&mut into.client(), &path);
        let found = past["level"]["values"].as_array().map_or(0, Vec::len);
        assert_eq!(found as u64, values_of(number), "{past}");
    }
}

#[test]
fn a_broker_that_links_no_pages_is_copied_whole() {
    let (there, here) = (City::new(), City::new());
    let options = ["--open", "--allow-private-addresses"];
    let (from, into) = (Server::start(&there.data(), &options), Server::start(&here.data(), &options));
    for number in 0..25 {
        post(&mut from.client(), "/temporal/entities", &sensor(number));
    }
    for number in 0..25 {
        let subscription = json!({ "id": format!("urn:ngsi-ld:Subscription:{number:02}"), "type": "Subscription",
            "entities": [{ "type": "Sensor" }], "notification": { "endpoint": { "uri": "http://127.0.0.1:9/told" } } });
        post(&mut from.client(), "/subscriptions", &subscription);
    }
    let url = format!("http://{}", into.address());
    let way = without_links(from.address());
    let more = ["--page", "10", "--pause-subscriptions"];
    let done = import(way, &url, &here.files().join("state.json"), &more);
    assert!(done.status.success() && !words(&done).contains("refused"), "{}", words(&done));
    assert!(words(&done).contains("25 entities"), "{}", words(&done));
    assert!(words(&done).contains("25 subscriptions"), "{}", words(&done));
    for number in 0..25 {
        let path = format!("/temporal/entities/urn:ngsi-ld:Sensor:{number:02}?options=temporalValues");
        let past = get(&mut into.client(), &path);
        let found = past["level"]["values"].as_array().map_or(0, Vec::len);
        assert_eq!(found as u64, values_of(number), "{past}");
    }
}

#[test]
fn what_is_foreseen_comes_over_too() {
    let (there, here) = (City::new(), City::new());
    let (from, into) = (there.serve(), here.serve());
    let level = |value: u64, year: u64| {
        let at = format!("{year}-01-01T00:00:00Z");
        json!({ "type": "Property", "value": value, "observedAt": at })
    };
    let forecast = json!({ "id": "urn:ngsi-ld:Forecast:1", "type": "Forecast",
        "level": [level(1, 2024), level(2, 2099)] });
    post(&mut from.client(), "/temporal/entities", &forecast);
    let url = format!("http://{}", into.address());
    let done = import(from.address(), &url, &here.files().join("state.json"), &[]);
    assert!(done.status.success(), "{}", words(&done));
    let past = get(&mut into.client(), "/temporal/entities/urn:ngsi-ld:Forecast:1?options=temporalValues");
    assert_eq!(past["level"]["values"].as_array().map(Vec::len), Some(2), "{past}");
}

#[test]
fn numbers_come_over_with_all_their_digits() {
    const DIGITS: &str = "123456789012345678901234567890";
    let (there, here) = (City::new(), City::new());
    let (from, into) = (there.serve(), here.serve());
    let body = format!(
        r#"{{"id":"urn:ngsi-ld:Meter:1","type":"Meter","count":{{"type":"Property","value":{DIGITS},"observedAt":"2024-01-01T00:00:00Z"}}}}"#
    );
    let headers = [("Content-Type", "application/json")];
    let made = from.client().send("POST", &format!("{API}/entities"), &headers, body.as_bytes());
    assert_eq!(made.status, 201, "{}", made.text());
    let url = format!("http://{}", into.address());
    let done = import(from.address(), &url, &here.files().join("state.json"), &[]);
    assert!(done.status.success(), "{}", words(&done));
    for path in ["/entities/urn:ngsi-ld:Meter:1", "/temporal/entities/urn:ngsi-ld:Meter:1"] {
        let told = into.client().get(&format!("{API}{path}"));
        assert!(told.text().contains(&format!("\"value\":{DIGITS}")), "{path}: {}", told.text());
    }
}
