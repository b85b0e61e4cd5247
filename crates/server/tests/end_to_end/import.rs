//! `senne import ngsi-ld`: one server copied into another, with a break in between.

mod breaks;
mod parts;
mod way;

use std::{net::SocketAddr, path::Path, process::Output};

use serde_json::{Value, json};

use crate::support::{City, Client, command, words};

const API: &str = "/ngsi-ld/v1";

/// Copies the default tenant of a server into that of another.
fn import(from: SocketAddr, into: &str, state: &Path, more: &[&str]) -> Output {
    let mut command = command();
    command.args(["import", "ngsi-ld", &format!("http://{from}"), "--into", into, "--quiet"]);
    command.arg("--state").arg(state).args(more).output().unwrap()
}

fn post(client: &mut Client, path: &str, body: &Value) {
    let answer = client.json("POST", &format!("{API}{path}"), body);
    assert!(matches!(answer.status, 201 | 204), "{path}: {} {}", answer.status, answer.text());
}

fn get(client: &mut Client, path: &str) -> Value {
    let answer = client.get(&format!("{API}{path}"));
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// Entities of two types (one of both), one with a past, a context, a registration, a subscription.
fn fill(client: &mut Client) {
    let many: Vec<Value> = (0..25)
        .map(|n| {
            json!({ "id": format!("urn:ngsi-ld:Probe:{n}"), "type": "Probe", "n": { "type": "Property", "value": n },
                "big": { "type": "Property", "value": 9_007_199_254_740_993_i64 },
                "place": { "type": "GeoProperty", "value": { "type": "Point", "coordinates": [4.35, 50.85] } } })
        })
        .collect();
    post(client, "/entityOperations/create", &Value::Array(many));
    post(
        client,
        "/entities",
        &json!({ "id": "urn:ngsi-ld:Both:1", "type": ["Other", "Probe"], "scope": "/a/b" }),
    );
    for day in 1..=9 {
        let level = json!({ "type": "Property", "value": day, "observedAt": format!("2024-01-0{day}T00:00:00Z"), "unitCode": "GQ" });
        post(client, "/entities/urn:ngsi-ld:Probe:3/attrs", &json!({ "level": level }));
    }
    post(client, "/jsonldContexts", &json!({ "@context": { "level": "https://example.org/level" } }));
    post(
        client,
        "/csourceRegistrations",
        &json!({ "id": "urn:ngsi-ld:Registration:1", "type": "ContextSourceRegistration", "mode": "inclusive",
            "information": [{ "entities": [{ "type": "Far" }] }], "endpoint": "http://127.0.0.1:9/far" }),
    );
    post(
        client,
        "/subscriptions",
        &json!({ "id": "urn:ngsi-ld:Subscription:1", "type": "Subscription", "entities": [{ "type": "Probe" }],
            "notification": { "endpoint": { "uri": "http://127.0.0.1:9/told" } } }),
    );
}

#[test]
fn a_broker_is_copied_and_a_break_does_no_harm() {
    let (there, here) = (City::new(), City::new());
    let options = ["--open", "--allow-private-addresses"];
    let from = crate::support::Server::start(&there.data(), &options);
    let into = crate::support::Server::start(&here.data(), &options);
    fill(&mut from.client());
    let state = here.files().join("state.json");
    let import = |url: &str| {
        let mut command = command();
        command.args([
            "import",
            "ngsi-ld",
            &format!("http://{}", from.address()),
            "--into",
            url,
            "--tenant",
            "copied",
            "--page",
            "7",
            "--quiet",
        ]);
        command.arg("--pause-subscriptions").arg("--state").arg(&state);
        command.output().unwrap()
    };
    let url = format!("http://{}", into.address());
    let mut client = into.client().with("NGSILD-Tenant", "copied");
    let done = import(&url);
    assert!(done.status.success(), "{}", words(&done));
    assert!(words(&done).contains("26 entities"), "{}", words(&done));

    let count = client.get(&format!("{API}/entities?type=Probe&limit=0&count=true"));
    assert_eq!(count.header("NGSILD-Results-Count"), Some("26"));
    let same = |path: &str, client: &mut Client| {
        assert_eq!(get(client, path), get(&mut from.client(), path), "{path}");
    };
    same("/entities/urn:ngsi-ld:Probe:3", &mut client);
    same("/entities/urn:ngsi-ld:Both:1", &mut client);
    let past = "/temporal/entities/urn:ngsi-ld:Probe:3?attrs=level&options=temporalValues";
    assert_eq!(get(&mut client, past)["level"]["values"].as_array().map(Vec::len), Some(9));
    same(past, &mut client);
    let subscription = get(&mut client, "/subscriptions/urn:ngsi-ld:Subscription:1");
    assert_eq!(subscription["isActive"], json!(false));
    assert_eq!(
        get(&mut client, "/csourceRegistrations/urn:ngsi-ld:Registration:1")["information"][0]["entities"][0]
            ["type"],
        json!("Far")
    );
    let contexts = get(&mut client, "/jsonldContexts?kind=Hosted");
    assert_eq!(contexts.as_array().map(Vec::len), Some(1), "{contexts}");

    // The same command again has nothing left to do; into another place it is not mixed up.
    let again = import(&url);
    assert!(again.status.success() && words(&again).contains("26 entities"), "{}", words(&again));
    let elsewhere = import("http://127.0.0.1:9");
    assert!(!elsewhere.status.success() && words(&elsewhere).contains("--state"), "{}", words(&elsewhere));

    // From any step and page on, what was copied already is written over with the same.
    let mut half: Value = serde_json::from_slice(&std::fs::read(&state).unwrap()).unwrap();
    half["step"] = json!("entities");
    half["next"] = json!(format!("{API}/entities?type=Probe&options=sysAttrs&limit=7&offset=14"));
    half["next_of"] = json!("Probe");
    half["types_done"] = json!(["Other"]);
    std::fs::write(&state, half.to_string()).unwrap();
    let resumed = import(&url);
    assert!(resumed.status.success(), "{}", words(&resumed));
    let count = client.get(&format!("{API}/entities?type=Probe&limit=0&count=true"));
    assert_eq!(count.header("NGSILD-Results-Count"), Some("26"));
    assert_eq!(get(&mut client, past)["level"]["values"].as_array().map(Vec::len), Some(9));
}

#[test]
fn a_broker_that_is_not_there_is_told() {
    let city = City::new();
    let server = city.serve();
    let mut command = command();
    command.args([
        "import",
        "ngsi-ld",
        "nonsense",
        "--into",
        &format!("http://{}", server.address()),
        "--quiet",
        "--state",
    ]);
    let output = command.arg(city.files().join("state.json")).output().unwrap();
    assert!(!output.status.success() && words(&output).contains("is no URL"), "{}", words(&output));
}
