//! Periods of ISO 8601, as in `aggrPeriodDuration`.

use std::fmt;

use senne_model::Problem;

const MICROS_SECOND: i64 = 1_000_000;
/// The longest period, in years; longer than the range of time that is stored.
const YEARS_MAX: i64 = 10_000;

/// A calendar period: months and days follow the calendar of a zone, the rest is elapsed time. Never negative.
/// How it cuts time into buckets is in [`crate::Buckets`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Period {
    /// Calendar months; a year is twelve.
    pub months: i32,
    /// Calendar days; a week is seven.
    pub days: i32,
    /// Elapsed time, in microseconds.
    pub micros: i64,
}

impl Period {
    /// One calendar month.
    pub const MONTH: Self = Self { months: 1, days: 0, micros: 0 };
    /// One calendar day.
    pub const DAY: Self = Self { months: 0, days: 1, micros: 0 };
    /// One hour.
    pub const HOUR: Self = Self { months: 0, days: 0, micros: 3600 * MICROS_SECOND };
    /// The whole range that is asked for (`PT0S`).
    pub const WHOLE: Self = Self { months: 0, days: 0, micros: 0 };

    /// Reads an ISO 8601 duration such as `P1M`, `P1W`, `P1DT12H` or `PT15M`; the last part may have a fraction when it
    /// is a time (`PT0.5S`, `PT1,5H`). `PT0S` means the whole range. At most 10,000 years.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        Self::read(text).ok_or_else(|| {
            let text = crate::scan::shorten(text);
            Problem::bad(format!(
                "`{text}` is no duration; write e.g. PT1H, P1D, P1M or PT0S for the whole range"
            ))
            .field("aggrPeriodDuration")
        })
    }

    /// Whether this stands for the whole range.
    pub fn is_whole(self) -> bool {
        self == Self::WHOLE
    }

    /// About how long it is, in microseconds (a month counts as 30.436875 days).
    pub fn approximate_micros(self) -> i64 {
        const MICROS_DAY: i64 = 86_400 * MICROS_SECOND;
        const MICROS_MONTH: i64 = 2_629_746 * MICROS_SECOND;
        let months = i64::from(self.months).saturating_mul(MICROS_MONTH);
        months.saturating_add(i64::from(self.days).saturating_mul(MICROS_DAY)).saturating_add(self.micros)
    }

    fn read(text: &str) -> Option<Self> {
        let body = text.strip_prefix('P')?;
        let (date, time) = match body.split_once('T') {
            Some((_, "")) => return None,
            Some((date, time)) => (date, time),
            None => (body, ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let mut total = Self::default();
        for (count, fraction, unit) in parts(date, "YMWD")? {
            if fraction.is_some() {
                return None;
            }
            let count = i32::try_from(count).ok()?;
            match unit {
                'Y' => total.months = total.months.checked_add(count.checked_mul(12)?)?,
                'M' => total.months = total.months.checked_add(count)?,
                'W' => total.days = total.days.checked_add(count.checked_mul(7)?)?,
                _ => total.days = total.days.checked_add(count)?,
            }
        }
        for (count, fraction, unit) in parts(time, "HMS")? {
            let seconds = match unit {
                'H' => 3600,
                'M' => 60,
                _ => 1,
            };
            let whole = count.checked_mul(seconds * MICROS_SECOND)?;
            let part =
                fraction.map_or(0, |fraction| (fraction * (seconds * MICROS_SECOND) as f64).round() as i64);
            total.micros = total.micros.checked_add(whole)?.checked_add(part)?;
        }
        let longest = YEARS_MAX * 31_556_952 * MICROS_SECOND;
        (total.approximate_micros() <= longest).then_some(total)
    }
}

/// Cuts `1Y2M` into its numbers and units, each unit at most once and in the given order; a fraction only at the end.
fn parts(text: &str, units: &str) -> Option<Vec<(i64, Option<f64>, char)>> {
    let (mut rest, mut units) = (text, units);
    let mut found = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, unit) = (&rest[..end], rest[end..].chars().next()?);
        let place = units.find(unit)?;
        units = &units[place + 1..];
        rest = &rest[end + 1..];
        let (whole, fraction) = match number.split_once(['.', ',']) {
            Some((whole, digits)) if rest.is_empty() && all_digits(digits) => {
                (whole, Some(format!("0.{digits}").parse().ok()?))
            }
            Some(_) => return None,
            None => (number, None),
        };
        if !all_digits(whole) {
            return None;
        }
        found.push((whole.parse().ok()?, fraction, unit));
    }
    Some(found)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Display for Period {
    /// The shortest ISO 8601 form; the whole range is `PT0S`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole() {
            return f.write_str("PT0S");
        }
        f.write_str("P")?;
        let part = |f: &mut fmt::Formatter<'_>, count: i64, unit: &str| {
            if count == 0 { Ok(()) } else { write!(f, "{count}{unit}") }
        };
        part(f, i64::from(self.months / 12), "Y")?;
        part(f, i64::from(self.months % 12), "M")?;
        part(f, i64::from(self.days), "D")?;
        if self.micros == 0 {
            return Ok(());
        }
        f.write_str("T")?;
        let (seconds, fraction) = (self.micros / MICROS_SECOND, self.micros % MICROS_SECOND);
        part(f, seconds / 3600, "H")?;
        part(f, seconds / 60 % 60, "M")?;
        if fraction == 0 {
            return part(f, seconds % 60, "S");
        }
        let digits = format!("{fraction:06}");
        write!(f, "{}.{}S", seconds % 60, digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_read() {
        let parse = |text| Period::parse(text).unwrap();
        assert_eq!(parse("P1Y2M"), Period { months: 14, days: 0, micros: 0 });
        assert_eq!(parse("P2W"), Period { months: 0, days: 14, micros: 0 });
        assert_eq!(parse("P1DT12H"), Period { months: 0, days: 1, micros: 12 * 3600 * MICROS_SECOND });
        assert_eq!(parse("PT0.5S").micros, 500_000);
        assert_eq!(parse("PT1,5H").micros, 5400 * MICROS_SECOND);
        assert!(parse("PT0S").is_whole() && parse("P0D").is_whole());
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for bad in [
            "", "P", "PT", "P1", "1D", "P-1D", "P1DT", "P1H", "PT1D", "P1M1Y", "P0.5M", "PT1.5H1S", "PT1.S",
            "P99999Y", "P1D1D",
        ] {
            let problem = Period::parse(bad).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("aggrPeriodDuration"), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "P?[0-9YMWDTHS.,]{0,12}|\\PC*") {
            let _ = Period::parse(&text);
        }

        #[test]
        fn what_is_printed_is_read_back(months in 0..2000_i32, days in 0..9000_i32, micros in 0..90_000_000_000_i64) {
            let period = Period { months, days, micros };
            prop_assert_eq!(Period::parse(&period.to_string()).unwrap(), period);
        }
    }
}
