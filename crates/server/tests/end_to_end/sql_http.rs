//! SQL over HTTP: forms, floods, readers that go away, and answers that fail when they have begun.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{Answer, City, Client, Server};

/// Rows without end, in wide lines.
const ENDLESS: &str = "SELECT value, repeat('x', 200) AS wide FROM generate_series(1, 100000000000)";

fn ask(client: &mut Client, format: &str, question: &str) -> Answer {
    let path = format!("/sql?format={format}");
    client.send("POST", &path, &[("Content-Type", "application/sql")], question.as_bytes())
}

/// A city with one open entity and one secret.
fn fill(client: &mut Client) {
    let at = "2024-01-01T00:00:00Z";
    for (kind, name) in [("AirQualityObserved", "no2"), ("Secret", "level")] {
        let value = json!({ "type": "Property", "value": 1.5, "observedAt": at });
        let entity = json!({ "id": format!("urn:ngsi-ld:{kind}:1"), "type": kind, name: value });
        assert_eq!(client.json("POST", "/ngsi-ld/v1/entities", &entity).status, 201);
    }
}

#[test]
fn every_form_comes_from_the_binary() {
    let city = City::new();
    let server = city.serve();
    let mut client = server.client();
    fill(&mut client);
    let question = "SELECT entity, number FROM observation ORDER BY entity";
    let rows = [("urn:ngsi-ld:AirQualityObserved:1", 1.5), ("urn:ngsi-ld:Secret:1", 1.5)];
    assert_eq!(ask(&mut client, "json", question).json()["rows"], json!(rows));
    let csv = ask(&mut client, "csv", question);
    assert_eq!(
        csv.text(),
        "entity,number\r\nurn:ngsi-ld:AirQualityObserved:1,1.5\r\nurn:ngsi-ld:Secret:1,1.5\r\n"
    );
    let lines = ask(&mut client, "ndjson", question).text();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, rows.map(|(entity, number)| json!({ "entity": entity, "number": number })));
    let parquet = ask(&mut client, "parquet", question);
    assert!(parquet.body.starts_with(b"PAR1") && parquet.body.ends_with(b"PAR1"));
    assert_eq!(parquet.header("Content-Disposition"), Some("attachment; filename=\"senne.parquet\""));
    assert!(ask(&mut client, "arrow", question).body.starts_with(&[0xff; 4]));
    let by_address = client.get("/sql?query=SELECT+count(*)+FROM+entity");
    assert_eq!(by_address.json()["rows"], json!([[2]]));
    let unknown = client.send("POST", "/sql", &[("Accept", "image/png")], b"SELECT 1");
    assert!(unknown.status == 406 && unknown.json()["detail"].as_str().unwrap().contains("text/csv"));
}

#[test]
fn strangers_see_what_is_open() {
    let city = City::new();
    let server = city.serve_closed();
    let key = std::fs::read_to_string(city.data().join("admin-key")).unwrap();
    fill(&mut server.client().with("Authorization", &format!("Bearer {}", key.trim())));
    let mut stranger = server.client();
    for format in ["json", "ndjson", "csv", "arrow"] {
        for view in ["observation", "observation_corrected", "hourly", "daily", "series"] {
            let seen = ask(&mut stranger, format, &format!("SELECT entity FROM {view}")).text();
            assert!(
                seen.contains("AirQualityObserved:1") && !seen.contains("Secret"),
                "{format} {view}: {seen}"
            );
        }
    }
    // A password is for tools that know no other way; a browser would send it along for anybody.
    let basic = server.client().with("Authorization", "Basic YTpi").get("/sql?query=SELECT+1");
    assert_eq!((basic.status, basic.header("WWW-Authenticate")), (401, Some("Bearer")));
}

/// The questions under way, as the metrics say.
fn open_questions(client: &mut Client) -> f64 {
    let metrics = client.get("/metrics").text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("senne_sql_questions_open "));
    line.map_or(0.0, |value| value.trim().parse().unwrap())
}

/// Sends a question and reads the first bytes of its answer.
fn begin(server: &Server, format: &str, question: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head = format!(
        "POST /sql?format={format} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
        question.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(question.as_bytes()).unwrap();
    let mut first = Vec::new();
    (&stream).take(4096).read_to_end(&mut first).unwrap();
    assert!(first.len() == 4096 && first.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&first));
    stream
}

