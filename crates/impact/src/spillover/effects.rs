//! What treated units and their neighbours feel, each beside units beyond all rings.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    exposure::{Exposure, check_bounds, ring},
    places::Places,
};
use crate::{Correction, Design, Errors, Fit, PanelRows, StatisticsError, fit, within};

/// The effect on treated units or on those of a ring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RingEffect {
    /// The ring; nothing for treated units.
    pub ring: Option<usize>,
    /// How many units it has at some time.
    pub units: usize,
    /// The mean effect.
    pub effect: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct RingEffects {
    /// On treated units.
    pub treated: RingEffect,
    /// On the units of rings that have any, the nearest first.
    pub rings: Vec<RingEffect>,
    /// How many units lie beyond all rings at all times.
    pub donors: usize,
    /// The degrees of freedom of errors that are clustered by unit.
    pub free: f64,
}

/// The effect so long after a unit, or the first within reach of it, was treated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RingStep {
    /// The ring; nothing for treated units.
    pub ring: Option<usize>,
    /// Times since then; −1 is what others are compared with.
    pub since: i64,
    /// The effect.
    pub effect: f64,
    /// Its standard error, clustered by unit.
    pub standard_error: f64,
}

/// When each unit is first treated; units are numbered as places are.
fn starts(panel: &PanelRows, units: usize) -> Result<Vec<Option<i64>>, StatisticsError> {
    let rows = panel.outcome.len();
    let lengths = [
        ("unit", panel.unit.len()),
        ("time", panel.time.len()),
        ("first treated", panel.first_treated.len()),
    ];
    if let Some((what, found)) = lengths.into_iter().find(|(_, found)| *found != rows) {
        return Err(StatisticsError::Length { what: what.to_owned(), found, wanted: rows });
    }
    let mut known: BTreeMap<usize, Option<i64>> = BTreeMap::new();
    for row in 0..rows {
        let (unit, first) = (panel.unit[row], panel.first_treated[row]);
        let why = if unit >= units {
            format!("unit {unit} of row {row} has no place")
        } else if *known.entry(unit).or_insert(first) != first {
            format!("row {row} says of its unit another first treatment than the rows before")
        } else {
            continue;
        };
        return Err(StatisticsError::NotIdentified { what: "who is near a treated unit".to_owned(), why });
    }
    Ok((0..units).map(|unit| known.get(&unit).copied().flatten()).collect())
}

/// By unit: metres to each treated unit and when that one begins, the earliest first.
fn reaches(places: &Places, starts: &[Option<i64>]) -> Vec<Vec<(i64, f64)>> {
    let treated: Vec<(i64, usize)> =
        starts.iter().enumerate().filter_map(|(unit, start)| Some(((*start)?, unit))).collect();
    let one = |unit: usize| {
        let mut own: Vec<(i64, f64)> =
            treated.iter().map(|(start, other)| (*start, places.metres(unit, *other))).collect();
        own.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        own
    };
    (0..starts.len()).map(one).collect()
}

fn exposure(start: Option<i64>, reach: &[(i64, f64)], time: i64, bounds_m: &[f64]) -> Exposure {
    if start.is_some_and(|start| start <= time) {
        return Exposure::Treated;
    }
    let begun = reach.iter().take_while(|(start, _)| *start <= time);
    let nearest = begun.map(|(_, distance)| *distance).fold(f64::INFINITY, f64::min);
    ring(nearest, bounds_m).map_or(Exposure::Donor, Exposure::Ring)
}

/// Two-way fixed effects with a column for treated units and one for each ring: at each time a unit lies in the ring of the nearest unit that
/// is treated by then. Errors are clustered by unit unless others are given, which must describe the rows of the panel.
///
/// As all plain two-way estimates this one misleads where units begin at different times and effects grow; [`ring_course`] shows it.
///
/// # Errors
/// When lengths differ, a unit has no place, values are not finite, bounds do not rise, or no unit lies beyond all rings.
pub fn ring_effects(
    panel: &PanelRows,
    places: &Places,
    bounds_m: &[f64],
    errors: Option<&Errors>,
) -> Result<RingEffects, StatisticsError> {
    places.check()?;
    check_bounds(bounds_m)?;
    let starts = starts(panel, places.units())?;
    let reaches = reaches(places, &starts);
    let of = |row: usize| {
        let unit = panel.unit[row];
        exposure(starts[unit], &reaches[unit], panel.time[row], bounds_m)
    };
    let now: Vec<Exposure> = (0..panel.unit.len()).map(of).collect();
    let units = |wanted: Exposure| -> BTreeSet<usize> {
        let own = (0..now.len()).filter(|row| now[*row] == wanted);
        own.map(|row| panel.unit[row]).collect()
    };
    let all: BTreeSet<usize> = panel.unit.iter().copied().collect();
    let near: BTreeSet<usize> =
        (0..now.len()).filter(|row| now[*row] != Exposure::Donor).map(|row| panel.unit[row]).collect();
    let donors = all.len() - near.len();
    if donors == 0 {
        let what = "units beyond all rings".to_owned();
        return Err(StatisticsError::TooFew { what, found: 0, wanted: 1 });
    }
    let kinds = [Exposure::Treated].into_iter().chain((0..bounds_m.len()).map(Exposure::Ring));
    let kinds: Vec<(Exposure, usize)> =
        kinds.map(|kind| (kind, units(kind).len())).filter(|(_, units)| *units > 0).collect();
    let mut design = Design::new();
    for (kind, _) in &kinds {
        let column = now.iter().map(|now| f64::from(u8::from(now == kind))).collect();
        design.push(name(*kind), column);
    }
    let clustered = Errors::Clustered(vec![panel.unit.clone()]);
    let (fit, standard_errors) = two_way(panel, design, errors.unwrap_or(&clustered))?;
    let one = |(kind, units): &(Exposure, usize)| {
        let place = fit.index(&name(*kind))?;
        let ring = if let Exposure::Ring(ring) = kind { Some(*ring) } else { None };
        let (effect, standard_error) = (fit.coefficients[place], standard_errors[place]);
        Some(RingEffect { ring, units: *units, effect, standard_error })
    };
    let mut found: Vec<RingEffect> = kinds.iter().filter_map(one).collect();
    if found.first().is_none_or(|first| first.ring.is_some()) {
        let why = "no unit is seen before and after its treatment".to_owned();
        return Err(StatisticsError::NotIdentified { what: "the effect".to_owned(), why });
    }
    let treated = found.remove(0);
    Ok(RingEffects { treated, rings: found, donors, free: all.len() as f64 - 1.0 })
}

