//! Time: microseconds since 1970-01-01T00:00:00Z, without leap seconds (RFC 3339 at the edge).

use std::fmt;

use serde::{Deserialize, Serialize};

/// An instant, in microseconds UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A text that is not an RFC 3339 date-time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date-time; write e.g. 2024-01-31T12:00:00Z")]
pub struct TimestampError(pub String);

impl Timestamp {
    /// The earliest instant that is accepted: 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// The latest instant that is accepted: 9999-12-30T00:00:00Z.
    pub const MAX: Self = Self(253_402_128_000_000_000);

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The present moment of the machine's clock.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// Reads an RFC 3339 date-time with a zone (`Z` or an offset). The last two days of the year 9999, which many write for «never», are
    /// taken as [`MAX`](Self::MAX).
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        // Beyond the last instant, calendars fail and show another time.
        if let Some(fast) = parse_zulu(text.as_bytes()) {
            return Ok(fast.min(Self::MAX));
        }
        let error = || TimestampError(crate::error::shorten(text));
        if !text.contains(['T', 't']) {
            return Err(error());
        }
        let parsed: jiff::Timestamp = text.parse().map_err(|_| error())?;
        let at = Self(parsed.as_microsecond());
        if (Self::MIN..=Self::MAX).contains(&at) { Ok(at) } else { Err(error()) }
    }
}

/// The form that nearly every sender uses: `2024-01-31T12:00:00Z` with an optional fraction of up to six digits.
fn parse_zulu(b: &[u8]) -> Option<Timestamp> {
    let digits = |from: usize, to: usize| {
        b.get(from..to)?
            .iter()
            .try_fold(0_i64, |sum, d| d.is_ascii_digit().then(|| sum * 10 + i64::from(d - b'0')))
    };
    if b.len() < 20 || b.len() > 27 || b.last() != Some(&b'Z') {
        return None;
    }
    if [b[4], b[7], b[10], b[13], b[16]] != *b"--T::" {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if year == 0 || !(1..=month_days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut fraction = 0;
    if b.len() > 20 {
        if b[19] != b'.' || b.len() == 21 {
            return None;
        }
        let places = b.len() - 21;
        fraction = digits(20, 20 + places)? * 10_i64.pow(6 - places as u32);
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(Timestamp(seconds * 1_000_000 + fraction))
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The civil date of a count of days since 1970-01-01 (same source).
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let m = (5 * day_of_year + 2) / 153;
    let month = if m < 10 { m + 3 } else { m - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * m + 2) / 5 + 1)
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC; the fraction is left out when it is zero, else milliseconds or microseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0.div_euclid(86_400_000_000);
        let within = self.0.rem_euclid(86_400_000_000);
        let (year, month, day) = civil_from_days(days);
        let (seconds, fraction) = (within / 1_000_000, within % 1_000_000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match fraction {
            0 => f.write_str("Z"),
            ms if ms % 1000 == 0 => write!(f, ".{:03}Z", ms / 1000),
            us => write!(f, ".{us:06}Z"),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_offsets_and_fractions() {
        let noon = Timestamp::parse("2024-01-31T12:00:00Z").unwrap();
        assert_eq!(Timestamp::parse("2024-01-31T13:00:00+01:00").unwrap(), noon);
        assert_eq!(Timestamp::parse("2024-01-31T12:00:00.25Z").unwrap().micros(), noon.micros() + 250_000);
        assert_eq!(
            Timestamp::parse("2024-01-31T12:00:00.123456Z").unwrap().to_string(),
            "2024-01-31T12:00:00.123456Z"
        );
    }

    #[test]
    fn refuses_what_is_no_instant() {
        for bad in [
            "",
            "2024-01-31",
            "2024-02-30T00:00:00Z",
            "2024-01-31T12:00:00",
            "yesterday",
            "2024-13-01T00:00:00Z",
        ] {
            assert!(Timestamp::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_form_goes_beyond_the_last_instant() {
        assert_eq!(Timestamp::parse("9999-12-30T00:00:00Z"), Ok(Timestamp::MAX));
        for never in ["9999-12-30T00:00:00.000001Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z"] {
            assert_eq!(Timestamp::parse(never), Ok(Timestamp::MAX), "{never}");
        }
        assert!(Timestamp::parse("9999-12-30T00:00:00-01:00").is_err());
        assert_eq!(Timestamp::parse("0001-01-01T00:00:00Z"), Ok(Timestamp::MIN));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(micros in Timestamp::MIN.micros()..Timestamp::MAX.micros()) {
            let at = Timestamp::from_micros(micros);
            prop_assert_eq!(Timestamp::parse(&at.to_string()).unwrap(), at);
        }

        #[test]
        fn the_short_way_agrees_with_the_library(seconds in -62_135_596_800_i64..253_402_128_000) {
            let library = jiff::Timestamp::from_second(seconds).unwrap();
            prop_assert_eq!(Timestamp::from_micros(seconds * 1_000_000).to_string(), library.to_string());
        }
    }
}