fn within(patience: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + patience;
    while !is_so() {
        assert!(Instant::now() < until, "{what} was not so within {patience:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_reader_that_hangs_up_ends_its_question() {
    let city = City::new();
    let server = city.serve();
    let mut client = server.client();
    let readers: Vec<TcpStream> = ["json", "ndjson", "csv", "arrow"]
        .iter()
        .map(|format| begin(&server, &format!("{format}&rows=1000000000"), ENDLESS))
        .collect();
    assert_eq!(open_questions(&mut client), 4.0);
    drop(readers);
    within(Duration::from_secs(10), "no question under way", || open_questions(&mut client) == 0.0);
    // One that has not begun to answer, too.
    let slow = "SELECT count(*) FROM generate_series(1, 100000000000)";
    let mut stream = TcpStream::connect(server.address()).unwrap();
    write!(stream, "POST /sql HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{slow}", slow.len()).unwrap();
    within(Duration::from_secs(10), "the question under way", || open_questions(&mut client) == 1.0);
    drop(stream);
    within(Duration::from_secs(10), "no question under way", || open_questions(&mut client) == 0.0);
}

#[test]
fn a_reader_that_stands_still_loses_its_turn() {
    let city = City::new();
    let server = city.serve();
    let mut client = server.client();
    // Long enough that the first rows come on a busy machine too: what runs out before them is a refusal.
    let mut reader = begin(&server, "csv&seconds=8&rows=1000000000", ENDLESS);
    reader.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    within(Duration::from_secs(60), "no question under way", || open_questions(&mut client) == 0.0);
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).ok();
    assert!(!rest.ends_with(b"0\r\n\r\n"), "an answer that was broken off does not end as a whole one does");
}

#[test]
fn a_failure_after_the_first_rows_shows() {
    let city = City::new();
    let server = city.serve();
    let question =
        "SELECT value, repeat('x', 200) AS wide, 1 / (50000 - value) AS n FROM generate_series(1, 60000)";
    let lines = ask(&mut server.client(), "ndjson", question).text();
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert!(lines.lines().count() > 1_000);
    assert!(last["error"]["detail"].as_str().unwrap().to_lowercase().contains("zero"), "{last}");
    for format in ["json", "csv", "arrow", "parquet"] {
        let path = format!("/sql?format={format}&rows=1000000");
        let whole = server.client().try_send("POST", &path, &[], question.as_bytes());
        let refused = whole.as_ref().is_ok_and(|answer| answer.status == 400);
        assert!(whole.is_err() || refused, "{format}: {:?}", whole.map(|answer| answer.status));
    }
    let early = ask(&mut server.client(), "csv", "SELECT 1 / (value - 1) FROM generate_series(1, 10)");
    assert_eq!(early.status, 400, "what fails early has its status");
}

/// Asks for so many wide rows and reads them all; gives how many bytes came.
fn read_wide(server: &Server, rows: usize) -> usize {
    let question = format!("SELECT value, repeat('x', 500) AS wide FROM generate_series(1, {rows})");
    let mut stream = begin(server, "csv", &question);
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let (mut bytes, mut buffer, mut tail) = (0_usize, vec![0_u8; 1 << 20], Vec::new());
    while !tail.ends_with(b"0\r\n\r\n") {
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "the answer broke off");
        bytes += count;
        tail.extend_from_slice(&buffer[count.saturating_sub(8)..count]);
        tail.drain(..tail.len().saturating_sub(8));
    }
    bytes
}

#[test]
fn many_rows_take_bounded_memory() {
    let city = City::new();
    let server = city.serve();
    // What a first answer takes, the allocator keeps for the next ones.
    read_wide(&server, 200_000);
    let before = server.memory_kib("VmHWM");
    let bytes = read_wide(&server, 800_000);
    let grown = server.memory_kib("VmHWM").saturating_sub(before);
    assert!(bytes > 400_000_000, "{bytes}");
    assert!(grown < 120_000, "{bytes} bytes of an answer took {grown} KiB of memory");
}

#[test]
fn long_answers_do_not_hold_up_the_stop() {
    let city = City::new();
    let server = city.serve();
    let _reader = begin(&server, "ndjson", ENDLESS);
    let since = Instant::now();
    assert!(server.stop());
    assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
}
