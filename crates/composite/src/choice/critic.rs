//! Weights from what each criterion tells that the others do not.

use super::Choice;
use crate::{CompositeError, Value, statistics, weights::shares};

/// Criteria importance through intercriteria correlation (CRITIC, Diakoulaki, Mavrotas and Papayannakis 1995): a criterion weighs more, the
/// more it differs between alternatives and the less it goes with the others. The weights of `choice` do not matter. They sum to one.
///
/// # Errors
/// When there are fewer than two alternatives, or no criterion tells anything of its own.
pub fn critic_weights(choice: &Choice) -> Result<Vec<f64>, CompositeError> {
    let count = choice.alternatives();
    if count < 2 {
        return Err(CompositeError::TooFew { what: "alternatives".to_owned(), found: count, wanted: 2 });
    }
    let scaled = choice.scaled();
    let column = |criterion: usize| scaled.iter().map(|row| Some(row[criterion])).collect::<Vec<Value>>();
    let columns: Vec<Vec<Value>> = (0..choice.weights.len()).map(column).collect();
    let told = |own: &Vec<Value>| {
        let deviation = statistics::deviation(&statistics::present(own)).unwrap_or(0.0);
        // A criterion without differences goes with none, and tells nothing.
        let apart = |other: &Vec<Value>| 1.0 - statistics::correlation(own, other).unwrap_or(0.0);
        deviation * columns.iter().map(apart).sum::<f64>()
    };
    let told: Vec<f64> = columns.iter().map(told).collect();
    if told.iter().sum::<f64>() <= 0.0 {
        let why = "no criterion differs between alternatives, or all go together in full; give weights";
        return Err(CompositeError::undefined("the weights by CRITIC", why));
    }
    Ok(shares(&told))
}
