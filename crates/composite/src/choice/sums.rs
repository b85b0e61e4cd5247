//! Scores that are weighted sums.

use super::{Choice, sum};
use crate::{CompositeError, error::check_length, hierarchy::Direction};

/// The weighted sum of values from 0 (worst alternative) to 1 (best), for each alternative; higher is better.
pub fn weighted_sum(choice: &Choice) -> Vec<f64> {
    choice.scaled().iter().map(|row| sum(&choice.weights, row)).collect()
}

/// The weighted distance from the best end of fixed bounds, 0 to 1, for each alternative; lower is better (SPOTIS, Dezert, Tchamova, Han
/// and Tacnet 2020). A new alternative moves no other: ranks do not turn over.
///
/// # Errors
/// When there is not one pair of bounds a criterion, the first is not below the second, or a value lies outside.
pub fn spotis(choice: &Choice, bounds: &[(f64, f64)]) -> Result<Vec<f64>, CompositeError> {
    check_length("the bounds of criteria", bounds.len(), choice.weights.len())?;
    for (criterion, (low, high)) in bounds.iter().enumerate() {
        if !(low.is_finite() && high.is_finite() && low < high) {
            let what = format!("the bounds of criterion {criterion}");
            return Err(CompositeError::setting(
                &what,
                format!("{low} and {high}"),
                "two numbers, the first lower",
            ));
        }
        for (alternative, row) in choice.values.iter().enumerate() {
            if row[criterion] < *low || row[criterion] > *high {
                let what = format!("the value of alternative {alternative} on criterion {criterion}");
                return Err(CompositeError::setting(&what, row[criterion], "within the bounds; widen them"));
            }
        }
    }
    let distance = |row: &Vec<f64>| {
        let one = |(criterion, value): (usize, &f64)| {
            let (low, high) = bounds[criterion];
            let best = if choice.directions[criterion] == Direction::Higher { high } else { low };
            choice.weights[criterion] * (value - best).abs() / (high - low)
        };
        row.iter().enumerate().map(one).sum()
    };
    Ok(choice.values.iter().map(distance).collect())
}
