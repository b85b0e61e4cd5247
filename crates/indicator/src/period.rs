//! Civil periods: years, quarters, months, ISO weeks and days, as people and SDMX write them.

use std::{fmt, str::FromStr};

use jiff::{
    ToSpan,
    civil::{Date, ISOWeekDate, Weekday, date},
    tz::TimeZone,
};
use serde::Deserialize;

/// How often an indicator has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frequency {
    /// Each day.
    Day,
    /// Each ISO week, from Monday.
    Week,
    /// Each month.
    Month,
    /// Each quarter.
    Quarter,
    /// Each year.
    Year,
}

impl Frequency {
    /// All, from the shortest to the longest.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// As declarations write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// From the word in declarations.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|frequency| frequency.word() == word)
    }

    /// As SDMX (CL_FREQ) writes it.
    pub fn sdmx(self) -> char {
        match self {
            Self::Day => 'D',
            Self::Week => 'W',
            Self::Month => 'M',
            Self::Quarter => 'Q',
            Self::Year => 'A',
        }
    }
}

/// One period, by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    first: Date,
    frequency: Frequency,
}

/// What is wrong with a text that should be a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a period; write 2026, 2026-Q3, 2026-11, 2026-W48 or 2026-11-27")]
pub struct PeriodError {
    text: String,
}

impl Period {
    /// The period that a day falls into.
    pub fn of(day: Date, frequency: Frequency) -> Self {
        let first = match frequency {
            Frequency::Day => day,
            Frequency::Week => {
                let back = i64::from(day.weekday().since(Weekday::Monday));
                day.saturating_sub(back.days())
            }
            Frequency::Month => day.first_of_month(),
            Frequency::Quarter => date(day.year(), (day.month() - 1) / 3 * 3 + 1, 1),
            Frequency::Year => day.first_of_year(),
        };
        Self { first, frequency }
    }

    /// The period that a moment falls into, in civil time of a zone; microseconds since 1970 UTC.
    pub fn at(moment: i64, frequency: Frequency, zone: &TimeZone) -> Self {
        let timestamp = jiff::Timestamp::from_microsecond(moment).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Self::of(zone.to_datetime(timestamp).date(), frequency)
    }

    /// How often periods like this come.
    pub fn frequency(self) -> Frequency {
        self.frequency
    }

    /// Its first day.
    pub fn first(self) -> Date {
        self.first
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        let span = match self.frequency {
            Frequency::Day => 1.day(),
            Frequency::Week => 1.week(),
            Frequency::Month => 1.month(),
            Frequency::Quarter => 3.months(),
            Frequency::Year => 1.year(),
        };
        Self { first: self.first.saturating_add(span), frequency: self.frequency }
    }

    /// The year of the last day before it.
    pub fn previous_day_year(self) -> i16 {
        self.first.saturating_sub(1.day()).year()
    }

    /// How many days lie from its first day to before that of another; 0 when the other is not later.
    pub fn days_until(self, other: Self) -> usize {
        let days = (other.first - self.first).get_days();
        usize::try_from(days).unwrap_or(0)
    }

    /// How many days it has.
    pub fn length(self) -> usize {
        self.days_until(self.next())
    }

    /// The one before it.
    #[must_use]
    pub fn previous(self) -> Self {
        Self::of(self.first.saturating_sub(1.day()), self.frequency)
    }

    /// The same period a year before, with which a change without the season is counted.
    #[must_use]
    pub fn year_before(self) -> Self {
        match self.frequency {
            Frequency::Week => Self::of(self.first.saturating_sub(52.weeks()), self.frequency),
            _ => Self::of(self.first.saturating_sub(1.year()), self.frequency),
        }
    }

    /// From its first moment to the first of the next, in civil time of a zone; microseconds since 1970 UTC. A day on which clocks change is
    /// shorter or longer.
    pub fn moments(self, zone: &TimeZone) -> (i64, i64) {
        let moment = |day: Date| {
            let midnight = day.to_datetime(jiff::civil::Time::midnight());
            zone.to_ambiguous_zoned(midnight)
                .compatible()
                .map_or(i64::MAX, |zoned| zoned.timestamp().as_microsecond())
        };
        (moment(self.first), moment(self.next().first))
    }

