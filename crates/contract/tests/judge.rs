//! Each quality test on small series, through the public interface.

use proptest::prelude::*;
use senne_contract::Contracts;
use senne_model::{AttributeValue, Flag, Instance, Json, Judge, Name, Quality, Seen, Test, Timestamp};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const START: i64 = 1_704_067_200_000_000; // 2024-01-01T00:00:00Z

/// A type with one attribute `level`, with these limits.
fn contracts(limits: &str) -> Contracts {
    let text = format!(
        "type: Probe\nversion: 1\ntitle: {{ fr: a, nl: a, en: a }}\ndescription: {{ fr: a, nl: a, en: a }}\nclass: open\n\
         attributes:\n  level:\n    former: [Level]\n    kind: number\n    unit: GQ\n    title: {{ fr: a, nl: a, en: a }}\n{limits}\
         \x20 note:\n    kind: text\n    title: {{ fr: a, nl: a, en: a }}\n"
    );
    Contracts::parse(&[("probe.yaml".to_owned(), text)]).unwrap_or_else(|f| panic!("{f:?}"))
}

/// A series as it goes through the commit: the newest instance is the previous one, older ones leave it.
struct Series<'a> {
    contracts: &'a Contracts,
    types: [Name; 1],
    attribute: Name,
    newest: Option<Instance>,
}

impl<'a> Series<'a> {
    fn new(contracts: &'a Contracts) -> Self {
        Self::of(contracts, "level")
    }

    fn of(contracts: &'a Contracts, attribute: &str) -> Self {
        let name = |term: &str| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"));
        Self { contracts, types: [name("Probe")], attribute: name(attribute), newest: None }
    }

    fn write(&mut self, value: Json, observed_at: Option<i64>, recorded_at: i64) -> Quality {
        let seen = Seen {
            types: &self.types,
            attribute: &self.attribute,
            recorded_at: Timestamp::from_micros(recorded_at),
            simulated: false,
        };
        let mut instance = Instance::new(AttributeValue::Property(value));
        instance.observed_at = observed_at.map(Timestamp::from_micros);
        self.contracts.judge(&seen, &mut instance, self.newest.as_ref());
        let quality = instance.quality;
        if self.newest.as_ref().is_none_or(|p| p.observed_at <= instance.observed_at) {
            self.newest = Some(instance);
        }
        quality
    }

    /// A value observed so many minutes after the start.
    fn at(&mut self, minutes: i64, value: f64) -> Quality {
        self.write(Json::Float(value), Some(START + minutes * MINUTE), START + 10_000 * HOUR)
    }
}

fn good(quality: Quality) -> bool {
    quality == Quality::GOOD
}

#[test]
fn range_outside_plausible_fails_and_outside_usual_is_suspect() {
    let contracts = contracts("    plausible: [0, 400]\n    usual: [0, 150]\n");
    let mut series = Series::new(&contracts);
    assert_eq!(series.at(0, 150.0), Quality::GOOD);
    assert_eq!(series.at(10, 150.5).to_string(), "suspect (range)");
    assert_eq!(series.at(20, 400.5).to_string(), "fail (range)");
    assert_eq!(series.at(30, -0.1).to_string(), "fail (range)");
    assert!(good(series.at(40, 0.0)));
}

#[test]
fn stuck_after_the_time_but_not_for_excepted_values_nor_across_a_gap() {
    let contracts = contracts("    gap_after: PT2H\n    stuck: { after: PT1H, except: [0] }\n");
    let mut series = Series::new(&contracts);
    assert!((0..6).all(|i| good(series.at(i * 10, 7.0))));
    assert_eq!(series.at(60, 7.0).to_string(), "suspect (stuck)");
    assert_eq!(series.at(70, 7.0).to_string(), "suspect (stuck)");
    assert!(good(series.at(80, 7.1)));
    assert!((9..30).all(|i| good(series.at(i * 10, 0.0))));
    assert!(good(series.at(300, 3.0)));
    assert!(good(series.at(300 + 200, 3.0)), "nobody looked for 200 minutes: the same value is no evidence");
    assert!(good(series.at(550, 3.0)));
    assert!(series.at(560, 3.0).has(Test::Stuck), "an hour after the gap it is");
}

#[test]
fn a_spike_is_suspect_and_the_way_back_is_not() {
    let contracts = contracts("    spike: { limit: 50, accept_after: 3 }\n");
    let mut series = Series::new(&contracts);
    assert!(good(series.at(0, 20.0)));
    assert_eq!(series.at(10, 90.0).to_string(), "suspect (spike)");
    assert!(good(series.at(20, 22.0)), "back at the old level");
    assert!(good(series.at(30, 72.0)), "the limit itself is allowed");
}

