//! A chart shows what the values say, in civil time, with its gaps, and its SQL says the same.

use senne_history::{ChartQuery, ChartSeries, ChartSource, Everything, History, Question};
use senne_model::{AttributeValue, Flag, Json, Name, Quality, Test, Timestamp};

use crate::common::*;

const BRUSSELS: &str = "Europe/Brussels";

fn asked(from: &str, to: &str, pixels: u16) -> ChartQuery {
    ChartQuery {
        entity: id(1),
        attribute: name("NO2"),
        dataset_id: None,
        from: at(from),
        to: at(to),
        pixels,
        zone: BRUSSELS.to_owned(),
        cadence: None,
        now: at("2030-01-01T00:00:00Z"),
    }
}

async fn chart(history: &History, query: &ChartQuery) -> ChartSeries {
    history.chart(&tenant(), query, &Everything).await.unwrap()
}

/// One value every ten minutes between two moments; the value is the number of the step.
fn fill(history: &History, first: u64, from: &str, to: &str) -> u64 {
    let (from, to) = (at(from).micros(), at(to).micros());
    let changes = (from..to).step_by((10 * MINUTE) as usize).zip(first..).map(|(moment, no)| {
        change(no, &id(1), vec![number("NO2", (no - first) as f64, Timestamp::from_micros(moment))])
    });
    let changes: Vec<_> = changes.collect();
    history.append_all(&changes);
    first + changes.len() as u64
}

/// The rows of the SQL: moment or start, and the next number.
async fn by_sql(history: &History, series: &ChartSeries, factor: f64) -> Vec<(String, Json, Json)> {
    let table = history.sql(&tenant(), Question::new(series.sql(factor)), around()).await.unwrap();
    table
        .rows
        .into_iter()
        .map(|row| (row[0].as_str().unwrap().to_owned(), row[1].clone(), row[2].clone()))
        .collect()
}

/// The SQL gives the buckets of the chart: start, count, mean.
async fn sql_agrees(history: &History, series: &ChartSeries) {
    let rows = by_sql(history, series, 1.0).await;
    assert_eq!(rows.len(), series.buckets.len(), "{}", series.sql(1.0));
    for (row, bucket) in rows.iter().zip(&series.buckets) {
        assert_eq!(at(&row.0), bucket.from);
        assert_eq!(row.1.as_f64(), Some(bucket.count() as f64));
        let (sql, here) = (row.2.as_f64(), bucket.mean);
        assert!(
            sql.zip(here).map_or(sql == here, |(a, b)| (a - b).abs() < 1e-9 * (1.0 + b.abs())),
            "{sql:?} {here:?}"
        );
    }
}

#[tokio::test]
async fn few_values_are_shown_as_they_are_however_long_the_range() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let empty = chart(&history, &asked("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", 100)).await;
    assert_eq!((empty.count(), empty.extent, empty.gaps.len()), (0, None, 0));
    assert_eq!(by_sql(&history, &empty, 1.0).await, []);
    history.append_all(&[change(1, &id(1), vec![number("NO2", 7.5, at("2024-01-02T00:00:00Z"))])]);
    let one = chart(&history, &asked("2000-01-01T00:00:00Z", "2029-01-01T00:00:00Z", 1)).await;
    assert_eq!((one.points.len(), one.points[0].value, one.period), (1, Some(7.5), None));
    assert_eq!((one.gap_after, one.gaps.len()), (None, 0), "one value tells no spacing");
    let sql = by_sql(&history, &one, 100.0).await;
    assert_eq!(sql, [("2024-01-02T00:00:00Z".to_owned(), Json::Float(750.0), Json::Int(1))]);
    let promised = ChartQuery {
        cadence: Some(std::time::Duration::from_secs(3600)),
        ..asked("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", 9)
    };
    assert_eq!(
        chart(&history, &promised).await.gaps,
        [(at("2024-01-02T00:00:00Z"), at("2024-02-01T00:00:00Z"))]
    );
}

