//! Parameters of the past: instants, durations, aggregates, and the periods that they make.

#![no_main]

use libfuzzer_sys::fuzz_target;
use senne_language::{Buckets, Method, Period, TimeFilter};
use senne_model::Timestamp;

/// So many periods are gone through one after the other.
const STEPS: usize = 32;

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let mut next = || lines.next().filter(|line| !line.is_empty());
    let (timerel, time_at, end_time_at, property) = (next(), next(), next(), next());
    let filter = TimeFilter::parse(timerel, time_at, end_time_at, property);
    if let Ok(TimeFilter { from: Some(from), to: Some(to), .. }) = filter {
        assert!(from <= to);
    }
    if let Some(Ok(at)) = time_at.map(Timestamp::parse) {
        assert_eq!(Timestamp::parse(&at.to_string()).ok(), Some(at), "{at}");
    }
    if let Some(methods) = next() {
        let _ = Method::parse(methods);
    }
    let (Some(Ok(period)), zone) = (next().map(Period::parse), next()) else { return };
    assert!(period.is_whole() || period.approximate_micros() > 0);
    let given = time_at.and_then(|text| Timestamp::parse(text).ok());
    for origin in [None, given] {
        if let Ok(buckets) = Buckets::new(period, zone, origin) {
            go_through(&buckets, given);
        }
    }
});

fn go_through(buckets: &Buckets, given: Option<Timestamp>) {
    let some = [0, 1_700_000_000_000_000, -1, i64::MAX, i64::MIN].map(Timestamp::from_micros);
    for at in some.into_iter().chain(given) {
        let at = at.clamp(Timestamp::MIN, Timestamp::MAX);
        let (start, end) = buckets.around(at);
        assert!(start <= at && at <= end, "{start} {at} {end}");
        let mut edge = start;
        for _ in 0..STEPS {
            let next = buckets.next(edge);
            if edge >= end && next >= Timestamp::MAX {
                break;
            }
            assert!(edge < next, "{edge} is not before {next}");
            edge = next;
        }
        let edges = buckets.edges(start, edge);
        assert!(edges.len() <= 2 * STEPS && edges.is_sorted(), "{edges:?}");
    }
}
