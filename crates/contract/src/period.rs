//! Durations as contracts write them (ISO 8601-1 clause 5.5.2).

use std::{fmt, time::Duration};

/// A calendar period: years and months have no fixed length, so the parts are kept apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Period {
    /// Months; a year is twelve.
    pub months: u32,
    /// Days; a week is seven.
    pub days: u32,
    /// The rest, in microseconds.
    pub micros: u64,
}

/// The longest period that is accepted, per part: about ten thousand years.
const DAYS_MAX: u64 = 3_660_000;

impl Period {
    /// Reads `P10Y`, `P1M`, `P7D`, `P2W`, `PT15M`, `P1DT12H`, `PT0.5S`; `None` when it is no such thing.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('P')?;
        if rest.is_empty() || rest.ends_with('T') {
            return None;
        }
        let mut period = Self::default();
        let (mut in_time, mut last_rank) = (false, 0);
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('T') {
                if in_time {
                    return None;
                }
                (in_time, rest) = (true, after);
                continue;
            }
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, designator) = (&rest[..end], rest[end..].chars().next()?);
            let rank = period.add(number, designator, in_time)?;
            if rank <= last_rank {
                return None;
            }
            (last_rank, rest) = (rank, &rest[end + designator.len_utf8()..]);
        }
        Some(period)
    }

    /// Adds one part; answers its rank, which must rise from part to part.
    fn add(&mut self, number: &str, designator: char, in_time: bool) -> Option<u8> {
        let whole = || number.parse::<u32>().ok().filter(|n| u64::from(*n) <= DAYS_MAX);
        match (in_time, designator) {
            (false, 'Y') => self.months = whole()?.checked_mul(12)?,
            (false, 'M') => self.months = self.months.checked_add(whole()?)?,
            (false, 'W') => self.days = whole()?.checked_mul(7)?,
            (false, 'D') => self.days = self.days.checked_add(whole()?)?,
            (true, 'H') => self.micros += u64::from(whole()?) * 3_600_000_000,
            (true, 'M') => self.micros += u64::from(whole()?) * 60_000_000,
            (true, 'S') => {
                let seconds: f64 = number.parse().ok().filter(|s| *s <= DAYS_MAX as f64)?;
                self.micros += (seconds * 1e6).round() as u64;
            }
            _ => return None,
        }
        "YMWDHmS".find(if in_time && designator == 'M' { 'm' } else { designator }).map(|at| at as u8 + 1)
    }

    /// Its fixed length, with days of 24 hours; `None` when it has months or years.
    pub fn exact(self) -> Option<Duration> {
        let days = Duration::from_secs(u64::from(self.days) * 86_400);
        (self.months == 0).then(|| days + Duration::from_micros(self.micros))
    }

    /// Whether it is no time at all.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }
}

impl fmt::Display for Period {
    /// ISO 8601, e.g. `P10Y` or `P1DT12H`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("PT0S");
        }
        let part = |f: &mut fmt::Formatter<'_>, n: u64, word: &str| {
            if n > 0 { write!(f, "{n}{word}") } else { Ok(()) }
        };
        f.write_str("P")?;
        part(f, u64::from(self.months / 12), "Y")?;
        part(f, u64::from(self.months % 12), "M")?;
        part(f, u64::from(self.days), "D")?;
        if self.micros > 0 {
            f.write_str("T")?;
            part(f, self.micros / 3_600_000_000, "H")?;
            part(f, self.micros / 60_000_000 % 60, "M")?;
            let (seconds, fraction) = (self.micros / 1_000_000 % 60, self.micros % 1_000_000);
            if fraction > 0 {
                write!(f, "{seconds}.{}S", format!("{fraction:06}").trim_end_matches('0'))?;
            } else {
                part(f, seconds, "S")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn periods_are_read_and_written() {
        for (text, shown) in [
            ("P10Y", "P10Y"),
            ("P1Y6M", "P1Y6M"),
            ("P2W", "P14D"),
            ("PT15M", "PT15M"),
            ("P1DT12H", "P1DT12H"),
            ("PT0.5S", "PT0.5S"),
            ("PT90M", "PT1H30M"),
        ] {
            assert_eq!(Period::parse(text).unwrap().to_string(), shown, "{text}");
        }
        assert_eq!(Period::parse("P1DT1H").unwrap().exact(), Some(Duration::from_secs(90_000)));
        assert_eq!(Period::parse("P1M").unwrap().exact(), None);
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for bad in [
            "",
            "P",
            "PT",
            "1H",
            "P1H",
            "PT1D",
            "PT5",
            "P1.5Y",
            "PT1M1H",
            "PTT1H",
            "P1DT",
            "P-1D",
            "P99999999999Y",
            "P1é",
        ] {
            assert_eq!(Period::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_what_is_written_is_read_back(text in "P?[0-9YMWDTHS.]{0,12}") {
            if let Some(period) = Period::parse(&text) {
                prop_assert_eq!(Period::parse(&period.to_string()), Some(period));
            }
        }
    }
}
