//! Numbers, money and days as readers of a language write them.

use jiff::civil::Date;

use super::{Language, grammar::plural};
use crate::types::Euros;

const MONTHS: [[&str; 12]; 3] = [
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];

/// A number with a fixed count of decimals: `12 345,7` in French, with a narrow space that does not break. Four digits stay together. `?`
/// when it is not finite.
pub fn number(language: Language, x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return "?".to_owned();
    }
    let plain = format!("{:.decimals$}", x.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let (group, point) = language.pick(("\u{202f}", ","), (".", ","), (",", "."));
    let mut text = String::new();
    if x < 0.0 && plain.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        text.push('\u{2212}');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) && whole.len() > 4 {
            text.push_str(group);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push_str(point);
        text.push_str(fraction);
    }
    text
}

/// A number with the three digits that matter, at most eight after the point, and without zeros at its end.
pub fn figure(language: Language, x: f64) -> String {
    const DECIMALS_MOST: f64 = 8.0;
    let places = if x == 0.0 { 0.0 } else { (2.0 - x.abs().log10().floor()).clamp(0.0, DECIMALS_MOST) };
    let decimals = places as usize;
    let rounded = format!("{x:.decimals$}");
    let zeros = rounded.len() - rounded.trim_end_matches('0').len();
    number(language, x, decimals.saturating_sub(zeros))
}

/// A part, 0 to 1, as a percentage; what is neither nothing nor all is never rounded to either.
pub fn share(language: Language, part: f64) -> String {
    let gap = language.pick("\u{a0}%", "%", "%");
    let rounded = (part * 100.0).round();
    match part {
        part if part > 0.0 && rounded < 1.0 => format!("<\u{a0}1{gap}"),
        part if part < 1.0 && rounded > 99.0 => format!(">\u{a0}99{gap}"),
        _ => format!("{}{gap}", number(language, rounded, 0)),
    }
}

/// An amount in euros: in full up to a million, from there on in millions with one decimal.
pub fn euros(language: Language, amount: Euros) -> String {
    const MILLION: f64 = 1e6;
    let size = amount.as_f64();
    if size.abs() < MILLION {
        let word = language.pick(
            plural(language, size, "euro", "euros"),
            "euro",
            plural(language, size, "euro", "euros"),
        );
        return format!("{}\u{a0}{word}", number(language, size, 0));
    }
    let millions = (size / MILLION * 10.0).round() / 10.0;
    let decimals = usize::from(millions.abs() < 1000.0 && millions.fract() != 0.0);
    let figure = number(language, millions, decimals);
    match language {
        Language::Fr => {
            format!("{figure}\u{a0}{} d’euros", plural(language, millions, "million", "millions"))
        }
        Language::Nl => format!("{figure}\u{a0}miljoen euro"),
        Language::En => format!("{figure}\u{a0}million euros"),
    }
}

/// A day: `31 janvier 2024`, `1er mars 2024`.
pub fn day(language: Language, date: Date) -> String {
    let month = month(language, u16::from(date.month().unsigned_abs())).unwrap_or_default();
    let ordinal = if language == Language::Fr && date.day() == 1 { "er" } else { "" };
    format!("{}{ordinal}\u{a0}{month} {}", date.day(), date.year())
}

/// The name of a month, from 1; nothing for a number that is none.
pub(super) fn month(language: Language, number: u16) -> Option<&'static str> {
    let months = language.pick(&MONTHS[0], &MONTHS[1], &MONTHS[2]);
    months.get(usize::from(number).checked_sub(1)?).copied()
}

/// A value with its unit.
pub(super) fn quantity(language: Language, x: f64, unit: &str) -> String {
    with_unit(language, &figure(language, x), unit)
}

/// The size of a difference with its unit: of a percentage, in points.
pub(super) fn difference(language: Language, x: f64, unit: &str) -> String {
    end(language, x.abs(), unit)
}

/// A difference with its sign and unit: `+2.5 µg/m³`, `−4 percentage points`.
pub(super) fn signed(language: Language, x: f64, unit: &str) -> String {
    let sign = if x > 0.0 { "+" } else { "" };
    format!("{sign}{}", end(language, x, unit))
}

/// A difference with its unit, as it stands in an interval: without a sign above 0.
pub(super) fn end(language: Language, x: f64, unit: &str) -> String {
    let size = figure(language, x);
    if unit != "%" {
        return with_unit(language, &size, unit);
    }
    let points = match language {
        Language::Fr => plural(language, x, "point de pourcentage", "points de pourcentage"),
        Language::Nl => plural(language, x, "procentpunt", "procentpunten"),
        Language::En => plural(language, x, "percentage point", "percentage points"),
    };
    format!("{size}\u{a0}{points}")
}

