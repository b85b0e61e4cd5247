//! The civil time of the city.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use senne_indicator::{Declaration, Frequency, Period};
use senne_model::{Problem, Timestamp};

/// The zone in which days begin.
const ZONE: &str = "Europe/Brussels";

/// The zone of the city.
pub(crate) fn zone() -> Result<TimeZone, Problem> {
    TimeZone::get(ZONE).map_err(|error| Problem::internal(error.to_string()))
}

/// The civil day of a moment.
pub(crate) fn day(moment: Timestamp, zone: &TimeZone) -> Date {
    Period::at(moment.micros(), Frequency::Day, zone).first()
}

/// Whether a period, and the time until its release, is over on a day.
pub(crate) fn is_over(declaration: &Declaration, period: Period, today: Date) -> bool {
    let lag = i64::from(declaration.released_after_days);
    period.next().first().saturating_add(lag.days()) <= today
}

/// The days with which periods may have ended by the clock alone within so many days: by themselves, or by their release.
pub(crate) fn ended(declaration: &Declaration, today: Date, within: i64) -> BTreeSet<Date> {
    let lag = i64::from(declaration.released_after_days);
    let before = |back: i64| today.saturating_sub(back.days());
    (1..=within).flat_map(|back| [before(back), before(lag + back)]).collect()
}

/// Of each length of period the last day of the last one that is over, and released.
pub(crate) fn last_ended(declaration: &Declaration, today: Date) -> BTreeSet<Date> {
    let released = today.saturating_sub(i64::from(declaration.released_after_days).days());
    let last = |frequency: &Frequency| Period::of(released, *frequency).first().saturating_sub(1.day());
    declaration.frequencies.iter().map(last).collect()
}

#[cfg(test)]
mod tests {
    use senne_indicator::read;

    use super::*;

    #[test]
    fn what_ended_while_nobody_looked_is_looked_at() {
        let text = "id: visits
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: mobility
unit: C62
direction: up
measure: sum
levels: [region]
frequencies: [month, day, year]
released_after_days: 5
computed:
  reads: [{ type: Counter, attributes: [visits] }]
  sql: SELECT area, at, sum FROM x WHERE $from < $to AND level = $level
data_quality: measured
owner: Somebody
";
        let declaration = read("a", text).unwrap();
        let date = |text: &str| text.parse::<Date>().unwrap();
        let today = date("2024-03-06");
        // Yesterday, and the last of February, whose five days are over.
        assert_eq!(Vec::from_iter(ended(&declaration, today, 1)), [date("2024-02-29"), date("2024-03-05")]);
        assert_eq!(ended(&declaration, today, 3).len(), 6);
        let last = last_ended(&declaration, today);
        assert_eq!(Vec::from_iter(&last), [&date("2023-12-31"), &date("2024-02-29")]);
        // All of them are over, and what comes after is not.
        for day in last {
            for frequency in &declaration.frequencies {
                let period = Period::of(day, *frequency);
                let ends = period.next().first().saturating_sub(1.day()) == day;
                assert_eq!(is_over(&declaration, period, today), ends, "{period}");
            }
        }
        let month = last_ended(&declaration, date("2024-03-05")).into_iter().next_back();
        assert_eq!(month, Some(date("2024-02-28")), "the days of February's release are not over");
    }
}
