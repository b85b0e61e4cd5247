//! Readers while rows move (H2), and what callers need of the futures.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use senne_history::{Aggregation, History, Question};
use senne_language::{Method, Period};
use senne_model::Timestamp;

use crate::common::*;

/// One writer appends moments 0, 1, 2 …; at any time a reader must see 0 … n without a gap and without a repeat.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_reader_sees_each_row_once_while_flushes_run() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn({
        let (history, done) = (Arc::clone(&history), Arc::clone(&done));
        async move {
            let (mut rounds, mut seen) = (0, 0);
            while !done.load(Ordering::Acquire) {
                let least = history.buffered().0 as usize;
                let versions = senne_history::PastQuery { every_version: true, ..all() };
                let values = numbers(&history, &versions).await;
                let expected: Vec<f64> = (1..=values.len()).map(|n| n as f64).collect();
                assert_eq!(values, expected);
                assert!(values.len() >= least && values.len() >= seen);
                seen = values.len();
                rounds += 1;
            }
            rounds
        }
    });
    let flusher = tokio::spawn({
        let (history, done) = (Arc::clone(&history), Arc::clone(&done));
        async move {
            let mut flushes = 0;
            while !done.load(Ordering::Acquire) {
                history.flush().await.unwrap();
                flushes += 1;
                if flushes % 5 == 0 {
                    history.compact().await.unwrap();
                }
            }
        }
    });
    for no in 1..=600_u64 {
        let when = Timestamp::from_micros(at("2024-01-31T00:00:00Z").micros() + no as i64 * MINUTE);
        history.append_all(&[change(no, &id(1), vec![number("NO2", no as f64, when)])]);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    done.store(true, Ordering::Release);
    assert!(reader.await.unwrap() > 10);
    flusher.await.unwrap();
    assert_eq!(numbers(&history, &all()).await.len(), 600);
}

#[tokio::test]
async fn limits_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = config(dir.path());
    settings.flush_rows = 2;
    settings.buffer_bytes_max = 1000;
    let history = History::open(settings).await.unwrap();
    assert!(!history.flush_due() && !history.over_limit());
    history.append_all(&[change(
        1,
        &id(1),
        (0..20).map(|n| number("NO2", f64::from(n), recorded(1))).collect(),
    )]);
    assert!(history.flush_due() && history.over_limit());
    history.flush().await.unwrap();
    assert!(!history.flush_due() && !history.over_limit());
}

/// The server moves these futures between threads.
#[tokio::test]
async fn futures_can_be_moved() {
    fn movable<T: Send>(future: T) -> T {
        future
    }
    let dir = tempfile::tempdir().unwrap();
    let history = movable(History::open(config(dir.path()))).await.unwrap();
    movable(history.flush()).await.unwrap();
    movable(history.past(&tenant(), &all())).await.unwrap();
    let sum = Aggregation {
        methods: vec![Method::Sum],
        period: Period::HOUR,
        zone: None,
        origin: None,
        usable_only: true,
    };
    movable(history.aggregate(&tenant(), &all(), &sum)).await.unwrap();
    movable(history.sql(&tenant(), Question::new("SELECT 1"), around())).await.unwrap();
    movable(history.compact()).await.unwrap();
    movable(history.vacuum()).await.unwrap();
    let bad = Aggregation { zone: Some("Europe/Atlantis".to_owned()), ..sum };
    let problem = history.aggregate(&tenant(), &all(), &bad).await;
    assert!(problem.is_ok() || problem.unwrap_err().kind == senne_model::ErrorKind::BadRequest);
}
