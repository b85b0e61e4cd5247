//! Intervals of ranks over all choices that might have been made.

use std::borrow::Cow;

use super::assumption::{Assumption, even, generator};
use crate::{CompositeError, Inputs, Method, Value, build, statistics};

/// How many draws, and from which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UncertaintyOptions {
    /// How often an index is made.
    pub draws: usize,
    /// The seed of the draws.
    pub seed: u64,
}

impl Default for UncertaintyOptions {
    fn default() -> Self {
        Self { draws: 1000, seed: 1 }
    }
}

/// The places of a unit over all draws.
#[derive(Clone, Debug, PartialEq)]
pub struct RankInterval {
    /// The unit.
    pub unit: String,
    /// The place by the method itself.
    pub nominal: Option<usize>,
    /// The mean place.
    pub mean: Value,
    /// The place that is better than all but 5 % of places.
    pub low: Value,
    /// The middle place.
    pub median: Value,
    /// The place that is worse than all but 5 % of places.
    pub high: Value,
}

/// What the draws gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncertainty {
    /// For each unit, in order.
    pub intervals: Vec<RankInterval>,
    /// For each draw the place of each unit; nothing where it was not ranked.
    pub ranks: Vec<Vec<Option<usize>>>,
}

/// Makes the index many times, each time with other choices, drawn on their own (Saisana, Saltelli and Tarantola 2005).
///
/// # Errors
/// When there is nothing to draw, or an index cannot be made: the choices must go together (no geometric mean of z-scores).
pub fn uncertainty(
    inputs: &Inputs,
    method: &Method,
    assumptions: &[Assumption],
    options: UncertaintyOptions,
) -> Result<Uncertainty, CompositeError> {
    if options.draws == 0 {
        return Err(CompositeError::TooFew { what: "draws".to_owned(), found: 0, wanted: 1 });
    }
    let runs = Runs::new(inputs, method, assumptions)?;
    let mut random = generator(options.seed);
    let draw = |_| {
        let places: Vec<f64> = assumptions.iter().map(|_| even(&mut random)).collect();
        runs.ranks(&places)
    };
    let ranks = (0..options.draws).map(draw).collect::<Result<Vec<_>, _>>()?;
    Ok(Uncertainty { intervals: runs.intervals(&ranks), ranks })
}

/// An index that is made again and again.
pub(super) struct Runs<'a> {
    inputs: &'a Inputs,
    method: &'a Method,
    assumptions: &'a [Assumption],
    pub(super) units: Vec<String>,
    pub(super) nominal: Vec<Option<usize>>,
}

impl<'a> Runs<'a> {
    pub(super) fn new(
        inputs: &'a Inputs,
        method: &'a Method,
        assumptions: &'a [Assumption],
    ) -> Result<Self, CompositeError> {
        assumptions.iter().try_for_each(Assumption::check)?;
        let composite = build(inputs, method)?;
        let (units, nominal) = (composite.units().to_vec(), composite.ranks());
        Ok(Self { inputs, method, assumptions, units, nominal })
    }

    /// The places of the units with each assumption at a place.
    pub(super) fn ranks(&self, places: &[f64]) -> Result<Vec<Option<usize>>, CompositeError> {
        let (mut inputs, mut method) = (Cow::Borrowed(self.inputs), self.method.clone());
        for (assumption, place) in self.assumptions.iter().zip(places) {
            assumption.apply(*place, &mut inputs, &mut method);
        }
        let composite = build(&inputs, &method)?;
        let ranks = composite.ranks();
        if composite.units() == self.units {
            return Ok(ranks);
        }
        let place = |unit: &String| composite.units().iter().position(|known| known == unit);
        Ok(self.units.iter().map(|unit| place(unit).and_then(|place| ranks[place])).collect())
    }

    pub(super) fn intervals(&self, ranks: &[Vec<Option<usize>>]) -> Vec<RankInterval> {
        let one = |(place, unit): (usize, &String)| {
            let places: Vec<f64> =
                ranks.iter().filter_map(|run| run[place]).map(|rank| rank as f64).collect();
            RankInterval {
                unit: unit.clone(),
                nominal: self.nominal[place],
                mean: statistics::mean(&places),
                low: statistics::quantile(&places, 0.05),
                median: statistics::median(&places),
                high: statistics::quantile(&places, 0.95),
            }
        };
        self.units.iter().enumerate().map(one).collect()
    }
}
