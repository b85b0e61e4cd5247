//! Times as whole numbers, and what keeps a column from being one of times.

use crate::{EvaluationError, table::value};

/// How the texts of times are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// As they are written: years, or steps that are counted.
    Whole,
    /// `200412` or `2004-12` is followed by `200501` or `2005-01`: months.
    Months,
    /// In the order of the table's times, from 0.
    Order,
}

impl Clock {
    pub(crate) fn of(times: &[String]) -> Self {
        let every = |read: fn(&str) -> Option<i64>| times.iter().all(|text| read(text).is_some());
        match (every(months), every(whole)) {
            (true, _) => Self::Months,
            (_, true) => Self::Whole,
            _ => Self::Order,
        }
    }

    /// The number of each time.
    pub(crate) fn numbers(self, times: &[String]) -> Vec<i64> {
        times
            .iter()
            .enumerate()
            .map(|(place, text)| {
                self.number(text).unwrap_or_else(|| i64::try_from(place).unwrap_or(i64::MAX))
            })
            .collect()
    }

    /// What a number that is none of the times is called.
    pub(crate) fn name(self, number: i64) -> String {
        match self {
            Self::Months => format!("{}-{:02}", (number - 1) / 12, (number - 1) % 12 + 1),
            Self::Whole | Self::Order => number.to_string(),
        }
    }

    /// The number that a text stands for, whether it is one of the times or not.
    pub(crate) fn number(self, text: &str) -> Option<i64> {
        match self {
            Self::Whole => whole(text),
            Self::Months => months(text),
            Self::Order => None,
        }
    }
}

/// A number without a fraction: `2004`, or `2004.0` as tables of numbers are often written.
fn whole(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

/// A year and a month, counted in months.
fn months(text: &str) -> Option<i64> {
    let number = match text.split_once('-') {
        Some((year, month)) if (year.len(), month.len()) == (4, 2) => whole(&format!("{year}{month}"))?,
        _ => whole(text)?,
    };
    let is_month = (190_001..=219_912).contains(&number) && (1..=12).contains(&(number % 100));
    is_month.then_some(number / 100 * 12 + number % 100)
}

/// Times that are no numbers are taken in the order of their letters; says so when that cannot be the order of time.
pub(crate) fn check(times: &[String], place: &[usize], column: &str) -> Result<(), EvaluationError> {
    let row_of = |time: usize| place.iter().position(|other| *other == time).unwrap_or_default();
    let fault = |time: usize, wanted| Err(value(row_of(time), column, &times[time], wanted));
    let numbers: Vec<Option<f64>> = times.iter().map(|text| text.parse().ok()).collect();
    if let Some(time) = times.iter().position(|text| crate::table::is_nothing(text)) {
        return fault(time, "a time; leave the row out, or fill it in");
    }
    if numbers.iter().all(Option::is_some) {
        return match numbers.windows(2).position(|pair| pair[0] == pair[1]) {
            Some(time) => {
                fault(time + 1, "written as in other rows: another text there stands for the same time")
            }
            None => Ok(()),
        };
    }
    let length = times.first().map_or(0, |text| text.chars().count());
    if let Some(time) = times.iter().position(|text| text.chars().count() != length) {
        return fault(time, "as long as other times: they go by letter, so write 2005-01 and not 2005-1");
    }
    let letters = times.first().map_or("", |text| before_digits(text));
    // What stands before all of them, as in FY2004, puts none before another.
    let shared = if times.iter().all(|text| before_digits(text) == letters) { letters.len() } else { 0 };
    match times.iter().position(|text| year_is_later(&text[shared..])) {
        Some(time) => fault(time, "a time that begins with its year: they go by letter, so write 2005-01-31"),
        None => Ok(()),
    }
}

/// What stands before the first digit.
fn before_digits(text: &str) -> &str {
    text.find(|letter: char| letter.is_ascii_digit()).map_or(text, |place| &text[..place])
}

/// Whether four digits, and no more, stand somewhere behind the beginning, and not at it.
fn year_is_later(text: &str) -> bool {
    let runs: Vec<usize> = text.split(|letter: char| !letter.is_ascii_digit()).map(str::len).collect();
    runs.first() != Some(&4) && runs.iter().skip(1).any(|run| *run == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(times: &[&str]) -> Vec<String> {
        times.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn times_are_counted_as_they_are_written() {
        let count = |times: &[&str]| {
            let times = texts(times);
            Clock::of(&times).numbers(&times)
        };
        assert_eq!(count(&["2001", "2003"]), [2001, 2003]);
        assert_eq!(count(&["2001.0", "2003.0"]), [2001, 2003]);
        assert_eq!(count(&["200411", "200412", "200501"]), [24_059, 24_060, 24_061]);
        assert_eq!(count(&["2004-11", "2005-01"]), [24_059, 24_061]);
        assert_eq!(Clock::Months.name(24_060), "2004-12");
        assert_eq!(count(&["2004-11-30", "2004-12-31", "2005-01-31"]), [0, 1, 2]);
        assert_eq!(count(&["0.25", "0.5"]), [0, 1]);
    }

    #[test]
    fn times_that_do_not_go_by_letter_are_refused() {
        let said = |times: &[&str]| {
            let places: Vec<usize> = (0..times.len()).collect();
            check(&texts(times), &places, "t").map_err(|error| error.to_string())
        };
        for good in
            [&["2004-12-31", "2005-01-01"][..], &["2004-Q4", "2005-Q1"], &["1", "2", "10"], &["a1", "a2"]]
        {
            assert_eq!(said(good), Ok(()), "{good:?}");
        }
        for good in [["1985Q2", "1985Q3"], ["FY2004", "FY2005"], ["M3", "M4"]] {
            assert_eq!(said(&good), Ok(()), "{good:?}");
        }
        assert!(said(&["Feb 2004", "Jan 2004"]).unwrap_err().contains("begins with its year"));
        assert!(said(&["2005-1", "2005-10"]).unwrap_err().contains("line 3, column `t`: `2005-10`"));
        assert!(said(&["01/02/2005", "15/01/2005"]).unwrap_err().contains("begins with its year"));
        assert!(said(&["Q1 2005", "Q2 2004"]).unwrap_err().contains("begins with its year"));
        assert!(said(&["2004", "2004.0"]).unwrap_err().contains("the same time"));
        assert!(said(&["", "2004"]).unwrap_err().contains("leave the row out"));
    }
}
