//! What a question may not do to the machine, and what an answer must not hide.

use std::{fmt::Write as _, sync::Arc};

use senne_history::{EntitySource, Question, Surroundings};
use senne_model::{Entity, ErrorKind, Problem};

use crate::common::*;

/// A chain of queries in which each names the one before as `step` says.
fn chain(first: &str, links: usize, step: impl Fn(usize) -> String, last: &str) -> String {
    let mut text = format!("WITH t0 AS ({first})");
    for n in 1..=links {
        let _ = write!(text, ", t{n} AS ({})", step(n - 1));
    }
    text + &last.replace("LAST", &format!("t{links}"))
}

/// Each step doubles what there is to be planned, or what a condition is about; no deadline reaches that.
#[tokio::test(flavor = "multi_thread")]
async fn what_repeats_itself_without_end_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let joined = |links| {
        let step = |n| format!("SELECT a.x FROM t{n} AS a CROSS JOIN \"t{n}\" AS b");
        chain("SELECT 1 AS x", links, step, " SELECT count(*) FROM LAST")
    };
    let summed = |links| {
        let step = |n| format!("SELECT x + x AS x FROM t{n}");
        let first = "SELECT value AS x FROM generate_series(1, 3)";
        chain(first, links, step, " SELECT count(*) FROM LAST WHERE x > 8")
    };
    assert_eq!(lines(&history, &joined(3)).await, "[1]");
    assert_eq!(lines(&history, &summed(3)).await, "[2]");
    let nested = |links: usize| {
        let text = joined(links);
        format!("SELECT * FROM ({text}) AS q, ({text}) AS r")
    };
    assert_eq!(lines(&history, &nested(2)).await, "[1,1]");
    for bad in [
        joined(40),
        summed(60),
        nested(7),
        format!("SELECT 1 FROM (SELECT ({}) AS n) AS q", joined(30)),
        format!("EXPLAIN {}", joined(30)),
        "EXPLAIN ".repeat(10_000) + "SELECT 1",
        "SELECT 1".to_owned() + &" + 1".repeat(20_000),
        "SELECT 1".to_owned() + &" UNION ALL SELECT 1".repeat(5_000),
        "SELECT count(*) FROM area AS a".to_owned() + &", area AS b".repeat(600),
    ] {
        let problem = history.sql(&tenant(), Question::new(&*bad), around()).await.unwrap_err();
        assert_eq!(problem.kind, ErrorKind::TooComplex, "{}: {problem}", &bad[..60]);
        assert!(history.describe(&tenant(), &bad, around()).await.is_err());
    }
    // Lists may be long.
    let many = (0..15_000).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(lines(&history, &format!("SELECT 7 IN ({many})")).await, "[true]");
}

/// One call of these makes more than any budget sees, or tells where files lie.
#[tokio::test]
async fn some_functions_are_not_to_be_had() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    history.append_all(&[change(1, &id(1), vec![number("NO2", 1.0, recorded(1))])]);
    history.flush().await.unwrap();
    for bad in [
        "SELECT range(0, 10)",
        "SELECT generate_series(0, 10)",
        "SELECT array_repeat(1, 10)",
        "SELECT list_repeat(1, 10)",
        "SELECT array_resize([1], 10)",
        "SELECT input_file_name() FROM observation",
    ] {
        let problem = history.sql(&tenant(), Question::new(bad), around()).await.unwrap_err();
        assert_eq!(problem.kind, ErrorKind::BadRequest, "{bad}: {problem}");
    }
    assert_eq!(lines(&history, "SELECT count(*) FROM range(0, 10)").await, "[10]");
    assert_eq!(lines(&history, "SELECT count(*) FROM generate_series(1, 10)").await, "[10]");
    // The settings of the engine say where it puts things aside.
    let settings = lines(&history, "SHOW ALL").await;
    assert!(settings.contains("batch_size"), "{settings}");
    assert!(!settings.contains(dir.path().to_str().unwrap()), "{settings}");
}

/// Breaks off in the middle.
struct Broken;

impl EntitySource for Broken {
    fn scan(&self, each: &mut dyn FnMut(Arc<Entity>)) -> Result<(), Problem> {
        for n in 0..3_000 {
            each(Arc::new(Entity::new(id(n), name("Station"))));
        }
        panic!("the source broke off");
    }
}

/// Rows that are missing because something broke must not look like all that there are.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    for text in ["SELECT id FROM entity", "SELECT count(*) FROM entity"] {
        let around = Surroundings { entities: Arc::new(Broken), ..around() };
        let problem = history.sql(&tenant(), Question::new(text), around).await.unwrap_err();
        assert_eq!(problem.kind, ErrorKind::Internal, "{text}: {problem}");
    }
}

#[tokio::test]
async fn times_at_the_ends_of_time() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    history.append_all(&[change(1, &id(1), vec![number("NO2", 1.0, at("2024-01-31T12:00:00Z"))])]);
    let seconds = "SELECT arrow_cast(9223372036854775807, 'Timestamp(Second, None)')";
    assert_eq!(lines(&history, seconds).await, "[null]", "no moment that can be written");
    let moment = |micros: &str| format!("arrow_cast({micros}, 'Timestamp(Microsecond, Some(\"UTC\"))')");
    for view in ["hourly", "daily"] {
        for (comparison, count) in [
            (format!("start <= {}", moment("9223372036854775807")), 1),
            (format!("start < {}", moment("-9223372036854775807")), 0),
            (format!("start >= {}", moment("-9223372036854775807")), 1),
            (format!("start > {}", moment("9223372036854775807")), 0),
        ] {
            let text = format!("SELECT count(*) FROM {view} WHERE {comparison}");
            assert_eq!(lines(&history, &text).await, format!("[{count}]"), "{text}");
        }
    }
}
