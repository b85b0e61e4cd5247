//! All areas beside each other, in one period: a table with intervals, and a map.

use std::{collections::BTreeMap, sync::Arc};

use senne_indicator::{Declaration, Direction, Figure, Period, Status};
use senne_model::{Entity, EntityId, Problem};

use super::told::{Told, number};
use crate::{
    chart::{
        interval,
        map::{Area, MapPicture},
        scale::Scale,
    },
    describe, format,
    pages::indicators::Places,
    visit::Visit,
    words::Words,
};

/// The areas in one period.
pub(crate) struct Among {
    pub(crate) caption: String,
    pub(crate) rows: Vec<AmongRow>,
    pub(crate) map: String,
    pub(crate) legend: Vec<Legend>,
    pub(crate) schematic: bool,
}

/// One area.
pub(crate) struct AmongRow {
    pub(crate) name: String,
    pub(crate) link: String,
    pub(crate) here: bool,
    pub(crate) told: Option<Told>,
    pub(crate) picture: String,
}

/// A class of the map.
#[derive(Clone)]
pub(crate) struct Legend {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

const CLASSES: [&str; 4] = ["step-0", "step-1", "step-2", "step-3"];

impl Among {
    pub(crate) async fn of(
        visit: &Visit,
        declaration: &Declaration,
        all: &BTreeMap<EntityId, Vec<Figure>>,
        period: Period,
        places: &Places,
    ) -> Result<Option<Self>, Problem> {
        let words = visit.w;
        let overview = visit.portal.overview(&visit.context()).await?;
        let mut found: Vec<(&Arc<Entity>, Option<&Figure>)> = overview
            .areas
            .iter()
            .map(|area| {
                (area, all.get(&area.id).and_then(|figures| figures.iter().find(|f| f.period == period)))
            })
            .collect();
        if found.iter().filter(|(_, figure)| figure.is_some()).count() < 2 {
            return Ok(None);
        }
        let value = |figure: Option<&Figure>| figure.and_then(|figure| figure.value.number);
        // The best first; unknown is neither, and comes last.
        let sign = if declaration.direction == Direction::Up { -1.0 } else { 1.0 };
        found.sort_by(|a, b| {
            let order =
                |one: &(&Arc<Entity>, Option<&Figure>)| value(one.1).map_or(f64::INFINITY, |x| x * sign);
            order(a).total_cmp(&order(b)).then_with(|| a.0.id.cmp(&b.0.id))
        });
        let scale = scale(found.iter().filter_map(|(_, figure)| *figure));
        let whole = places.codes.whole.as_ref().and_then(|whole| all.get(whole));
        let reference = whole.and_then(|figures| figures.iter().find(|f| f.period == period)?.value.number);
        let row = |(area, figure): &(&Arc<Entity>, Option<&Figure>)| AmongRow {
            name: describe::name_of(area, words.language),
            link: link(words, declaration, places, &area.id),
            here: places.area.as_ref() == Some(&area.id),
            told: figure.map(|figure| Told::of(words, declaration, figure)),
            picture: interval::svg(value(*figure), figure.and_then(|f| f.value.interval), reference, scale),
        };
        let breaks = breaks(found.iter().filter_map(|(_, figure)| value(*figure)));
        Ok(Some(Self {
            caption: words.fill("indicator.among", [format::period(words.language, period)]),
            rows: found.iter().map(row).collect(),
            map: map(words, declaration, places, &found, &breaks),
            legend: legend(words, declaration, &found, &breaks),
            schematic: overview.schematic(),
        }))
    }
}

/// From the least to the greatest end of an interval; one that is much wider than the values lie apart does not squeeze the others.
fn scale<'a>(figures: impl Iterator<Item = &'a Figure>) -> (f64, f64) {
    let known: Vec<_> =
        figures.filter_map(|figure| Some((figure.value.number?, figure.value.interval))).collect();
    let both = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
    let Some((low, high)) = known.iter().map(|(x, _)| (*x, *x)).reduce(both) else { return (0.0, 1.0) };
    let room = (high - low).max(high.abs() * 0.05);
    let (low, high) = (low - room / 2.0, high + room / 2.0);
    let ends = known.iter().map(|(x, interval)| interval.unwrap_or((*x, *x)));
    let ends = ends.map(|(from, to)| (from.max(low), to.min(high)));
    ends.reduce(both).unwrap_or((low, high))
}

