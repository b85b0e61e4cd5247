//! Marks on an axis: round numbers, and round moments in units of the clock and the calendar.

use jiff::{
    Span,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// A place on an axis with its label.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    /// The true value.
    pub(super) at: f64,
    /// How it reads.
    pub(super) label: String,
}

/// However the numbers lie, there are no more marks than these.
const MARKS_MAX: usize = 64;

/// Marks at round numbers, about `wanted` of them.
pub(super) fn numbers(from: f64, to: f64, wanted: usize) -> Vec<Mark> {
    multiples(from, to, round_step((to - from) / wanted.max(1) as f64))
}

/// Marks at the multiples of a step.
pub(super) fn multiples(from: f64, to: f64, step: f64) -> Vec<Mark> {
    let first = (from / step).ceil();
    let ends = || [from, to].into_iter().map(|at| Mark { at, label: format!("{at}") }).collect();
    if !(step.is_finite() && step > 0.0 && first.is_finite()) {
        return ends();
    }
    // Counted, not summed up: far from zero a step can be lost in the addition.
    let places = (0..MARKS_MAX).map(|i| (first + i as f64) * step).take_while(|at| *at <= to);
    let marks: Vec<Mark> = places.map(|at| Mark { at: at + 0.0, label: number(at, step) }).collect();
    if marks.is_empty() { ends() } else { marks }
}

/// The least of 1, 2, 5, 10, 20, … that is not below `least`.
pub(super) fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least)
        .unwrap_or(power * 10.0)
}

/// With as many digits as tell it from its neighbours.
fn number(at: f64, step: f64) -> String {
    let at = if at == 0.0 { 0.0 } else { at };
    let places = -step.log10().floor();
    if places > 6.0 || at.abs() >= 1e9 {
        let digits = (at.abs().max(step).log10().floor() + places).clamp(0.0, 15.0) as usize;
        return format!("{at:.digits$e}");
    }
    format!("{at:.*}", places.max(0.0) as usize)
}

/// A unit of time, with the steps of it that people count in.
struct Unit {
    one: &'static str,
    many: &'static str,
    micros: i64,
    steps: &'static [i64],
    label: &'static str,
}

const DAY: i64 = 86_400_000_000;

const UNITS: [Unit; 8] = [
    unit("microsecond", "microseconds", 1, &[1, 10, 100], "%H:%M:%S%.6f"),
    unit("millisecond", "milliseconds", 1_000, &[1, 10, 100], "%H:%M:%S%.3f"),
    unit("second", "seconds", 1_000_000, &[1, 5, 15, 30], "%H:%M:%S"),
    unit("minute", "minutes", 60_000_000, &[1, 5, 15, 30], "%H:%M"),
    unit("hour", "hours", 3_600_000_000, &[1, 2, 3, 6, 12], "%H:%M"),
    unit("day", "days", DAY, &[1, 2, 7, 14], "%-d %b"),
    unit("month", "months", 30 * DAY, &[1, 3, 6], "%b %Y"),
    unit("year", "years", 365 * DAY, &[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], "%Y"),
];

const fn unit(
    one: &'static str,
    many: &'static str,
    micros: i64,
    steps: &'static [i64],
    label: &'static str,
) -> Unit {
    Unit { one, many, micros, steps, label }
}

/// Marks at round moments UTC, at most `wanted` of them, and the step in words.
pub(super) fn times(from: f64, to: f64, wanted: usize) -> (Vec<Mark>, String) {
    let (from, to) = (from as i64, to as i64);
    let least = to.saturating_sub(from) / wanted.max(1) as i64;
    let steps = UNITS.iter().flat_map(|unit| unit.steps.iter().map(move |count| (unit, *count)));
    let fits = |(unit, count): &(&Unit, i64)| unit.micros * count > least;
    let Some((unit, count)) = steps.clone().find(fits).or_else(|| steps.clone().last()) else {
        return (Vec::new(), String::new());
    };
    let words = if count == 1 { unit.one.to_owned() } else { format!("{count} {}", unit.many) };
    let moments = if unit.micros < 30 * DAY {
        even(from, to, unit.micros * count)
    } else {
        calendar(from, to, unit.one == "month", count)
    };
    let marks = moments.into_iter().filter_map(|at| Some(Mark { at: at as f64, label: label(at, unit)? }));
    (marks.collect(), words)
}

/// Moments a fixed time apart. Weeks begin on Mondays; the epoch was a Thursday.
fn even(from: i64, to: i64, step: i64) -> Vec<i64> {
    let shift = if step >= 7 * DAY { 4 * DAY } else { 0 };
    let first = (from - shift).div_euclid(step) + i64::from((from - shift).rem_euclid(step) > 0);
    (0..MARKS_MAX as i64).map(|i| (first + i) * step + shift).take_while(|at| *at <= to).collect()
}

