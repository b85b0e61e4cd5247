//! The estimate.

use super::{
    covariates::{BlockCovariates, Centred},
    options::{AugmentedOptions, Penalty},
    past::{Past, Weighed},
    penalty::PenaltyError,
};
use crate::{BlockPanel, StatisticsError};

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct AugmentedControl {
    /// The mean effect on the treated, over the times from the treatment on.
    pub effect: f64,
    /// Treated less synthetic, at every time.
    pub gap: Vec<f64>,
    /// The weight of each donor; they sum to one, and may be negative.
    pub weights: Vec<f64>,
    /// The weights before the correction; none is negative.
    pub plain_weights: Vec<f64>,
    /// λ of the correction; nothing without one.
    pub lambda: Option<f64>,
    /// The errors by which λ was chosen, the largest λ first; none when it was given.
    pub errors: Vec<PenaltyError>,
    /// The length of the gap before the treatment (less the levels of units, when these are taken out).
    pub imbalance: f64,
    /// The same as a part of what it is when all donors count alike.
    pub scaled_imbalance: f64,
    /// At each time from the treatment on: how far plain synthetic control is off, by the correction.
    pub bias: Vec<f64>,
    /// How it was asked, with the λ that was found.
    pub options: AugmentedOptions,
}

impl AugmentedControl {
    /// The mean of what the correction takes for the bias of plain synthetic control.
    pub fn mean_bias(&self) -> f64 {
        self.bias.iter().sum::<f64>() / self.bias.len() as f64
    }
}

/// Weighs donors to come near to the treated before the treatment, and takes out what ridge regression of later outcomes on earlier ones
/// says of the rest.
///
/// # Errors
/// When covariates do not fit the panel, λ is not a number from 0 on, or there are too few times to choose it by.
pub fn augmented_control(
    panel: &BlockPanel,
    covariates: &BlockCovariates,
    options: AugmentedOptions,
) -> Result<AugmentedControl, StatisticsError> {
    let centred = covariates.centred(panel)?;
    let (found, weighed) = fitted(panel, &centred, options)?;
    let mean = panel.treated_mean();
    let gap: Vec<f64> =
        (0..panel.times()).map(|t| found.gap(&weighed, mean[t], |donor| panel.outcome[donor][t])).collect();
    let (before, after) = gap.split_at(panel.before);
    let imbalance = before.iter().map(|gap| gap * gap).sum::<f64>().sqrt();
    let moved = |time: usize| {
        let one = |donor: usize| {
            (weighed.weights[donor] - weighed.plain[donor])
                * found.less_level(donor, panel.outcome[donor][time])
        };
        (0..panel.donors).map(one).sum()
    };
    let bias: Vec<f64> = (panel.before..panel.times()).map(moved).collect();
    let effect = after.iter().sum::<f64>() / after.len() as f64;
    let scaled_imbalance = imbalance / found.gap_of_equal(&weighed, &mean[..panel.before]);
    let Weighed { plain, weights, lambda, errors, .. } = weighed;
    let options = AugmentedOptions { penalty: lambda.map_or(options.penalty, Penalty::Given), ..options };
    let plain_weights = plain;
    Ok(AugmentedControl {
        effect,
        gap,
        weights,
        plain_weights,
        lambda,
        errors,
        imbalance,
        scaled_imbalance,
        bias,
        options,
    })
}

fn fitted<'a>(
    panel: &BlockPanel,
    centred: &'a Centred,
    options: AugmentedOptions,
) -> Result<(Past<'a>, Weighed), StatisticsError> {
    let donors: Vec<Vec<f64>> =
        panel.outcome[..panel.donors].iter().map(|row| row[..panel.before].to_vec()).collect();
    let past = Past::of(&donors, centred, options)?;
    let weighed = past.weigh(&panel.treated_mean()[..panel.before])?;
    Ok((past, weighed))
}
