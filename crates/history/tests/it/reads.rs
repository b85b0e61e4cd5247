//! What is asked of the past is what was written.

use senne_history::PastQuery;
use senne_language::{TimeFilter, TimeProperty};
use senne_model::{
    Attribute, AttributeValue, ChangeNo, Effect, Geometry, Instance, Iri, Json, Name, Quality, Timestamp,
};

use crate::common::*;

fn of(n: u32, term: &str) -> PastQuery {
    PastQuery { attributes: vec![name(term)], ..PastQuery::of(vec![id(n)], TimeFilter::default()) }
}

#[tokio::test]
async fn what_is_appended_is_read_at_once_and_after_a_flush_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let changes: Vec<_> = (1..=10_u64)
        .map(|no| {
            change(
                no,
                &id(1),
                vec![number("NO2", no as f64 + 0.25, at(&format!("2024-01-{no:02}T12:00:00Z")))],
            )
        })
        .collect();
    history.append_all(&changes);
    let expected: Vec<f64> = (1..=10).map(|n| f64::from(n) + 0.25).collect();
    assert_eq!(numbers(&history, &of(1, "NO2")).await, expected);
    assert_eq!(history.durable(), ChangeNo(0));
    assert_eq!(history.flush().await.unwrap(), ChangeNo(10));
    assert_eq!(numbers(&history, &of(1, "NO2")).await, expected);
    assert!(numbers(&history, &of(2, "NO2")).await.is_empty());
    assert!(numbers(&history, &of(1, "PM10")).await.is_empty());
    drop(history);
    let history = open(dir.path()).await;
    assert_eq!(history.durable(), ChangeNo(10));
    history.append_all(&changes);
    assert_eq!(numbers(&history, &of(1, "NO2")).await, expected);
    assert_eq!(history.statistics().rows, 10);
    assert_eq!(history.statistics().buffer_rows, 0);
}

#[tokio::test]
async fn every_part_of_a_point_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let when = at("2024-01-31T23:59:59.123456Z");
    let mut place = value(
        "location",
        AttributeValue::Geo(Geometry::point(4.35, 50.84).unwrap()),
        None,
        Quality::NOT_EVALUATED,
    );
    place.name = Name::new("https://uri.etsi.org/ngsi-ld/location");
    place.instance.dataset_id = Some(Iri::new("urn:data:1"));
    let mut text = value("note", AttributeValue::Property(Json::text("é")), Some(when), Quality::MISSING);
    text.instance
        .sub_attributes
        .push(Attribute::new(name("by"), Instance::new(AttributeValue::Property(Json::Int(3)))));
    let odd = value("NO2", AttributeValue::Property(Json::Int(7)), Some(when), Quality::GOOD);
    let mut other = odd.clone();
    other.name = Name::new("https://smartdatamodels.org/dataModel.Environment/NO2");
    other.instance.value = AttributeValue::Property(Json::Bool(true));
    let mut gone = odd.clone();
    gone.effect = Effect::Deleted;
    history.append_all(&[
        change(1, &id(1), vec![place.clone(), text.clone(), odd.clone(), other.clone()]),
        change(2, &id(1), vec![gone]),
    ]);
    let check = async || {
        let past = history.past(&tenant(), &all()).await.unwrap();
        assert_eq!(past.len(), 1);
        assert_eq!(past[0].types, [name("Station")]);
        let series = |wanted: &Name| past[0].series.iter().find(|s| s.attribute == *wanted).unwrap();
        assert_eq!(series(&place.name).dataset_id, place.instance.dataset_id);
        assert_eq!(series(&place.name).points[0].value, place.instance.value);
        let note = &series(&text.name).points[0];
        assert_eq!(
            (note.quality, note.observed_at, note.recorded_at),
            (Quality::MISSING, Some(when), recorded(1))
        );
        assert_eq!(note.sub_attributes, text.instance.sub_attributes);
        assert_eq!(note.unit_code, Some(Name::new("GQ")));
        assert_eq!(series(&other.name).points[0].value, other.instance.value);
        let points = &series(&odd.name).points;
        assert_eq!(points.len(), 2);
        assert!(!points[0].deleted && points[1].deleted);
        assert_eq!((points[1].observed_at, points[1].recorded_at), (None, recorded(2)));
        let only = PastQuery { attributes: vec![other.name.clone()], ..all() };
        assert_eq!(history.past(&tenant(), &only).await.unwrap()[0].series.len(), 1);
        let default_instance = PastQuery { dataset_id: Some(None), ..all() };
        assert_eq!(history.past(&tenant(), &default_instance).await.unwrap()[0].series.len(), 3);
        let deleted = TimeFilter { property: TimeProperty::DeletedAt, from: None, to: None };
        let deletions = history.past(&tenant(), &PastQuery { time: deleted, ..all() }).await.unwrap();
        assert_eq!(deletions[0].series.len(), 1);
    };
    check().await;
    history.flush().await.unwrap();
    check().await;
}

