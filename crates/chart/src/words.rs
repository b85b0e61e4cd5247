//! What a chart cannot know: how its reader writes numbers and dates, on which clock they live, and what they call things.

use std::fmt;

use jiff::{Zoned, civil::Date};

/// The reader's language. Charts have none; whoever draws one hands it in.
pub trait Words: fmt::Debug {
    /// A number with a fixed count of decimals.
    fn number(&self, x: f64, decimals: usize) -> String;

    /// A measured value with as many decimals as a reader can use.
    fn value(&self, x: f64) -> String;

    /// A moment, in microseconds UTC, on the clocks of the reader.
    fn local(&self, at: i64) -> Zoned;

    /// A day on an axis, `31 Jan`; no-break spaces inside.
    fn day(&self, at: &Zoned) -> String;

    /// A month on an axis, `Jan`.
    fn month(&self, at: &Zoned) -> &'static str;

    /// A civil date in full, `31 January 2024`.
    fn date(&self, date: Date) -> String;

    /// A weekday beside a row, `Mon`; 0 is Monday, 6 Sunday.
    fn weekday(&self, place: usize) -> &'static str;

    /// A phrase with its values filled in.
    fn say(&self, phrase: Phrase, values: &[String]) -> String;
}

/// What charts say. The numbers in braces are the values that are filled in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Phrase {
    /// Over the folded table.
    Table,
    /// A value that nobody knows.
    Unknown,
    /// A value that is not published.
    Suppressed,
    /// Head of the column of names.
    Name,
    /// Head of a column of values.
    Value,
    /// Head of a column of dates.
    Date,
    /// Head of the column of the least.
    Least,
    /// Head of the column of the greatest.
    Most,
    /// Head of the column of the first value.
    First,
    /// Head of the column of the last value.
    Last,
    /// Head of the column of changes.
    Change,
    /// A change that is told apart from chance.
    Clear,
    /// A change that may be chance.
    Unclear,
    /// Head of the column of beginnings.
    Start,
    /// Head of the column of ends.
    End,
    /// Head of the column of ends as they were planned.
    PlannedEnd,
    /// Head of the column of what is done.
    Done,
    /// Head of the column of what has to end before.
    After,
    /// Head of the column of hours.
    Hour,
    /// Head of a column of costs.
    Cost,
    /// Head of a column of benefits.
    Benefit,
    /// Head of the column of grades of evidence.
    Evidence,
    /// The half of all values, as a mark.
    Median,
    /// A class of values below {0}.
    ClassBelow,
    /// A class of values from {0} to below {1}.
    ClassBetween,
    /// A class of values from {0}.
    ClassAbove,
    /// An effect for the better.
    Better,
    /// An effect for the worse.
    Worse,
    /// An effect that is not told apart from none.
    NoEffect,
    /// An effect {0} that is expected.
    Expected,
    /// An effect {0} that was measured.
    Measured,
    /// Nothing can be said: there is no value.
    Nothing,
    /// {0} series over the same time; {1} end higher than they begin, {2} lower.
    MultiplesSummary,
    /// From {0} to {1}: of {2}, {3} rise and {4} fall.
    SlopeSummary,
    /// {0} values from {1} ({2}) to {3} ({4}); half are at most {5}; {6} have no value.
    SpreadSummary,
    /// {0} days from {1} to {2}: the least {3} ({4}), the most {5} ({6}).
    CalendarSummary,
    /// The least {0} ({1}, {2} h), the most {3} ({4}, {5} h).
    WeekSummary,
    /// {0} effects are expected; {1} of them are measured, {2} as expected.
    MatrixSummary,
    /// {0} projects: the greatest benefit {1} ({2}), the lowest cost {3} ({4}).
    BubbleSummary,
    /// Tasks: {0}, from {1} to {2}; later than planned: {3}; done: {4}.
    GanttSummary,
}

#[cfg(test)]
pub(crate) mod plain {
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;

    /// Words for tests: a comma before decimals, English months, the clocks of Brussels, phrases by their names.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Plain;

    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"];

    impl Words for Plain {
        fn number(&self, x: f64, decimals: usize) -> String {
            format!("{x:.decimals$}").replace('.', ",").replace('-', "\u{2212}")
        }

        fn value(&self, x: f64) -> String {
            self.number(x, usize::from(x.fract() != 0.0))
        }

        fn local(&self, at: i64) -> Zoned {
            let zone = TimeZone::get("Europe/Brussels").unwrap();
            Timestamp::from_microsecond(at).unwrap().to_zoned(zone)
        }

        fn day(&self, at: &Zoned) -> String {
            format!("{}\u{a0}{}", at.day(), self.month(at))
        }

        fn month(&self, at: &Zoned) -> &'static str {
            MONTHS[usize::from(at.month().unsigned_abs()) - 1]
        }

        fn date(&self, date: Date) -> String {
            date.to_string()
        }

        fn weekday(&self, place: usize) -> &'static str {
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][place]
        }

        fn say(&self, phrase: Phrase, values: &[String]) -> String {
            if values.is_empty() {
                format!("{phrase:?}")
            } else {
                format!("{phrase:?}({})", values.join("|"))
            }
        }
    }
}
