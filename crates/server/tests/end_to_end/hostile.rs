//! Malformed input: always a problem that says what and where, never a failure, never much memory.

mod inputs;
mod silent;

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

use crate::support::{Answer, City, Client, Server};
use inputs::{Input, inputs};

/// What the process may have grown to after all of it, in KiB.
const MEMORY_KIB_MAX: u64 = 1_000_000;

/// The status of a problem, also of one inside the answer to a batch, and the field that it names.
fn problem(answer: &Answer) -> (u16, Option<String>) {
    let body = answer.json();
    let problem = if answer.status == 207 { body["errors"][0]["error"].clone() } else { body };
    let status = problem["status"].as_u64().map_or(answer.status, |status| status as u16);
    (status, problem["field"].as_str().map(str::to_owned))
}

fn check(client: &mut Client, input: &Input, server: &Server, faults: &mut Vec<String>) {
    let headers: Vec<(&str, &str)> = input.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let answer = match client.try_send(input.method, &input.path, &headers, &input.body) {
        Ok(answer) => answer,
        Err(error) => return faults.push(format!("{}: no answer: {error}", input.what)),
    };
    let (status, field) = problem(&answer);
    let shown: String = answer.text().chars().take(200).collect();
    // The standard's answer when a context cannot be had (GS CIM 009 clause 5.5.2).
    let no_context = status == 504 && shown.contains("LdContextNotAvailable");
    if !no_context && !(400..500).contains(&status) {
        faults.push(format!("{}: {status} is not a 4xx: {shown}\n{}", input.what, server.log_end()));
        return;
    }
    // The standard wants 411 and 415 without a body; 405 says in its header what may be done.
    let told_by_header = status == 405 && answer.header("Allow").is_some();
    if !matches!(status, 411 | 415) && !told_by_header {
        let body: Value = answer.json();
        let told = body["detail"].is_string() || answer.status == 207;
        if !told {
            faults.push(format!("{}: {status} without a problem that explains: {shown}", input.what));
        }
    }
    if let Some(wanted) = input.field
        && !field.as_deref().is_some_and(|field| field.contains(wanted))
    {
        faults.push(format!("{}: the problem names {field:?}, not `{wanted}`: {shown}", input.what));
    }
}

#[test]
fn malformed_input_is_a_problem_and_nothing_more() {
    let city = City::new();
    let mut server = city.serve();
    let mut client = server.client();
    let good = serde_json::json!({ "id": "urn:ngsi-ld:Probe:there", "type": "Probe", "serial": 1 });
    assert_eq!(client.json("POST", "/ngsi-ld/v1/entities", &good).status, 201);
    let mut faults = Vec::new();
    let inputs = inputs();
    for input in &inputs {
        check(&mut client, input, &server, &mut faults);
        assert!(server.is_alive(), "{} ended the process:\n{}", input.what, server.log_end());
    }
    assert!(faults.is_empty(), "{} of {} inputs:\n{}", faults.len(), inputs.len(), faults.join("\n"));
    let after = client.get("/ngsi-ld/v1/entities/urn:ngsi-ld:Probe:there");
    assert_eq!((after.status, &after.json()["serial"]["value"]), (200, &serde_json::json!(1)));
    let found = client.get("/ngsi-ld/v1/entities?type=Probe&count=true&limit=0");
    assert_eq!(found.header("NGSILD-Results-Count"), Some("1"), "nothing of it was stored");
    assert!(!server.log_end().contains("panicked"), "{}", server.log_end());
}

#[test]
fn many_large_bodies_at_once_take_bounded_memory() {
    let city = City::new();
    let server = city.serve();
    let large = inputs::large_batch();
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                let headers = [("Content-Type", "application/json")];
                let path = "/ngsi-ld/v1/entityOperations/upsert";
                let answer = server.client().send("POST", path, &headers, &large);
                let (status, _) = problem(&answer);
                assert!((400..500).contains(&status) || status == 503, "{status}: {}", answer.text());
            });
        }
    });
    let peak = server.memory_kib("VmHWM");
    assert!(peak < MEMORY_KIB_MAX, "the process had grown to {peak} KiB");
    assert_eq!(server.client().get("/healthz").status, 200);
}

#[test]
fn slow_callers_hold_nobody_up() {
    let city = City::new();
    let server = city.serve();
    let head = "POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";
    let open = |_| {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let slow: Vec<TcpStream> = (0..200).map(open).collect();
    let good = serde_json::json!({ "id": "urn:ngsi-ld:Probe:1", "type": "Probe", "serial": 1 });
    assert_eq!(server.client().json("POST", "/ngsi-ld/v1/entities", &good).status, 201);
    assert_eq!(server.client().get("/ngsi-ld/v1/entities/urn:ngsi-ld:Probe:1").status, 200);
    drop(slow);
    assert_eq!(server.client().get("/healthz").status, 200);
}

/// What metrics tell of a city is not for those who come through a proxy without a key.
#[test]
fn metrics_are_for_the_machine_and_for_the_key() {
    let city = City::new();
    let server = city.serve_closed();
    let key = std::fs::read_to_string(city.data().join("admin-key")).unwrap();
    let bearer = format!("Bearer {}", key.trim());
    let here = server.client().get("/metrics");
    assert!(here.status == 200 && here.text().contains("senne_http_requests_total"), "{}", here.text());
    let mut afar = server.client().with("X-Forwarded-For", "193.190.130.15");
    let stranger = afar.get("/metrics");
    assert_eq!((stranger.status, stranger.header("WWW-Authenticate")), (401, Some("Bearer")));
    assert!(!stranger.text().contains("senne_http"), "{}", stranger.text());
    assert_eq!(afar.with("Authorization", &bearer).get("/metrics").status, 200);
}

/// Sends bytes on a connection of their own; the first line of the answer, or nothing when it was hung up.
fn raw(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(bytes).ok();
    stream.shutdown(std::net::Shutdown::Write).ok();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok();
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn what_is_not_http_ends_the_connection_and_not_the_process() {
    let city = City::new();
    let mut server = city.serve();
    let head = "POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let long = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(2_000_000));
    let cases = [
        format!("{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{{}}"),
        format!("{head}Content-Length: -1\r\n\r\n"),
        format!("{head}Content-Length: 99999999999999999999999\r\n\r\n"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"),
        "GET  HTTP/9.9\r\n\r\n".to_owned(),
        "\u{0}\u{1}\u{2}\u{3}".to_owned(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000)),
        long,
    ];
    for case in cases {
        let line = raw(&server, case.as_bytes());
        let shown: String = case.chars().take(120).collect();
        assert!(line.is_empty() || line.starts_with("HTTP/1.1 4"), "{shown:?} was answered with {line:?}");
        assert!(server.is_alive(), "{shown:?} ended the process:\n{}", server.log_end());
    }
    assert_eq!(server.client().get("/healthz").status, 200);
}
