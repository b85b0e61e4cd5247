//! The civil time of the city.

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use senne_indicator::{Declaration, Period};
use senne_model::{Problem, Timestamp};

/// The zone in which days begin.
const ZONE: &str = "Europe/Brussels";

/// The zone of the city.
pub(crate) fn zone() -> Result<TimeZone, Problem> {
    TimeZone::get(ZONE).map_err(|error| Problem::internal(error.to_string()))
}

/// The civil day of a moment.
pub(crate) fn day(moment: Timestamp, zone: &TimeZone) -> Date {
    Period::at(moment.micros(), senne_indicator::Frequency::Day, zone).first()
}

/// Whether a period, and the time until its release, is over on a day.
pub(crate) fn is_over(declaration: &Declaration, period: Period, today: Date) -> bool {
    let lag = i64::from(declaration.released_after_days);
    period.next().first().saturating_add(lag.days()) <= today
}