#[test]
fn values_that_agree_are_a_new_level() {
    let contracts = contracts("    spike: { limit: 50, accept_after: 3 }\n");
    let mut series = Series::new(&contracts);
    assert!(good(series.at(0, 20.0)));
    assert!(series.at(10, 120.0).has(Test::Spike));
    assert!(series.at(20, 130.0).has(Test::Spike));
    assert!(good(series.at(30, 125.0)), "the third that agrees");
    assert!(good(series.at(40, 118.0)));
    assert!(series.at(50, 300.0).has(Test::Spike));
    assert!(series.at(60, 20.0).has(Test::Spike), "two jumps that disagree are no level");
    assert!(series.at(70, 300.0).has(Test::Spike));
}

#[test]
fn the_spike_limit_widens_with_time_and_ends_at_a_gap() {
    let contracts =
        contracts("    gap_after: PT2H\n    spike: { limit: 50, per_hour: 60, accept_after: 3 }\n");
    let mut series = Series::new(&contracts);
    assert!(good(series.at(0, 0.0)));
    assert!(series.at(10, 61.0).has(Test::Spike), "after ten minutes 60 is the limit");
    assert!(good(series.at(70, 120.0)), "after seventy minutes it is 120");
    assert!(good(series.at(70 + 121, 900.0)), "after a gap nothing can be said");
}

#[test]
fn a_second_value_for_the_newest_moment_is_marked_and_counts() {
    let contracts = contracts("    plausible: [0, 400]\n    spike: { limit: 50 }\n");
    let mut series = Series::new(&contracts);
    assert!(good(series.at(0, 20.0)));
    assert_eq!(series.at(0, 20.0).to_string(), "good (duplicate)");
    assert_eq!(series.at(0, 30.0).to_string(), "good (duplicate)");
    assert_eq!(series.newest.as_ref().unwrap().value.as_number(), Some(30.0));
    assert_eq!(series.newest.as_ref().unwrap().track.as_ref().unwrap().last_good, 30.0);
    assert_eq!(series.at(0, 500.0).to_string(), "fail (range, duplicate)");
    assert!(good(series.at(10, 79.0)), "the last good value is 30");
}

#[test]
fn a_value_from_the_future_fails_and_moves_nothing() {
    let contracts = contracts("    plausible: [0, 400]\n    future_tolerance: PT10M\n    late_after: PT1H\n");
    let mut series = Series::new(&contracts);
    let mut write = |observed: i64, recorded: i64| {
        series.write(Json::Int(5), Some(START + observed * MINUTE), START + recorded * MINUTE)
    };
    assert!(good(write(0, 0)));
    assert!(good(write(20, 10)), "ten minutes ahead are tolerated");
    assert_eq!(write(100_000, 30).to_string(), "fail (future)");
    assert!(good(write(30, 30)), "and what follows is not late");
}

#[test]
fn a_late_value_is_marked_and_keeps_its_flag() {
    let contracts = contracts("    plausible: [0, 400]\n    late_after: PT1H\n    spike: { limit: 1 }\n");
    let mut series = Series::new(&contracts);
    assert!(good(series.at(120, 5.0)));
    assert!(good(series.at(60, 300.0)), "an hour behind the newest is not late, and no spike is looked for");
    assert_eq!(series.at(59, 300.0).to_string(), "good (late)");
    assert_eq!(series.at(58, 500.0).to_string(), "fail (range, late)");
    assert!(good(series.at(130, 5.5)), "the series goes on from its newest value");
}

#[test]
fn a_late_value_can_be_suspect_when_the_contract_says_so() {
    let contracts = contracts("    late_after: PT1H\n    late_is_suspect: true\n    plausible: [0, 400]\n");
    let mut series = Series::new(&contracts);
    assert!(good(series.at(120, 5.0)));
    assert_eq!(series.at(0, 5.0).to_string(), "suspect (late)");
}

#[test]
fn a_failed_sensor_stays_failed_until_it_behaves_for_long_enough() {
    let contracts = contracts(
        "    plausible: [0, 400]\n    usual: [0, 150]\n    gap_after: PT2H\n    sensor_failed: { failures: 3, recover_after: PT1H }\n",
    );
    let mut series = Series::new(&contracts);
    assert!(good(series.at(0, 20.0)));
    assert_eq!(series.at(10, 900.0).to_string(), "fail (range)");
    assert_eq!(series.at(20, 900.0).to_string(), "fail (range)");
    assert_eq!(series.at(30, 900.0).to_string(), "fail (range, sensor)");
    assert_eq!(series.at(40, 100.0).to_string(), "fail (sensor)", "one value that looks like air is none");
    assert_eq!(
        series.at(60, 160.0).to_string(),
        "fail (range, sensor)",
        "outside the usual range: the wait starts anew"
    );
    for minute in [70, 90, 120] {
        assert_eq!(series.at(minute, 50.0 + minute as f64 / 10.0).to_string(), "fail (sensor)");
    }
    assert!(good(series.at(130, 60.0)), "an hour of inconspicuous values");
    assert!(good(series.at(140, 60.0)));
    assert_eq!(series.at(150, 900.0).to_string(), "fail (range)", "it counts from the beginning");
}

