//! Parameters of the past: instants, durations, aggregates, and the periods that they make.

#![no_main]

use libfuzzer_sys::fuzz_target;
use senne_language::{Buckets, Method, Period, TimeFilter};
use senne_model::Timestamp;

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
    let Ok(buckets) = Buckets::new(period, zone, None) else { return };
    for micros in [0, 1_700_000_000_000_000, -1, i64::MAX, i64::MIN] {
        let at = Timestamp::from_micros(micros).clamp(Timestamp::MIN, Timestamp::MAX);
        let (start, end) = buckets.around(at);
        assert!(start <= at && at <= end, "{start} {at} {end}");
    }
});
