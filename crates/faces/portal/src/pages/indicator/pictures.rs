//! Pictures of an indicator beside its line: day by day, over the map, and from one period to another.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::Date;
use senne_chart::{
    Chart, Head, Interval, Item, Known,
    calendar::Calendar,
    choropleth::{Choropleth, Place},
    classes::Classes,
    figure, picture,
    slope::{Slope, SlopeLine},
};
use senne_indicator::{Declaration, Figure, Frequency, Period};
use senne_model::{Entity, EntityId};

use super::told::{axis, known};
use crate::{format, words::Words};

/// Fewer days make no calendar.
const DAYS_LEAST: usize = 14;
/// Days without a figure are drawn as such, unless the whole is longer than this.
const DAYS_MAX: usize = 800;

/// An area, and its figure in the period that is shown.
pub(super) struct Named<'a> {
    pub(super) area: &'a Arc<Entity>,
    pub(super) figure: Option<&'a Figure>,
    pub(super) name: String,
    pub(super) link: String,
    pub(super) here: bool,
}

impl Named<'_> {
    fn place(&self) -> Option<Place<'_>> {
        let interval = self.figure.and_then(|figure| figure.value.interval);
        let item = Item {
            name: &self.name,
            link: &self.link,
            value: known(self.figure),
            interval: interval.map(|(low, high)| Interval { low, high }),
            here: self.here,
        };
        Some(Place { item, shape: self.area.location()?.shape() })
    }

    /// From an earlier figure to that of the period; two formulas are not one measure.
    fn since(&self, before: Option<&Figure>) -> SlopeLine<'_> {
        let same = before.zip(self.figure).filter(|(before, now)| before.formula == now.formula);
        SlopeLine {
            name: &self.name,
            link: &self.link,
            values: [known(same.map(|(before, _)| before)), known(self.figure)],
            clear: same.and_then(|(before, now)| apart(before, now)),
            here: self.here,
        }
    }
}

/// The map of the areas with the strip of their values.
pub(crate) struct Map {
    /// Empty when no area has an outline.
    pub(crate) svg: String,
    /// The classes, as a list.
    pub(crate) legend: String,
    /// What it shows, in one sentence.
    pub(crate) summary: String,
}

/// The areas in classes. The table of the page says the same.
pub(super) fn map(words: Words, declaration: &Declaration, areas: &[Named<'_>], classes: &Classes) -> Map {
    let places: Vec<Place<'_>> = areas.iter().filter_map(Named::place).collect();
    let title = declaration.title.get(words.language.code());
    let head = Head { id: "indicator-map", title, words: &words };
    let map = Choropleth { head, axis: axis(words, declaration), classes, places: &places };
    Map { svg: map.draw(), legend: map.legend(), summary: map.summary() }
}

/// What changed in the areas since a year before, or since the earliest period; empty where fewer than two can be compared.
pub(super) fn slope(
    words: Words,
    declaration: &Declaration,
    all: &BTreeMap<EntityId, Vec<Figure>>,
    areas: &[Named<'_>],
    period: Period,
) -> String {
    let Some(earlier) = earlier(all, areas, period) else { return String::new() };
    let lines: Vec<SlopeLine<'_>> =
        areas.iter().map(|area| area.since(at(all, &area.area.id, earlier))).collect();
    if lines.iter().filter(|line| line.values.iter().all(|value| value.number().is_some())).count() < 2 {
        return String::new();
    }
    let [from, to] = [earlier, period].map(|period| format::period(words.language, period));
    let title = declaration.title.get(words.language.code());
    let title = words.fill("indicator.slope", [title, &from, &to]);
    let head = Head { id: "indicator-slope", title: &title, words: &words };
    figure(&Slope { head, axis: axis(words, declaration), periods: [&from, &to], lines: &lines })
}

fn at<'a>(all: &'a BTreeMap<EntityId, Vec<Figure>>, area: &EntityId, period: Period) -> Option<&'a Figure> {
    all.get(area)?.iter().find(|figure| figure.period == period)
}

/// Whether the intervals have nothing in common; nobody can tell without them.
fn apart(before: &Figure, now: &Figure) -> Option<bool> {
    let interval =
        |figure: &Figure| figure.value.interval.map(|(low, high)| senne_indicator::Interval { low, high });
    Some(interval(now)?.is_apart_from(interval(before)?))
}

/// The period a year before where at least two areas have a value, else the first that has.
fn earlier(all: &BTreeMap<EntityId, Vec<Figure>>, areas: &[Named<'_>], period: Period) -> Option<Period> {
    let enough = |period: &Period| {
        let number = |area: &Named<'_>| at(all, &area.area.id, *period)?.value.number;
        areas.iter().filter_map(number).take(2).count() == 2
    };
    let before = period.year_before();
    if enough(&before) {
        return Some(before);
    }
    let known = areas.iter().filter_map(|area| all.get(&area.area.id)).flatten();
    let periods: BTreeSet<Period> =
        known.map(|figure| figure.period).filter(|other| *other < period).collect();
    periods.into_iter().find(enough)
}

/// The days of a daily indicator as a calendar; empty for other lengths of period. The table of the page says the same.
pub(super) fn days(words: Words, declaration: &Declaration, title: &str, figures: &[Figure]) -> String {
    let daily = figures.iter().filter(|figure| figure.period.frequency() == Frequency::Day);
    let mut days: BTreeMap<Date, Known> =
        daily.map(|figure| (figure.period.first(), known(Some(figure)))).collect();
    let numbers: Vec<f64> = days.values().filter_map(|value| value.number()).collect();
    let (Some(first), Some(last)) = (days.keys().next().copied(), days.keys().next_back().copied()) else {
        return String::new();
    };
    if numbers.len() < DAYS_LEAST {
        return String::new();
    }
    let every: Vec<Date> = std::iter::successors(Some(first), |day| day.tomorrow().ok())
        .take_while(|day| *day <= last)
        .take(DAYS_MAX + 1)
        .collect();
    if every.len() <= DAYS_MAX {
        for day in every {
            days.entry(day).or_insert(Known::Unknown);
        }
    }
    let classes = Classes::over(numbers);
    let head = Head { id: "indicator-days", title, words: &words };
    picture(&Calendar { head, axis: axis(words, declaration), classes: &classes, days: &days })
}