/// The same by time since treatment: for a unit of a ring, since the first treated unit within reach began. A unit's ring is that of the
/// nearest unit that is ever treated.
///
/// # Errors
/// As [`ring_effects`].
pub fn ring_course(
    panel: &PanelRows,
    places: &Places,
    bounds_m: &[f64],
) -> Result<Vec<RingStep>, StatisticsError> {
    places.check()?;
    check_bounds(bounds_m)?;
    let starts = starts(panel, places.units())?;
    let reaches = reaches(places, &starts);
    let within_reach = |unit: usize| {
        let first = reaches[unit].iter().find(|(_, distance)| ring(*distance, bounds_m).is_some());
        first.map(|(start, _)| *start)
    };
    let kind = |unit: usize| {
        if let Some(start) = starts[unit] {
            return Some((Exposure::Treated, start));
        }
        let found = exposure(None, &reaches[unit], i64::MAX, bounds_m);
        Some((found, within_reach(unit)?))
    };
    let kinds: Vec<Option<(Exposure, i64)>> = (0..starts.len()).map(kind).collect();
    let cells: Vec<Option<(Option<usize>, i64)>> = (0..panel.unit.len())
        .map(|row| {
            let (kind, start) = kinds[panel.unit[row]]?;
            let ring = if let Exposure::Ring(ring) = kind { Some(ring) } else { None };
            Some((ring, panel.time[row].saturating_sub(start)))
        })
        .collect();
    if cells.iter().all(Option::is_some) {
        let what = "units beyond all rings".to_owned();
        return Err(StatisticsError::TooFew { what, found: 0, wanted: 1 });
    }
    let names: BTreeSet<(Option<usize>, i64)> =
        cells.iter().flatten().copied().filter(|cell| cell.1 != -1).collect();
    let mut design = Design::new();
    for cell in &names {
        let column = cells.iter().map(|own| f64::from(u8::from(own.as_ref() == Some(cell)))).collect();
        design.push(format!("{cell:?}"), column);
    }
    let (fit, errors) = two_way(panel, design, &Errors::Clustered(vec![panel.unit.clone()]))?;
    let one = |(ring, since): &(Option<usize>, i64)| {
        let place = fit.index(&format!("{:?}", (ring, since)))?;
        Some(RingStep {
            ring: *ring,
            since: *since,
            effect: fit.coefficients[place],
            standard_error: errors[place],
        })
    };
    Ok(names.iter().filter_map(one).collect())
}

fn name(kind: Exposure) -> String {
    format!("{kind:?}")
}

fn two_way(
    panel: &PanelRows,
    mut design: Design,
    errors: &Errors,
) -> Result<(Fit, Vec<f64>), StatisticsError> {
    for (name, column) in panel.covariates.names().iter().zip(panel.covariates.columns()) {
        design.push(format!("covariate {name}"), column.clone());
    }
    let times: Vec<i64> = panel.time.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let time: Vec<usize> =
        panel.time.iter().map(|time| times.partition_point(|known| known < time)).collect();
    let absorbed = within(&panel.outcome, &design, &[&panel.unit, &time], None)?;
    let fit = fit(&absorbed.design, &absorbed.outcome, None)?;
    let nested = matches!(errors, Errors::Clustered(_));
    let taken = if nested { absorbed.levels[1] } else { absorbed.levels[0] + absorbed.levels[1] - 1 };
    let standard_errors = fit.standard_errors(errors, Correction::Finite { absorbed: taken })?;
    Ok((fit, standard_errors))
}
