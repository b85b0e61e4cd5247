//! Time cut into buckets by a period, on the civil calendar of a zone.

use jiff::{
    ToSpan, Zoned,
    civil::{DateTime, date},
    tz::TimeZone,
};
use senne_model::{Problem, Timestamp};

use crate::Period;

const MICROS_HOUR: i64 = 3_600_000_000;
const MICROS_DAY: i64 = 24 * MICROS_HOUR;
/// The most edges that are listed at once.
const EDGES_MAX: usize = 1_000_000;

/// The buckets of a period. Every instant lies in exactly one: from its start (included) to the next (excluded).
///
/// - With an origin, the n-th edge is the origin plus n periods: months and days are counted on the calendar of the
///   zone, the rest is elapsed time.
/// - Without, edges are the civil ones of the zone: whole months and years count from 1 January 2000, days and weeks
///   from Monday 1 January 2001, both at local midnight. A period below a day that divides the day starts anew at every
///   local midnight: up to an hour as elapsed time (so the hour that is repeated in autumn is two buckets), above on the
///   wall clock (so `PT6H` stays at 0, 6, 12 and 18 o'clock in summer and winter).
/// - The whole range (`PT0S`) is one bucket, from [`Timestamp::MIN`] to [`Timestamp::MAX`].
#[derive(Clone, Debug)]
pub struct Buckets {
    period: Period,
    rule: Rule,
}

#[derive(Clone, Debug)]
enum Rule {
    Whole,
    /// Elapsed time from an origin, in microseconds.
    Elapsed {
        origin: i64,
        length: i64,
    },
    /// Elapsed time from local midnight.
    SinceMidnight {
        zone: TimeZone,
        length: i64,
    },
    /// The wall clock, every so many microseconds of the civil day.
    WallClock {
        zone: TimeZone,
        length: i64,
    },
    /// The calendar, counted from a civil origin.
    Calendar {
        zone: TimeZone,
        origin: DateTime,
    },
}

impl Buckets {
    /// Buckets of a period in an IANA zone such as `Europe/Brussels` (`None` is UTC). Refuses an unknown zone.
    pub fn new(period: Period, zone: Option<&str>, origin: Option<Timestamp>) -> Result<Self, Problem> {
        let zone = match zone {
            None | Some("UTC" | "Z") => TimeZone::UTC,
            Some(name) => TimeZone::get(name).map_err(|_| {
                let name = crate::scan::shorten(name);
                Problem::bad(format!("`{name}` is not a time zone; write an IANA name, e.g. Europe/Brussels"))
                    .field("timezone")
            })?,
        };
        let calendar = period.months != 0 || period.days != 0;
        let utc = zone == TimeZone::UTC;
        let length = period.micros;
        let rule = match origin {
            _ if period.is_whole() => Rule::Whole,
            Some(origin) if !calendar => Rule::Elapsed { origin: origin.micros(), length },
            Some(origin) => Rule::Calendar { origin: civil(origin, &zone).datetime(), zone },
            None if calendar => {
                let origin = if period.days == 0 { date(2000, 1, 1) } else { date(2001, 1, 1) };
                Rule::Calendar { zone, origin: origin.at(0, 0, 0, 0) }
            }
            None if utc || MICROS_DAY % length != 0 => Rule::Elapsed { origin: EPOCH_MONDAY, length },
            None if length <= MICROS_HOUR => Rule::SinceMidnight { zone, length },
            None => Rule::WallClock { zone, length },
        };
        Ok(Self { period, rule })
    }

    /// The period.
    pub fn period(&self) -> Period {
        self.period
    }

    /// The start of the bucket in which an instant lies.
    pub fn start_of(&self, at: Timestamp) -> Timestamp {
        self.around(at).0
    }

    /// The start of the bucket after the one in which an instant lies.
    pub fn next(&self, at: Timestamp) -> Timestamp {
        self.around(at).1
    }

    /// The bucket in which an instant lies: its start and its end.
    pub fn around(&self, at: Timestamp) -> (Timestamp, Timestamp) {
        let at = at.clamp(Timestamp::MIN, LAST);
        let (start, end) = match &self.rule {
            Rule::Whole => (Timestamp::MIN, Timestamp::MAX),
            Rule::Elapsed { origin, length } => elapsed(at.micros(), *origin, *length),
            Rule::SinceMidnight { zone, length } => {
                let (midnight, tomorrow) = day(at, zone);
                let (start, end) = elapsed(at.micros(), midnight.micros(), *length);
                (start, end.min(tomorrow))
            }
            Rule::WallClock { zone, length } => wall_clock(at, zone, *length),
            Rule::Calendar { zone, origin } => self.calendar(at, zone, *origin),
        };
        (start.max(Timestamp::MIN), end.min(Timestamp::MAX))
    }

