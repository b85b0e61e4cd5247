//! Months of UTC: the time partitions.

const DAY: i64 = 86_400_000_000;

/// A month, counted from January of year 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Month(i64);

/// Everything before is filed under this month, so that odd clocks cannot make thousands of partitions.
const FIRST: Month = Month(1900 * 12);
/// Everything after is filed under this month.
const LAST: Month = Month(2100 * 12);

impl Month {
    /// `YYYY-MM`.
    pub(crate) fn text(self) -> String {
        format!("{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }

    /// Its first instant in microseconds.
    pub(crate) fn start(self) -> i64 {
        days_from_civil(self.0.div_euclid(12), self.0.rem_euclid(12) + 1) * DAY
    }

    /// The month after it.
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// From [`Month::text`].
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        Some(Self(year.parse::<i64>().ok()? * 12 + month.parse::<i64>().ok()? - 1))
    }
}

/// The month in which an instant (microseconds UTC) is filed.
pub(crate) fn of(micros: i64) -> Month {
    let (year, month) = civil_month(micros.div_euclid(DAY));
    Month(year * 12 + month - 1).clamp(FIRST, LAST)
}

/// Files many instants in a row quickly: neighbours mostly share their month.
#[derive(Debug)]
pub(crate) struct MonthFinder {
    span: std::ops::Range<i64>,
    month: Month,
}

impl MonthFinder {
    pub(crate) fn new() -> Self {
        Self { span: 0..0, month: FIRST }
    }

    pub(crate) fn of(&mut self, micros: i64) -> Month {
        if !self.span.contains(&micros) {
            self.month = of(micros);
            self.span = self.month.start()..self.month.next().start();
        }
        self.month
    }
}

/// Year and month of a count of days since 1970-01-01, proleptic Gregorian calendar, by counting eras of 400 years
/// whose years begin in March, so that the leap day is the last of its year.
fn civil_month(days: i64) -> (i64, i64) {
    let from_march = days + 719_468;
    let era = from_march.div_euclid(146_097);
    let of_era = from_march.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march_based = (5 * of_year + 2) / 153;
    let month = if march_based < 10 { march_based + 3 } else { march_based - 9 };
    (year + era * 400 + i64::from(month <= 2), month)
}

/// Days since 1970-01-01 of the first day of a month.
fn days_from_civil(year: i64, month: i64) -> i64 {
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let of_era = march_year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use senne_model::Timestamp;

    use super::*;

    proptest! {
        #[test]
        fn months_agree_with_the_calendar(micros in -2_208_988_800_000_000_i64..4_102_444_800_000_000) {
            let month = of(micros);
            prop_assert_eq!(&month.text(), &Timestamp::from_micros(micros).to_string()[..7]);
            prop_assert!(month.start() <= micros && micros < month.next().start());
            prop_assert_eq!(Month::parse(&month.text()), Some(month));
            prop_assert_eq!(MonthFinder::new().of(micros), month);
        }
    }

    #[test]
    fn odd_times_are_filed_at_the_ends() {
        assert_eq!(of(Timestamp::MIN.micros()).text(), "1900-01");
        assert_eq!(of(Timestamp::MAX.micros()).text(), "2100-01");
    }
}
