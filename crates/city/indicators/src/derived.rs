//! What follows from published values as a whole: without the season, in reference weather.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use senne_hub::Context;
use senne_indicator::{Declaration, Derived, Figure, Frequency, Period, SeriesQuery, Shown, Weather};
use senne_model::{EntityId, Problem, Timestamp};
use tokio::sync::Semaphore;

use crate::{Indicators, hierarchy::Hierarchy};

/// Anybody may ask for what follows from whole series, and each question takes a core for a while: so many are worked on at once.
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// The nearest area counts whose weather is known for so many of the periods for which that of any is.
const KNOWN_NEEDED: f64 = 0.75;

/// Figures by area.
type ByArea = BTreeMap<EntityId, Vec<Figure>>;

impl Indicators {
    /// The values of an indicator as [`Indicators::series`] gives them, each with what follows from the whole series of its area. What
    /// follows rests on all periods, whichever are asked for.
    pub async fn shown(
        &self,
        context: &Context,
        declaration: &Declaration,
        wanted: &SeriesQuery,
    ) -> Result<BTreeMap<EntityId, Vec<Shown>>, Problem> {
        let whole = SeriesQuery { from: None, to: None, ..wanted.clone() };
        let asked = if derives(declaration) { &whole } else { wanted };
        let all = self.series(context, declaration, asked).await?;
        let derived = self.derived(context, declaration, &all, wanted.as_of).await?;
        let within = |figure: &Figure| {
            wanted.from.is_none_or(|from| from <= figure.period)
                && wanted.to.is_none_or(|to| figure.period <= to)
        };
        let each = all.into_iter().map(|(area, mut figures)| {
            figures.retain(within);
            let shown = derived.get(&area).cloned().unwrap_or_default().beside(figures);
            (area, shown)
        });
        Ok(each.collect())
    }

    /// What follows from whole series of one frequency, by area; `as_of` is when they were as they are.
    pub async fn derived(
        &self,
        context: &Context,
        declaration: &Declaration,
        series: &ByArea,
        as_of: Option<Timestamp>,
    ) -> Result<BTreeMap<EntityId, Derived>, Problem> {
        if !derives(declaration) {
            return Ok(BTreeMap::new());
        }
        let mut weather = self.weather(context, declaration, series, as_of).await?;
        let (declaration, series) = (declaration.clone(), series.clone());
        let turns: &Arc<Semaphore> = &TURNS;
        let turn = Arc::clone(turns).acquire_owned().await;
        let turn = turn.map_err(|error| Problem::internal(error.to_string()))?;
        // Robust seasons of ten years of days take a while for all communes; whoever else is served must not wait.
        let work = tokio::task::spawn_blocking(move || {
            let each = series.into_iter().map(|(area, figures)| {
                let derived = Derived::of(&declaration, &figures, &weather.remove(&area).unwrap_or_default());
                (area, derived)
            });
            let found = each.collect();
            // Held to the end of the work, also when nobody waits for it any more.
            drop(turn);
            found
        });
        work.await.map_err(|error| Problem::internal(error.to_string()))
    }

    /// The weather of areas: of each covariate the values of the area itself, or of one that holds it.
    async fn weather(
        &self,
        context: &Context,
        declaration: &Declaration,
        series: &ByArea,
        as_of: Option<Timestamp>,
    ) -> Result<BTreeMap<EntityId, Weather>, Problem> {
        let mut weather: BTreeMap<EntityId, Weather> = BTreeMap::new();
        let Some(declared) = &declaration.weather_normalisation else { return Ok(weather) };
        let Some(figure) = series.values().flatten().next() else { return Ok(weather) };
        let frequency = figure.period.frequency();
        let hierarchy = Hierarchy::load(&self.hub, &context.tenant).await?;
        let plain = declared.covariates.iter().map(|id| (id, frequency, false));
        let cold = declared.degree_days.iter().map(|id| (id, Frequency::Day, true));
        for (id, frequency, cold) in plain.chain(cold) {
            let other = self.indicator(id)?;
            let holders = |area: &EntityId| holders(&hierarchy, &other, area);
            let areas: BTreeSet<EntityId> = series.keys().flat_map(holders).collect();
            let wanted =
                SeriesQuery { areas: areas.into_iter().collect(), frequency, from: None, to: None, as_of };
            let found = self.series(context, &other, &wanted).await?;
            for (area, figures) in series {
                let Some(nearest) = nearest(&holders(area), &found, figures) else { continue };
                let known = weather.entry(area.clone()).or_default();
                let by_id = if cold { &mut known.days } else { &mut known.same };
                by_id.insert(id.clone(), nearest.clone());
            }
        }
        Ok(weather)
    }
}

