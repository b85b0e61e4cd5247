//! Numbers, dates and durations as each language writes them, as the sentences of a programme do. Times are those of Brussels.

use jiff::{Timestamp as Instant, Zoned, civil::Date, tz::TimeZone};
use senne_indicator::Period;
use senne_model::Timestamp;
use senne_programme::says;

use crate::language::Language;

/// The zone in which the city lives.
pub(crate) const ZONE: &str = "Europe/Brussels";

const MONTHS_SHORT: [[&str; 12]; 3] = [
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    ["jan.", "feb.", "mrt.", "apr.", "mei", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec."],
    ["Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"],
];

const WEEKDAYS_SHORT: [[&str; 7]; 3] = [
    ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    ["ma", "di", "wo", "do", "vr", "za", "zo"],
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
];

/// The moment on the clocks of Brussels; the epoch when the instant is outside what a calendar knows.
pub(crate) fn local(at: Timestamp) -> Zoned {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    Instant::from_microsecond(at.micros()).unwrap_or(Instant::UNIX_EPOCH).to_zoned(zone)
}

/// A number with a fixed count of decimals, e.g. `1 234,5` in French (narrow no-break space).
pub(crate) fn number(language: Language, x: f64, decimals: usize) -> String {
    if x.is_finite() { says::number(spoken(language), x, decimals) } else { "–".to_owned() }
}

/// A measured value with as many decimals as a reader can use: whole numbers stay whole, from 100 none, else one
/// (two below 1).
pub(crate) fn value(language: Language, x: f64) -> String {
    let decimals = match x.abs() {
        _ if x.fract() == 0.0 => 0,
        size if size >= 99.95 => 0,
        size if size >= 1.0 => 1,
        _ => 2,
    };
    number(language, x, decimals)
}

/// A count.
pub(crate) fn amount(language: Language, n: u64) -> String {
    number(language, n as f64, 0)
}

/// A size in bytes, in the largest unit (of 1024) that leaves a figure above one: `12,5 Mio` in French.
pub(crate) fn bytes(language: Language, n: u64) -> String {
    const UNITS: [[&str; 2]; 5] =
        [["o", "B"], ["Kio", "KiB"], ["Mio", "MiB"], ["Gio", "GiB"], ["Tio", "TiB"]];
    let mut size = n as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    let decimals = usize::from(unit > 0 && size < 100.0);
    let word = UNITS[unit][usize::from(language != Language::Fr)];
    format!("{}\u{a0}{word}", number(language, size, decimals))
}

/// A share between 0 and 1 as a percentage; what is neither nothing nor all is never rounded to either.
pub(crate) fn percent(language: Language, share: f64) -> String {
    says::share(spoken(language), share)
}

/// The language as the sentences of a programme know it.
fn spoken(language: Language) -> says::Language {
    match language {
        Language::Fr => says::Language::Fr,
        Language::Nl => says::Language::Nl,
        Language::En => says::Language::En,
    }
}

fn index(language: Language) -> usize {
    language as usize
}

/// `31 janvier 2024`, `1er mars 2024`.
pub(crate) fn date(language: Language, at: Timestamp) -> String {
    civil(language, local(at).date())
}

/// `31 janvier 2024`: a civil date.
pub(crate) fn civil(language: Language, day: Date) -> String {
    says::day(spoken(language), day)
}

/// A civil date written `2024-01-31` as a reader writes it; unchanged when it is none.
pub(crate) fn day(language: Language, iso: &str) -> String {
    iso.parse().map_or_else(|_| iso.to_owned(), |day| civil(language, day))
}

/// A civil period as a reader writes it: «octobre 2026», «3e trimestre 2026».
pub(crate) fn period(language: Language, period: Period) -> String {
    says::period(spoken(language), &period.to_string())
}

/// `31 janv.`: a day on an axis.
pub(crate) fn day_short(language: Language, at: &Zoned) -> String {
    format!("{}\u{a0}{}", at.day(), month_short(language, at))
}

/// `janv.`: a month on an axis.
pub(crate) fn month_short(language: Language, at: &Zoned) -> &'static str {
    MONTHS_SHORT[index(language)][usize::from((at.month() - 1).unsigned_abs()).min(11)]
}

/// `lun.`: a weekday beside a row; 0 is Monday.
pub(crate) fn weekday_short(language: Language, place: usize) -> &'static str {
    WEEKDAYS_SHORT[index(language)][place.min(6)]
}

