//! Values of the past that were corrected or withdrawn, in sums and in what is selected by them.

use std::sync::Arc;

use senne_history::{Aggregation, History, PastQuery};
use senne_language::{Method, Period, TimeFilter, TimeProperty};
use senne_model::{Amendment, AttributeValue, Change, ChangedAttribute, Effect, Json, Quality, Timestamp};

use crate::common::*;

/// What takes the place of a value that was recorded by change `first`, made by change `no`.
fn amended(x: f64, observed: Option<Timestamp>, (first, no): (u64, u64), gone: bool) -> ChangedAttribute {
    let number = AttributeValue::Property(Json::Float(x));
    let mut changed = value("NO2", number, observed, Quality::GOOD);
    changed.effect = Effect::Past;
    let mut made = Amendment::new(&format!("{first}-0-0"), recorded(first), gone);
    made.at = recorded(no);
    made.mark(&mut changed.instance);
    changed
}

async fn sum(history: &History, query: &PastQuery) -> Option<f64> {
    let aggregation = Aggregation {
        methods: vec![Method::Sum],
        period: Period::WHOLE,
        zone: None,
        origin: None,
        usable_only: true,
    };
    let found = history.aggregate(&tenant(), query, &aggregation).await.unwrap();
    found.first().and_then(|series| series.buckets.first()).and_then(|bucket| bucket.values[0])
}

/// The sum of what is shown.
async fn shown(history: &History, query: &PastQuery) -> Option<f64> {
    let numbers = numbers(history, query).await;
    (!numbers.is_empty()).then(|| numbers.iter().sum())
}

fn recorded_in(property: TimeProperty, from: u64, to: u64) -> PastQuery {
    let time = TimeFilter { property, from: Some(recorded(from)), to: Some(recorded(to)) };
    PastQuery { time, ..all() }
}

/// A value of noon is corrected by change 5, one of one o'clock is withdrawn by change 6.
async fn corrected(dir: &std::path::Path) -> std::sync::Arc<History> {
    let history = open(dir).await;
    let (noon, one) = (at("2024-01-31T12:00:00Z"), at("2024-01-31T13:00:00Z"));
    history.append_all(&[
        change(1, &id(1), vec![number("NO2", 1.0, noon)]),
        change(2, &id(1), vec![number("NO2", 2.0, one)]),
        change(3, &id(1), vec![number("NO2", 4.0, at("2024-01-31T14:00:00Z"))]),
        change(5, &id(1), vec![amended(100.0, Some(noon), (1, 5), false)]),
        change(6, &id(1), vec![amended(2.0, Some(one), (2, 6), true)]),
    ]);
    history
}

#[tokio::test]
async fn sums_are_of_the_values_that_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    let history = corrected(dir.path()).await;
    for flushed in [false, true] {
        for (query, expected) in [
            // Corrected after the range, or withdrawn: neither counts as modified in it.
            (recorded_in(TimeProperty::ModifiedAt, 0, 4), Some(4.0)),
            (recorded_in(TimeProperty::ModifiedAt, 4, 7), Some(100.0)),
            (recorded_in(TimeProperty::CreatedAt, 0, 4), Some(104.0)),
            (recorded_in(TimeProperty::CreatedAt, 4, 7), None),
            (PastQuery { every_version: true, ..all() }, Some(105.0)),
            (PastQuery { as_of: Some(recorded(4)), ..all() }, Some(7.0)),
            (all(), Some(104.0)),
        ] {
            let says = (shown(&history, &query).await, sum(&history, &query).await);
            assert_eq!(says, (expected, expected), "{flushed} {query:?}");
        }
        history.flush().await.unwrap();
    }
}

/// A correction of what was never observed stands in the very place of it; before it was made, nobody knew it.
#[tokio::test]
async fn sums_of_what_was_known_leave_out_what_was_corrected_since() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let first = value("NO2", AttributeValue::Property(Json::Float(7.0)), None, Quality::GOOD);
    history.append_all(&[
        change(1, &id(1), vec![first]),
        change(4, &id(1), vec![amended(9.0, None, (1, 4), false)]),
    ]);
    let time = TimeFilter { property: TimeProperty::CreatedAt, from: None, to: None };
    for (known, expected) in [(2, 7.0), (4, 9.0)] {
        let query = PastQuery { time, as_of: Some(recorded(known)), ..all() };
        let says = (shown(&history, &query).await, sum(&history, &query).await);
        assert_eq!(says, (Some(expected), Some(expected)), "{known}");
    }
}

/// It is told that there may be nothing: who asks then reads the values.
#[tokio::test]
async fn who_was_only_corrected_at_another_time_is_doubtful() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let noon = at("2024-01-31T12:00:00Z");
    history.append_all(&[
        change(1, &id(1), vec![number("NO2", 1.0, noon)]),
        change(5, &id(1), vec![amended(100.0, Some(noon), (1, 5), false)]),
        change(7, &id(2), vec![number("NO2", 1.0, noon)]),
    ]);
    let query = recorded_in(TimeProperty::ModifiedAt, 7, 8);
    let found = history.selected(&tenant(), &query).await.unwrap();
    let doubtful: Vec<_> = found.into_iter().map(|one| (one.entity, one.doubtful)).collect();
    assert_eq!(doubtful, [(id(1), true), (id(2), false)]);
    assert_eq!(numbers(&history, &query).await, [1.0], "of the second alone there is something");
}

/// What was recorded under one type is corrected while the entity has another: it is one value, of the type that it has now.
#[tokio::test]
async fn a_correction_under_another_type_is_told_once() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let under = |no: u64, kind: &str, entity: u32, x: f64| {
        let value = number("NO2", x, at("2024-01-31T12:00:00Z"));
        let mut made = Change::clone(&change(no, &id(entity), vec![value]));
        made.types = [name(kind)].into_iter().collect();
        Arc::new(made)
    };
    let told = async |condition: &str| {
        let text = format!("SELECT type, number FROM observation_corrected {condition} ORDER BY number");
        lines(&history, &text).await
    };
    history.append_all(&[under(1, "Station", 1, 1.0), under(2, "Tower", 7, 7.0)]);
    assert_eq!(told("").await, "[\"Station\",1.0]\n[\"Tower\",7.0]");
    history.flush().await.unwrap();
    assert_eq!(told("WHERE type = 'Station'").await, "[\"Station\",1.0]");
    history.append_all(&[under(3, "Depot", 1, 2.0)]);
    for _ in 0..2 {
        assert_eq!(told("").await, "[\"Depot\",2.0]\n[\"Tower\",7.0]");
        assert_eq!(told("WHERE type = 'Station'").await, "");
        assert_eq!(told("WHERE type = 'Depot'").await, "[\"Depot\",2.0]");
        history.flush().await.unwrap();
    }
}
