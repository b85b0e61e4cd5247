//! Entered values become figures, with larger areas put together by their parts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use senne_hub::{Action, Context};
use senne_indicator::{Declaration, EnteredValue, Entry, Figure, Parts, Period, SeriesQuery, Status, Value};
use senne_model::{ChangeNo, EntityId, Problem};

use crate::{
    Indicators,
    cell::{Cell, beside},
    hierarchy::Hierarchy,
};

/// What is published of areas and periods.
type Known = HashMap<(EntityId, Period), Figure>;

impl Indicators {
    /// Publishes entered values. Those that are already published as they are stay as they are. Where values have parts, the larger areas
    /// of the declaration follow from them, unless these are entered themselves.
    ///
    /// # Errors
    /// When the indicator is computed, or the caller may not write.
    pub async fn enter(
        &self,
        context: &Context,
        declaration: &Declaration,
        values: Vec<EnteredValue>,
    ) -> Result<Entry, Problem> {
        self.may_enter(context, declaration)?;
        let hierarchy = Hierarchy::load(&self.hub, &context.tenant).await?;
        let known = self.known(context, declaration, &hierarchy, &values).await?;
        let given = values.len();
        let entered: BTreeMap<(EntityId, Period), Value> =
            values.into_iter().map(|one| ((one.area, one.period), one.value)).collect();
        let followed = follow(declaration, &hierarchy, &known, &entered);
        let formula = declaration.formula();
        let news = |values: BTreeMap<(EntityId, Period), Value>| {
            let each = values.into_iter().filter_map(|(key, mut value)| {
                // Of another declaration it is another value.
                let known = known.get(&key).filter(|known| known.formula == formula);
                let known = known.map(|known| &known.value);
                value.status = beside(known, &value);
                let ((area, period), formula) = (key, formula.clone());
                let vintage = ChangeNo::default();
                let figure = Figure { area, period, slice: None, value, formula, vintage };
                (known != Some(&figure.value)).then_some(figure)
            });
            each.collect::<Vec<_>>()
        };
        let (own, larger) = (news(entered), news(followed));
        let entry = Entry { given, changed: own.len(), followed: larger.len() };
        self.publish(context, declaration, own.into_iter().chain(larger).collect()).await?;
        Ok(entry)
    }

    /// Whether values of an indicator may be entered.
    ///
    /// # Errors
    /// When the indicator is computed, or the caller may not write.
    pub fn may_enter(&self, context: &Context, declaration: &Declaration) -> Result<(), Problem> {
        self.hub.decide(context, Action::Write)?;
        if declaration.computed.is_none() {
            return Ok(());
        }
        let detail = format!("`{}` is computed from data; nothing is entered for it", declaration.id);
        Err(Problem::bad(detail).field("indicator"))
    }

    /// What is published of the areas and periods that some values touch.
    async fn known(
        &self,
        context: &Context,
        declaration: &Declaration,
        hierarchy: &Hierarchy,
        values: &[EnteredValue],
    ) -> Result<Known, Problem> {
        let levels = declaration.levels.iter().flat_map(|level| hierarchy.of_level(level));
        let areas: BTreeSet<EntityId> = values.iter().map(|value| value.area.clone()).chain(levels).collect();
        let mut known = Known::new();
        for frequency in &declaration.frequencies {
            let periods = values.iter().map(|value| value.period).filter(|p| p.frequency() == *frequency);
            let (Some(first), Some(last)) = (periods.clone().min(), periods.max()) else { continue };
            let wanted = SeriesQuery {
                areas: areas.iter().cloned().collect(),
                frequency: *frequency,
                from: Some(first),
                to: Some(last),
                as_of: None,
            };
            for figure in self.series(context, declaration, &wanted).await?.into_values().flatten() {
                known.insert((figure.area.clone(), figure.period), figure);
            }
        }
        Ok(known)
    }
}

/// What a larger area is put together from.
#[derive(Default)]
struct Sum {
    cell: Cell,
    /// How many areas there are, with values or without.
    areas: f64,
    /// Whether any of the values may still change.
    provisional: bool,
}

