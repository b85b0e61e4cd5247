//! From the values of one period to an index, its parts, and how sure its places are.

use senne_composite::{Composite, CompositeError, Inputs, Weights, build, statistics};
use senne_indicator::{
    Catalogue, CompositeIndex, Figure, IndexPart, IndexRow, IndexTable, Influence, Period, Status,
};
use senne_model::EntityId;

use super::{
    Values,
    doubt::{Doubt, doubt, without},
    method::{hierarchy, method, raw},
    parts::{beside_the_others, parts},
};

/// The index of all areas.
///
/// # Errors
/// Those of [`build`].
pub(super) fn table(
    index: &CompositeIndex,
    catalogue: &Catalogue,
    areas: &[EntityId],
    values: &Values,
    period: Period,
) -> Result<IndexTable, CompositeError> {
    let hierarchy = hierarchy(index, catalogue)?;
    let raw = raw(index, areas, values, &mut |_, figure| figure.value.number)?;
    let weights = Weights::given(&hierarchy);
    let method = method(index, weights.clone());
    let inputs = Inputs { hierarchy, raw, denominators: None };
    let composite = build(&inputs, &method)?;
    let doubt = doubt(index, areas, values, &inputs, &method)?;
    let mut exact = true;
    let mut rows = Vec::new();
    for (place, area) in areas.iter().enumerate() {
        let made = parts(&composite, area.as_str(), &mut exact)?;
        rows.push(row(&composite, values, &doubt, (place, area), made));
    }
    beside_the_others(&mut rows, values);
    rows.sort_by_key(|row| (row.rank.is_none(), row.rank, row.area.clone()));
    let figures = || values.values().flat_map(|by_area| by_area.values());
    Ok(IndexTable {
        period,
        rows,
        influence: influence(&composite, &weights)?,
        removals: without(&composite, &method, areas)?,
        effects: doubt.effects,
        draws: doubt.draws,
        exact,
        formula: index.formula(),
        vintage: figures().map(|figure| figure.vintage).max().unwrap_or_default(),
    })
}

fn row(
    composite: &Composite,
    values: &Values,
    doubt: &Doubt,
    (place, area): (usize, &EntityId),
    (groups, indicators): (Vec<IndexPart>, Vec<IndexPart>),
) -> IndexRow {
    let figures = || values.values().filter_map(|by_area| by_area.get(area));
    let is = |what: &dyn Fn(&Figure) -> bool| figures().any(what);
    let rank = composite.ranks()[place];
    IndexRow {
        area: area.clone(),
        score: composite.scores()[place],
        rank,
        places: rank.and(doubt.places[place]),
        hangs_on: rank.and(doubt.hangs_on[place]),
        groups,
        indicators,
        simulated: is(&|figure| figure.value.simulated),
        provisional: is(&|figure| figure.value.status == Status::Provisional),
    }
}

fn influence(composite: &Composite, weights: &Weights) -> Result<Vec<Influence>, CompositeError> {
    let effective = weights.effective(&composite.hierarchy)?;
    let scores = composite.scores();
    let each = composite.hierarchy.indicators().map(|element| {
        let column = composite.aggregated.table.column(&element.code).unwrap_or_default();
        Influence {
            id: element.code.clone(),
            weight: effective.get(&element.code).copied().unwrap_or_default(),
            correlation: statistics::correlation(column, &scores),
        }
    });
    Ok(each.collect())
}

#[cfg(test)]
mod tests {
    use senne_indicator::{Direction, IndexAssumption, Value};
    use senne_model::ChangeNo;

    use super::*;

    fn index() -> (CompositeIndex, Catalogue) {
        let catalogue = Catalogue::builtin();
        let index = catalogue.composite("environment-and-mobility").unwrap().clone();
        (index, catalogue)
    }

    fn figure(area: &EntityId, number: f64, half: f64) -> Figure {
        let value = Value {
            number: Some(number),
            interval: Some((number - half, number + half)),
            ..Value::default()
        };
        let period = "2026-10".parse().unwrap();
        Figure {
            area: area.clone(),
            period,
            slice: None,
            value,
            formula: String::new(),
            vintage: ChangeNo(1),
        }
    }

    /// `n` areas, the first best in all; the last has no value.
    fn made(n: usize, half: f64) -> (IndexTable, CompositeIndex) {
        made_of(n, half, |_, share| share)
    }

    /// The same, with the share of the way from the better goalpost moved for some indicators.
    fn made_of(n: usize, half: f64, share_of: impl Fn(&str, f64) -> f64) -> (IndexTable, CompositeIndex) {
        let (index, catalogue) = index();
        let areas: Vec<EntityId> =
            (0..n).map(|n| EntityId::trusted(&format!("urn:ngsi-ld:Area:{n}"))).collect();
        let mut values = Values::new();
        for member in index.members() {
            let up = catalogue.indicator(&member.id).unwrap().direction == Direction::Up;
            let at = |n: usize| {
                let share = share_of(&member.id, 0.2 + 0.6 * n as f64 / areas.len() as f64);
                let share = if up { 1.0 - share } else { share };
                member.low + share * (member.high - member.low)
            };
            let known = areas[..n - 1].iter().enumerate();
            let room = half * (member.high - member.low);
            values.insert(
                member.id.clone(),
                known.map(|(n, area)| (area.clone(), figure(area, at(n), room))).collect(),
            );
        }
        let table = table(&index, &catalogue, &areas, &values, "2026-10".parse().unwrap()).unwrap();
        (table, index)
    }