#[tokio::test]
async fn days_have_23_and_25_hours_when_the_clock_changes() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let next = fill(&history, 1, "2024-03-29T23:00:00Z", "2024-04-01T22:00:00Z");
    fill(&history, next, "2024-10-25T22:00:00Z", "2024-10-28T23:00:00Z");
    for flushed in [false, true] {
        if flushed {
            history.flush().await.unwrap();
        }
        let spring = chart(&history, &asked("2024-03-29T23:00:00Z", "2024-04-01T22:00:00Z", 3)).await;
        let counts: Vec<u64> = spring.buckets.iter().map(senne_history::ChartBucket::count).collect();
        assert_eq!((spring.period, spring.source), (Some("P1D"), ChartSource::Days));
        assert_eq!(counts, [24 * 6, 23 * 6, 24 * 6]);
        assert_eq!(spring.buckets[1].from, at("2024-03-30T23:00:00Z"));
        assert!(!spring.approximate && spring.gaps.is_empty());
        sql_agrees(&history, &spring).await;
        let autumn = chart(&history, &asked("2024-10-25T22:00:00Z", "2024-10-28T23:00:00Z", 3)).await;
        assert_eq!(
            autumn.buckets.iter().map(senne_history::ChartBucket::count).collect::<Vec<_>>(),
            [24 * 6, 25 * 6, 24 * 6]
        );
        sql_agrees(&history, &autumn).await;
    }
}

#[tokio::test]
async fn every_resolution_says_what_its_sql_says() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let next = fill(&history, 1, "2024-01-10T00:00:00Z", "2024-03-10T00:00:00Z");
    history.flush().await.unwrap();
    fill(&history, next, "2024-03-10T00:00:00Z", "2024-03-20T00:00:00Z");
    let cases = [
        ("2024-03-01T00:00:00Z", "2024-03-03T00:00:00Z", 100, Some("PT30M"), ChartSource::Observations),
        ("2024-03-01T00:00:00Z", "2024-03-15T00:00:00Z", 336, Some("PT1H"), ChartSource::Hours),
        ("2024-03-01T00:20:00Z", "2024-03-15T00:00:00Z", 50, Some("PT12H"), ChartSource::Hours),
        ("2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z", 91, Some("P1D"), ChartSource::Days),
        ("2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z", 14, Some("P7D"), ChartSource::Days),
        ("2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z", 3, Some("P1M"), ChartSource::Days),
        ("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", 1, Some("P1Y"), ChartSource::Days),
        ("0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z", 4096, Some("P10Y"), ChartSource::Days),
        ("2024-03-18T00:00:00Z", "2024-03-20T00:00:00Z", 1000, None, ChartSource::Observations),
    ];
    for (from, to, pixels, period, source) in cases {
        for zone in [BRUSSELS, "UTC"] {
            let query = ChartQuery { zone: zone.to_owned(), ..asked(from, to, pixels) };
            let series = chart(&history, &query).await;
            assert_eq!((series.period, series.source), (period, source), "{from} {to} {pixels}");
            assert!(series.from <= query.from && series.to >= query.to && !series.truncated);
            assert!(series.buckets.len() <= usize::from(pixels) + 2);
            if period.is_some() {
                sql_agrees(&history, &series).await;
            } else {
                assert_eq!(by_sql(&history, &series, 1.0).await.len(), series.points.len());
            }
        }
    }
    let months = chart(&history, &asked("2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z", 3)).await;
    let february = months.buckets.iter().find(|b| b.from == at("2024-01-31T23:00:00Z")).unwrap();
    assert_eq!(february.count(), 29 * 144);
    assert_eq!((february.min.unwrap(), february.max.unwrap()), (22.0 * 144.0 - 6.0, 51.0 * 144.0 - 7.0));
}

