//! Live sources against a small server of our own.

#![allow(clippy::unwrap_used, clippy::format_collect, reason = "a test fails by panicking, and is small")]

mod support;

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use senne_intake::{Feed, Poller, PreparedFeed, Sink};
use support::Memory;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Answers each request with the next of `answers` (the last one again and again); keeps the requests.
async fn server<T: Into<Vec<u8>>>(answers: Vec<T>) -> (String, Arc<Mutex<Vec<String>>>) {
    let answers: Vec<Vec<u8>> = answers.into_iter().map(Into::into).collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/live", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        let mut next = 0;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = vec![0; 8192];
            let n = stream.read(&mut buffer).await.unwrap();
            seen.lock().unwrap().push(String::from_utf8_lossy(&buffer[..n]).to_lowercase());
            stream.write_all(&answers[next.min(answers.len() - 1)]).await.unwrap();
            next += 1;
        }
    });
    (address, requests)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

fn poller(url: &str, sink: &Arc<Memory>) -> Poller {
    poller_of("kind: json, rows: data.*, keys: [id]", url, sink)
}

fn poller_of(format: &str, url: &str, sink: &Arc<Memory>) -> Poller {
    let yaml = format!(
        "id: live
title: {{ fr: f, nl: n, en: e }}
licence: CC0-1.0
attribution: nobody
source: {{ http: {{ url: '{url}', every: PT10S, body_mib_max: 1 }} }}
format: {{ {format} }}
time: {{ column: at, format: iso, zone: UTC }}
entities:
  - id: 'urn:x:{{{{ id }}}}'
    type: TrafficFlowObserved
    attributes: {{ intensity: {{ column: count }} }}
"
    );
    let feed = Arc::new(Feed::parse("live.yaml", &yaml).unwrap());
    let sink: Arc<dyn Sink> = Arc::<Memory>::clone(sink);
    Poller::new(PreparedFeed::new(feed, Path::new(".")).unwrap(), sink).unwrap()
}

fn body(a: u32, b: u32, minute: u32) -> String {
    format!(
        r#"{{"data":{{"A":{{"count":{a},"at":"2024-01-01T00:{minute:02}:00Z"}},"B":{{"count":{b},"at":"2024-01-01T00:00:00Z"}},"C":null}}}}"#
    )
}

#[tokio::test]
async fn only_what_is_new_is_written() {
    let (url, requests) = server(vec![
        answer("200 OK", "ETag: \"one\"\r\n", &body(1, 5, 1)),
        answer("304 Not Modified", "", ""),
        answer("200 OK", "ETag: \"two\"\r\n", &body(2, 5, 2)),
        answer("200 OK", "ETag: \"three\"\r\n", &body(2, 5, 2)),
        answer("200 OK", "", &body(3, 6, 3)),
    ])
    .await;
    let sink = Arc::new(Memory::default());
    let mut poller = poller(&url, &sink);
    let status = poller.status();
    let mut counts = Vec::new();
    for _ in 0..4 {
        poller.once().await;
        counts.push(sink.observations());
    }
    assert_eq!(counts, [2, 2, 3, 3], "B said the same for the same moment");
    assert!(requests.lock().unwrap()[1].contains("if-none-match: \"one\""));
    assert_eq!((status.borrow().polls, status.borrow().unchanged, status.borrow().values), (4, 2, 3));
    // Another process goes on where this one stopped, and asks the sink what is known.
    let mut second = self::poller(&url, &sink);
    second.once().await;
    assert!(
        requests.lock().unwrap()[4].contains("if-none-match: \"two\""),
        "the third answer held nothing new"
    );
    assert_eq!(sink.observations(), 5);
}

#[tokio::test]
async fn failures_are_told_and_slow_the_rhythm() {
    let large = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "x".repeat(2 << 20));
    let (url, _) = server(vec![
        answer("503 Service Unavailable", "Retry-After: 600\r\n", ""),
        answer("200 OK", "", "<html>"),
        large,
        answer("200 OK", "", &body(1, 2, 3)),
    ])
    .await;
    let sink = Arc::new(Memory::default());
    let mut poller = poller(&url, &sink);
    let status = poller.status();
    assert_eq!(poller.once().await, Duration::from_secs(600));
    assert!(status.borrow().last_error.as_ref().unwrap().contains("503"));
    let pause = poller.once().await;
    assert!((Duration::from_secs(36)..=Duration::from_secs(44)).contains(&pause), "{pause:?}");
    assert!(status.borrow().last_error.as_ref().unwrap().contains("not JSON"));
    poller.once().await;
    assert!(
        status.borrow().last_error.as_ref().unwrap().contains("larger than 1 MiB"),
        "{:?}",
        status.borrow()
    );
    assert_eq!(status.borrow().failures_in_a_row, 3);
    let pause = poller.once().await;
    assert!(pause <= Duration::from_secs(11));
    assert_eq!((status.borrow().failures_in_a_row, sink.observations()), (0, 2));
}