fn link(words: Words, declaration: &Declaration, places: &Places, area: &EntityId) -> String {
    let code = places.codes.code(area).unwrap_or_default();
    format!("/{}/indicator/{}?area={code}", words.language, declaration.id)
}

/// Round ends of up to four classes: the same for all readers, and easy to say.
fn breaks(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let Some((low, high)) = values.map(|x| (x, x)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
        return Vec::new();
    };
    if high <= low {
        return Vec::new();
    }
    let scale = Scale::nice(low, high, 4, (0.0, 1.0));
    let mut inner: Vec<f64> = scale.ticks().filter(|tick| *tick > low && *tick < high).collect();
    while inner.len() >= CLASSES.len() {
        inner = inner.into_iter().skip(1).step_by(2).collect();
    }
    inner
}

fn class(value: f64, breaks: &[f64]) -> &'static str {
    CLASSES[breaks.iter().filter(|end| value >= **end).count().min(CLASSES.len() - 1)]
}

fn class_of(figure: Option<&Figure>, breaks: &[f64]) -> &'static str {
    figure.and_then(|figure| figure.value.number).map_or("area-unknown", |value| class(value, breaks))
}

fn map(
    words: Words,
    declaration: &Declaration,
    places: &Places,
    found: &[(&Arc<Entity>, Option<&Figure>)],
    breaks: &[f64],
) -> String {
    let names: Vec<String> = found.iter().map(|(area, _)| describe::name_of(area, words.language)).collect();
    let areas: Vec<Area<'_>> = found
        .iter()
        .zip(&names)
        .filter_map(|((area, figure), name)| {
            let value = figure.and_then(|figure| figure.value.number);
            let unit = declaration.unit_shown(words.language.code());
            let said = match (value, figure.map(|figure| figure.value.status)) {
                (Some(value), _) => format!("{} {unit}", number(words, declaration, value)),
                (None, Some(Status::Suppressed)) => words.t("indicator.suppressed").to_owned(),
                (None, _) => words.t("value.none").to_owned(),
            };
            Some(Area {
                shape: area.location()?,
                name,
                link: link(words, declaration, places, &area.id),
                class: class_of(*figure, breaks),
                says: format!("{name}: {}", said.trim_end()),
            })
        })
        .collect();
    let title = declaration.title.get(words.language.code());
    let description = words.t("indicator.map_text");
    MapPicture { id: "indicator-map", title, description, areas: &areas, marks: &[], names: true }.svg()
}

fn legend(
    words: Words,
    declaration: &Declaration,
    found: &[(&Arc<Entity>, Option<&Figure>)],
    breaks: &[f64],
) -> Vec<Legend> {
    let count = |wanted: &str| {
        let of = found.iter().filter(|(_, figure)| class_of(*figure, breaks) == wanted).count();
        format::amount(words.language, of as u64)
    };
    let shown = |x: f64| number(words, declaration, x);
    let mut legend = Vec::new();
    for (place, class) in CLASSES.iter().enumerate().take(breaks.len() + 1) {
        let (low, high) = (place.checked_sub(1).and_then(|before| breaks.get(before)), breaks.get(place));
        let text = match (low, high) {
            (None, Some(high)) => words.fill("indicator.class_below", [shown(*high), count(class)]),
            (Some(low), Some(high)) => {
                words.fill("indicator.class_between", [shown(*low), shown(*high), count(class)])
            }
            (Some(low), None) => words.fill("indicator.class_above", [shown(*low), count(class)]),
            (None, None) => words.fill("indicator.class_all", [count(class)]),
        };
        legend.push(Legend { class, text });
    }
    let unknown = count("area-unknown");
    if unknown != "0" {
        legend.push(Legend { class: "area-unknown", text: words.fill("indicator.class_unknown", [unknown]) });
    }
    legend
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_round_ends() {
        assert_eq!(breaks([3.0, 7.0, 12.0, 19.0].into_iter()), [5.0, 10.0, 15.0]);
        assert_eq!(breaks([4.0, 4.0].into_iter()), Vec::<f64>::new());
        assert!(breaks((0..100).map(f64::from)).len() < CLASSES.len());
        let ends = [5.0, 10.0, 15.0];
        assert_eq!([4.9, 5.0, 14.0, 99.0].map(|x| class(x, &ends)), ["step-0", "step-1", "step-2", "step-3"]);
    }
}