/// `13:05`.
pub(crate) fn clock(at: Timestamp) -> String {
    let at = local(at);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `31 janvier 2024 à 13:05`.
pub(crate) fn moment(language: Language, at: Timestamp) -> String {
    let joint = match language {
        Language::Fr => "à",
        Language::Nl => "om",
        Language::En => "at",
    };
    format!("{} {joint}\u{a0}{}", date(language, at), clock(at))
}

/// `31 janv. 2024, 13:05`: for tables.
pub(crate) fn moment_short(language: Language, at: Timestamp) -> String {
    let here = local(at);
    format!("{}\u{a0}{}, {}", day_short(language, &here), here.year(), clock(at))
}

/// How long, in the largest unit that says enough: `3 h`, `2 jours`.
pub(crate) fn duration(language: Language, micros: i64) -> String {
    let minutes = micros.max(0) / 60_000_000;
    let (n, words) = match minutes {
        0..=89 => (minutes, ["min", "min", "min"]),
        90..=2879 => ((minutes + 30) / 60, ["h", "u", "h"]),
        2880..=86_399 => ((minutes + 720) / 1440, ["jours", "dagen", "days"]),
        86_400..=1_051_199 => ((minutes + 21_900) / 43_800, ["mois", "maanden", "months"]),
        _ => ((minutes + 262_980) / 525_960, ["ans", "jaar", "years"]),
    };
    format!("{}\u{a0}{}", number(language, n as f64, 0), words[index(language)])
}

/// `il y a 5 min`.
pub(crate) fn ago(language: Language, at: Timestamp, now: Timestamp) -> String {
    let length = duration(language, now.micros() - at.micros());
    match language {
        Language::Fr => format!("il y a {length}"),
        Language::Nl => format!("{length} geleden"),
        Language::En => format!("{length} ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(number(Language::Fr, 12345.678, 1), "12\u{202f}345,7");
        assert_eq!(number(Language::Nl, 12345.678, 1), "12.345,7");
        assert_eq!(number(Language::En, 1_234_567.0, 0), "1,234,567");
        assert_eq!(number(Language::En, 1234.5, 1), "1234.5");
        assert_eq!(number(Language::En, -3.25, 1), "\u{2212}3.2");
        assert_eq!(number(Language::En, -0.01, 1), "0.0");
        assert_eq!(number(Language::Fr, f64::NAN, 1), "–");
    }

    #[test]
    fn a_value_has_the_decimals_that_help() {
        for (x, text) in
            [(0.0, "0"), (0.123, "0.12"), (7.46, "7.5"), (42.0, "42"), (99.96, "100"), (1013.2, "1013")]
        {
            assert_eq!(value(Language::En, x), text);
        }
    }

    #[test]
    fn sizes_have_their_unit() {
        assert_eq!(bytes(Language::Fr, 0), "0\u{a0}o");
        assert_eq!(bytes(Language::Nl, 1536), "1,5\u{a0}KiB");
        assert_eq!(bytes(Language::En, 300 << 20), "300\u{a0}MiB");
        assert_eq!(bytes(Language::En, u64::MAX), "16,777,216\u{a0}TiB");
    }

    #[test]
    fn a_share_is_not_rounded_to_nothing_or_all() {
        assert_eq!(percent(Language::Nl, 0.5), "50%");
        assert_eq!(percent(Language::Fr, 0.001), "<\u{a0}1\u{a0}%");
        assert_eq!(percent(Language::En, 0.999), ">\u{a0}99%");
        assert_eq!(percent(Language::En, 1.0), "100%");
        assert_eq!(percent(Language::En, 0.0), "0%");
    }

    #[test]
    fn times_are_those_of_brussels_in_winter_and_in_summer() {
        let winter = Timestamp::parse("2024-01-31T12:05:00Z").unwrap();
        let summer = Timestamp::parse("2024-07-01T12:05:00Z").unwrap();
        assert_eq!(moment(Language::Fr, winter), "31\u{a0}janvier 2024 à\u{a0}13:05");
        assert_eq!(moment(Language::Fr, summer), "1er\u{a0}juillet 2024 à\u{a0}14:05");
        assert_eq!(moment(Language::Nl, summer), "1\u{a0}juli 2024 om\u{a0}14:05");
        assert_eq!(moment_short(Language::En, winter), "31\u{a0}Jan\u{a0}2024, 13:05");
        assert_eq!(day(Language::Fr, "2024-03-01"), "1er\u{a0}mars 2024");
        assert_eq!(day(Language::Fr, "soon"), "soon");
    }

    #[test]
    fn a_duration_takes_its_largest_unit() {
        let minute = 60_000_000;
        assert_eq!(duration(Language::En, 5 * minute), "5\u{a0}min");
        assert_eq!(duration(Language::Nl, 180 * minute), "3\u{a0}u");
        assert_eq!(duration(Language::Fr, 2905 * 60 * minute), "4\u{a0}mois");
        assert_eq!(duration(Language::Fr, 121 * 60 * minute), "5\u{a0}jours");
    }
}
