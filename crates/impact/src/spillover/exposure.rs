//! Which units are treated, which lie in a ring around them, and which are far enough to be compared with.

use super::places::Places;
use crate::StatisticsError;

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exposure {
    /// The project touches it.
    Treated,
    /// It lies in this ring around a treated unit, 0 being the nearest.
    Ring(usize),
    /// It lies beyond all rings.
    Donor,
}

/// All units.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposures {
    /// By unit.
    pub units: Vec<Exposure>,
    /// By unit: metres to the nearest treated unit; 0 for one that is treated.
    pub nearest_m: Vec<f64>,
}

impl Exposures {
    /// The units that can be compared with.
    pub fn donors(&self) -> Vec<usize> {
        self.of(|exposure| exposure == Exposure::Donor)
    }

    /// The units that are neither treated nor far enough: they belong in no pool of donors.
    pub fn excluded(&self) -> Vec<usize> {
        self.of(|exposure| matches!(exposure, Exposure::Ring(_)))
    }

    fn of(&self, wanted: impl Fn(Exposure) -> bool) -> Vec<usize> {
        (0..self.units.len()).filter(|unit| wanted(self.units[*unit])).collect()
    }
}

/// The ring that a distance lies in; each ring ends at its bound.
pub(super) fn ring(distance_m: f64, bounds_m: &[f64]) -> Option<usize> {
    Some(bounds_m.partition_point(|bound| *bound < distance_m)).filter(|ring| *ring < bounds_m.len())
}

pub(super) fn check_bounds(bounds_m: &[f64]) -> Result<(), StatisticsError> {
    let rising = bounds_m.windows(2).all(|pair| pair[0] < pair[1]);
    if bounds_m.is_empty() || bounds_m[0] <= 0.0 || !rising || bounds_m.iter().any(|bound| !bound.is_finite())
    {
        let why = "their bounds in metres must rise from above 0".to_owned();
        return Err(StatisticsError::NotIdentified { what: "rings".to_owned(), why });
    }
    Ok(())
}

/// Tells units apart by how far the nearest treated unit is. Rings end at `bounds_m`, such as 500 and 1000.
///
/// # Errors
/// When lengths differ, places are none, bounds do not rise, or no unit is treated.
pub fn exposures(places: &Places, treated: &[bool], bounds_m: &[f64]) -> Result<Exposures, StatisticsError> {
    places.check()?;
    check_bounds(bounds_m)?;
    let (found, wanted) = (treated.len(), places.units());
    if found != wanted {
        return Err(StatisticsError::Length { what: "treated".to_owned(), found, wanted });
    }
    let chosen: Vec<usize> = (0..wanted).filter(|unit| treated[*unit]).collect();
    if chosen.is_empty() {
        return Err(StatisticsError::TooFew { what: "treated units".to_owned(), found: 0, wanted: 1 });
    }
    let nearest = |unit: usize| {
        if treated[unit] {
            return 0.0;
        }
        chosen.iter().map(|other| places.metres(unit, *other)).fold(f64::INFINITY, f64::min)
    };
    let nearest_m: Vec<f64> = (0..wanted).map(nearest).collect();
    let of = |(treated, distance): (&bool, &f64)| match ring(*distance, bounds_m) {
        _ if *treated => Exposure::Treated,
        Some(ring) => Exposure::Ring(ring),
        None => Exposure::Donor,
    };
    Ok(Exposures { units: treated.iter().zip(&nearest_m).map(of).collect(), nearest_m })
}
