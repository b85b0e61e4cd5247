//! The sentences under charts and figures, made from the numbers.

use senne_model::{Flag, Quality, Test, Timestamp};

use crate::{
    figures::AreaDay,
    format,
    series::{Series, Summary},
    words::{Words, key},
};

const DAY: i64 = 86_400_000_000;

/// A number with its unit, joined so that no line breaks between them.
pub(crate) fn with_unit(words: Words, x: f64, unit: &str) -> String {
    let number = format::value(words.language, x);
    if unit.is_empty() { number } else { format!("{number}\u{a0}{unit}") }
}

/// What a series says: mean and extremes, then how many values were left out, then the longest gap.
pub(crate) fn of_series(words: Words, series: &Series, summary: Option<&Summary>, unit: &str) -> String {
    let Some(summary) = summary else {
        return if series.count == 0 {
            words.t("sentence.nothing").to_owned()
        } else {
            words.fill("sentence.all_doubtful", [format::amount(words.language, series.count)])
        };
    };
    // The mean of a day has no hour.
    let whole_days = series.step.is_some_and(|step| step >= DAY);
    let moment = |at: i64| {
        let at = Timestamp::from_micros(at);
        if whole_days { format::date(words.language, at) } else { format::moment(words.language, at) }
    };
    let lowest = with_unit(words, summary.lowest.0, unit);
    let highest = with_unit(words, summary.highest.0, unit);
    let mean = with_unit(words, summary.mean, unit);
    let mut parts = vec![if lowest == highest {
        words.fill("sentence.constant", [mean])
    } else {
        let [low_at, high_at] = [moment(summary.lowest.1), moment(summary.highest.1)];
        words.fill("sentence.range", [mean, lowest, low_at, highest, high_at])
    }];
    parts.push(left_out(words, summary));
    if let Some((from, to)) = summary.longest_gap {
        let [length, from, to] = [format::duration(words.language, to - from), moment(from), moment(to)];
        parts.push(words.fill("sentence.gap", [length, from, to]));
    }
    if series.truncated {
        parts.push(words.t("sentence.truncated").to_owned());
    }
    parts.join(" ")
}

fn left_out(words: Words, summary: &Summary) -> String {
    let doubtful = summary.count - summary.usable;
    if doubtful == 0 {
        return words.count("sentence.all_usable", summary.count);
    }
    let share = format::percent(words.language, doubtful as f64 / summary.count.max(1) as f64);
    let [doubtful, count] = [doubtful, summary.count].map(|n| format::amount(words.language, n));
    words.fill("sentence.left_out", [doubtful, count, share])
}

/// The quality of a value in one word.
pub(crate) fn quality(words: Words, quality: Quality) -> &'static str {
    words.t(match quality.flag() {
        Flag::Good => key!("quality.good"),
        Flag::NotEvaluated => key!("quality.not_evaluated"),
        Flag::Suspect => key!("quality.suspect"),
        Flag::Fail => key!("quality.fail"),
        Flag::Missing => key!("quality.missing"),
    })
}

/// Why a value is not simply good: the tests that raised, in words; empty when none did.
pub(crate) fn reasons(words: Words, quality: Quality) -> String {
    let reason = |test| {
        words.t(match test {
            Test::Range => key!("test.range"),
            Test::Stuck => key!("test.stuck"),
            Test::Spike => key!("test.spike"),
            Test::Duplicate => key!("test.duplicate"),
            Test::Future => key!("test.future"),
            Test::Late => key!("test.late"),
            Test::Sensor => key!("test.sensor"),
            Test::Simulated => return "",
        })
    };
    quality.tests().map(reason).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The class of a figure on the map: below 10, below the guideline, below 40, above; unknown is none of them.
pub(crate) fn area_class(mean: Option<f64>, guideline: f64) -> &'static str {
    match mean {
        None => "area-unknown",
        Some(x) if x < 10.0 => "area-0",
        Some(x) if x <= guideline => "area-1",
        Some(x) if x < 40.0 => "area-2",
        Some(_) => "area-3",
    }
}

/// What the indicator says of an area on a day, for a title: the figure against the guideline.
pub(crate) fn area_finding(words: Words, day: &AreaDay) -> String {
    let Some(mean) = day.mean else {
        return words.fill("area.finding_unknown", [format::day(words.language, &day.day)]);
    };
    let place = if mean > day.guideline { key!("area.finding_above") } else { key!("area.finding_below") };
    words.fill(place, [with_unit(words, mean, "µg/m³"), format::day(words.language, &day.day)])
}

/// How sure the figure of an area is.
pub(crate) fn area_certainty(words: Words, day: &AreaDay) -> String {
    let observed = format::percent(words.language, day.share_observed);
    let flagged = format::percent(words.language, day.share_flagged);
    let stations = words.count("count.stations", day.stations as u64);
    words.fill("area.certainty", [stations, observed, flagged])
}

#[cfg(test)]
mod tests {
    use senne_chart::{Dot, Trust};

    use super::*;
    use crate::language::Language;

    const MINUTE: i64 = 60_000_000;
    /// 2024-01-31T00:00:00Z, one o'clock in Brussels.
    const START: i64 = 1_706_659_200_000_000;

    fn series() -> Series {
        let dot =
            |minutes: i64, value, trust| Dot { at: START + minutes * MINUTE, value, spread: None, trust };
        let dots = vec![
            dot(0, 12.0, Trust::Usable),
            dot(15, 18.0, Trust::Usable),
            dot(30, 950.0, Trust::Failed),
            dot(300, 30.0, Trust::Usable),
        ];
        Series::of_values(dots, false)
    }

    #[test]
    fn a_sentence_says_mean_extremes_doubt_and_gap() {
        let mut said = Vec::new();
        for language in Language::ALL {
            let series = series();
            let summary = series.summary(45 * MINUTE, (START, START + 310 * MINUTE));
            said.push(
                of_series(Words::new(language), &series, summary.as_ref(), "µg/m³")
                    .replace(['\u{a0}', '\u{202f}'], " "),
            );
        }
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn nothing_and_nothing_usable_are_said() {
        let words = Words::new(Language::En);
        assert_eq!(of_series(words, &Series::default(), None, "V"), words.t("sentence.nothing"));
        let failed =
            Series::of_values(vec![Dot { at: START, value: 1.0, spread: None, trust: Trust::Failed }], false);
        assert!(of_series(words, &failed, None, "V").contains('1'));
    }

    #[test]
    fn the_guideline_itself_is_not_above() {
        assert_eq!(area_class(Some(25.0), 25.0), "area-1");
        assert_eq!(area_class(Some(25.1), 25.0), "area-2");
        assert_eq!(area_class(None, 25.0), "area-unknown");
    }

    #[test]
    fn reasons_leave_out_what_is_labelled_elsewhere() {
        let words = Words::new(Language::En);
        let quality = Quality::GOOD.with(Test::Range, Flag::Fail).marked(Test::Simulated);
        assert_eq!(reasons(words, quality), words.t("test.range"));
    }
}