    /// How many hours it has in civil time of a zone.
    pub fn hours(self, zone: &TimeZone) -> f64 {
        let (from, to) = self.moments(zone);
        (to - from) as f64 / 3.6e9
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.first.year(), self.first.month());
        match self.frequency {
            Frequency::Day => write!(f, "{}", self.first),
            Frequency::Week => {
                let week = self.first.iso_week_date();
                write!(f, "{:04}-W{:02}", week.year(), week.week())
            }
            Frequency::Month => write!(f, "{year:04}-{month:02}"),
            Frequency::Quarter => write!(f, "{year:04}-Q{}", (month + 2) / 3),
            Frequency::Year => write!(f, "{year:04}"),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    /// As it is written by `Display`; `2026-Q3` may also be `2026Q3` (SDMX 2.1 standard time periods).
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        parse(text).ok_or_else(|| PeriodError { text: text.chars().take(40).collect() })
    }
}

fn parse(text: &str) -> Option<Period> {
    let year: i16 = text.get(..4)?.parse().ok()?;
    let first = Date::new(year, 1, 1).ok()?;
    let rest = text.get(4..)?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i8>().ok())?;
    if rest.is_empty() {
        return Some(Period { first, frequency: Frequency::Year });
    }
    if let Some(quarter) = rest.strip_prefix('Q') {
        let quarter = number(quarter).filter(|quarter| (1..=4).contains(quarter))?;
        return Some(Period {
            first: Date::new(year, quarter * 3 - 2, 1).ok()?,
            frequency: Frequency::Quarter,
        });
    }
    if let Some(week) = rest.strip_prefix('W') {
        let week = ISOWeekDate::new(year, number(week)?, Weekday::Monday).ok()?;
        return Some(Period { first: week.date(), frequency: Frequency::Week });
    }
    match rest.split_once('-') {
        None if rest.len() == 2 => {
            Some(Period { first: Date::new(year, number(rest)?, 1).ok()?, frequency: Frequency::Month })
        }
        Some((month, day)) if month.len() == 2 && day.len() == 2 => Some(Period {
            first: Date::new(year, number(month)?, number(day)?).ok()?,
            frequency: Frequency::Day,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brussels() -> TimeZone {
        TimeZone::get("Europe/Brussels").unwrap()
    }

    #[test]
    fn days_on_which_clocks_change() {
        let hours = |text: &str| text.parse::<Period>().unwrap().hours(&brussels());
        assert_eq!((hours("2026-03-29"), hours("2026-10-25"), hours("2026-11-27")), (23.0, 25.0, 24.0));
        assert_eq!((hours("2026-W44"), hours("2024"), hours("2026-Q1")), (168.0, 8784.0, 90.0 * 24.0 - 1.0));
    }

    #[test]
    fn weeks_belong_to_the_year_of_their_thursday() {
        let week = |text: &str| Period::of(text.parse().unwrap(), Frequency::Week).to_string();
        assert_eq!(week("2027-01-01"), "2026-W53");
        assert_eq!(week("2024-12-30"), "2025-W01");
        assert_eq!("2026-W53".parse::<Period>().unwrap().first().to_string(), "2026-12-28");
        assert!("2025-W53".parse::<Period>().is_err());
    }

    #[test]
    fn moments_are_those_of_the_place() {
        // Eleven in the evening UTC is the next year in Brussels.
        let moment = "2025-12-31T23:30:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond();
        assert_eq!(Period::at(moment, Frequency::Year, &brussels()).to_string(), "2026");
        let (from, to) = "2026".parse::<Period>().unwrap().moments(&brussels());
        assert!(from <= moment && moment < to);
    }

    #[test]
    fn what_is_no_period_is_named() {
        for text in [
            "",
            "26",
            "2026-13",
            "2026-Q5",
            "2026-W00",
            "2026-11-31",
            "2026-1-1",
            "2026-ab",
            "２０２６",
            "2026-11-27-1",
        ] {
            let error = text.parse::<Period>().unwrap_err().to_string();
            assert!(error.contains("2026-Q3"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(days in 0..80_000_i32, kind in 0..5_usize) {
            let frequency = [Frequency::Day, Frequency::Week, Frequency::Month, Frequency::Quarter, Frequency::Year][kind];
            let period = Period::of(date(1900, 1, 1).saturating_add(days.days()), frequency);
            prop_assert_eq!(period.to_string().parse::<Period>().unwrap(), period);
            prop_assert_eq!(period.next().previous(), period);
            prop_assert!(period.next() > period && period.year_before() < period);
            prop_assert_eq!(period.moments(&TimeZone::UTC).1, period.next().moments(&TimeZone::UTC).0);
        }
    }
}