    #[test]
    fn an_index_comes_with_its_parts_and_places() {
        let (table, index) = made(7, 0.0);
        let ranks: Vec<_> = table.rows.iter().map(|row| row.rank).collect();
        assert_eq!(ranks, [Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), None]);
        let first = &table.rows[0];
        // All at a fifth of the way from the better goalpost: 1 + 0.8 × 99.
        assert!((first.score.unwrap() - 80.2).abs() < 1e-9, "{first:?}");
        assert_eq!(first.places, Some((1.0, 1.0)));
        assert_eq!((first.groups.len(), first.indicators.len()), (3, index.members().count()));
        for parts in [&first.groups, &first.indicators] {
            let sum: f64 = parts.iter().map(|part| part.part).sum();
            assert!((sum - first.score.unwrap()).abs() < 1e-9, "{parts:?}");
        }
        let last = table.rows.last().unwrap();
        assert_eq!((last.score, last.places), (None, None));
        let weight: f64 = table.influence.iter().map(|each| each.weight).sum();
        assert!((weight - 1.0).abs() < 1e-9 && table.exact);
        assert!(table.influence.iter().all(|each| each.correlation.unwrap() > 0.99));
        // All indicators agree: without any one of them the order stays, and nothing moves the places.
        assert!(table.removals.iter().all(|one| one.mean_shift == Some(0.0) && one.most.is_none()));
        assert_eq!((table.removals.len(), table.effects.len()), (index.members().count(), 0));
        assert!(table.rows.iter().all(|row| row.hangs_on.is_none()));
        assert_eq!((table.vintage, table.formula), (ChangeNo(1), index.formula()));
    }

    #[test]
    fn unsure_values_make_places_unsure() {
        let (table, _) = made(7, 0.3);
        assert!(table.rows[..6].iter().any(|row| row.places.is_some_and(|(low, high)| high > low + 1.0)));
        assert_eq!(made(7, 0.3).0, table, "the same draws give the same places");
    }

    #[test]
    fn a_value_without_an_interval_is_not_surer_than_those_with_one() {
        let (index, catalogue) = index();
        let areas: Vec<EntityId> =
            (0..6).map(|n| EntityId::trusted(&format!("urn:ngsi-ld:Area:{n}"))).collect();
        let places = |without: Option<usize>, half: f64| {
            let mut values = Values::new();
            for member in index.members() {
                let room = half * (member.high - member.low);
                let up = catalogue.indicator(&member.id).unwrap().direction == Direction::Up;
                let share = |n: usize| if up { 0.7 - 0.05 * n as f64 } else { 0.3 + 0.05 * n as f64 };
                let at = |n: usize| member.low + share(n) * (member.high - member.low);
                let mut by_area = std::collections::BTreeMap::new();
                for (n, area) in areas.iter().enumerate() {
                    let mut figure = figure(area, at(n), room);
                    figure.value.interval = figure.value.interval.filter(|_| without != Some(n));
                    by_area.insert(area.clone(), figure);
                }
                values.insert(member.id.clone(), by_area);
            }
            let table = table(&index, &catalogue, &areas, &values, "2026-10".parse().unwrap()).unwrap();
            let row = table.rows.iter().find(|row| row.area == areas[2]).unwrap();
            let (low, high) = row.places.unwrap();
            high - low
        };
        // Of one station nobody knows how far it is off: its area may stand in as many places as the others.
        assert!(places(Some(2), 0.3) >= places(None, 0.3) - 1.0);
        assert!(places(Some(2), 0.3) > places(Some(2), 0.01));
        // Where nothing has an interval all is counted.
        assert_eq!(places(Some(2), 0.0), places(None, 0.0));
    }

    #[test]
    fn places_hang_on_values_that_are_unsure() {
        let (table, _) = made(7, 0.3);
        let of = |wanted| table.effects.iter().find(|effect| effect.of == wanted).unwrap().total;
        let values = of(IndexAssumption::Values);
        assert!(values > 0.5 && values > of(IndexAssumption::Weights) && values > of(IndexAssumption::Mean));
        let between = table.effects[0].between.unwrap();
        assert!(between.0 <= values && values <= between.1, "{between:?} {values}");
        assert_eq!(table.rows[2].hangs_on.map(|(on, _)| on), Some(IndexAssumption::Values));
    }

    #[test]
    fn what_makes_a_place_is_what_stands_apart() {
        // In one indicator the order is turned round: it is a weakness of the first and a strength of the last.
        let turned = |id: &str, share: f64| if id == "no2-mean" { 1.0 - share } else { share };
        let (table, _) = made_of(9, 0.01, turned);
        let part = |row: &IndexRow| row.indicators.iter().find(|part| part.id == "no2-mean").unwrap().clone();
        let ranked: Vec<&IndexRow> = table.rows.iter().filter(|row| row.score.is_some()).collect();
        let (first, last) = (part(ranked[0]), part(ranked[ranked.len() - 1]));
        assert!(first.beside.unwrap() < 0.0 && last.beside.unwrap() > 0.0, "{first:?} {last:?}");
        assert!(first.clear && last.clear);
        for row in &ranked {
            let sum: f64 = row.indicators.iter().filter_map(|part| part.beside).sum();
            let mean = ranked.iter().filter_map(|row| row.score).sum::<f64>() / ranked.len() as f64;
            assert!(
                (sum - (row.score.unwrap() - mean)).abs() < 1e-9,
                "the differences sum to that of the index"
            );
        }
        // What is unsure is no strength.
        let (vague, _) = made_of(9, 0.9, turned);
        assert!(vague.rows.iter().flat_map(|row| &row.indicators).all(|part| !part.clear));
        // Without the indicator that disagrees nothing changes; without one of the others somebody may.
        assert!(table.removals.iter().all(|one| one.mean_shift.is_some()));
    }
}