#[tokio::test]
async fn corrections_count_and_what_was_known_can_be_asked() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let noon = at("2024-01-31T12:00:00Z");
    for (no, x) in [(1, 40.0), (2, 41.0), (3, 42.0)] {
        history.append_all(&[change(no, &id(1), vec![number("NO2", x, noon)])]);
        if no == 2 {
            history.flush().await.unwrap();
        }
    }
    for _ in 0..2 {
        assert_eq!(numbers(&history, &of(1, "NO2")).await, [42.0]);
        let known = |no| PastQuery { as_of: Some(recorded(no)), ..of(1, "NO2") };
        assert_eq!(numbers(&history, &known(1)).await, [40.0]);
        assert_eq!(numbers(&history, &known(2)).await, [41.0]);
        assert!(numbers(&history, &known(0)).await.is_empty());
        let versions = PastQuery { every_version: true, ..of(1, "NO2") };
        assert_eq!(numbers(&history, &versions).await, [40.0, 41.0, 42.0]);
        history.flush().await.unwrap();
    }
}

#[tokio::test]
async fn two_values_of_one_moment_in_one_change_keep_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let noon = at("2024-01-31T12:00:00Z");
    history.append_all(&[change(1, &id(1), vec![number("NO2", 2.0, noon), number("NO2", 1.0, noon)])]);
    assert_eq!(numbers(&history, &of(1, "NO2")).await, [1.0]);
    history.flush().await.unwrap();
    assert_eq!(numbers(&history, &of(1, "NO2")).await, [1.0]);
}

#[tokio::test]
async fn ranges_last_points_and_limits() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let start = at("2023-11-01T00:00:00Z").micros();
    let changes: Vec<_> = (0..200_u64)
        .map(|n| {
            let when = Timestamp::from_micros(start + n as i64 * DAY);
            change(n + 1, &id(n as u32 % 2), vec![number("NO2", n as f64, when)])
        })
        .collect();
    history.append_all(&changes[..150]);
    history.flush().await.unwrap();
    history.append_all(&changes[150..]);
    let january = PastQuery { time: observed("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"), ..all() };
    assert_eq!(numbers(&history, &january).await.len(), 31);
    let last = PastQuery { last_n: Some(3), ..of(1, "NO2") };
    assert_eq!(numbers(&history, &last).await, [195.0, 197.0, 199.0]);
    let last_each = PastQuery { last_n: Some(1), dataset_id: Some(None), ..all() };
    assert_eq!(numbers(&history, &last_each).await, [198.0, 199.0]);
    let few = PastQuery { limit: 10, ..all() };
    let past = history.past(&tenant(), &few).await.unwrap();
    assert!(past.iter().all(|entity| entity.truncated));
    assert_eq!(numbers(&history, &few).await, [0.0, 2.0, 4.0, 6.0, 8.0, 1.0, 3.0, 5.0, 7.0, 9.0]);
    let exact = PastQuery { limit: 200, ..all() };
    assert!(!history.past(&tenant(), &exact).await.unwrap()[0].truncated);
    let hint = PastQuery { types: vec![name("Other")], ..all() };
    assert!(numbers(&history, &hint).await.is_empty());
}

