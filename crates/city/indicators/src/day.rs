//! Civil days in Brussels.

use jiff::{civil::Date, tz::TimeZone};
use senne_model::{Problem, Timestamp};

/// Consecutive civil days with their bounds in UTC; a day has 23, 24 or 25 hours.
pub(crate) struct Days {
    days: Vec<(String, i64, i64)>,
}

/// The most days that are computed at once.
const DAYS_MAX: usize = 1100;

impl Days {
    /// The days from `from` to `to`, both included.
    pub(crate) fn parse(from: &str, to: &str) -> Result<Self, Problem> {
        let date = |text: &str, field: &str| {
            text.parse::<Date>().map_err(|_| {
                Problem::bad(format!("`{text}` is not a day; write e.g. 2024-01-31")).field(field)
            })
        };
        let (from, to) = (date(from, "from")?, date(to, "to")?);
        let zone = TimeZone::get("Europe/Brussels").map_err(|e| Problem::internal(e.to_string()))?;
        let start = |day: Date| {
            let zoned = day.to_zoned(zone.clone()).map_err(|e| Problem::bad(e.to_string()).field("from"))?;
            Ok::<i64, Problem>(zoned.timestamp().as_microsecond())
        };
        let mut days = Vec::new();
        let mut day = from;
        while day <= to {
            if days.len() == DAYS_MAX {
                return Err(Problem::bad(format!("ask for at most {DAYS_MAX} days at once")).field("to"));
            }
            let next = day.tomorrow().map_err(|e| Problem::bad(e.to_string()).field("to"))?;
            days.push((day.to_string(), start(day)?, start(next)?));
            day = next;
        }
        Ok(Self { days })
    }

    /// The bounds of the whole range: from the first moment to before the last.
    pub(crate) fn range(&self) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = (self.days.first()?, self.days.last()?);
        Some((Timestamp::from_micros(first.1), Timestamp::from_micros(last.2)))
    }

    /// The day in which an hour lies, by its place; hours of UTC never straddle a civil midnight in Brussels.
    pub(crate) fn find(&self, hour: Timestamp) -> Option<usize> {
        let index = self.days.partition_point(|(_, start, _)| *start <= hour.micros());
        index.checked_sub(1).filter(|i| hour.micros() < self.days[*i].2)
    }

    pub(crate) fn name(&self, index: usize) -> &str {
        self.days.get(index).map_or("", |(name, ..)| name)
    }

    /// How many hours a day has.
    pub(crate) fn hours(&self, index: usize) -> usize {
        self.days.get(index).map_or(24, |(_, start, end)| ((end - start) / 3_600_000_000) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_with_a_change_of_clock_have_23_and_25_hours() {
        let days = Days::parse("2024-03-30", "2024-04-01").unwrap();
        assert_eq!([0, 1, 2].map(|i| days.hours(i)), [24, 23, 24]);
        assert_eq!(Days::parse("2024-10-27", "2024-10-27").unwrap().hours(0), 25);
        let (start, _) = days.range().unwrap();
        assert_eq!(start.to_string(), "2024-03-29T23:00:00Z");
        assert_eq!(days.find(Timestamp::parse("2024-03-31T21:00:00Z").unwrap()), Some(1));
        assert_eq!(days.find(Timestamp::parse("2024-03-31T22:00:00Z").unwrap()), Some(2));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        assert_eq!(
            Days::parse("2024-02-30", "2024-03-01").err().and_then(|p| p.field).as_deref(),
            Some("from")
        );
        assert!(Days::parse("1900-01-01", "2024-03-01").is_err());
    }
}