#[tokio::test]
async fn corrections_count_once_doubt_is_counted_and_gaps_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let next = fill(&history, 1, "2024-03-01T00:00:00Z", "2024-03-03T00:00:00Z");
    let next = fill(&history, next, "2024-03-03T12:00:00Z", "2024-03-05T00:00:00Z");
    history.flush().await.unwrap();
    let moment = at("2024-03-02T12:00:00Z");
    let failed = Quality::GOOD.with(Test::Range, Flag::Fail);
    let later = Timestamp::from_micros(moment.micros() + 10 * MINUTE);
    history.append_all(&[
        change(next, &id(1), vec![number("NO2", 5000.0, moment)]),
        change(
            next + 1,
            &id(1),
            vec![value("NO2", AttributeValue::Property(Json::Float(9e9)), Some(later), failed)],
        ),
    ]);
    let hours = chart(&history, &asked("2024-03-01T00:00:00Z", "2024-03-05T00:00:00Z", 96)).await;
    assert_eq!(hours.count(), 2 * 144 + 36 * 6, "a corrected value counts once");
    let noon = hours.buckets.iter().find(|b| b.from == moment).unwrap();
    assert_eq!((noon.max, noon.flags, noon.usable()), (Some(5000.0), [5, 0, 0, 1, 0], 5));
    assert_eq!(hours.gaps, [(at("2024-03-02T23:50:00Z"), at("2024-03-03T12:00:00Z"))]);
    sql_agrees(&history, &hours).await;
    let raw = chart(&history, &asked("2024-03-02T11:00:00Z", "2024-03-02T13:00:00Z", 500)).await;
    assert_eq!(
        (raw.points.len(), raw.points[6].value, raw.points[7].quality.flag()),
        (12, Some(5000.0), Flag::Fail)
    );
    let other = ChartQuery {
        dataset_id: Some(senne_model::Iri::new("urn:x:other")),
        ..asked("2024-03-01T00:00:00Z", "2024-03-05T00:00:00Z", 9)
    };
    assert_eq!(chart(&history, &other).await.count(), 0);
}

#[tokio::test]
async fn days_stand_for_hours_that_were_let_go_of() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    fill(&history, 1, "2024-01-10T00:00:00Z", "2024-03-10T00:00:00Z");
    history.flush().await.unwrap();
    history.retire(&[(name("Station"), at("2024-02-15T00:00:00Z"))]).await.unwrap();
    let query = asked("2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z", 4000);
    let days = chart(&history, &query).await;
    assert_eq!(
        (days.period, days.kept_from, days.approximate),
        (Some("P1D"), Some(at("2024-02-01T00:00:00Z")), true)
    );
    assert_eq!(days.count(), 60 * 144, "nothing is lost with the hours");
    sql_agrees(&history, &days).await;
    let after = chart(&history, &asked("2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z", 400)).await;
    assert_eq!((after.points.len(), after.kept_from), (144, None));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let good = asked("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", 10);
    let bad = [
        (ChartQuery { pixels: 0, ..good.clone() }, "pixels"),
        (ChartQuery { pixels: 4097, ..good.clone() }, "pixels"),
        (ChartQuery { to: good.from, ..good.clone() }, "to"),
        (ChartQuery { zone: "Mars/Olympus".to_owned(), ..good.clone() }, "zone"),
    ];
    for (query, field) in bad {
        let problem = history.chart(&tenant(), &query, &Everything).await.unwrap_err();
        assert_eq!(problem.field.as_deref(), Some(field));
    }
    let all = ChartQuery { from: Timestamp::MIN, to: Timestamp::MAX, ..good.clone() };
    assert_eq!(chart(&history, &all).await.count(), 0);
    let odd = "o'clock\" --";
    let strange = ChartQuery { attribute: Name::new(odd), ..good };
    let series = chart(&history, &strange).await;
    assert_eq!(by_sql(&history, &series, 1.0).await, [], "quotes stay inside the literal");
}
