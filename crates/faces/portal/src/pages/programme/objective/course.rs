//! The level of an objective's indicator over time, with the band that it should reach.

use jiff::{civil::Date, tz::TimeZone};
use senne_chart::{
    Dot, Trust,
    line::{Guideline, LineChart, Side},
};
use senne_indicator::{Figure, Frequency, SeriesQuery};
use senne_model::{EntityId, Problem};
use senne_programme::{AreaId, Objective, portfolio::ObjectiveLine};

use crate::{
    format,
    pages::{
        indicator::series::{dot, length},
        programme::{
            project::ground::Ground,
            shared::{date, last},
        },
        rows::Linked,
    },
    visit::Visit,
};

/// So many values make a course.
const VALUES_ENOUGH: usize = 3;
/// Fewer make no line.
const VALUES_LEAST: usize = 2;
/// The most periods of a chart.
const PERIODS_MOST: usize = 400;

/// The level as figures, as a picture and as a table.
pub(super) struct Course {
    /// Where it began, where it is, where it should be.
    pub(super) facts: Vec<(&'static str, String)>,
    /// Whether the present value is known.
    pub(super) known: bool,
    pub(super) indicator: Linked,
    /// Empty when fewer than two values are known.
    pub(super) chart: String,
    pub(super) sentence: String,
    /// Period, value and interval, the newest first.
    pub(super) rows: Vec<(String, String, String)>,
    pub(super) simulated: bool,
}

/// The values of the indicator in the area, of the longest periods that have enough of them: objectives are for years.
pub(super) async fn figures(
    visit: &Visit,
    objective: &Objective,
    area: Option<&AreaId>,
) -> Result<Vec<Figure>, Problem> {
    let figures = &visit.portal.options.figures;
    let catalogue = figures.catalogue();
    let declaration = catalogue.indicator(last(objective.indicator.as_str()));
    let area = area.and_then(|area| EntityId::parse(area.as_str()).ok());
    let (Some(declaration), Some(area)) = (declaration, area) else { return Ok(Vec::new()) };
    let mut best = Vec::new();
    for frequency in longest_first(&declaration.frequencies) {
        let wanted = SeriesQuery { areas: vec![area.clone()], frequency, from: None, to: None, as_of: None };
        let mut all = figures.series(&visit.context(), declaration, &wanted).await?;
        let found = all.remove(&area).unwrap_or_default();
        if numbers(&found) > numbers(&best) {
            best = found;
        }
        if numbers(&best) >= VALUES_ENOUGH {
            break;
        }
    }
    Ok(best)
}

fn longest_first(frequencies: &[Frequency]) -> Vec<Frequency> {
    let mut all = frequencies.to_vec();
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

fn numbers(figures: &[Figure]) -> usize {
    figures.iter().filter(|figure| figure.value.number.is_some()).count()
}

pub(super) fn of(
    ground: Ground<'_>,
    objective: &Objective,
    line: &ObjectiveLine,
    figures: &[Figure],
) -> Course {
    let shown = figures.get(figures.len().saturating_sub(PERIODS_MOST)..).unwrap_or_default();
    let (chart, sentence) = chart(ground, objective, shown).unwrap_or_default();
    Course {
        facts: facts(ground, objective, line),
        known: line.level.is_some() || !chart.is_empty(),
        indicator: ground.indicator(&objective.indicator),
        rows: if chart.is_empty() { Vec::new() } else { rows(ground, objective, shown) },
        simulated: !chart.is_empty() && shown.iter().any(|figure| figure.value.simulated),
        chart,
        sentence,
    }
}

fn facts(ground: Ground<'_>, objective: &Objective, line: &ObjectiveLine) -> Vec<(&'static str, String)> {
    let words = ground.words;
    let unit = ground.speaker.unit(&objective.indicator);
    let dated = |value: String, when: String| format!("{value} ({when})");
    let began = objective.baseline.map_or_else(
        || words.t("programme.unknown").to_owned(),
        |(value, day)| dated(ground.amount(value, unit), date(words, day)),
    );
    let now = line.level.as_ref().map_or_else(
        || words.t("value.not_measured").to_owned(),
        |level| {
            let period = ground.period(&level.period);
            let value = ground.amount(level.value, unit);
            let value = if period.is_empty() { value } else { dated(value, period) };
            match level.interval {
                Some(ends) => {
                    format!("{value}, {}", words.fill("project.interval", [ground.between(ends, unit)]))
                }
                None => value,
            }
        },
    );
    let target = band(ground, objective).map_or_else(
        || words.t("project.no_target").to_owned(),
        |band| dated(band, date(words, objective.target_on)),
    );
    vec![
        (words.t("project.began"), began),
        (words.t("project.now"), now),
        (words.t("project.target"), target),
    ]
}

/// The band in words; nothing when both its ends are open.
fn band(ground: Ground<'_>, objective: &Objective) -> Option<String> {
    let words = ground.words;
    let unit = ground.speaker.unit(&objective.indicator);
    match (objective.target_low, objective.target_high) {
        (Some(low), Some(high)) => Some(ground.between((low, high), unit)),
        (Some(low), None) => Some(words.fill("project.at_least", [ground.amount(low, unit)])),
        (None, Some(high)) => Some(words.fill("project.at_most", [ground.amount(high, unit)])),
        (None, None) => None,
    }
}

fn guideline(ground: Ground<'_>, objective: &Objective) -> Option<Guideline> {
    let (value, shaded) = match (objective.target_low, objective.target_high) {
        (Some(low), Some(high)) => (low, Side::Outside(high)),
        (Some(low), None) => (low, Side::Below),
        (None, Some(high)) => (high, Side::Above),
        (None, None) => return None,
    };
    let label = ground.words.fill("project.band", [band(ground, objective)?]);
    Some(Guideline { value, label, shaded })
}

/// The chart up to the day of the target, and what it says.
fn chart(ground: Ground<'_>, objective: &Objective, figures: &[Figure]) -> Option<(String, String)> {
    let words = ground.words;
    let dots: Vec<Dot> = figures.iter().filter_map(dot).collect();
    if dots.iter().filter(|dot| dot.trust == Trust::Usable).count() < VALUES_LEAST {
        return None;
    }
    let (first, last) = (dots.first()?.at, dots.last()?.at);
    let due = micros(objective.target_on)?;
    let title = ground.indicator(&objective.indicator).name;
    let sentence = sentence(ground, objective, figures)?;
    let svg = LineChart {
        id: "objective-chart",
        title: &title,
        description: &sentence,
        unit: ground.speaker.unit(&objective.indicator),
        words: &words,
        from: first,
        to: last.max(due).max(first + 1),
        dots: &dots,
        gap_after: length(figures.first()?.period) * 3 / 2,
        guideline: guideline(ground, objective),
        scale_of: objective.baseline.map(|(value, _)| (value, value)),
        beside: &[],
        begins: Some((due, words.t("project.deadline"))),
    };
    Some((svg.svg(), sentence))
}

fn micros(day: Date) -> Option<i64> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

/// The first and the last value.
fn sentence(ground: Ground<'_>, objective: &Objective, figures: &[Figure]) -> Option<String> {
    let unit = ground.speaker.unit(&objective.indicator);
    let mut known = figures.iter().filter_map(|figure| Some((figure, figure.value.number?)));
    let first = known.next()?;
    let last = known.next_back()?;
    let said = |(figure, number): (&Figure, f64)| {
        [ground.amount(number, unit), format::period(ground.words.language, figure.period)]
    };
    let ([from, since], [to, until]) = (said(first), said(last));
    Some(ground.words.fill("project.course", [from, since, to, until]))
}

fn rows(ground: Ground<'_>, objective: &Objective, figures: &[Figure]) -> Vec<(String, String, String)> {
    const ROWS_MOST: usize = 100;
    let unit = ground.speaker.unit(&objective.indicator);
    let row = |figure: &Figure| {
        let none = || ground.words.t("value.none").to_owned();
        let value = figure.value.number.map_or_else(none, |value| ground.amount(value, unit));
        let interval = figure.value.interval.map(|ends| ground.between(ends, unit)).unwrap_or_default();
        (format::period(ground.words.language, figure.period), value, interval)
    };
    figures.iter().rev().take(ROWS_MOST).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_periods_are_asked_first() {
        let asked = longest_first(&[Frequency::Day, Frequency::Year, Frequency::Month]);
        assert_eq!(asked, [Frequency::Year, Frequency::Month, Frequency::Day]);
    }
}
