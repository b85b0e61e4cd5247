//! Which choices the ranks hang on.

use super::{
    assumption::Assumption,
    compare::mean_shift,
    sobol::{Effect, Saltelli, effects},
    uncertainty::{RankInterval, Runs},
};
use crate::{CompositeError, Inputs, Method};

/// How many runs, and from which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SensitivityOptions {
    /// The points of a sample: an index is made `points · (assumptions + 2)` times.
    pub points: usize,
    /// How many resamples the intervals of effects come from; 0 for none.
    pub bootstrap: usize,
    /// The seed of the draws.
    pub seed: u64,
}

impl Default for SensitivityOptions {
    fn default() -> Self {
        Self { points: 500, bootstrap: 1000, seed: 1 }
    }
}

/// What each assumption accounts for.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// The assumptions, in order.
    pub names: Vec<String>,
    /// The effect of each on the mean absolute shift of ranks; nothing when ranks never shift.
    pub shift: Option<Vec<Effect>>,
    /// For each unit the effect of each on its rank; nothing for a unit whose rank never moves, or that is not ranked in some run.
    pub of_unit: Vec<(String, Option<Vec<Effect>>)>,
    /// Intervals of ranks over both samples.
    pub intervals: Vec<RankInterval>,
}

/// First and total effects of each assumption on ranks, by Sobol' indices.
///
/// # Errors
/// When there are fewer than two assumptions or points, or an index cannot be made.
pub fn sensitivity(
    inputs: &Inputs,
    method: &Method,
    assumptions: &[Assumption],
    options: SensitivityOptions,
) -> Result<Sensitivity, CompositeError> {
    for (what, found) in [("assumptions", assumptions.len()), ("points of a sample", options.points)] {
        if found < 2 {
            return Err(CompositeError::TooFew { what: what.to_owned(), found, wanted: 2 });
        }
    }
    let runs = Runs::new(inputs, method, assumptions)?;
    let design = Saltelli::new(options.points, assumptions.len(), options.seed);
    let ranks = |sample: &Vec<Vec<f64>>| {
        sample.iter().map(|places| runs.ranks(places)).collect::<Result<Vec<_>, _>>()
    };
    let (first, second) = (ranks(&design.first)?, ranks(&design.second)?);
    let mixed = design.mixed.iter().map(ranks).collect::<Result<Vec<_>, _>>()?;
    let effects_of = |result: &dyn Fn(&Ranks) -> Option<f64>| {
        let values = |sample: &Vec<Ranks>| sample.iter().map(result).collect::<Option<Vec<f64>>>();
        let all =
            values(&first).zip(values(&second)).zip(mixed.iter().map(values).collect::<Option<Vec<_>>>());
        let Some(((first, second), mixed)) = all else { return Ok(None) };
        effects(&first, &second, &mixed, options.bootstrap, options.seed)
    };
    let shift = effects_of(&|ranks| mean_shift(&runs.nominal, ranks))?;
    let of_unit = |(place, unit): (usize, &String)| {
        Ok((unit.clone(), effects_of(&|ranks| ranks[place].map(|rank| rank as f64))?))
    };
    let of_unit = runs.units.iter().enumerate().map(of_unit).collect::<Result<_, CompositeError>>()?;
    let intervals = runs.intervals(&[first.clone(), second.clone()].concat());
    Ok(Sensitivity {
        names: assumptions.iter().map(|one| one.name.clone()).collect(),
        shift,
        of_unit,
        intervals,
    })
}

/// The place of each unit in one run.
type Ranks = Vec<Option<usize>>;