/// Beginnings of months or years.
fn calendar(from: i64, to: i64, months: bool, count: i64) -> Vec<i64> {
    let begin = || -> Option<Date> {
        let day = civil(from)?.date();
        if months {
            let month = (i64::from(day.month()) - 1) / count * count + 1;
            return Date::new(day.year(), month as i8, 1).ok();
        }
        Date::new((i64::from(day.year()).div_euclid(count) * count) as i16, 1, 1).ok()
    };
    let Some(begin) = begin() else { return Vec::new() };
    let span = |n: i64| if months { Span::new().try_months(n) } else { Span::new().try_years(n) };
    let moment = |i: i64| {
        let day = begin.checked_add(span(i * count).ok()?).ok()?;
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
    };
    let moments = (0..MARKS_MAX as i64).map_while(moment).take_while(|at| *at <= to);
    moments.filter(|at| *at >= from).collect()
}

fn civil(micros: i64) -> Option<DateTime> {
    Some(jiff::Timestamp::from_microsecond(micros).ok()?.to_zoned(TimeZone::UTC).datetime())
}

/// Midnight among hours reads as its day, so that a person sees where one day ends.
fn label(micros: i64, unit: &Unit) -> Option<String> {
    let at = civil(micros)?;
    let midnight = matches!(unit.one, "hour" | "minute") && micros.rem_euclid(DAY) == 0;
    Some(at.strftime(if midnight { "%-d %b" } else { unit.label }).to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use senne_model::Timestamp;

    use super::*;

    fn labels(marks: &[Mark]) -> Vec<&str> {
        marks.iter().map(|mark| mark.label.as_str()).collect()
    }

    fn times_of(from: &str, to: &str, wanted: usize) -> (Vec<String>, String) {
        let micros = |text: &str| Timestamp::parse(text).unwrap().micros() as f64;
        let (marks, step) = times(micros(from), micros(to), wanted);
        (marks.into_iter().map(|mark| mark.label).collect(), step)
    }

    #[test]
    fn numbers_are_round() {
        assert_eq!(labels(&numbers(0.0, 100.0, 4)), ["0", "50", "100"]);
        assert_eq!(labels(&numbers(-0.3, 0.7, 5)), ["-0.2", "0.0", "0.2", "0.4", "0.6"]);
        assert_eq!(labels(&numbers(1e12, 3e12, 2)), ["1e12", "2e12", "3e12"]);
        assert_eq!(labels(&numbers(0.0, 2e-9, 2)), ["0e0", "1e-9", "2e-9"]);
    }

    #[test]
    fn times_are_round_in_their_unit() {
        let day = times_of("2024-01-31T22:10:00Z", "2024-02-01T04:00:00Z", 4);
        assert_eq!(day, (["1 Feb", "02:00", "04:00"].map(str::to_owned).to_vec(), "2 hours".to_owned()));
        let year = times_of("2023-11-15T00:00:00Z", "2024-11-15T00:00:00Z", 5);
        let wanted = ["Jan 2024", "Apr 2024", "Jul 2024", "Oct 2024"].map(str::to_owned).to_vec();
        assert_eq!(year, (wanted, "3 months".to_owned()));
        let weeks = times_of("2024-01-01T00:00:00Z", "2024-01-29T00:00:00Z", 5);
        assert_eq!(weeks.0, ["1 Jan", "8 Jan", "15 Jan", "22 Jan", "29 Jan"]);
        let short = times_of("2024-01-01T00:00:00Z", "2024-01-01T00:00:00.004Z", 5);
        assert_eq!(short.0.first().map(String::as_str), Some("00:00:00.000"));
    }

    proptest! {
        #[test]
        fn any_range_has_few_marks(from in any::<f64>(), width in any::<f64>(), wanted in 0_usize..50) {
            let to = from + width.abs();
            prop_assume!(from.is_finite() && to.is_finite());
            prop_assert!(numbers(from, to, wanted).len() <= MARKS_MAX);
        }

        #[test]
        fn any_time_has_few_marks_within(
            from in Timestamp::MIN.micros()..Timestamp::MAX.micros(), width in 0_i64..=i64::MAX / 32, wanted in 0_usize..50
        ) {
            let (from, to) = (from as f64, (from + width).min(Timestamp::MAX.micros()) as f64);
            let (marks, _) = times(from, to, wanted);
            prop_assert!(marks.len() <= MARKS_MAX);
            for mark in marks {
                prop_assert!(mark.at >= from - 1.0 && mark.at <= to + 1.0);
            }
        }
    }
}
