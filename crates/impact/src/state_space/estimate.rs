//! How much the level of a series moves, by maximum likelihood.

use super::{Part, StateSpace, filter};
use crate::StatisticsError;

const STEPS_MAX: usize = 200;
/// The golden section.
const GOLDEN: f64 = 0.618_033_988_749_894_9;
/// Between these the share of the level's variance in the noise is looked for.
const RATIO: (f64, f64) = (1e-9, 1e9);

/// A level that wanders, seen through noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalLevel {
    /// The variance of the noise.
    pub noise: f64,
    /// The variance of a step of the level.
    pub level: f64,
    /// The log-likelihood there.
    pub log_likelihood: f64,
}

/// Finds the variances of a level and of the noise around it. One of them follows from the other, so that the search is along one line
/// (Durbin and Koopman 2012, section 2.10.2).
///
/// # Errors
/// When fewer than three values are there, or they are all equal.
pub fn local_level(series: &[Option<f64>]) -> Result<LocalLevel, StatisticsError> {
    let values: Vec<f64> = series.iter().flatten().copied().collect();
    if values.len() < 3 {
        let what = "values of the series".to_owned();
        return Err(StatisticsError::TooFew { what, found: values.len(), wanted: 3 });
    }
    if values.windows(2).all(|pair| pair[0] == pair[1]) {
        let why = "all values are equal".to_owned();
        return Err(StatisticsError::NotIdentified { what: "the variance of the level".to_owned(), why });
    }
    let (mut low, mut high) = (RATIO.0.ln(), RATIO.1.ln());
    let value = |ratio: f64| concentrated(series, ratio.exp());
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_left, mut at_right) = (value(left).log_likelihood, value(right).log_likelihood);
    for _ in 0..STEPS_MAX {
        if at_left > at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = value(left).log_likelihood;
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = value(right).log_likelihood;
        }
        if high - low < 1e-10 {
            break;
        }
    }
    Ok(value(low.midpoint(high)))
}

/// The best variance of the noise when the level's is `ratio` of it.
fn concentrated(series: &[Option<f64>], ratio: f64) -> LocalLevel {
    let model = |noise: f64| StateSpace { noise, parts: vec![Part::Level { variance: ratio * noise }] };
    let unit = filter(&model(1.0), series);
    let errors: Vec<f64> = unit
        .predicted
        .iter()
        .zip(series)
        .filter(|((_, variance), _)| variance.is_finite())
        .filter_map(|((mean, variance), value)| value.map(|value| (value - mean).powi(2) / variance))
        .collect();
    let noise = errors.iter().sum::<f64>() / errors.len() as f64;
    LocalLevel { noise, level: ratio * noise, log_likelihood: filter(&model(noise), series).log_likelihood }
}
