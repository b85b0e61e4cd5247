//! Days from the first to the last.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Days from the first to the last, both within; an end that is missing is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
}

impl Span {
    /// From one day to another.
    pub fn new(from: Date, until: Date) -> Self {
        Self { from: Some(from), until: Some(until) }
    }

    /// Whether both have a day in common.
    pub fn overlaps(self, other: Self) -> bool {
        let before =
            |end: Option<Date>, start: Option<Date>| end.zip(start).is_some_and(|(end, start)| end < start);
        let empty = |span: Self| before(span.until, span.from);
        !(empty(self) || empty(other) || before(self.until, other.from) || before(other.until, self.from))
    }

    /// How many days both have in common; nothing when that has no end.
    pub fn shared_days(self, other: Self) -> Option<i64> {
        if !self.overlaps(other) {
            return Some(0);
        }
        let from = self.from.max(other.from)?;
        let until = [self.until, other.until].into_iter().flatten().min()?;
        Some(days_between(from, until) + 1)
    }
}

/// Days from one to another; below 0 when the second comes first.
pub(crate) fn days_between(from: Date, until: Date) -> i64 {
    from.duration_until(until).as_hours() / 24
}

/// So many days later; the end of the calendar beyond it.
pub(crate) fn days_after(day: Date, days: i64) -> Date {
    let hours = days.clamp(-4_000_000, 4_000_000) * 24;
    day.saturating_add(jiff::SignedDuration::from_hours(hours))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn open_ends_overlap() {
        let year = Span::new(date(2026, 1, 1), date(2026, 12, 31));
        let open = Span { from: Some(date(2026, 12, 31)), until: None };
        assert!(year.overlaps(open));
        assert_eq!(year.shared_days(open), Some(1));
        assert_eq!(open.shared_days(Span::default()), None);
        assert!(!year.overlaps(Span { from: Some(date(2027, 1, 1)), until: None }));
    }

    #[test]
    fn days_are_counted_both_ways() {
        assert_eq!(days_between(date(2026, 2, 27), date(2026, 3, 1)), 2);
        assert_eq!(days_between(date(2026, 3, 1), date(2026, 2, 27)), -2);
        assert_eq!(days_after(date(2024, 2, 28), 2), date(2024, 3, 1));
    }
}
