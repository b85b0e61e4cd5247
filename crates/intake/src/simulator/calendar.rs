//! What the clock and the calendar say to the people of Brussels at a moment.

use std::sync::LazyLock;

use jiff::{ToSpan, civil::Date, tz::TimeZone};

/// Central European time by rule, so that neither the machine's zone files nor their version matter.
static ZONE: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap_or(TimeZone::UTC));

/// How a day is lived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Day {
    Working,
    Saturday,
    /// Sundays and the ten public holidays.
    Sunday,
}

/// A moment as people see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub(super) at: i64,
    /// Hour of the day by the clock on the wall, 0 ≤ hour < 24.
    pub(super) hour: f64,
    /// Hour of the day by the sun: 12 when it stands highest (without the equation of time).
    pub(super) solar_hour: f64,
    /// Days since 1 January, with fraction.
    pub(super) day_of_year: f64,
    /// Years since 1 January 2024, with fraction.
    pub(super) years: f64,
    pub(super) today: Day,
    pub(super) tomorrow: Day,
    /// Whether schools are closed for long: July, August, and the days from Christmas to New Year.
    pub(super) school_holiday: bool,
}

impl Moment {
    /// The moment at so many seconds since the epoch; far outside the calendar it is 1970.
    pub(super) fn at(at: i64) -> Self {
        let zoned = jiff::Timestamp::from_second(at).unwrap_or_default().to_zoned(ZONE.clone());
        let (date, time) = (zoned.date(), zoned.time());
        let hour =
            f64::from(time.hour()) + f64::from(time.minute()) / 60.0 + f64::from(time.second()) / 3600.0;
        let day_of_year = f64::from(date.day_of_year() - 1) + hour / 24.0;
        let utc_hour = at.rem_euclid(86_400) as f64 / 3600.0;
        Self {
            at,
            hour,
            solar_hour: (utc_hour + 4.35 / 15.0).rem_euclid(24.0),
            day_of_year,
            years: f64::from(date.year()) - 2024.0 + day_of_year / 365.25,
            today: day(date),
            tomorrow: date.checked_add(1.day()).map_or(Day::Working, day),
            school_holiday: matches!((date.month(), date.day()), (7 | 8, _) | (12, 24..) | (1, ..=3)),
        }
    }

    /// 1 in the depth of winter (19 January), −1 at the height of summer.
    pub(super) fn winter(&self) -> f64 {
        (std::f64::consts::TAU * (self.day_of_year - 18.0) / 365.25).cos()
    }
}

fn day(date: Date) -> Day {
    match date.weekday() {
        jiff::civil::Weekday::Sunday => Day::Sunday,
        _ if public_holiday(date) => Day::Sunday,
        jiff::civil::Weekday::Saturday => Day::Saturday,
        _ => Day::Working,
    }
}

/// The ten public holidays of Belgium (royal decree of 18 April 1974, article 1).
fn public_holiday(date: Date) -> bool {
    let fixed =
        matches!((date.month(), date.day()), (1 | 5, 1) | (7, 21) | (8, 15) | (11, 1 | 11) | (12, 25));
    fixed
        || ((3..=6).contains(&date.month()) && {
            let after_easter = i32::from(date.day_of_year()) - easter(i32::from(date.year()));
            matches!(after_easter, 1 | 39 | 50)
        })
}

/// The day of the year (1 = 1 January) of Easter Sunday in the Gregorian calendar
/// (anonymous algorithm, J. Meeus, "Astronomical Algorithms", 1991, chapter 8).
fn easter(year: i32) -> i32 {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let lunar = (8 * century + 13) / 25;
    let moon = (19 * golden + century - century / 4 - lunar + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    let late = (golden + 11 * moon + 22 * weekday) / 451;
    let sum = moon + weekday - 7 * late + 114;
    let leap = i32::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let (month, day) = (sum / 31, sum % 31 + 1);
    (if month == 3 { 59 } else { 90 }) + leap + day
}

#[cfg(test)]
mod tests {
    use senne_model::Timestamp;

    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::at(Timestamp::parse(text).unwrap().micros() / 1_000_000)
    }

    #[test]
    fn the_clock_on_the_wall_follows_summer_time() {
        assert_eq!(moment("2024-01-15T07:30:00Z").hour, 8.5);
        assert_eq!(moment("2024-07-15T07:30:00Z").hour, 9.5);
        assert_eq!(moment("2024-03-31T00:59:00Z").hour.floor(), 1.0);
        assert_eq!(moment("2024-03-31T01:00:00Z").hour, 3.0);
    }

    #[test]
    fn holidays_are_lived_as_sundays() {
        for holiday in ["2024-04-01", "2024-05-09", "2024-05-20", "2025-04-21", "2026-05-14", "2024-07-21"] {
            assert_eq!(moment(&format!("{holiday}T12:00:00Z")).today, Day::Sunday, "{holiday}");
        }
        assert_eq!(moment("2024-05-10T12:00:00Z").today, Day::Working);
        assert_eq!(moment("2024-05-11T12:00:00Z").today, Day::Saturday);
        assert_eq!(moment("2024-05-11T12:00:00Z").tomorrow, Day::Sunday);
    }
}
