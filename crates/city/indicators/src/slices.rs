//! What must not be told of slices, and their published values.

use std::collections::BTreeMap;

use senne_hub::{Context, PastQuery, language::TimeFilter};
use senne_indicator::{Declaration, Figure, Parts, Period, SeriesQuery, Status, Value, entity_of};
use senne_model::{EntityId, Iri, Problem};

use crate::{
    Indicators,
    entity::{KIND, SUPPRESSED, VALUE, figure, moment, term},
    published::{FIGURES_MAX, whole},
    slot::Slot,
};

/// Hides a second slice of a dimension where only one is hidden, for what is hidden would follow from the total and the others (complementary
/// suppression: Hundepool and others 2012, Statistical Disclosure Control). The one that rests on the least is hidden.
pub(crate) fn complementary(mut values: Vec<(Slot, Option<Value>)>) -> Vec<(Slot, Option<Value>)> {
    let mut dimensions: BTreeMap<(EntityId, std::sync::Arc<str>), Vec<usize>> = BTreeMap::new();
    for (place, (slot, value)) in values.iter().enumerate() {
        if let (Some(slice), Some(_)) = (&slot.slice, value) {
            let key = (slot.area.clone(), std::sync::Arc::clone(&slice.dimension));
            dimensions.entry(key).or_default().push(place);
        }
    }
    for places in dimensions.into_values() {
        let of = |place: &usize| values[*place].1.as_ref();
        let hidden = |place: &usize| of(place).is_some_and(|value| value.status == Status::Suppressed);
        if places.iter().filter(|place| hidden(place)).count() != 1 {
            continue;
        }
        let weight = |place: &usize| {
            of(place).map_or(0.0, |value| value.parts.count + value.parts.numerator + value.parts.denominator)
        };
        let open = places.iter().filter(|place| !hidden(place));
        let least = open.min_by(|a, b| weight(a).total_cmp(&weight(b))).copied();
        if let Some(value) = least.and_then(|place| values[place].1.as_mut()) {
            let coverage = value.coverage;
            let simulated = value.simulated;
            *value = Value {
                coverage,
                simulated,
                status: Status::Suppressed,
                parts: Parts::default(),
                ..Value::default()
            };
        }
    }
    values
}

impl Indicators {
    /// The values of all slices of an indicator in some areas, in the order of the declaration, each in order of area and time.
    pub async fn sliced(
        &self,
        context: &Context,
        declaration: &Declaration,
        wanted: &SeriesQuery,
    ) -> Result<Vec<Figure>, Problem> {
        let by_entity: BTreeMap<EntityId, &EntityId> =
            wanted.areas.iter().map(|area| (entity_of(&declaration.id, area), area)).collect();
        let mut all = Vec::new();
        if by_entity.is_empty() {
            return Ok(all);
        }
        for slice in declaration.slices() {
            let time = TimeFilter {
                from: wanted.from.map(moment),
                to: wanted.to.map(|last| moment(last.next())),
                ..TimeFilter::default()
            };
            let dataset = declaration.dataset_of(wanted.frequency, Some(&slice));
            let query = PastQuery {
                attributes: vec![term(VALUE), term(SUPPRESSED)],
                types: vec![term(KIND)],
                dataset_id: Some(dataset.map(|dataset| Iri::new(&dataset))),
                as_of: wanted.as_of,
                limit: FIGURES_MAX,
                ..PastQuery::of(by_entity.keys().cloned().collect(), time)
            };
            let mut newest: BTreeMap<(EntityId, Period), Figure> = BTreeMap::new();
            for past in self.hub.past(context, &query).await? {
                whole(&past)?;
                let Some(area) = by_entity.get(&past.entity) else { continue };
                let points = past.series.iter().flat_map(|series| &series.points);
                for figure in points.filter_map(|point| figure(area, point)) {
                    let key = ((*area).clone(), figure.period);
                    if newest.get(&key).is_none_or(|known| known.vintage <= figure.vintage) {
                        newest.insert(key, figure);
                    }
                }
            }
            all.extend(newest.into_values());
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use senne_indicator::Slice;

    use super::*;

    #[test]
    fn one_that_is_hidden_does_not_follow_from_the_others() {
        let area = || EntityId::trusted("urn:a");
        let slot = |value: &str| Slot {
            area: area(),
            slice: Some(Slice { dimension: "kind".into(), value: value.into() }),
        };
        let of = |count: f64| {
            let parts = Parts { count, ..Parts::default() };
            Some(Value { number: Some(count), parts, status: Status::Final, ..Value::default() })
        };
        let few = || Some(Value { status: Status::Suppressed, ..Value::default() });
        let all = || (Slot::all(area()), of(100.0));
        let found =
            complementary(vec![all(), (slot("a"), few()), (slot("b"), of(70.0)), (slot("c"), of(26.0))]);
        let numbers: Vec<Option<f64>> =
            found.iter().map(|(_, value)| value.as_ref().and_then(|value| value.number)).collect();
        assert_eq!(numbers, [Some(100.0), None, Some(70.0), None]);
        assert_eq!(
            found[3].1.as_ref().map(|value| (value.status, value.parts.count)),
            Some((Status::Suppressed, 0.0))
        );
        let open = vec![all(), (slot("a"), of(30.0)), (slot("b"), of(70.0))];
        assert_eq!(complementary(open.clone()), open);
        let both = vec![all(), (slot("a"), few()), (slot("b"), few()), (slot("c"), of(96.0))];
        assert_eq!(complementary(both.clone()), both);
    }
}
