//! What the index of each area is made of, and how that stands beside the others.

use std::collections::BTreeMap;

use senne_composite::{Composite, CompositeError, Exactness, decompose, statistics};
use senne_indicator::{IndexPart, IndexRow};

use super::{Values, method::INDEX};

/// The dimensions and the indicators of an area, not yet beside the others.
pub(super) fn parts(
    composite: &Composite,
    unit: &str,
    exact: &mut bool,
) -> Result<(Vec<IndexPart>, Vec<IndexPart>), CompositeError> {
    let whole = composite.aggregated.table.value(unit, INDEX);
    let parts: BTreeMap<String, f64> = match whole {
        Some(_) => {
            let apart = decompose(composite, unit)?;
            *exact &= apart.exactness == Exactness::Exact;
            apart.levels.into_iter().flatten().map(|part| (part.code, part.part)).collect()
        }
        None => BTreeMap::new(),
    };
    let part = |code: &str, id: &str, value: Option<f64>| IndexPart {
        id: id.to_owned(),
        value,
        score: composite.aggregated.table.value(unit, code),
        part: parts.get(code).copied().unwrap_or_default(),
        beside: None,
        clear: false,
    };
    let groups = composite.hierarchy.at_level(2);
    let groups = groups.map(|group| part(&group.code, group.code.trim_start_matches('/'), None));
    let indicators = composite.hierarchy.indicators();
    let indicators =
        indicators.map(|each| part(&each.code, &each.code, composite.raw.value(unit, &each.code)));
    Ok((groups.collect(), indicators.collect()))
}

/// Puts the parts of each area beside the mean of all: what makes its place.
pub(super) fn beside_the_others(rows: &mut [IndexRow], values: &Values) {
    let mut beside = |of: fn(&mut IndexRow) -> &mut Vec<IndexPart>| {
        let count = rows.first_mut().map_or(0, |row| of(row).len());
        for place in 0..count {
            // Of areas that have an index and the part.
            let there = |row: &mut IndexRow| {
                let ranked = row.score.is_some();
                of(row).get(place).filter(|part| ranked && part.score.is_some()).cloned()
            };
            let known: Vec<IndexPart> = rows.iter_mut().filter_map(there).collect();
            let Some(mean) = statistics::mean(&known.iter().map(|part| part.part).collect::<Vec<_>>()) else {
                continue;
            };
            let middle = statistics::mean(&known.iter().filter_map(|part| part.value).collect::<Vec<_>>());
            for row in rows.iter_mut().filter(|row| row.score.is_some()) {
                let area = row.area.clone();
                let Some(part) = of(row).get_mut(place).filter(|part| part.score.is_some()) else { continue };
                let figure = values.get(&part.id).and_then(|by_area| by_area.get(&area));
                let interval =
                    figure.filter(|_| part.value.is_some()).and_then(|figure| figure.value.interval);
                part.beside = Some(part.part - mean);
                part.clear =
                    interval.zip(middle).is_some_and(|((low, high), middle)| !(low..=high).contains(&middle));
            }
        }
    };
    beside(|row| &mut row.groups);
    beside(|row| &mut row.indicators);
}
