//! The indicators of a pillar as rows: where each began, where it stands, where it should be. None of that tells who moved it.

use std::{collections::BTreeSet, sync::Arc};

use senne_chart::interval;
use senne_indicator::Catalogue;
use senne_model::{EntityId, Problem};
use senne_programme::{
    AreaId, IndicatorId, Level, Objective,
    portfolio::Line,
    says::{self, Speaker},
};

use crate::{
    address,
    figures::FiguresOf,
    pages::{
        indicator::told::newest,
        indicators::{shown_first, small_line},
        programme::{
            portfolio::rows::spoken,
            shared::{self, View, last},
        },
    },
    visit::Visit,
    words::Words,
};

/// So many are shown.
const ROWS_MAX: usize = 40;

/// An indicator in an area.
pub(super) struct Row {
    pub(super) name: String,
    /// Empty where this city computes no indicator of this name.
    pub(super) link: String,
    pub(super) area: String,
    pub(super) start: String,
    pub(super) level: String,
    pub(super) period: String,
    pub(super) target: String,
    pub(super) picture: String,
    pub(super) spark: String,
    pub(super) simulated: bool,
}

/// What a row is of.
struct Asked<'a> {
    indicator: &'a IndicatorId,
    area: Option<AreaId>,
    objective: Option<&'a Objective>,
}

/// The indicators of objectives, then those that projects should move besides.
pub(super) async fn levels(
    visit: &Visit,
    view: &View,
    objectives: &[&Objective],
    lines: &[&Line],
) -> Result<Vec<Row>, Problem> {
    let whole = visit.portal.codes(&visit.context()).await?.whole.clone();
    let whole = whole.map(|area| AreaId::from(area.as_str()));
    let asked = asked(objectives, lines, whole.as_ref());
    let courses = Courses::read(visit, &asked).await?;
    let words = visit.w;
    let speaker = shared::speaker(&view.programme, words);
    Ok(asked.iter().map(|one| row(words, view, speaker, one, &courses)).collect())
}

fn asked<'a>(objectives: &[&'a Objective], lines: &[&'a Line], whole: Option<&AreaId>) -> Vec<Asked<'a>> {
    let of_objective = |objective: &&'a Objective| Asked {
        indicator: &objective.indicator,
        area: objective.area.clone(),
        objective: Some(*objective),
    };
    let mut asked: Vec<Asked<'a>> = objectives.iter().map(of_objective).collect();
    let known: BTreeSet<&IndicatorId> = asked.iter().map(|one| one.indicator).collect();
    let expected = lines.iter().flat_map(|line| &line.expected).map(|one| &one.indicator);
    let others: BTreeSet<&IndicatorId> = expected.filter(|id| !known.contains(id)).collect();
    let of_projects = |indicator| Asked { indicator, area: whole.cloned(), objective: None };
    asked.extend(others.into_iter().map(of_projects));
    asked.truncate(ROWS_MAX);
    asked
}

/// What the city computes of the indicators of the rows.
struct Courses {
    catalogue: Arc<Catalogue>,
    figures: Arc<FiguresOf>,
}

impl Courses {
    /// All courses are asked for at once.
    async fn read(visit: &Visit, asked: &[Asked<'_>]) -> Result<Self, Problem> {
        let catalogue = visit.portal.options.figures.catalogue();
        let of = |one: &Asked<'_>| {
            let declared = catalogue.indicator(last(one.indicator.as_str()))?;
            Some((declared.id.clone(), EntityId::parse(one.area.as_ref()?.as_str()).ok()?))
        };
        let all: BTreeSet<(String, EntityId)> = asked.iter().filter_map(of).collect();
        let figures = visit.portal.courses(&visit.context(), all.into_iter().collect()).await?;
        Ok(Self { catalogue, figures })
    }

    /// A small line, and whether its newest value is simulated.
    fn small(&self, indicator: &IndicatorId, area: Option<&AreaId>) -> (String, bool) {
        let id = last(indicator.as_str());
        let place = area.and_then(|area| EntityId::parse(area.as_str()).ok());
        let course = place.and_then(|place| self.figures.get(id)?.get(&place));
        let (Some(declaration), Some(figures)) = (self.catalogue.indicator(id), course) else {
            return (String::new(), false);
        };
        let simulated = newest(shown_first(declaration, figures)).is_some_and(|one| one.value.simulated);
        (small_line(declaration, figures), simulated)
    }
}

fn row(words: Words, view: &View, speaker: Speaker<'_>, one: &Asked<'_>, courses: &Courses) -> Row {
    let unit = speaker.unit(one.indicator);
    let level = one.area.as_ref().and_then(|area| view.programme.level(one.indicator, area));
    let began = one.objective.and_then(|objective| objective.baseline);
    let id = last(one.indicator.as_str());
    let declared = courses.catalogue.indicator(id).is_some();
    let (spark, simulated) = courses.small(one.indicator, one.area.as_ref());
    let named = view.programme.indicators.get(one.indicator).map(|found| &found.name);
    let area = one.area.as_ref().map(|area| {
        let found = view.programme.areas.get(area);
        shared::called(words, found, area.as_str())
    });
    Row {
        name: shared::called(words, named, one.indicator.as_str()),
        link: if declared {
            format!("/{}/indicator/{}", words.language, address::segment(id))
        } else {
            String::new()
        },
        area: area.unwrap_or_default(),
        start: began
            .map(|(value, on)| {
                let value = quantity(words, value, unit);
                words.fill("portfolio.value_on", [value, shared::date(words, on)])
            })
            .unwrap_or_default(),
        level: level.map(|level| quantity(words, level.value, unit)).unwrap_or_default(),
        period: level.map(|level| period(words, level)).unwrap_or_default(),
        target: one.objective.map(|objective| target(words, objective, unit)).unwrap_or_default(),
        picture: picture(level, one.objective),
        spark,
        simulated,
    }
}

