//! Weights of donors that bring them near to the treated in the past, and what is left of it.

use super::{
    covariates::Centred,
    options::{AugmentedOptions, CovariateUse, Penalty},
    penalty::{PenaltyError, search},
    ridge::Ridge,
};
use crate::{StatisticsError, synthetic::simplex};

/// The donors at the times that weights are made by.
#[derive(Clone, Debug)]
pub(super) struct Past<'a> {
    options: AugmentedOptions,
    covariates: &'a Centred,
    /// By donor: its mean over these times, or 0.
    levels: Vec<f64>,
    /// By time: the mean over donors.
    means: Vec<f64>,
    /// By donor: each time less its mean, then covariates when they are balanced beside outcomes.
    rows: Vec<Vec<f64>>,
    /// The same as it can be explained; nothing without correction.
    ridge: Option<Ridge>,
    /// The covariates alone, when what they say is taken out first.
    explained: Option<Ridge>,
    /// By time: what they say of the treated.
    told: Vec<f64>,
    /// What covariates are multiplied with to have the scale of outcomes.
    scales: Vec<f64>,
}

/// The weights of donors.
#[derive(Clone, Debug)]
pub(super) struct Weighed {
    /// Before the correction: none is negative, and they sum to one.
    pub(super) plain: Vec<f64>,
    /// With the correction.
    pub(super) weights: Vec<f64>,
    /// λ, where there is a correction.
    pub(super) lambda: Option<f64>,
    /// The errors by which λ was chosen.
    pub(super) errors: Vec<PenaltyError>,
    level: f64,
}

impl<'a> Past<'a> {
    /// Donors by time.
    pub(super) fn of(
        donors: &[Vec<f64>],
        covariates: &'a Centred,
        options: AugmentedOptions,
    ) -> Result<Self, StatisticsError> {
        let (count, times) = (donors.len() as f64, donors.first().map_or(0, Vec::len));
        let level = |row: &Vec<f64>| {
            if options.fixed_effects { row.iter().sum::<f64>() / times as f64 } else { 0.0 }
        };
        let levels: Vec<f64> = donors.iter().map(level).collect();
        let mean =
            |time: usize| donors.iter().zip(&levels).map(|(row, l)| row[time] - l).sum::<f64>() / count;
        let means: Vec<f64> = (0..times).map(mean).collect();
        let less = |(row, level): (&Vec<f64>, &f64)| -> Vec<f64> {
            row.iter().zip(&means).map(|(value, mean)| value - level - mean).collect()
        };
        let mut rows: Vec<Vec<f64>> = donors.iter().zip(&levels).map(less).collect();
        let (mut scales, mut explained, mut told) = (Vec::new(), None, Vec::new());
        match options.covariates {
            _ if covariates.deviations.is_empty() => {}
            CovariateUse::Balanced => {
                let all: Vec<f64> = rows.iter().flatten().copied().collect();
                let own =
                    (all.iter().map(|value| value * value).sum::<f64>() / (all.len() as f64 - 1.0)).sqrt();
                scales = covariates.deviations.iter().map(|deviation| own / deviation).collect();
                for (row, values) in rows.iter_mut().zip(&covariates.donors) {
                    row.extend(values.iter().zip(&scales).map(|(value, scale)| value * scale));
                }
            }
            CovariateUse::Residualised => {
                let ridge = Ridge::of(&covariates.donors)?;
                let said = |values: &[f64]| combined(&rows, &ridge.weights(values, 0.0), times);
                told = said(&covariates.treated);
                let all: Vec<Vec<f64>> = covariates.donors.iter().map(|values| said(values)).collect();
                for (row, said) in rows.iter_mut().zip(&all) {
                    row.iter_mut().zip(said).for_each(|(value, said)| *value -= said);
                }
                explained = Some(ridge);
            }
        }
        let corrected = options.penalty != Penalty::NoCorrection;
        let ridge = if corrected { Some(Ridge::of(&rows)?) } else { None };
        Ok(Self { options, covariates, levels, means, rows, ridge, explained, told, scales })
    }