/// Whether anything follows from the series of an indicator as a whole.
fn derives(declaration: &Declaration) -> bool {
    declaration.seasonal_adjustment.is_some() || declaration.weather_normalisation.is_some()
}

/// An area and those that hold it, of the levels of an indicator, the nearest first.
fn holders(hierarchy: &Hierarchy, declaration: &Declaration, area: &EntityId) -> Vec<EntityId> {
    let above = declaration.levels.iter().rev().filter_map(|level| hierarchy.holder(area, level));
    let mut all: Vec<EntityId> = std::iter::once(area.clone()).chain(above).collect();
    all.dedup();
    all
}

/// The figures of the first of some areas that are there for about as many of the periods as those of any.
fn nearest<'a>(areas: &[EntityId], found: &'a ByArea, figures: &[Figure]) -> Option<&'a Vec<Figure>> {
    let frequency = figures.first()?.period.frequency();
    let periods: BTreeSet<Period> = figures.iter().map(|figure| figure.period).collect();
    let known = |others: &Vec<Figure>| {
        let within = others.iter().map(|figure| Period::of(figure.period.first(), frequency));
        within.filter(|period| periods.contains(period)).collect::<BTreeSet<Period>>().len()
    };
    let there: Vec<(&Vec<Figure>, usize)> =
        areas.iter().filter_map(|area| found.get(area)).map(|others| (others, known(others))).collect();
    let most = there.iter().map(|(_, known)| *known).max()?;
    there.into_iter().find(|(_, known)| *known as f64 >= most as f64 * KNOWN_NEEDED).map(|(others, _)| others)
}

#[cfg(test)]
mod tests {
    use senne_indicator::Value;
    use senne_model::ChangeNo;

    use super::*;

    fn months(area: &str, count: usize) -> (EntityId, Vec<Figure>) {
        let area = EntityId::trusted(area);
        let first: Period = "2020-01".parse().unwrap();
        let figure = |period: Period| Figure {
            area: area.clone(),
            period,
            slice: None,
            value: Value { number: Some(1.0), ..Value::default() },
            formula: String::new(),
            vintage: ChangeNo(1),
        };
        let figures =
            std::iter::successors(Some(first), |period| Some(period.next())).take(count).map(figure);
        (area.clone(), figures.collect())
    }

    #[test]
    fn the_nearest_weather_that_is_known_counts() {
        let own = months("urn:commune", 48).1;
        let areas = [EntityId::trusted("urn:commune"), EntityId::trusted("urn:region")];
        let of = |here: usize, above: usize| {
            let found: ByArea = [months("urn:commune", here), months("urn:region", above)].into();
            nearest(&areas, &found, &own)
                .and_then(|figures| figures.first())
                .map(|figure| figure.area.clone())
        };
        assert_eq!(of(40, 48), Some(areas[0].clone()));
        assert_eq!(of(20, 48), Some(areas[1].clone()), "too little is known here");
        assert_eq!(of(0, 48), Some(areas[1].clone()));
        assert_eq!(nearest(&areas, &ByArea::new(), &own), None);
    }
}
