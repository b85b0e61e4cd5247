//! Choice among alternatives by several criteria.
//!
//! Methods differ in what they hold to be good, and may rank differently: ask several, and say where they agree. Priorities from
//! judgements in pairs (AHP) are [`Judgements`](crate::Judgements).

mod compromise;
mod critic;
mod knapsack;
mod outrank;
mod smaa;
mod sums;

pub use compromise::{Similarity, Vikor, topsis, vikor};
pub use critic::critic_weights;
pub use knapsack::{Selection, select};
pub use outrank::{Flows, Preference, promethee};
pub use smaa::{Acceptability, SmaaOptions, WeightOrder, acceptability};
pub use sums::{spotis, weighted_sum};

use crate::{
    CompositeError, Value,
    error::check_length,
    hierarchy::Direction,
    statistics::{self, rank_from_highest, rank_from_lowest},
    weights::shares,
};

/// Alternatives by criteria, none missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    values: Vec<Vec<f64>>,
    weights: Vec<f64>,
    directions: Vec<Direction>,
}

impl Choice {
    /// From one row of values for each alternative, in the units of the criteria; weights are relative.
    ///
    /// # Errors
    /// When there are no alternatives or criteria, lengths differ, a value is not finite, or weights are negative or all zero.
    pub fn new(
        values: Vec<Vec<f64>>,
        weights: &[f64],
        directions: Vec<Direction>,
    ) -> Result<Self, CompositeError> {
        let count = weights.len();
        for (what, found) in [("alternatives", values.len()), ("criteria", count)] {
            if found == 0 {
                return Err(CompositeError::TooFew { what: what.to_owned(), found, wanted: 1 });
            }
        }
        check_length("the directions of criteria", directions.len(), count)?;
        for (place, row) in values.iter().enumerate() {
            let what = format!("the alternative {place}");
            check_length(&what, row.len(), count)?;
            if let Some(place) = row.iter().position(|value| !value.is_finite()) {
                return Err(CompositeError::NotFinite { what, place });
            }
        }
        if let Some(place) = weights.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
            return Err(CompositeError::Weight { code: format!("criterion {place}"), value: weights[place] });
        }
        if weights.iter().sum::<f64>() <= 0.0 {
            return Err(CompositeError::setting("the sum of weights", 0, "above 0"));
        }
        Ok(Self { values, weights: shares(weights), directions })
    }

    /// With a higher value better on every criterion.
    ///
    /// # Errors
    /// As [`Choice::new`].
    pub fn higher_is_better(values: Vec<Vec<f64>>, weights: &[f64]) -> Result<Self, CompositeError> {
        Self::new(values, weights, vec![Direction::Higher; weights.len()])
    }

    /// The weights as parts of one.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// How many alternatives there are.
    pub fn alternatives(&self) -> usize {
        self.values.len()
    }

    /// One value, turned so that higher is better.
    fn turned(&self, alternative: usize, criterion: usize) -> f64 {
        self.directions[criterion].sign() * self.values[alternative][criterion]
    }

    /// The worst and the best value of a criterion, turned so that higher is better.
    fn range(&self, criterion: usize) -> (f64, f64) {
        let values: Vec<f64> = (0..self.values.len()).map(|a| self.turned(a, criterion)).collect();
        statistics::extremes(&values).unwrap_or_default()
    }

    /// Values from 0 (worst) to 1 (best); 0 where all are equal, so that the criterion tells nobody apart.
    fn scaled(&self) -> Vec<Vec<f64>> {
        let ranges: Vec<(f64, f64)> = (0..self.weights.len()).map(|c| self.range(c)).collect();
        let one = |alternative: usize, criterion: usize| {
            let (worst, best) = ranges[criterion];
            if best > worst { (self.turned(alternative, criterion) - worst) / (best - worst) } else { 0.0 }
        };
        (0..self.values.len()).map(|a| (0..self.weights.len()).map(|c| one(a, c)).collect()).collect()
    }
}

/// The place of each alternative, 1 for the highest score; equal scores share the better place.
pub fn places_by_highest(scores: &[f64]) -> Vec<usize> {
    places(scores, rank_from_highest)
}

/// The place of each alternative, 1 for the lowest score; equal scores share the better place.
pub fn places_by_lowest(scores: &[f64]) -> Vec<usize> {
    places(scores, rank_from_lowest)
}

fn places(scores: &[f64], rank: fn(&[Value]) -> Vec<Option<usize>>) -> Vec<usize> {
    rank(&scores.iter().copied().map(Some).collect::<Vec<Value>>()).into_iter().flatten().collect()
}

/// The weighted sum of parts.
fn sum(weights: &[f64], values: &[f64]) -> f64 {
    weights.iter().zip(values).map(|(weight, value)| weight * value).sum()
}
