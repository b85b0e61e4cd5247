//! The history against a model that keeps everything in a list.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use senne_history::PastQuery;
use senne_model::{Change, Timestamp};

use crate::common::*;

#[derive(Clone, Debug)]
enum Step {
    /// Changes of stations, each with values: (attribute, slot, value).
    Append(Vec<(u32, Vec<(u8, i64, i64)>)>),
    Flush,
    /// The process dies; what was not flushed is given again from the change that is durable.
    Crash,
    /// The process dies and everything is given again.
    CrashAndRepeatAll,
    /// The same changes are given twice.
    Repeat,
    Compact,
}

fn step() -> impl Strategy<Value = Step> {
    let values = prop::collection::vec((0..2_u8, 0..40_i64, 0..1000_i64), 0..4);
    let append = prop::collection::vec((0..3_u32, values), 1..10).prop_map(Step::Append);
    prop_oneof![
        6 => append,
        3 => Just(Step::Flush),
        1 => Just(Step::Crash),
        1 => Just(Step::CrashAndRepeatAll),
        1 => Just(Step::Repeat),
        1 => Just(Step::Compact),
    ]
}

/// Station, attribute, moment → values in the order of recording.
type Model = BTreeMap<(String, String, i64), Vec<f64>>;

fn model(log: &[Arc<Change>]) -> Model {
    let mut model = Model::new();
    for change in log {
        for changed in &change.attributes {
            let when = changed.instance.observed_at.unwrap().micros();
            let key = (change.entity.to_string(), changed.name.to_string(), when);
            model.entry(key).or_default().push(changed.instance.value.as_number().unwrap());
        }
    }
    model
}

async fn read(history: &senne_history::History, query: &PastQuery) -> Model {
    let mut model = Model::new();
    for entity in history.past(&tenant(), query).await.unwrap() {
        for series in entity.series {
            for point in series.points {
                let key = (entity.entity.to_string(), series.attribute.to_string(), point.moment().micros());
                model.entry(key).or_default().push(point.value.as_number().unwrap());
            }
        }
    }
    model
}

async fn run(steps: Vec<Step>) {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path()).await;
    let mut log: Vec<Arc<Change>> = Vec::new();
    for step in steps {
        match step {
            Step::Append(changes) => {
                let from = log.len();
                for (station, values) in changes {
                    let values = values.into_iter().map(|(attribute, slot, x)| {
                        // Slots lie around a change of months.
                        let when = at("2024-01-31T12:00:00Z").micros() + slot * HOUR;
                        number(
                            ["NO2", "PM10"][usize::from(attribute)],
                            x as f64 / 100.0,
                            Timestamp::from_micros(when),
                        )
                    });
                    log.push(change(log.len() as u64 + 1, &id(station), values.collect()));
                }
                history.append_all(&log[from..]);
            }
            Step::Flush => {
                let durable = history.flush().await.unwrap();
                assert_eq!(durable.0, log.len() as u64);
            }
            Step::Crash => {
                drop(history);
                history = open(dir.path()).await;
                let durable = history.durable().0 as usize;
                history.append_all(&log[durable..]);
            }
            Step::CrashAndRepeatAll => {
                drop(history);
                history = open(dir.path()).await;
                history.append_all(&log);
            }
            Step::Repeat => history.append_all(&log),
            Step::Compact => {
                history.compact().await.unwrap();
            }
        }
        let whole = model(&log);
        assert_eq!(read(&history, &PastQuery { every_version: true, ..all() }).await, whole);
        let newest: Model =
            whole.into_iter().map(|(key, values)| (key, vec![*values.last().unwrap()])).collect();
        assert_eq!(read(&history, &all()).await, newest);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 60, ..ProptestConfig::default() })]
    #[test]
    fn nothing_is_lost_and_nothing_stands_twice(steps in prop::collection::vec(step(), 1..14)) {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(run(steps));
    }
}
