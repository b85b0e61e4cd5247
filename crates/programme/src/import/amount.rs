//! Days and amounts as people write them in Brussels.

use jiff::civil::{Date, DateTime};

use crate::types::Euros;

/// A day: `2026-03-31`, also with a time behind it, or `31/03/2026`, `31.03.2026`, `31-03-2026`: day first.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Ok(day) = text.parse::<Date>().or_else(|_| text.parse::<DateTime>().map(DateTime::date)) {
        return Some(day);
    }
    let mut parts = text.split(['/', '.', '-']);
    let mut next = |length: std::ops::RangeInclusive<usize>| {
        parts.next().filter(|part| length.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let (day, month, year) = (next(1..=2)?, next(1..=2)?, next(4..=4)?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A number with a point or a comma before its decimals, and points, commas, apostrophes or spaces between thousands. A single separator
/// with three digits behind it is one of thousands: nobody writes euros with three decimals.
pub(super) fn number(text: &str) -> Option<f64> {
    let kept: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '€' | '\'' | '’' | '\u{202f}' | '\u{a0}'))
        .collect();
    let kept = kept.trim_end_matches("EUR").trim_start_matches("EUR");
    let (sign, digits) = match kept.strip_prefix(['-', '−']) {
        Some(rest) => (-1.0, rest),
        None => (1.0, kept.strip_prefix('+').unwrap_or(kept)),
    };
    let separators: Vec<(usize, char)> =
        digits.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let decimal = match separators.as_slice() {
        [] => None,
        [(at, _)] => (digits.len() - at - 1 != 3).then_some(*at),
        [(_, first), .., (at, last)] => (first != last).then_some(*at),
    };
    let (whole, part) = match decimal {
        Some(at) => (digits.get(..at)?, digits.get(at + 1..)?),
        None => (digits, ""),
    };
    if !groups_of_three(whole) || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    if whole.is_empty() && part.is_empty() {
        return None;
    }
    let value: f64 = format!("{whole}.{part}0").parse().ok()?;
    value.is_finite().then_some(sign * value)
}

/// Digits alone, or groups of three behind the first.
fn groups_of_three(whole: &str) -> bool {
    let mut groups = whole.split(['.', ',']);
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    groups.next().is_some_and(digits) && groups.all(|group| group.len() == 3 && digits(group))
}

/// An amount to the nearest euro.
pub(super) fn euros(text: &str) -> Option<Euros> {
    number(text).and_then(Euros::nearest)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_in_several_hands() {
        let wanted = Some(date(2026, 3, 31));
        for text in ["2026-03-31", "2026-03-31T17:00:00", "31/03/2026", "31.3.2026", " 31-03-2026 "] {
            assert_eq!(day(text), wanted, "{text}");
        }
        for text in ["03/31/2026", "31/03/26", "soon", "", "2026-02-30"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_in_several_hands() {
        for (text, wanted) in [
            ("1234.5", 1234.5),
            ("1.234,50", 1234.5),
            ("1,234.50", 1234.5),
            ("€ 1 234,5", 1234.5),
            ("1.234", 1234.0),
            ("1,234,567", 1_234_567.0),
            ("12,5", 12.5),
            ("-300 EUR", -300.0),
            ("0", 0.0),
        ] {
            assert_eq!(number(text), Some(wanted), "{text}");
        }
        for text in ["", "abc", "1.23.4", "1,2,3", "--1", "."] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
