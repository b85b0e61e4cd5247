//! A figure in words: with its unit, interval, period, and what it means beside another.

use senne_chart::{Axis, Known};
use senne_indicator::{
    Declaration, Direction, Figure, Interval, Period, Status, Target, TargetDeclaration, Uncertainty, Value,
};

use crate::{
    format,
    words::{Words, key},
};

/// A value as a page shows it.
pub(crate) struct Told {
    pub(crate) value: String,
    pub(crate) unit: String,
    /// «22.1 to 24.8», or that there is none; nothing where all is counted.
    pub(crate) interval: String,
    pub(crate) period: String,
    pub(crate) status: &'static str,
    /// Whether the status is to be seen: everything but final.
    pub(crate) doubt: bool,
    pub(crate) coverage: String,
    pub(crate) simulated: bool,
    pub(crate) suppressed: bool,
}

impl Told {
    pub(crate) fn of(words: Words, declaration: &Declaration, figure: &Figure) -> Self {
        let value = &figure.value;
        let number = |x: f64| number(words, declaration, x);
        Self {
            value: value.number.map_or_else(|| words.t("indicator.suppressed").to_owned(), number),
            unit: declaration.unit_shown(words.language.code()).to_owned(),
            interval: match value.interval {
                Some((low, high)) => words.fill("indicator.interval", [number(low), number(high)]),
                None if is_unsure(declaration, value) => words.t("profile.no_interval").to_owned(),
                None => String::new(),
            },
            period: format::period(words.language, figure.period),
            status: status(words, value.status),
            doubt: !matches!(value.status, Status::Final),
            coverage: format::percent(words.language, value.coverage),
            simulated: value.simulated,
            suppressed: value.number.is_none(),
        }
    }
}

/// Whether nobody knows how sure a value is: it is of a sample that is too small for an interval. It must not be taken for one that is known in full.
pub(crate) fn is_unsure(declaration: &Declaration, value: &Value) -> bool {
    value.number.is_some() && value.interval.is_none() && declaration.uncertainty != Uncertainty::None
}

/// A number with the decimals of the indicator.
pub(crate) fn number(words: Words, declaration: &Declaration, x: f64) -> String {
    format::number(words.language, x, usize::from(declaration.decimals))
}

/// A number with decimals and unit.
pub(crate) fn with_unit(words: Words, declaration: &Declaration, x: f64) -> String {
    let unit = declaration.unit_shown(words.language.code());
    let number = number(words, declaration, x);
    if unit.is_empty() { number } else { format!("{number}\u{a0}{unit}") }
}

/// Unit and decimals of an indicator, for its charts.
pub(crate) fn axis(words: Words, declaration: &Declaration) -> Axis<'_> {
    let unit = declaration.unit_shown(words.language.code());
    Axis { unit, decimals: usize::from(declaration.decimals), range: None }
}

/// The value of a figure as charts take it.
pub(crate) fn known(figure: Option<&Figure>) -> Known {
    match figure.map(|figure| (figure.value.number, figure.value.status)) {
        Some((Some(number), _)) => Known::Value(number),
        Some((None, Status::Suppressed)) => Known::Suppressed,
        _ => Known::Unknown,
    }
}

/// The status in words.
pub(crate) fn status(words: Words, status: Status) -> &'static str {
    words.t(match status {
        Status::Provisional => key!("indicator.provisional"),
        Status::Incomplete => key!("indicator.incomplete"),
        Status::Final => key!("indicator.final"),
        Status::Revised => key!("indicator.revised"),
        Status::Suppressed => key!("indicator.suppressed"),
    })
}

/// Which way is better.
pub(crate) fn direction(words: Words, declaration: &Declaration) -> &'static str {
    words.t(match declaration.direction {
        Direction::Up => key!("indicator.up"),
        Direction::Down => key!("indicator.down"),
        Direction::Band => key!("indicator.band"),
    })
}

/// The figure to speak of: the newest that has ended and is complete, else the newest.
pub(crate) fn newest(figures: &[Figure]) -> Option<&Figure> {
    let stands = |figure: &&Figure| {
        matches!(figure.value.status, Status::Final | Status::Revised | Status::Suppressed)
    };
    figures.iter().rev().find(stands).or_else(|| figures.last())
}

/// The same period of the year before, where it has a value that can be compared.
pub(crate) fn previous_year<'a>(figures: &'a [Figure], figure: &Figure) -> Option<&'a Figure> {
    let before = figure.period.year_before();
    figures.iter().find(|other| {
        other.period == before
            && other.formula == figure.formula
            && matches!(other.value.status, Status::Final | Status::Revised)
    })
}

/// A figure beside that of the year before: a change is said to be one only when the intervals have nothing in common.
pub(crate) fn change(words: Words, declaration: &Declaration, now: &Figure, before: &Figure) -> String {
    let (Some(new), Some(old)) = (now.value.number, before.value.number) else { return String::new() };
    let said = [with_unit(words, declaration, old), format::period(words.language, before.period)];
    let interval = |figure: &Figure| figure.value.interval.map(|(low, high)| Interval { low, high });
    let apart = match (interval(now), interval(before)) {
        (Some(now), Some(before)) => Some(now.is_apart_from(before)),
        _ => None,
    };
    let unsure = [now, before].iter().any(|figure| is_unsure(declaration, &figure.value));
    let better = match declaration.direction {
        _ if unsure => None,
        Direction::Up => Some(new > old),
        Direction::Down => Some(new < old),
        Direction::Band => None,
    };
    match (apart, better) {
        _ if number(words, declaration, new) == number(words, declaration, old) => {
            words.fill("indicator.same", said)
        }
        (Some(false), _) => words.fill("indicator.within", said),
        (_, Some(true)) => words.fill("indicator.better", said),
        (_, Some(false)) => words.fill("indicator.worse", said),
        (_, None) => words.fill("indicator.other", said),
    }
}

