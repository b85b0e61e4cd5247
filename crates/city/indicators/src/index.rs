//! Composite indices of areas, made of published values when they are asked for.

mod doubt;
mod kept;
mod make;
mod method;
mod parts;
mod publish;

use std::{collections::BTreeMap, sync::Arc};

use jiff::ToSpan;
use senne_composite::CompositeError;
use senne_hub::Context;
use senne_indicator::{
    CompositeIndex, Declaration, Figure, Frequency, IndexQuery, IndexTable, Period, SeriesQuery,
};
use senne_model::{EntityId, Problem, Timestamp};

pub(crate) use self::kept::Kept;
use crate::{
    Indicators,
    calendar::{day, zone},
};

/// A period with fewer values than this part of the fullest one is not shown unless it is asked for.
const FULL_ENOUGH: f64 = 0.8;

/// The values of each indicator by area, in one period.
type Values = BTreeMap<String, BTreeMap<EntityId, Figure>>;

impl Indicators {
    /// A composite index by its id.
    pub fn composite(&self, id: &str) -> Result<CompositeIndex, Problem> {
        self.catalogue()
            .composite(id)
            .cloned()
            .ok_or_else(|| Problem::not_found(format!("there is no composite index `{id}`")).field("index"))
    }

    /// An index of all areas of its level, in a period or in the newest one for which most values are there; nothing when too few of its
    /// indicators have any value. What is chosen takes the place of what is declared.
    ///
    /// # Errors
    /// When the choice does not fit the index, or the period its frequency.
    pub async fn index(
        &self,
        context: &Context,
        index: &CompositeIndex,
        asked: &IndexQuery,
    ) -> Result<Option<Arc<IndexTable>>, Problem> {
        if let Some(other) = asked.period.filter(|period| period.frequency() != index.frequency) {
            let detail =
                format!("`{other}` is not a {}, by which `{}` is made", index.frequency.word(), index.id);
            return Err(Problem::bad(detail).field("period"));
        }
        let mut index =
            asked.choice.applied(index).map_err(|error| Problem::bad(error.to_string()).field("weights"))?;
        index.groups.retain(|group| group.weight > 0.0);
        let areas = self.area_codes(context).await?.of_level(&index.level);
        let found = self.figures_of(context, &index, &areas, asked).await?;
        let Some(period) = asked.period.or_else(|| fullest(&found)) else { return Ok(None) };
        let values = kept::of_period(found, period);
        let measured = measured(&index, &values);
        let (there, all) = (measured.members().count() as f64, index.members().count() as f64);
        if there == 0.0 || there < index.least_available * all {
            return Ok(None);
        }
        let key = kept::Key::of(&index, &areas, &values, period);
        let formula = index.formula();
        let made = self.indices.get(key, async {
            // A thousand draws take their time, which others that are answered should not wait for.
            let catalogue = self.catalogue();
            let make = move || make::table(&measured, &catalogue, &areas, &values, period);
            let made = tokio::task::spawn_blocking(make).await;
            let made =
                made.map_err(|error| Problem::internal(format!("making an index ended early: {error}")))?;
            let table = made.map_err(|error| cannot(&index, &error))?;
            // What nobody has measured is part of what the index is made by all the same.
            Ok(IndexTable { formula, ..table })
        });
        made.await.map(Some)
    }

    async fn figures_of(
        &self,
        context: &Context,
        index: &CompositeIndex,
        areas: &[EntityId],
        asked: &IndexQuery,
    ) -> Result<BTreeMap<String, Vec<Figure>>, Problem> {
        let from = match asked.period {
            Some(period) => period,
            None => earliest(index.frequency, asked.as_of.unwrap_or_else(Timestamp::now))?,
        };
        let wanted = SeriesQuery {
            areas: areas.to_vec(),
            frequency: index.frequency,
            from: Some(from),
            to: asked.period,
            as_of: asked.as_of,
        };
        let members = index.members().map(|member| self.indicator(&member.id));
        let members = members.collect::<Result<Vec<Declaration>, Problem>>()?;
        let members: Vec<&Declaration> = members.iter().collect();
        let found = self.series_of(context, &members, &wanted).await?;
        Ok(found.into_iter().map(|(id, by_area)| (id, by_area.into_values().flatten().collect())).collect())
    }
}

/// The index without indicators that nobody has measured anywhere.
fn measured(index: &CompositeIndex, values: &Values) -> CompositeIndex {
    let mut index = index.clone();
    let known =
        |id: &str| values.get(id).is_some_and(|by_area| by_area.values().any(|f| f.value.number.is_some()));
    index.groups.iter_mut().for_each(|group| group.indicators.retain(|member| known(&member.id)));
    index.groups.retain(|group| !group.indicators.is_empty());
    index
}

fn cannot(index: &CompositeIndex, error: &CompositeError) -> Problem {
    Problem::bad(format!("the index `{}` cannot be made: {error}", index.id)).field("index")
}

/// The earliest period that is looked at, from a moment on, for the newest full one.
fn earliest(frequency: Frequency, now: Timestamp) -> Result<Period, Problem> {
    let days = match frequency {
        Frequency::Day => 45,
        Frequency::Week => 120,
        Frequency::Month => 400,
        Frequency::Quarter => 800,
        Frequency::Year => 3_700,
    };
    let today = day(now, &zone()?);
    Ok(Period::of(today.saturating_sub(days.days()), frequency))
}

/// The newest period for which nearly as many values are there as for the fullest.
fn fullest(found: &BTreeMap<String, Vec<Figure>>) -> Option<Period> {
    let mut counts: BTreeMap<Period, usize> = BTreeMap::new();
    let known = found.values().flatten().filter(|figure| figure.value.number.is_some());
    known.for_each(|figure| *counts.entry(figure.period).or_default() += 1);
    let most = counts.values().copied().max()? as f64;
    counts.into_iter().rev().find(|(_, count)| *count as f64 >= FULL_ENOUGH * most).map(|(period, _)| period)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_known_then_is_looked_for_then() {
        let then = Timestamp::parse("2021-06-15T12:00:00Z").unwrap();
        let from = |frequency| earliest(frequency, then).unwrap().to_string();
        assert_eq!(from(Frequency::Month), "2020-05");
        assert_eq!(from(Frequency::Year), "2011");
    }
}