/// When a level was so.
fn period(words: Words, level: &Level) -> String {
    says::period(spoken(words), &level.period)
}

/// A value with its unit.
fn quantity(words: Words, x: f64, unit: &str) -> String {
    let number = says::figure(spoken(words), x);
    if unit.is_empty() { number } else { format!("{number}\u{a0}{unit}") }
}

/// The band, and by when; empty without a band.
fn target(words: Words, objective: &Objective, unit: &str) -> String {
    let by = shared::date(words, objective.target_on);
    let shown = |x: f64| quantity(words, x, unit);
    match (objective.target_low, objective.target_high) {
        (Some(low), Some(high)) => {
            let low = says::figure(spoken(words), low);
            words.fill("portfolio.band_between", [low, shown(high), by])
        }
        (Some(low), None) => words.fill("portfolio.band_least", [shown(low), by]),
        (None, Some(high)) => words.fill("portfolio.band_most", [shown(high), by]),
        (None, None) => String::new(),
    }
}

/// The level with its interval, and a mark at the end of the band that is reached first; empty without an objective.
fn picture(level: Option<&Level>, objective: Option<&Objective>) -> String {
    let Some(objective) = objective else { return String::new() };
    let began = objective.baseline.map(|(value, _)| value);
    let (low, high) = (objective.target_low, objective.target_high);
    let end = if high.zip(began).is_some_and(|(high, began)| began > high) { high } else { low.or(high) };
    let interval = level.and_then(|level| level.interval);
    let value = level.map(|level| level.value);
    let ends = interval.map(|(low, high)| [low, high]).into_iter().flatten();
    let all = [began, low, high, value].into_iter().flatten().chain(ends);
    let span = all.filter(|x| x.is_finite()).map(|x| (x, x)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let (low, high) = span.unwrap_or((0.0, 1.0));
    let room = (high - low) * 0.05;
    interval::svg(value, interval, end, (low - room, high + room))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::language::Language;

    fn objective(low: Option<f64>, high: Option<f64>) -> Objective {
        Objective {
            id: "o".into(),
            name: senne_programme::Words::default(),
            pillar: "p".into(),
            indicator: "urn:ngsi-ld:Indicator:no2".into(),
            area: None,
            baseline: Some((24.0, date(2023, 12, 31))),
            target_low: low,
            target_high: high,
            target_on: date(2028, 12, 31),
            owner: None,
        }
    }

    #[test]
    fn a_band_has_one_end_or_two_or_none() {
        let words = Words::new(Language::En);
        let said = |low, high| target(words, &objective(low, high), "µg/m³").replace('\u{a0}', " ");
        assert_eq!(said(Some(10.0), Some(16.5)), "10 to 16.5 µg/m³ by 31 December 2028");
        assert_eq!(said(Some(10.0), None), "at least 10 µg/m³ by 31 December 2028");
        assert_eq!(said(None, Some(16.5)), "at most 16.5 µg/m³ by 31 December 2028");
        assert_eq!(said(None, None), "");
    }

    #[test]
    fn the_period_of_a_level_reads_in_its_language() {
        let level = Level { value: 18.0, interval: None, period: "2025-10".into() };
        let said = [Language::Fr, Language::Nl, Language::En].map(|one| period(Words::new(one), &level));
        assert_eq!(said, ["octobre 2025", "oktober 2025", "October 2025"]);
    }

    #[test]
    fn a_level_that_is_not_known_is_hatched() {
        let objective = objective(Some(10.0), Some(16.0));
        assert!(picture(None, Some(&objective)).contains("meter-unknown"));
        let level = Level { value: 18.0, interval: Some((17.0, 19.0)), period: "2025".into() };
        let drawn = picture(Some(&level), Some(&objective));
        assert!(drawn.contains("<circle") && drawn.contains("meter-guide"), "{drawn}");
        assert_eq!(picture(Some(&level), None), "");
    }

    #[test]
    fn each_indicator_stands_once_and_those_of_objectives_first() {
        let one = objective(None, None);
        let expected = |indicator: &str| senne_programme::portfolio::Expected {
            indicator: indicator.into(),
            outcome: None,
            sign: senne_programme::Sign::Decrease,
            low: 1.0,
            high: 2.0,
            grade: 3,
        };
        let project = senne_programme::Project::default();
        let programme = senne_programme::Programme::default();
        let limits = senne_programme::portfolio::LineLimits::default();
        let mut line = senne_programme::portfolio::line(&programme, &project, limits, date(2026, 11, 30));
        line.expected = vec![expected("urn:ngsi-ld:Indicator:no2"), expected("noise"), expected("noise")];
        let whole = AreaId::from("region");
        let found = asked(&[&one], &[&line], Some(&whole));
        let ids: Vec<&str> = found.iter().map(|one| one.indicator.as_str()).collect();
        assert_eq!(ids, ["urn:ngsi-ld:Indicator:no2", "noise"]);
        assert_eq!(found.last().and_then(|one| one.area.as_ref()), Some(&whole));
    }
}
