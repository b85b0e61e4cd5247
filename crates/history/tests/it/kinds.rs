//! Sums over values of all kinds say what GS CIM 009 clause 4.5.19.1 says of each, with roll-ups and without.

use senne_history::{Aggregation, History, SeriesBuckets};
use senne_language::{Method, Period};
use senne_model::{AttributeValue, Flag, Iri, Json, Quality, Test};

use crate::common::*;

async fn sums(history: &History, methods: &[Method], usable_only: bool) -> Vec<SeriesBuckets> {
    let aggregation =
        Aggregation { methods: methods.to_vec(), period: Period::DAY, zone: None, origin: None, usable_only };
    history.aggregate(&tenant(), &all(), &aggregation).await.unwrap()
}

fn of<'a>(found: &'a [SeriesBuckets], term: &str) -> &'a SeriesBuckets {
    found.iter().find(|series| series.attribute == name(term)).unwrap()
}

/// One value each hour of a day, in this order.
async fn add(history: &History, term: &str, first: u64, values: Vec<AttributeValue>) {
    let begin = at("2024-01-31T00:00:00Z").micros();
    for (hour, one) in values.into_iter().enumerate() {
        let when = senne_model::Timestamp::from_micros(begin + hour as i64 * HOUR);
        let one = value(term, one, Some(when), Quality::GOOD);
        history.append_all(&[change(first + hour as u64, &id(1), vec![one])]);
    }
}

fn json(text: &str) -> AttributeValue {
    AttributeValue::Property(Json::parse(text.as_bytes()).unwrap())
}

fn to(targets: &[&str]) -> AttributeValue {
    let objects = targets.iter().map(|target| Iri::new(target)).collect();
    AttributeValue::Relationship { objects, object_type: None }
}

async fn filled(dir: &std::path::Path) -> std::sync::Arc<History> {
    let history = open(dir).await;
    add(&history, "open", 1, vec![json("true"), json("false"), json("true"), json("true")]).await;
    add(&history, "state", 11, vec![json("\"m\""), json("\"b\""), json("\"z\""), json("\"b\"")]).await;
    add(&history, "lanes", 21, vec![json("[1,2,3]"), json("[]"), json("[1]")]).await;
    add(&history, "driver", 31, vec![to(&["urn:a:1", "urn:a:2"]), to(&["urn:a:2"]), to(&["urn:a:1"])]).await;
    add(&history, "NO2", 41, vec![json("2"), json("4.5")]).await;
    add(&history, "mixed", 51, vec![json("7"), json("\"broken\"")]).await;
    history
}

const ALL: [Method; 8] = Method::ALL;

#[tokio::test]
async fn each_kind_is_summed_up_as_far_as_it_can_be() {
    let dir = tempfile::tempdir().unwrap();
    let history = filled(dir.path()).await;
    for flushed in [false, true] {
        let found = sums(&history, &ALL, false).await;
        let bucket = |term: &str| of(&found, term).buckets[0].clone();
        // How many, how many different, sum, mean, least, greatest, deviation, sum of squares.
        let open = bucket("open");
        assert_eq!(open.values[..6], [4.0, 2.0, 3.0, 0.75, 0.0, 1.0].map(Some), "{flushed}");
        assert_eq!((open.summed, open.values[7]), (4, Some(3.0)));
        let state = bucket("state");
        assert_eq!(state.values, [Some(4.0), Some(3.0), None, None, None, None, None, None]);
        assert_eq!(state.text(Method::Minimum), Some(&Json::text("b")));
        assert_eq!(state.text(Method::Maximum), Some(&Json::text("z")));
        let sizes = [3.0, 3.0, 4.0, 4.0 / 3.0, 0.0, 3.0].map(Some);
        assert_eq!(bucket("lanes").values, [&sizes[..], &[None, None]].concat());
        // Two targets, however they come together.
        assert_eq!(bucket("driver").values[..3], [Some(3.0), Some(2.0), None]);
        assert!(of(&found, "driver").relationship && !of(&found, "state").relationship);
        assert_eq!(bucket("mixed").values[..4], [2.0, 2.0, 7.0, 7.0].map(Some));
        history.flush().await.unwrap();
    }
}

#[tokio::test]
async fn roll_ups_leave_out_no_value_that_is_no_number() {
    let dir = tempfile::tempdir().unwrap();
    let history = filled(dir.path()).await;
    let fail = Quality::GOOD.with(Test::Range, Flag::Fail);
    let late = Some(at("2024-01-31T20:00:00Z"));
    history.append_all(&[change(61, &id(1), vec![value("state", json("\"zz\""), late, fail)])]);
    let methods = [Method::TotalCount, Method::Average, Method::Maximum];
    for flushed in [false, true] {
        let found = sums(&history, &methods, true).await;
        let bucket = |term: &str| of(&found, term).buckets[0].clone();
        assert_eq!(bucket("open").values, [4.0, 0.75, 1.0].map(Some), "{flushed}");
        assert_eq!(bucket("state").text(Method::Maximum), Some(&Json::text("z")));
        assert_eq!(bucket("lanes").values, [3.0, 4.0 / 3.0, 3.0].map(Some));
        assert_eq!(bucket("NO2").values, [2.0, 3.25, 4.5].map(Some));
        assert_eq!(bucket("mixed").values, [2.0, 7.0, 7.0].map(Some));
        assert!(found.iter().all(|series| series.tells(&methods)));
        let means = sums(&history, &[Method::Average], true).await;
        let told: Vec<bool> = ["driver", "lanes", "open", "state"]
            .map(|term| of(&means, term).tells(&[Method::Average]))
            .to_vec();
        assert_eq!(told, [false, true, true, false]);
        history.flush().await.unwrap();
    }
}