/// The target that comes next, or the last one.
pub(crate) fn target_of(declaration: &Declaration, figure: &Figure) -> Option<Target> {
    let targets = declaration.targets.iter().filter_map(TargetDeclaration::target);
    next_of(targets.collect(), figure.period)
}

/// A target lies ahead until the period by which it should be reached has ended.
fn next_of(mut targets: Vec<Target>, period: Period) -> Option<Target> {
    let end = |target: &Target| target.by.next().first();
    targets.sort_by_key(end);
    let next = targets.iter().find(|target| end(target) > period.first());
    next.or(targets.last()).copied()
}

/// The target in words, with whether it is met as far as the interval lets it be said.
pub(crate) fn target(words: Words, declaration: &Declaration, figure: &Figure) -> String {
    let Some(target) = target_of(declaration, figure) else { return String::new() };
    let by = format::period(words.language, target.by);
    let shown = |x: f64| with_unit(words, declaration, x);
    let aim = match (target.band.low, target.band.high) {
        (Some(low), Some(high)) => words.fill("indicator.target_between", [shown(low), shown(high), by]),
        (Some(low), None) => words.fill("indicator.target_least", [shown(low), by]),
        (None, Some(high)) => words.fill("indicator.target_most", [shown(high), by]),
        (None, None) => return String::new(),
    };
    let Some(value) = figure.value.number else { return aim };
    if is_unsure(declaration, &figure.value) {
        return format!("{aim} {}", words.t("indicator.untested"));
    }
    let (low, high) = figure.value.interval.unwrap_or((value, value));
    let met = match target.is_met(Interval { low, high }) {
        Some(true) => words.t("indicator.met"),
        Some(false) => words.t("indicator.not_met"),
        None => words.t("indicator.perhaps_met"),
    };
    format!("{aim} {met}")
}

#[cfg(test)]
mod tests {
    use senne_indicator::{Band, read};
    use senne_model::{ChangeNo, EntityId};

    use super::*;
    use crate::language::Language;

    const DECLARED: &str = "id: no2
version: 1
title: { fr: NO2, nl: NO2, en: NO2 }
definition: { fr: a, nl: b, en: c }
pillar: environment
unit: GQ
direction: down
measure: mean
uncertainty: sample
levels: [region]
frequencies: [year]
entered: { from: { fr: a, nl: b, en: c } }
data_quality: measured
owner: Somebody
targets: [{ by: \"2030\", high: 20, source: nobody }]
";

    fn figure(year: &str, number: f64, interval: Option<(f64, f64)>) -> Figure {
        Figure {
            area: EntityId::trusted("urn:a"),
            period: year.parse().unwrap(),
            slice: None,
            value: Value { number: Some(number), interval, status: Status::Final, ..Value::default() },
            formula: "f".to_owned(),
            vintage: ChangeNo(1),
        }
    }

    #[test]
    fn of_one_station_nothing_is_said_that_only_an_interval_could_say() {
        let words = Words::new(Language::En);
        let sample = read("a", DECLARED).unwrap();
        let full = read("a", &DECLARED.replace("uncertainty: sample", "uncertainty: none")).unwrap();
        let (now, before) = (figure("2024", 15.0, None), figure("2023", 25.0, None));
        assert_eq!(Told::of(words, &sample, &now).interval, words.t("profile.no_interval"));
        assert_eq!(Told::of(words, &full, &now).interval, "");
        assert!(change(words, &sample, &now, &before).starts_with("In 2023 it was"));
        assert!(change(words, &full, &now, &before).starts_with("Better than in 2023"));
        assert!(target(words, &sample, &now).ends_with(words.t("indicator.untested")));
        assert!(target(words, &full, &now).ends_with(words.t("indicator.met")));
        let sure = figure("2024", 15.0, Some((14.0, 16.0)));
        assert!(target(words, &sample, &sure).ends_with(words.t("indicator.met")));
        assert!(change(words, &sample, &sure, &before).starts_with("In 2023 it was"));
    }

    #[test]
    fn a_target_lies_ahead_until_its_period_has_ended() {
        let target = |by: &str| Target {
            baseline: None,
            by: by.parse().unwrap(),
            band: Band { low: None, high: Some(10.0) },
        };
        let next = |period: &str| {
            next_of(vec![target("2030"), target("2025")], period.parse().unwrap()).unwrap().by.to_string()
        };
        assert_eq!(["2024-12", "2025-06", "2025-12", "2026-01"].map(next), ["2025", "2025", "2025", "2030"]);
        assert_eq!(["2030-12-31", "2031"].map(next), ["2030", "2030"]);
        assert!(next_of(Vec::new(), "2031".parse().unwrap()).is_none());
    }
}
