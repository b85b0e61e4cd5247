//! All areas beside each other, in one period: a table with intervals, a map with its strip, and what changed.

use std::{collections::BTreeMap, sync::Arc};

use senne_chart::{classes::Classes, interval};
use senne_indicator::{Declaration, Direction, Figure, Period};
use senne_model::{Entity, EntityId, Problem};

use super::{
    pictures::{self, Map, Named},
    told::Told,
};
use crate::{describe, format, pages::indicators::Places, visit::Visit, words::Words};

/// The areas in one period.
pub(crate) struct Among {
    pub(crate) caption: String,
    pub(crate) rows: Vec<AmongRow>,
    pub(crate) map: Map,
    pub(crate) schematic: bool,
    /// What changed since an earlier period; empty where that cannot be said.
    pub(crate) slope: String,
}

/// One area.
pub(crate) struct AmongRow {
    pub(crate) name: String,
    pub(crate) link: String,
    pub(crate) here: bool,
    pub(crate) told: Option<Told>,
    pub(crate) picture: String,
}

/// A class or a part, and what it is.
#[derive(Clone)]
pub(crate) struct Legend {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

/// An area and its figure in the period.
type Found<'a> = (&'a Arc<Entity>, Option<&'a Figure>);

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
        let mut found: Vec<Found<'_>> = overview
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
            let order = |one: &Found<'_>| value(one.1).map_or(f64::INFINITY, |x| x * sign);
            order(a).total_cmp(&order(b)).then_with(|| a.0.id.cmp(&b.0.id))
        });
        let scale = scale(found.iter().filter_map(|(_, figure)| *figure));
        let whole = places.codes.whole.as_ref().and_then(|whole| all.get(whole));
        let reference = whole.and_then(|figures| figures.iter().find(|f| f.period == period)?.value.number);
        // Over all periods, so that a class means the same in each.
        let ever = found.iter().filter_map(|(area, _)| all.get(&area.id)).flatten();
        let classes = Classes::over(ever.filter_map(|figure| figure.value.number));
        let areas: Vec<Named<'_>> = found
            .iter()
            .map(|(area, figure)| Named {
                area,
                figure: *figure,
                name: describe::name_of(area, words.language),
                link: link(words, declaration, places, &area.id),
                here: places.area.as_ref() == Some(&area.id),
            })
            .collect();
        let row = |area: &Named<'_>| AmongRow {
            name: area.name.clone(),
            link: area.link.clone(),
            here: area.here,
            told: area.figure.map(|figure| Told::of(words, declaration, figure)),
            picture: interval::svg(
                value(area.figure),
                area.figure.and_then(|figure| figure.value.interval),
                reference,
                scale,
            ),
        };
        let map = pictures::map(words, declaration, &areas, &classes);
        Ok(Some(Self {
            caption: words.fill("indicator.among", [format::period(words.language, period)]),
            rows: areas.iter().map(row).collect(),
            slope: pictures::slope(words, declaration, all, &areas, period),
            map,
            schematic: overview.schematic(),
        }))
    }
}

/// From the least to the greatest end of an interval; one that is much wider than the values lie apart does not squeeze the others.
pub(crate) fn scale<'a>(figures: impl Iterator<Item = &'a Figure>) -> (f64, f64) {
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