    /// The edges from the bucket of `from` up to the first that is not before `to`; at most a million.
    pub fn edges(&self, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let mut edges = vec![self.start_of(from)];
        let mut last = edges[0];
        while last < to && last < LAST && edges.len() < EDGES_MAX {
            last = self.next(last);
            edges.push(last);
        }
        edges
    }

    fn calendar(&self, at: Timestamp, zone: &TimeZone, origin: DateTime) -> (Timestamp, Timestamp) {
        let first = instant(origin, zone).micros();
        let edge = |n: i64| self.edge(n, zone, origin);
        // Months differ in length by far less than one period from their mean, so a step or two finds the place.
        let mut n = (at.micros() - first).div_euclid(self.period.approximate_micros().max(1));
        let mut start = edge(n);
        while start > at {
            n -= 1;
            start = edge(n);
            if start <= Timestamp::MIN {
                break;
            }
        }
        loop {
            n += 1;
            let end = edge(n);
            if end > at || end >= Timestamp::MAX {
                return (start, end);
            }
            start = end;
        }
    }

    /// The n-th edge of the calendar; outside the range of time it is the end of that range.
    fn edge(&self, n: i64, zone: &TimeZone, origin: DateTime) -> Timestamp {
        let beyond = if n < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let moved = || {
            let months = i64::from(self.period.months).checked_mul(n)?;
            let days = i64::from(self.period.days).checked_mul(n)?;
            let micros = self.period.micros.checked_mul(n)?;
            let span = jiff::Span::new().try_months(months).ok()?.try_days(days).ok()?;
            let civil = instant(origin.checked_add(span).ok()?, zone);
            civil.micros().checked_add(micros).map(Timestamp::from_micros)
        };
        moved().map_or(beyond, |edge| edge.clamp(Timestamp::MIN, Timestamp::MAX))
    }
}

/// Monday 1 January 2001, 00:00 UTC, in microseconds.
const EPOCH_MONDAY: i64 = 978_307_200_000_000;
/// The last instant that has a bucket.
const LAST: Timestamp = Timestamp::from_micros(Timestamp::MAX.micros() - 1);

fn elapsed(at: i64, origin: i64, length: i64) -> (Timestamp, Timestamp) {
    let start = at - (at - origin).rem_euclid(length);
    (Timestamp::from_micros(start), Timestamp::from_micros(start.saturating_add(length)))
}

fn civil(at: Timestamp, zone: &TimeZone) -> Zoned {
    let at = at.clamp(Timestamp::MIN, LAST);
    // In range: the limits of `Timestamp` are narrower than those of jiff.
    jiff::Timestamp::from_microsecond(at.micros()).unwrap_or_default().to_zoned(zone.clone())
}

/// The instant of a civil time; a time that is skipped moves to after the gap, a repeated one is its first occurrence.
fn instant(civil: DateTime, zone: &TimeZone) -> Timestamp {
    match zone.to_ambiguous_timestamp(civil).compatible() {
        Ok(at) => Timestamp::from_micros(at.as_microsecond()),
        Err(_) if civil.year() < 1970 => Timestamp::MIN,
        Err(_) => Timestamp::MAX,
    }
}

/// The local day of an instant: its midnight and the next.
fn day(at: Timestamp, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let today = civil(at, zone).date();
    let midnight = instant(today.at(0, 0, 0, 0), zone);
    let tomorrow =
        today.checked_add(1.day()).map_or(Timestamp::MAX, |next| instant(next.at(0, 0, 0, 0), zone));
    (midnight.min(at), tomorrow)
}

fn wall_clock(at: Timestamp, zone: &TimeZone, length: i64) -> (Timestamp, Timestamp) {
    let today = civil(at, zone).date();
    let (mut start, tomorrow) = day(at, zone);
    let mut hand = length;
    while hand < MICROS_DAY {
        let civil = today.at(0, 0, 0, 0).checked_add(hand.microseconds());
        let edge = civil.map_or(tomorrow, |civil| instant(civil, zone));
        if edge > at {
            return (start, edge);
        }
        start = edge;
        hand += length;
    }
    (start, tomorrow)
}

#[cfg(test)]
#[path = "buckets_tests.rs"]
mod tests;
