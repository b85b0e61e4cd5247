//! Means of the values of one unit.

use super::{Aggregation, Penalty};

/// The mean, or why there is none. There is a value at least, and the weights have a sum above 0.
pub(super) fn mean_by(by: Aggregation, values: &[f64], weights: &[f64]) -> Result<f64, String> {
    match by {
        Aggregation::Arithmetic | Aggregation::Copeland => Ok(arithmetic(values, weights)),
        Aggregation::Geometric => generalised(values, weights, 0.0),
        Aggregation::Harmonic => generalised(values, weights, -1.0),
        Aggregation::Generalised { power } => generalised(values, weights, power),
        Aggregation::Median => Ok(median(values, weights)),
        Aggregation::MazziottaPareto { penalty } => {
            let count = counted(weights) as f64;
            let sample = if count > 1.0 { count / (count - 1.0) } else { 0.0 };
            penalised(values, weights, sample, penalty)
        }
        Aggregation::AdjustedMazziottaPareto { penalty } => penalised(values, weights, 1.0, penalty),
    }
}

/// How many values count at all.
pub(crate) fn counted(weights: &[f64]) -> usize {
    weights.iter().filter(|weight| **weight > 0.0).count()
}

fn weighted(values: impl Iterator<Item = f64>, weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    values.zip(weights).map(|(value, weight)| value * (weight / total)).sum()
}

fn arithmetic(values: &[f64], weights: &[f64]) -> f64 {
    weighted(values.iter().copied(), weights)
}

fn generalised(values: &[f64], weights: &[f64], power: f64) -> Result<f64, String> {
    if power == 1.0 {
        return Ok(arithmetic(values, weights));
    }
    let counting = values.iter().zip(weights).filter(|(_, weight)| **weight > 0.0).map(|(value, _)| *value);
    let least = counting.fold(f64::INFINITY, f64::min);
    if power == f64::NEG_INFINITY {
        return Ok(least);
    }
    if least < 0.0 || (least == 0.0 && power <= 0.0) {
        return Err(format!(
            "the value {least} is not above 0; normalise to a range above 0, or take another mean"
        ));
    }
    if power == 0.0 {
        return Ok(
            weighted(values.iter().map(|value| if *value > 0.0 { value.ln() } else { 0.0 }), weights).exp()
        );
    }
    // The value that counts most is taken out, so that no power runs over.
    let unit = if power < 0.0 { least } else { values.iter().fold(0.0, |most: f64, value| most.max(*value)) };
    if unit == 0.0 {
        return Ok(0.0);
    }
    let parts = values.iter().map(|value| if *value > 0.0 { (value / unit).powf(power) } else { 0.0 });
    Ok(unit * weighted(parts, weights).powf(1.0 / power))
}

/// The least value with at least half of the weight at or below it; the mean with the next where the half falls between them.
fn median(values: &[f64], weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    let mut sorted: Vec<(f64, f64)> =
        values.iter().copied().zip(weights.iter().copied()).filter(|(_, weight)| *weight > 0.0).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sum = 0.0;
    for (place, (value, weight)) in sorted.iter().enumerate() {
        sum += weight / total;
        let Some((next, _)) = sorted.get(place + 1).filter(|_| sum < 0.5 + 1e-12) else { return *value };
        if sum > 0.5 - 1e-12 {
            return f64::midpoint(*value, *next);
        }
    }
    f64::NAN
}

/// `M ∓ S²/M`, the variance multiplied by `correction`.
fn penalised(values: &[f64], weights: &[f64], correction: f64, penalty: Penalty) -> Result<f64, String> {
    let mean = arithmetic(values, weights);
    if mean <= 0.0 {
        return Err(format!("the mean {mean} is not above 0; normalise to mean 100, or to 70–130"));
    }
    let variance = correction * weighted(values.iter().map(|value| (value - mean).powi(2)), weights);
    Ok(match penalty {
        Penalty::Lowers => mean - variance / mean,
        Penalty::Raises => mean + variance / mean,
    })
}