#[test]
fn a_pause_is_no_recovery() {
    let contracts = contracts(
        "    plausible: [0, 400]\n    gap_after: PT2H\n    sensor_failed: { failures: 2, recover_after: PT1H }\n",
    );
    let mut series = Series::new(&contracts);
    series.at(0, 900.0);
    assert!(series.at(10, 900.0).has(Test::Sensor));
    assert!(series.at(20, 20.0).has(Test::Sensor));
    assert!(series.at(20 + 600, 21.0).has(Test::Sensor), "ten hours passed, but nothing was seen in them");
    assert!(series.at(20 + 640, 22.0).has(Test::Sensor));
    assert!(good(series.at(20 + 660, 23.0)));
}

#[test]
fn sentinels_and_nulls_are_missing_and_the_series_goes_on() {
    let contracts = contracts("    missing: [-999]\n    plausible: [0, 400]\n    spike: { limit: 50 }\n");
    let mut series = Series::new(&contracts);
    assert!(good(series.at(0, 20.0)));
    assert_eq!(series.at(10, -999.0), Quality::MISSING);
    assert_eq!(series.write(Json::Null, Some(START + 20 * MINUTE), START + HOUR), Quality::MISSING);
    assert_eq!(series.at(25, f64::NAN), Quality::MISSING);
    assert!(series.at(30, 99.0).has(Test::Spike), "the last good value is remembered");
}

#[test]
fn what_has_no_limits_is_not_evaluated() {
    let contracts = contracts("");
    assert_eq!(Series::new(&contracts).at(0, 1e300), Quality::NOT_EVALUATED);
    assert_eq!(Series::of(&contracts, "other").at(0, 1.0), Quality::NOT_EVALUATED);
    let mut note = Series::of(&contracts, "note");
    assert_eq!(note.write(Json::text("x"), Some(START), START), Quality::NOT_EVALUATED);
}

#[test]
fn a_former_name_is_judged_alike() {
    let contracts = contracts("    plausible: [0, 400]\n");
    assert_eq!(Series::of(&contracts, "Level").at(0, 500.0).flag(), Flag::Fail);
}

#[test]
fn values_without_a_time_are_of_now() {
    let contracts = contracts("    gap_after: PT5H\n    stuck: { after: PT1H }\n    plausible: [0, 400]\n");
    let mut series = Series::new(&contracts);
    assert!(good(series.write(Json::Int(3), None, START)));
    assert!(good(series.write(Json::Int(3), None, START)), "the same moment, and yet no duplicate");
    assert!(series.write(Json::Int(3), None, START + HOUR).has(Test::Stuck));
}

#[test]
fn observations_after_a_value_without_a_time_begin_a_series() {
    let contracts = contracts("    late_after: PT1H\n    plausible: [0, 400]\n");
    let mut series = Series::new(&contracts);
    assert!(good(series.write(Json::Int(3), None, START + 1000 * HOUR)));
    assert_eq!(series.at(0, 3.0), Quality::GOOD, "old, and yet not late");
}

fn any_time() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), START..START + 100 * HOUR, Just(0), Just(i64::MIN), Just(i64::MAX)]
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -1000.0..1000.0,
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(0.0),
        Just(f64::MAX),
        Just(f64::MIN)
    ]
}

proptest! {
    #[test]
    fn no_series_panics(writes in prop::collection::vec((any_number(), prop::option::of(any_time()), any_time()), 1..60)) {
        let contracts = contracts(
            "    plausible: [0, 400]\n    usual: [0, 150]\n    stuck: { after: PT1H }\n    spike: { limit: 50, per_hour: 3 }\n    \
             late_after: PT1H\n    sensor_failed: { failures: 2, recover_after: PT1H }\n    missing: [-999]\n",
        );
        let mut series = Series::new(&contracts);
        for (value, observed_at, recorded_at) in writes {
            let quality = series.write(Json::Float(value), observed_at, recorded_at);
            let outside = !(0.0..=400.0).contains(&value);
            prop_assert!(!outside || quality.flag() >= Flag::Fail, "{} is {}", value, quality);
        }
    }

    /// Whatever the values are, a series in order without repeats raises neither late nor duplicate.
    #[test]
    fn order_raises_nothing(values in prop::collection::vec(0.0..100.0, 1..50)) {
        let contracts = contracts("    plausible: [0, 400]\n    late_after: PT1M\n");
        let mut series = Series::new(&contracts);
        for (i, value) in values.into_iter().enumerate() {
            prop_assert_eq!(series.at(i as i64 * 10, value), Quality::GOOD);
        }
    }
}