/// What is older than the newest that are wanted takes no place of those that are.
#[tokio::test]
async fn the_newest_of_each_are_there_also_when_some_have_many_more() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let mut log = vec![change(1, &id(2), vec![number("NO2", 0.5, at("2023-01-05T00:00:00Z"))])];
    for month in 1..=12_u64 {
        let moment = at(&format!("2024-{month:02}-05T00:00:00Z"));
        log.push(change(month + 1, &id(1), vec![number("NO2", month as f64, moment)]));
    }
    history.append_all(&log);
    for _ in 0..2 {
        let query = PastQuery { last_n: Some(1), limit: 2, ..all() };
        let past = history.past(&tenant(), &query).await.unwrap();
        assert!(past.iter().all(|entity| !entity.truncated), "two were wanted, two are there");
        assert_eq!(numbers(&history, &query).await, [12.0, 0.5]);
        history.flush().await.unwrap();
    }
}

/// However many attributes are named, nothing gets deeper.
#[tokio::test]
async fn very_many_attributes_can_be_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let mut other = number("NO2", 2.0, recorded(1));
    other.name = Name::new("https://smartdatamodels.org/dataModel.Environment/NO2");
    history.append_all(&[change(1, &id(1), vec![number("NO2", 1.0, recorded(1)), other.clone()])]);
    let mut attributes: Vec<Name> = (0..20_000).map(|n| name(&format!("a{n}"))).collect();
    attributes.extend((0..20_000).map(|n| Name::new(&format!("https://uri.etsi.org/ngsi-ld/b{n}"))));
    for (wanted, found) in [(name("NO2"), 1.0), (other.name.clone(), 2.0)] {
        let query = PastQuery { attributes: [attributes.clone(), vec![wanted]].concat(), ..all() };
        assert_eq!(numbers(&history, &query).await, [found]);
    }
}

/// The folder of a city may be named from where one is, also upwards.
#[tokio::test]
async fn a_folder_that_is_named_with_steps_back_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let here = std::env::current_dir().unwrap();
    let back = "../".repeat(here.components().count() - 1);
    let folder = std::path::PathBuf::from(back).join(dir.path().strip_prefix("/").unwrap());
    let history = open(&folder).await;
    history.append_all(&[change(1, &id(1), vec![number("NO2", 1.0, recorded(1))])]);
    history.flush().await.unwrap();
    assert_eq!(numbers(&history, &all()).await, [1.0]);
    assert_eq!(lines(&history, "SELECT sum FROM hourly").await, "[1.0]");
    let plan = lines(&history, "EXPLAIN SELECT * FROM observation").await;
    for place in [here.as_path(), dir.path()] {
        assert!(!plan.contains(place.to_str().unwrap().trim_start_matches('/')), "{plan}");
    }
    drop(history);
    assert_eq!(numbers(&*open(&folder).await, &all()).await, [1.0]);
}

#[tokio::test]
async fn odd_times_and_names_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let mut odd =
        (*change(1, &id(1), vec![number("NO2", 1.0, Timestamp::MIN), number("NO2", 2.0, Timestamp::MAX)]))
            .clone();
    odd.types = [Name::new("https://example.org/a b/Ünï?x=1#T"), name("Station")].into_iter().collect();
    history.append_all(&[std::sync::Arc::new(odd.clone())]);
    history.flush().await.unwrap();
    assert_eq!(numbers(&history, &all()).await, [1.0, 2.0]);
    let past = history.past(&tenant(), &all()).await.unwrap();
    assert_eq!(past[0].types, odd.types.to_vec());
    drop(history);
    assert_eq!(numbers(&*open(dir.path()).await, &all()).await, [1.0, 2.0]);
}