    /// The weights that bring donors near to the treated, whose outcomes at these times are given.
    pub(super) fn weigh(&self, treated: &[f64]) -> Result<Weighed, StatisticsError> {
        let level =
            if self.options.fixed_effects { treated.iter().sum::<f64>() / treated.len() as f64 } else { 0.0 };
        let mut target: Vec<f64> =
            treated.iter().zip(&self.means).map(|(value, mean)| value - level - mean).collect();
        target.extend(self.covariates.treated.iter().zip(&self.scales).map(|(value, scale)| value * scale));
        target.iter_mut().zip(&self.told).for_each(|(value, said)| *value -= said);
        let plain = plain(&self.rows, &target, self.options.weigh)?;
        let (lambda, errors) = match (self.options.penalty, &self.ridge) {
            (Penalty::Given(lambda), _) => (Some(checked(lambda)?), Vec::new()),
            (Penalty::Searched(how), Some(ridge)) => {
                let found = search(&self.rows, &target, self.options.weigh, how, ridge.largest())?;
                (Some(found.0), found.1)
            }
            _ => (None, Vec::new()),
        };
        let mut weights = plain.clone();
        if let (Some(lambda), Some(ridge)) = (lambda, &self.ridge) {
            add(&mut weights, &ridge.weights(&rest(&self.rows, &target, &plain), lambda));
        }
        if let Some(ridge) = &self.explained {
            let left = rest(&self.covariates.donors, &self.covariates.treated, &weights);
            add(&mut weights, &ridge.weights(&left, 0.0));
        }
        Ok(Weighed { plain, weights, lambda, errors, level })
    }

    /// The outcome of a donor less its level.
    pub(super) fn less_level(&self, donor: usize, outcome: f64) -> f64 {
        outcome - self.levels[donor]
    }

    /// Treated less donors at any time.
    pub(super) fn gap(&self, weighed: &Weighed, treated: f64, donors: impl Fn(usize) -> f64) -> f64 {
        let of = |donor: usize| weighed.weights[donor] * self.less_level(donor, donors(donor));
        treated - weighed.level - (0..self.levels.len()).map(of).sum::<f64>()
    }

    /// The length of what donors leave of the treated when all count alike, outcomes alone.
    pub(super) fn gap_of_equal(&self, weighed: &Weighed, treated: &[f64]) -> f64 {
        let gap = |(value, mean): (&f64, &f64)| value - weighed.level - mean;
        treated.iter().zip(&self.means).map(|pair| gap(pair).powi(2)).sum::<f64>().sqrt()
    }
}

/// The weights of donors that leave least of a target, none negative and summing to one; or all alike.
pub(super) fn plain(rows: &[Vec<f64>], target: &[f64], weigh: bool) -> Result<Vec<f64>, StatisticsError> {
    if weigh { simplex::weights(rows, target, 0.0) } else { Ok(vec![1.0 / rows.len() as f64; rows.len()]) }
}

/// What weighted rows leave of a target.
pub(super) fn rest(rows: &[Vec<f64>], target: &[f64], weights: &[f64]) -> Vec<f64> {
    let sum = combined(rows, weights, target.len());
    target.iter().zip(sum).map(|(value, sum)| value - sum).collect()
}

fn combined(rows: &[Vec<f64>], weights: &[f64], width: usize) -> Vec<f64> {
    let mut sum = vec![0.0; width];
    for (row, weight) in rows.iter().zip(weights) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
    }
    sum
}

pub(super) fn add(weights: &mut [f64], more: &[f64]) {
    weights.iter_mut().zip(more).for_each(|(weight, more)| *weight += more);
}

fn checked(lambda: f64) -> Result<f64, StatisticsError> {
    if lambda.is_finite() && lambda >= 0.0 {
        return Ok(lambda);
    }
    let (what, why) =
        ("the ridge correction".to_owned(), format!("λ must not be below 0 or infinite: {lambda}"));
    Err(StatisticsError::NotIdentified { what, why })
}
