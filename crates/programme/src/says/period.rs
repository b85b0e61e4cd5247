//! Civil periods as readers of a language write them.

use jiff::civil::Date;

use super::{Language, day, figures::month};

/// A period as it is published, in words: `octobre 2026`, `3e trimestre 2026`, `week 12 van 2026`, `30 November 2026`, `2026`. What is no
/// period stands as it is written.
pub fn period(language: Language, text: &str) -> String {
    said(language, text).unwrap_or_else(|| text.to_owned())
}

/// `2026`, `2026-Q3`, `2026-10`, `2026-W12`, `2026-11-30`.
fn said(language: Language, text: &str) -> Option<String> {
    let (year, rest) = text.split_once('-').unwrap_or((text, ""));
    let year = digits(year, 4)?;
    if rest.is_empty() {
        return (text.len() == 4).then(|| text.to_owned());
    }
    if let Some(quarter) = rest.strip_prefix('Q') {
        let quarter = digits(quarter, 1).filter(|quarter| (1..=4).contains(quarter))?;
        let ordinal = if quarter == 1 { "er" } else { "e" };
        return Some(match language {
            Language::Fr => format!("{quarter}{ordinal}\u{a0}trimestre {year}"),
            Language::Nl => format!("{quarter}e\u{a0}kwartaal {year}"),
            Language::En => format!("Q{quarter} {year}"),
        });
    }
    if let Some(week) = rest.strip_prefix('W') {
        let week = digits(week, 2).filter(|week| (1..=53).contains(week))?;
        return Some(match language {
            Language::Fr => format!("semaine\u{a0}{week} de {year}"),
            Language::Nl => format!("week\u{a0}{week} van {year}"),
            Language::En => format!("week\u{a0}{week} of {year}"),
        });
    }
    if rest.len() == 2 {
        let number = digits(rest, 2)?;
        return month(language, number).map(|month| format!("{month} {year}"));
    }
    text.parse::<Date>().ok().filter(|_| text.len() == 10).map(|date| day(language, date))
}

/// A number of so many digits.
fn digits(text: &str, count: usize) -> Option<u16> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::says::test_city::each;

    #[test]
    fn periods_are_said_in_words() {
        let say = |text: &str| each(|language| period(language, text));
        assert_eq!(say("2025-12"), ["décembre 2025", "december 2025", "December 2025"]);
        assert_eq!(say("2026-Q3"), ["3e trimestre 2026", "3e kwartaal 2026", "Q3 2026"]);
        assert_eq!(say("2026-Q1")[0], "1er trimestre 2026");
        assert_eq!(say("2026"), ["2026"; 3]);
        assert_eq!(say("2026-W12"), ["semaine 12 de 2026", "week 12 van 2026", "week 12 of 2026"]);
        assert_eq!(say("2026-W03")[2], "week 3 of 2026");
        assert_eq!(say("2026-11-30"), ["30 novembre 2026", "30 november 2026", "30 November 2026"]);
        assert_eq!(say("2026-03-01")[0], "1er mars 2026");
    }

    #[test]
    fn what_is_no_period_stands_as_it_is_written() {
        let all = [
            "",
            "2026-",
            "2026-Q5",
            "2026-13",
            "2026-00",
            "2026-W54",
            "2026-02-30",
            "2026-1",
            "26",
            "-2026",
            "winter 2025-26",
            "2026-é",
            "2026-11-30T12:00:00Z",
        ];
        for text in all {
            assert_eq!(each(|language| period(language, text)), [text; 3]);
        }
    }
}