/// The values of larger areas that follow from the parts of the finest.
fn follow(
    declaration: &Declaration,
    hierarchy: &Hierarchy,
    known: &Known,
    entered: &BTreeMap<(EntityId, Period), Value>,
) -> BTreeMap<(EntityId, Period), Value> {
    let mut followed = BTreeMap::new();
    if !declaration.adds_up() {
        return followed;
    }
    let finest = hierarchy.of_level(declaration.finest());
    let periods: BTreeSet<Period> = entered.keys().map(|(_, period)| *period).collect();
    for period in periods {
        let mut sums: BTreeMap<EntityId, Sum> = BTreeMap::new();
        for area in &finest {
            let key = (area.clone(), period);
            let value = entered.get(&key).or_else(|| known.get(&key).map(|known| &known.value));
            let value = value.filter(|value| value.parts != Parts::default());
            for level in &declaration.levels[..declaration.levels.len().saturating_sub(1)] {
                let Some(holder) = hierarchy.holder(area, level) else { continue };
                let sum = sums.entry(holder).or_default();
                sum.areas += 1.0;
                if let Some(value) = value {
                    sum.cell.add(&Cell { parts: value.parts, covered: 1.0, ..Cell::default() });
                    sum.provisional |= value.status == Status::Provisional;
                }
            }
        }
        for (area, Sum { cell, areas, provisional }) in sums {
            let key = (area, period);
            if entered.contains_key(&key) {
                continue;
            }
            // What is put together from values that may still change may still change.
            if let Some(mut value) = cell.value(declaration, (&key.0, key.1), areas, !provisional) {
                // A sum over some of the areas is not that of all of them.
                if value.coverage < 1.0 {
                    value.status = Status::Incomplete;
                }
                followed.insert(key, value);
            }
        }
    }
    followed
}

#[cfg(test)]
mod tests {
    use senne_indicator::read;

    use super::*;

    const RATE: &str = "id: jobless
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: economy
unit: P1
direction: down
measure: { ratio: { factor: 100 } }
levels: [region, commune]
frequencies: [year]
entered: { from: { fr: a, nl: b, en: c } }
data_quality: survey
owner: Somebody
";

    #[test]
    fn a_region_of_values_that_may_change_may_change() {
        let id = EntityId::trusted;
        let area = |text: &str, level: &str| (id(text), level.to_owned(), None);
        let areas = [area("r", "region"), area("a", "commune"), area("b", "commune")];
        let hierarchy = Hierarchy::of(areas.into_iter());
        let declaration = read("a", RATE).unwrap();
        let year: Period = "2024".parse().unwrap();
        let value = |status| Value { parts: Parts::of_ratio(5.0, 50.0), status, ..Value::default() };
        let region = |one, other| {
            let entered = [("a", one), ("b", other)].map(|(area, status)| ((id(area), year), value(status)));
            let found = follow(&declaration, &hierarchy, &Known::new(), &entered.into());
            found.get(&(id("r"), year)).map(|value| (value.number, value.status))
        };
        assert_eq!(region(Status::Final, Status::Final), Some((Some(10.0), Status::Final)));
        assert_eq!(region(Status::Final, Status::Provisional), Some((Some(10.0), Status::Provisional)));
    }

    #[test]
    fn a_value_that_stood_and_is_entered_anew_is_revised() {
        let value = |number, status| Value { number: Some(number), status, ..Value::default() };
        let stood = value(12.5, Status::Final);
        assert_eq!(beside(Some(&stood), &value(12.5, Status::Final)), Status::Final);
        assert_eq!(beside(Some(&stood), &value(13.0, Status::Final)), Status::Revised);
        let revised = value(13.0, Status::Revised);
        assert_eq!(beside(Some(&revised), &value(13.0, Status::Final)), Status::Revised);
        assert_eq!(beside(Some(&stood), &value(13.0, Status::Provisional)), Status::Provisional);
        let was = value(12.5, Status::Provisional);
        assert_eq!(beside(Some(&was), &value(13.0, Status::Final)), Status::Final);
        assert_eq!(beside(None, &stood), Status::Final);
    }
}
