//! A hundred thousand rows.

use senne_history::PastQuery;
use senne_language::{Method, Period};
use senne_model::{ChangeNo, Timestamp};

use crate::common::*;

/// 100,000 values: 50 stations, 5 attributes, 400 half-hours.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_values() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let terms = ["NO2", "O3", "PM10", "PM25", "temperature"];
    let mut changes = Vec::new();
    for slot in 0..400_i64 {
        for station in 0..50_u32 {
            let when = Timestamp::from_micros(at("2024-01-25T00:00:00Z").micros() + slot * 30 * MINUTE);
            let seed = slot * 7919 + i64::from(station) * 104_729;
            let values =
                (0..5).map(|i| number(terms[i], ((seed * (i as i64 + 3)) % 9000) as f64 / 100.0, when));
            changes.push(change(changes.len() as u64 + 1, &id(station), values.collect()));
        }
    }
    history.append_all(&changes[..10_000]);
    history.flush().await.unwrap();
    history.append_all(&changes[10_000..15_000]);
    assert_eq!(history.flush().await.unwrap(), ChangeNo(15_000));
    history.append_all(&changes[15_000..]);
    let statistics = history.statistics();
    assert_eq!((statistics.rows, statistics.buffer_rows), (75_000, 25_000));
    assert!(statistics.bytes < 8 * statistics.rows, "{} bytes", statistics.bytes);
    let one = PastQuery { attributes: vec![name("NO2")], ..PastQuery::of(vec![id(7)], all().time) };
    let values = numbers(&history, &one).await;
    let expected: Vec<f64> =
        (0..400_i64).map(|slot| (((slot * 7919 + 7 * 104_729) * 3) % 9000) as f64 / 100.0).collect();
    assert_eq!(values, expected);
    let aggregation = senne_history::Aggregation {
        methods: vec![Method::TotalCount, Method::Sum],
        period: Period::DAY,
        zone: None,
        origin: None,
        usable_only: true,
    };
    let sums = history.aggregate(&tenant(), &all(), &aggregation).await.unwrap();
    assert_eq!(sums.len(), 250);
    let count: f64 = sums.iter().flat_map(|s| &s.buckets).filter_map(|b| b.values[0]).sum();
    assert_eq!(count, 100_000.0);
    let text = "SELECT count(*), count(DISTINCT entity) FROM observation";
    assert_eq!(lines(&history, text).await, "[100000,50]");
}

/// Values of one moment of many series, sent again with other numbers once they are in the tables.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_series_are_corrected_at_once() {
    const STATIONS: u32 = 20_000;
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let when = at("2024-01-25T10:00:00Z");
    let values = |from: u64, x: f64| -> Vec<_> {
        (0..STATIONS).map(|n| change(from + u64::from(n), &id(n), vec![number("NO2", x, when)])).collect()
    };
    history.append_all(&values(1, 1.0));
    history.flush().await.unwrap();
    history.append_all(&values(1 + u64::from(STATIONS), 3.0));
    history.flush().await.unwrap();
    for table in ["hourly", "daily", "series"] {
        let text = format!("SELECT count(*), sum(count), sum(sum) FROM {table}");
        assert_eq!(lines(&history, &text).await, "[20000,20000,60000.0]", "{table}");
    }
}