/// The two ends of a difference, as sizes: `2 to 4 µg/m³`; one when both are the same.
pub(super) fn differences(language: Language, low: f64, high: f64, unit: &str) -> String {
    let [from, until] = [low, high].map(|end| figure(language, end));
    if from == until {
        return difference(language, high, unit);
    }
    let to = language.pick("à", "tot", "to");
    format!("{from} {to} {}", difference(language, high, unit))
}

fn with_unit(language: Language, number: &str, unit: &str) -> String {
    match unit {
        "" => number.to_owned(),
        "%" => format!("{number}{}", language.pick("\u{a0}%", "%", "%")),
        unit => format!("{number}\u{a0}{unit}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::says::test_city::plain;

    #[test]
    fn numbers_have_the_signs_of_their_language() {
        let of = |x| Language::ALL.map(|language| number(language, x, 1));
        assert_eq!(of(-12_345.67), ["−12\u{202f}345,7", "−12.345,7", "−12,345.7"]);
        assert_eq!(of(1234.0), ["1234,0", "1234,0", "1234.0"]);
        assert_eq!(number(Language::En, -0.01, 1), "0.0");
        assert_eq!(number(Language::Fr, f64::NAN, 1), "?");
    }

    #[test]
    fn three_digits_matter() {
        let of = |x| figure(Language::En, x);
        assert_eq!(
            [of(12_345.6), of(100.0), of(12.34), of(1.234), of(0.1234)],
            ["12,346", "100", "12.3", "1.23", "0.123"]
        );
        assert_eq!([of(12.0), of(0.4), of(0.0), of(-1.5), of(2000.0)], ["12", "0.4", "0", "−1.5", "2000"]);
        assert_eq!([of(99.97), of(0.000_012_34)], ["100", "0.0000123"]);
    }

    #[test]
    fn parts_are_never_rounded_to_nothing_or_all() {
        let of = |part| Language::ALL.map(|language| plain(&share(language, part)));
        assert_eq!(of(0.004), ["< 1 %", "< 1%", "< 1%"]);
        assert_eq!(of(0.996), ["> 99 %", "> 99%", "> 99%"]);
        assert_eq!(of(0.0), ["0 %", "0%", "0%"]);
        assert_eq!(of(1.25), ["125 %", "125%", "125%"]);
    }

    #[test]
    fn money_in_each_language() {
        let of = |amount| Language::ALL.map(|language| plain(&euros(language, Euros(amount))));
        assert_eq!(of(0), ["0 euro", "0 euro", "0 euros"]);
        assert_eq!(of(1), ["1 euro", "1 euro", "1 euro"]);
        assert_eq!(of(84_500), ["84 500 euros", "84.500 euro", "84,500 euros"]);
        assert_eq!(of(1_460_000), ["1,5 million d’euros", "1,5 miljoen euro", "1.5 million euros"]);
        assert_eq!(of(103_160_000), ["103,2 millions d’euros", "103,2 miljoen euro", "103.2 million euros"]);
        assert_eq!(of(2_000_000), ["2 millions d’euros", "2 miljoen euro", "2 million euros"]);
    }

    #[test]
    fn days_in_each_language() {
        let of = |date| Language::ALL.map(|language| plain(&day(language, date)));
        assert_eq!(of(date(2026, 3, 1)), ["1er mars 2026", "1 maart 2026", "1 March 2026"]);
        assert_eq!(of(date(2026, 8, 31)), ["31 août 2026", "31 augustus 2026", "31 August 2026"]);
    }

    #[test]
    fn differences_of_percentages_are_points() {
        let of = |x| Language::ALL.map(|language| plain(&difference(language, x, "%")));
        assert_eq!(of(-1.0), ["1 point de pourcentage", "1 procentpunt", "1 percentage point"]);
        assert_eq!(of(2.5), ["2,5 points de pourcentage", "2,5 procentpunten", "2.5 percentage points"]);
        assert_eq!(plain(&signed(Language::Fr, -3.0, "%")), "−3 points de pourcentage");
        assert_eq!(plain(&signed(Language::En, 71.0, "µg/m³")), "+71 µg/m³");
        assert_eq!((signed(Language::En, 0.0, ""), end(Language::En, 4.0, "")), ("0".into(), "4".into()));
        assert_eq!(plain(&differences(Language::Fr, 2.0, 4.0, "µg/m³")), "2 à 4 µg/m³");
        assert_eq!(plain(&differences(Language::Nl, 2.0, 2.0, "")), "2");
        assert_eq!(plain(&quantity(Language::Fr, 12.0, "%")), "12 %");
    }
}
