//! Every instant falls in one bucket, whatever the clock does.

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn buckets(period: &str, zone: Option<&str>) -> Buckets {
    Buckets::new(Period::parse(period).unwrap(), zone, None).unwrap()
}

fn edges(period: &str, zone: Option<&str>, from: &str, to: &str) -> Vec<String> {
    buckets(period, zone).edges(at(from), at(to)).iter().map(ToString::to_string).collect()
}

const BRUSSELS: Option<&str> = Some("Europe/Brussels");

#[test]
fn days_follow_the_civil_calendar() {
    assert_eq!(
        edges("P1D", None, "2024-03-30T13:00:00Z", "2024-04-01T00:00:00Z"),
        ["2024-03-30T00:00:00Z", "2024-03-31T00:00:00Z", "2024-04-01T00:00:00Z"]
    );
    // The day on which summer time begins has 23 hours, the one on which it ends 25.
    assert_eq!(
        edges("P1D", BRUSSELS, "2024-03-30T23:00:00Z", "2024-04-01T00:00:00Z"),
        ["2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z", "2024-04-01T22:00:00Z"]
    );
    assert_eq!(
        edges("P1D", BRUSSELS, "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"),
        ["2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"]
    );
}

#[test]
fn months_weeks_and_years_begin_where_people_expect() {
    assert_eq!(
        edges("P1M", BRUSSELS, "2024-02-15T00:00:00Z", "2024-05-01T00:00:00Z"),
        [
            "2024-01-31T23:00:00Z",
            "2024-02-29T23:00:00Z",
            "2024-03-31T22:00:00Z",
            "2024-04-30T22:00:00Z",
            "2024-05-31T22:00:00Z"
        ]
    );
    assert_eq!(buckets("P1W", None).start_of(at("2024-02-01T10:00:00Z")), at("2024-01-29T00:00:00Z"));
    assert_eq!(buckets("P1W", None).start_of(at("1999-12-31T10:00:00Z")), at("1999-12-27T00:00:00Z"));
    assert_eq!(buckets("P1Y", None).start_of(at("1987-06-01T00:00:00Z")), at("1987-01-01T00:00:00Z"));
    assert_eq!(buckets("P3M", None).start_of(at("2024-06-30T23:59:59Z")), at("2024-04-01T00:00:00Z"));
    assert_eq!(buckets("P1M", None).start_of(at("2024-03-01T00:00:00Z")), at("2024-03-01T00:00:00Z"));
    assert_eq!(buckets("P1M", None).start_of(at("2024-02-29T23:59:59.999999Z")), at("2024-02-01T00:00:00Z"));
}

#[test]
fn the_repeated_hour_is_two_buckets() {
    let hours = edges("PT1H", BRUSSELS, "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z");
    assert_eq!(hours.len(), 26);
    assert_eq!(hours[3..5], ["2024-10-27T01:00:00Z", "2024-10-27T02:00:00Z"]);
    assert_eq!(edges("PT1H", BRUSSELS, "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z").len(), 24);
}

#[test]
fn longer_parts_of_the_day_stay_on_the_wall_clock() {
    assert_eq!(
        edges("PT6H", BRUSSELS, "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"),
        [
            "2024-03-30T23:00:00Z",
            "2024-03-31T04:00:00Z",
            "2024-03-31T10:00:00Z",
            "2024-03-31T16:00:00Z",
            "2024-03-31T22:00:00Z"
        ]
    );
    assert_eq!(
        edges("PT12H", BRUSSELS, "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"),
        ["2024-10-26T22:00:00Z", "2024-10-27T11:00:00Z", "2024-10-27T23:00:00Z"]
    );
}

#[test]
fn an_origin_moves_the_edges() {
    let quarter =
        Buckets::new(Period::parse("PT15M").unwrap(), None, Some(at("2024-01-01T00:05:00Z"))).unwrap();
    assert_eq!(
        quarter.around(at("2024-01-01T00:00:00Z")),
        (at("2023-12-31T23:50:00Z"), at("2024-01-01T00:05:00Z"))
    );
    let month = Buckets::new(Period::MONTH, None, Some(at("2024-01-31T06:00:00Z"))).unwrap();
    assert_eq!(month.start_of(at("2024-03-01T00:00:00Z")), at("2024-02-29T06:00:00Z"));
    assert_eq!(month.next(at("2024-03-01T00:00:00Z")), at("2024-03-31T06:00:00Z"));
    let day = Buckets::new(Period::DAY, BRUSSELS, Some(at("2024-03-30T11:00:00Z"))).unwrap();
    assert_eq!(day.next(at("2024-03-30T11:00:00Z")), at("2024-03-31T10:00:00Z"));
}

#[test]
fn the_whole_range_is_one_bucket() {
    assert_eq!(buckets("PT0S", None).around(at("2024-01-01T00:00:00Z")), (Timestamp::MIN, Timestamp::MAX));
}

#[test]
fn an_unknown_zone_is_refused() {
    let problem = Buckets::new(Period::DAY, Some("Europe/Bruxelles"), None).unwrap_err();
    assert!(problem.detail.contains("IANA"));
    assert!(Buckets::new(Period::DAY, Some(""), None).is_err());
}

#[test]
fn the_ends_of_time_have_buckets_too() {
    for period in ["PT1H", "PT6H", "P1D", "P1M", "P10000Y", "P1DT1S", "P9999Y11M", "PT1S", "PT7H"] {
        for zone in [None, BRUSSELS, Some("Pacific/Apia"), Some("America/New_York")] {
            let buckets = buckets(period, zone);
            for moment in [
                Timestamp::MIN,
                Timestamp::MAX,
                Timestamp::from_micros(i64::MIN),
                Timestamp::from_micros(i64::MAX),
            ] {
                let (start, end) = buckets.around(moment);
                assert!(start < end, "{period} {zone:?} {moment:?}");
            }
        }
    }
}

#[test]
fn a_day_that_never_was_has_no_bucket() {
    // Samoa went from 29 to 31 December 2011.
    assert_eq!(
        edges("P1D", Some("Pacific/Apia"), "2011-12-29T12:00:00Z", "2011-12-31T10:00:00Z"),
        ["2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_instant_lies_in_exactly_one_bucket(
        seconds in -3_000_000_000_i64..6_000_000_000,
        period in prop_oneof![Just("PT1H"), Just("PT15M"), Just("PT6H"), Just("PT8H"), Just("PT7H"), Just("P1D"), Just("P1W"), Just("P1M"), Just("P5M"), Just("P1Y"), Just("P1DT1H"), Just("P1M3DT7M")],
        zone in prop_oneof![Just(None), Just(BRUSSELS), Just(Some("America/Sao_Paulo")), Just(Some("Australia/Lord_Howe")), Just(Some("Asia/Kolkata"))],
        origin in proptest::option::of(-2_000_000_000_i64..4_000_000_000),
    ) {
        let moment = Timestamp::from_micros(seconds * 1_000_000 + 1);
        let origin = origin.map(|seconds| Timestamp::from_micros(seconds * 1_000_000));
        let buckets = Buckets::new(Period::parse(period).unwrap(), zone, origin).unwrap();
        let (start, end) = buckets.around(moment);
        prop_assert!(start <= moment && moment < end, "{start} {moment} {end}");
        prop_assert_eq!(buckets.around(start), (start, end));
        prop_assert_eq!(buckets.around(Timestamp::from_micros(end.micros() - 1)), (start, end));
        prop_assert_eq!(buckets.start_of(end), end);
    }
}