/// Whatever comes first after a restart, what was written before it is not written once more.
#[tokio::test]
async fn a_restart_doubles_nothing() {
    let first = answer("200 OK", "ETag: \"one\"\r\n", &body(1, 5, 1));
    for after in [
        answer("503 Service Unavailable", "", ""),
        answer("304 Not Modified", "", ""),
        answer("200 OK", "ETag: \"other\"\r\n", &body(1, 5, 1)),
    ] {
        let next = answer("200 OK", "", &body(2, 5, 2));
        let (url, _) = server(vec![first.clone(), after, next]).await;
        let sink = Arc::new(Memory::default());
        poller(&url, &sink).once().await;
        let mut again = poller(&url, &sink);
        again.once().await;
        assert_eq!(sink.observations(), 2);
        again.once().await;
        assert_eq!(sink.observations(), 3, "B said the same for the same moment");
    }
}

/// Each answer has the last three minutes of a station; and what a station said is known also after it was silent for a while.
#[tokio::test]
async fn what_a_window_of_time_repeats_is_written_once() {
    let row = |id: &str, minute: u32| format!("{id},2024-01-01T00:{minute:02}:00Z,{minute}\n");
    let window = |rows: &[(&str, u32)]| {
        let rows: String = rows.iter().map(|(id, minute)| row(id, *minute)).collect();
        answer("200 OK", "", &format!("id,at,count\n{rows}"))
    };
    let (url, _) = server(vec![
        window(&[("a", 1), ("a", 2), ("a", 3), ("b", 1)]),
        window(&[("a", 4), ("a", 3), ("a", 2)]),
        window(&[("a", 5), ("a", 4), ("a", 3), ("b", 1)]),
        // Older than what is remembered: the sink is asked.
        window(&[("a", 1), ("a", 0), ("a", 6)]),
    ])
    .await;
    let sink = Arc::new(Memory::default());
    let mut poller = poller_of("kind: csv", &url, &sink);
    let mut counts = Vec::new();
    for _ in 0..4 {
        poller.once().await;
        counts.push(sink.observations());
    }
    assert_eq!(counts, [4, 5, 6, 8]);
}

/// Two values for one moment: the last one counts, and stays.
#[tokio::test]
async fn an_answer_that_says_two_things_for_one_moment_is_taken_once() {
    let rows = |more: &str| {
        let two = "a,2024-01-01T00:01:00Z,1\na,2024-01-01T00:01:00Z,2\n";
        answer("200 OK", "", &format!("id,at,count\n{two}{more}"))
    };
    let (url, _) = server(vec![rows(""), rows("b,2024-01-01T00:01:00Z,7\n")]).await;
    let sink = Arc::new(Memory::default());
    let mut poller = poller_of("kind: csv", &url, &sink);
    poller.once().await;
    assert_eq!(sink.observations(), 2);
    poller.once().await;
    assert_eq!(sink.observations(), 3);
}

#[tokio::test]
async fn a_packed_answer_that_is_too_large_is_not_cut_off() {
    use std::io::Write as _;
    let packed = |rows: usize| {
        let text: String = (0..rows).map(|n| format!("s{n},2024-01-01T00:01:00Z,{n}\n")).collect();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(format!("id,at,count\n{text}").as_bytes()).unwrap();
        let body = packed.finish().unwrap();
        let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.into_bytes(), body].concat()
    };
    // In several batches, of which the last one brings the position.
    let (url, _) = server(vec![packed(50_000), packed(5_000), packed(5_000)]).await;
    let sink = Arc::new(Memory::default());
    let mut poller = poller_of("kind: csv", &url, &sink);
    let status = poller.status();
    poller.once().await;
    assert!(status.borrow().last_error.as_ref().unwrap().contains("larger than 1 MiB"));
    assert_eq!(sink.observations(), 0);
    for _ in 0..2 {
        poller.once().await;
        assert_eq!((sink.observations(), status.borrow().failures_in_a_row), (5_000, 0));
    }
    assert_eq!(status.borrow().unchanged, 1, "it was seen as a whole");
}

#[tokio::test]
async fn what_is_refused_is_counted_and_listed_up_to_a_bound() {
    let rows: String = (0..3_000).map(|n| format!("s{n},2024-01-01T00:01:00Z,many\n")).collect();
    let (url, _) = server(vec![answer("200 OK", "", &format!("id,at,count\n{rows}"))]).await;
    let sink = Arc::new(Memory::default());
    let mut poller = poller_of("kind: csv", &url, &sink);
    let status = poller.status();
    poller.once().await;
    assert_eq!((status.borrow().refused, status.borrow().refusals.len()), (3_000, 20));
}
