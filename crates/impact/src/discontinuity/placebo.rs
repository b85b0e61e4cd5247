//! Jumps where there should be none.

use super::{
    data::ThresholdData,
    effect::{DiscontinuityEffect, DiscontinuityOptions, discontinuity},
};
use crate::{StatisticsError, two_sided};

/// A threshold that decides nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaceboThreshold {
    /// The running value.
    pub threshold: f64,
    /// What was found there.
    pub found: DiscontinuityEffect,
    /// The chance of such a jump when there is none, by the robust error.
    pub p_value: f64,
}

/// Looks for jumps of the outcome at other running values, each with the units of one side of the true threshold alone, so that its own jump
/// does not count (Imbens and Lemieux 2008).
///
/// # Errors
/// As [`discontinuity`]; and when a placebo is the threshold itself.
pub fn placebo_thresholds(
    data: &ThresholdData,
    threshold: f64,
    placebos: &[f64],
    options: DiscontinuityOptions,
) -> Result<Vec<PlaceboThreshold>, StatisticsError> {
    // Faults of the data are told as those of the data, and not as those of a part of it.
    data.sides(threshold, options.bias_order())?;
    let one = |placebo: &f64| {
        if *placebo == threshold {
            let why = "it is the threshold itself".to_owned();
            return Err(StatisticsError::NotIdentified { what: "the placebo threshold".to_owned(), why });
        }
        let above = *placebo > threshold;
        let rows: Vec<usize> =
            (0..data.running.len()).filter(|row| (data.running[*row] >= threshold) == above).collect();
        let take = |column: &[f64]| rows.iter().map(|row| column[*row]).collect::<Vec<f64>>();
        let part =
            ThresholdData { running: take(&data.running), outcome: take(&data.outcome), received: None };
        let found = discontinuity(&part, *placebo, options)?;
        let p_value = two_sided(found.effect.bias_corrected / found.effect.robust_error, None);
        Ok(PlaceboThreshold { threshold: *placebo, found, p_value })
    };
    placebos.iter().map(one).collect()
}
