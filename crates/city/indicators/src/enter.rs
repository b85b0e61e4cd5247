//! Entered values become figures, with larger areas put together by their parts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use senne_hub::{Action, Context};
use senne_indicator::{Declaration, EnteredValue, Entry, Figure, Parts, Period, SeriesQuery, Status, Value};
use senne_model::{ChangeNo, EntityId, Problem};

use crate::{Indicators, cell::Cell, hierarchy::Hierarchy};

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
        self.hub.decide(context, Action::Write)?;
        if declaration.computed.is_some() {
            let detail = format!("`{}` is computed from data; nothing is entered for it", declaration.id);
            return Err(Problem::bad(detail).field("indicator"));
        }
        let hierarchy = Hierarchy::load(&self.hub, &context.tenant).await?;
        let known = self.known(context, declaration, &hierarchy, &values).await?;
        let given = values.len();
        let entered: BTreeMap<(EntityId, Period), Value> =
            values.into_iter().map(|one| ((one.area, one.period), one.value)).collect();
        let followed = follow(declaration, &hierarchy, &known, &entered);
        let news = |values: &BTreeMap<(EntityId, Period), Value>| {
            let each = values.iter().filter(|(key, value)| known.get(*key) != Some(*value));
            each.map(|((area, period), value)| Figure {
                area: area.clone(),
                period: *period,
                slice: None,
                value: value.clone(),
                formula: declaration.formula(),
                vintage: ChangeNo::default(),
            })
            .collect::<Vec<_>>()
        };
        let (own, larger) = (news(&entered), news(&followed));
        let entry = Entry { given, changed: own.len(), followed: larger.len() };
        self.publish(context, declaration, own.into_iter().chain(larger).collect()).await?;
        Ok(entry)
    }

    /// What is published of the areas and periods that some values touch.
    async fn known(
        &self,
        context: &Context,
        declaration: &Declaration,
        hierarchy: &Hierarchy,
        values: &[EnteredValue],
    ) -> Result<HashMap<(EntityId, Period), Value>, Problem> {
        let levels = declaration.levels.iter().flat_map(|level| hierarchy.of_level(level));
        let areas: BTreeSet<EntityId> = values.iter().map(|value| value.area.clone()).chain(levels).collect();
        let mut known = HashMap::new();
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
                known.insert((figure.area, figure.period), figure.value);
            }
        }
        Ok(known)
    }
}

/// The values of larger areas that follow from the parts of the finest.
fn follow(
    declaration: &Declaration,
    hierarchy: &Hierarchy,
    known: &HashMap<(EntityId, Period), Value>,
    entered: &BTreeMap<(EntityId, Period), Value>,
) -> BTreeMap<(EntityId, Period), Value> {
    let mut followed = BTreeMap::new();
    if !declaration.adds_up() {
        return followed;
    }
    let finest = hierarchy.of_level(declaration.finest());
    let periods: BTreeSet<Period> = entered.keys().map(|(_, period)| *period).collect();
    for period in periods {
        let mut sums: BTreeMap<EntityId, (Cell, f64)> = BTreeMap::new();
        for area in &finest {
            let key = (area.clone(), period);
            let value = entered.get(&key).or_else(|| known.get(&key));
            let parts = value.map(|value| value.parts).filter(|parts| *parts != Parts::default());
            for level in &declaration.levels[..declaration.levels.len().saturating_sub(1)] {
                let Some(holder) = hierarchy.holder(area, level) else { continue };
                let (sum, areas) = sums.entry(holder).or_default();
                *areas += 1.0;
                if let Some(parts) = parts {
                    sum.add(&Cell { parts, covered: 1.0, ..Cell::default() });
                }
            }
        }
        for (area, (cell, areas)) in sums {
            let key = (area, period);
            if entered.contains_key(&key) {
                continue;
            }
            if let Some(mut value) = cell.value(declaration, (&key.0, key.1), areas, true) {
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
