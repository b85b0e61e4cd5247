//! Roll-ups say what the raw values say.

use proptest::prelude::*;
use senne_history::{Aggregation, History, PastQuery, SeriesBuckets};
use senne_language::{Method, Period, TimeFilter, TimeProperty};
use senne_model::{AttributeValue, Flag, Json, Quality, Test, Timestamp};

use crate::common::*;

const METHODS: [Method; 7] = [
    Method::TotalCount,
    Method::Sum,
    Method::Average,
    Method::Minimum,
    Method::Maximum,
    Method::StandardDeviation,
    Method::SumOfSquares,
];

async fn sums(history: &History, period: Period, zone: Option<&str>, raw: bool) -> Vec<SeriesBuckets> {
    // With every moment up to the end of time known, nothing differs but the way: roll-ups cannot answer `as_of`.
    let query = PastQuery { as_of: raw.then_some(Timestamp::MAX), ..all() };
    let aggregation = Aggregation {
        methods: METHODS.to_vec(),
        period,
        zone: zone.map(str::to_owned),
        origin: None,
        usable_only: true,
    };
    history.aggregate(&tenant(), &query, &aggregation).await.unwrap()
}

fn alike(a: &[SeriesBuckets], b: &[SeriesBuckets]) -> bool {
    let near = |x: &Option<f64>, y: &Option<f64>| match (x, y) {
        (Some(x), Some(y)) => (x - y).abs() <= 1e-5 * (1.0 + x.abs()),
        (x, y) => x == y,
    };
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            (&a.entity, &a.attribute, a.buckets.len()) == (&b.entity, &b.attribute, b.buckets.len())
                && a.buckets.iter().zip(&b.buckets).all(|(a, b)| {
                    (a.from, a.to, a.count, a.usable) == (b.from, b.to, b.count, b.usable)
                        && a.values.iter().zip(&b.values).all(|(x, y)| near(x, y))
                })
        })
}

/// One value: station, hours and minutes after the start, the value in hundredths, kind.
#[derive(Clone, Debug)]
enum Step {
    Values(Vec<(u32, i64, i64, u8)>),
    Flush,
    Restart,
    Compact,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let values =
        prop::collection::vec((0..2_u32, 0..200_i64, -500..500_i64, 0..8_u8), 1..12).prop_map(Step::Values);
    let step =
        prop_oneof![5 => values, 2 => Just(Step::Flush), 1 => Just(Step::Restart), 1 => Just(Step::Compact)];
    prop::collection::vec(step, 1..12)
}

/// What a view says, computed from the values that count, for the views of the roll-ups. A sum that is nothing but for rounding may come
/// out a little below or above: no zero has a sign here.
pub(crate) fn by_hand(start: &str) -> String {
    format!(
        "SELECT {start}, entity, attribute, count(number) AS count, nullif(sum(CASE WHEN quality <= 2 THEN 1 ELSE 0 END), 0) AS usable, \
         round(sum(number) FILTER (WHERE quality <= 2), 4) + 0.0 AS sum, min(number) FILTER (WHERE quality <= 2) AS min, \
         first_value(number ORDER BY observed_at) FILTER (WHERE quality <= 2) AS first, \
         last_value(number ORDER BY observed_at) FILTER (WHERE quality <= 2) AS last, \
         max(observed_at) FILTER (WHERE quality <= 2) AS last_at, sum(CASE WHEN quality = 9 THEN 1 ELSE 0 END) AS missing \
         FROM observation_corrected WHERE number IS NOT NULL OR quality = 9 GROUP BY 1, 2, 3 ORDER BY 2, 3, 1"
    )
}

pub(crate) fn by_view(view: &str, start: &str) -> String {
    format!(
        "SELECT {start}, entity, attribute, count, usable, round(sum, 4) + 0.0 AS sum, min, first, last, last_at, missing \
         FROM {view} ORDER BY 2, 3, 1"
    )
}

async fn check_views(history: &History) {
    for (view, start, bucket) in [
        ("hourly", "start", "date_trunc('hour', observed_at)"),
        ("daily", "start", "date_trunc('day', observed_at)"),
        ("series", "1", "1"),
    ] {
        let (rolled, raw) =
            (lines(history, &by_view(view, start)).await, lines(history, &by_hand(bucket)).await);
        assert_eq!(rolled, raw, "{view}");
    }
}

async fn run(steps: Vec<Step>, settle: bool) {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = config(dir.path());
    if settle {
        settings.settle_after = std::time::Duration::ZERO;
    }
    let open = async || History::open(settings.clone()).await.unwrap();
    let mut history = open().await;
    let (mut log, mut no) = (Vec::new(), 0);
    for step in steps {
        match step {
            Step::Values(values) => {
                for (station, slot, x, kind) in values {
                    no += 1;
                    let when =
                        Timestamp::from_micros(at("2024-01-30T00:00:00Z").micros() + slot * 30 * MINUTE);
                    let quality =
                        if kind == 0 { Quality::GOOD.with(Test::Spike, Flag::Fail) } else { Quality::GOOD };
                    let json = match kind {
                        1 => Json::text("broken"),
                        _ => Json::Float(x as f64 / 100.0),
                    };
                    let quality = if kind == 1 { Quality::MISSING } else { quality };
                    let one = value("NO2", AttributeValue::Property(json), Some(when), quality);
                    log.push(change(no, &id(station), vec![one]));
                    history.append_all(&log[log.len() - 1..]);
                }
            }
            Step::Flush => {
                history.flush().await.unwrap();
            }
            Step::Restart => {
                drop(history);
                history = open().await;
                history.append_all(&log);
            }
            Step::Compact => {
                history.compact().await.unwrap();
                check_views(&history).await;
            }
        }
        for (period, zone) in
            [(Period::HOUR, None), (Period::DAY, None), (Period::DAY, Some("Europe/Brussels"))]
        {
            let (rolled, raw) =
                (sums(&history, period, zone, false).await, sums(&history, period, zone, true).await);
            assert!(alike(&rolled, &raw), "{period} {zone:?}\n{rolled:#?}\n{raw:#?}");
        }
    }
    check_views(&history).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, max_shrink_iters: 60, ..ProptestConfig::default() })]
    #[test]
    fn rollups_say_what_the_observations_say(steps in steps(), settle in any::<bool>()) {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(run(steps, settle));
    }
}

#[tokio::test]
async fn values_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let when = |text: &str| Some(at(text));
    let fail = Quality::GOOD.with(Test::Range, Flag::Fail);
    let property = |x: f64| AttributeValue::Property(Json::Float(x));
    history.append_all(&[
        change(1, &id(1), vec![value("NO2", property(10.0), when("2024-01-01T00:10:00Z"), Quality::GOOD)]),
        change(
            2,
            &id(1),
            vec![value("NO2", property(20.0), when("2024-01-01T00:50:00Z"), Quality::NOT_EVALUATED)],
        ),
        change(3, &id(1), vec![value("NO2", property(900.0), when("2024-01-01T01:00:00Z"), fail)]),
        change(
            4,
            &id(1),
            vec![value("NO2", AttributeValue::Property(Json::text("x")), when("2024-01-01T01:30:00Z"), fail)],
        ),
    ]);
    let ask = async |methods: &[Method], period, usable_only| {
        let aggregation =
            Aggregation { methods: methods.to_vec(), period, zone: None, origin: None, usable_only };
        history.aggregate(&tenant(), &all(), &aggregation).await.unwrap().remove(0).buckets
    };
    for _ in 0..2 {
        let hours = ask(&[Method::Average, Method::StandardDeviation], Period::HOUR, true).await;
        assert_eq!(hours.len(), 2);
        assert_eq!(
            (hours[0].count, hours[0].usable, hours[0].values.clone()),
            (2, 2, vec![Some(15.0), Some(5.0)])
        );
        assert_eq!((hours[1].count, hours[1].usable, hours[1].values.clone()), (1, 0, vec![None, None]));
        assert_eq!((hours[0].from, hours[0].to), (at("2024-01-01T00:00:00Z"), at("2024-01-01T01:00:00Z")));
        let day = ask(&[Method::Maximum], Period::DAY, false).await;
        // Three numbers and a text, of which the numbers are meant.
        assert_eq!((day[0].count, day[0].summed, day[0].values[0]), (4, 3, Some(900.0)));
        let counts = ask(&[Method::TotalCount, Method::DistinctCount], Period::DAY, false).await;
        assert_eq!((counts[0].count, counts[0].values.clone()), (4, vec![Some(4.0), Some(4.0)]));
        let quarter = ask(&[Method::Sum], Period { months: 0, days: 0, micros: 15 * MINUTE }, true).await;
        assert_eq!(quarter.len(), 3);
        history.flush().await.unwrap();
    }
    let range = TimeFilter {
        property: TimeProperty::ObservedAt,
        from: when("2024-01-01T00:30:00Z"),
        to: when("2024-01-01T02:00:00Z"),
    };
    let query = PastQuery { time: range, ..all() };
    let whole = Aggregation {
        methods: vec![Method::Sum],
        period: Period::WHOLE,
        zone: None,
        origin: None,
        usable_only: true,
    };
    let sums = history.aggregate(&tenant(), &query, &whole).await.unwrap();
    let bucket = &sums[0].buckets[0];
    assert_eq!(
        (bucket.from, bucket.to, bucket.values[0]),
        (range.from.unwrap(), range.to.unwrap(), Some(20.0))
    );
}
