//! Intervals from times that are left out (Barber, Candès, Ramdas and Tibshirani 2021).

use super::{control::AugmentedControl, covariates::BlockCovariates, past::Past};
use crate::{BlockPanel, StatisticsError, quantile::quantile};

/// Intervals of effects.
#[derive(Clone, Debug, PartialEq)]
pub struct JackknifeBounds {
    /// That of each time from the treatment on.
    pub times: Vec<[f64; 2]>,
    /// That of the mean effect.
    pub mean: [f64; 2],
    /// How far each time before the treatment is missed when it is left out.
    pub missed: Vec<f64>,
}

/// Leaves out each time before the treatment in turn, with λ as it was found, and adds how far it is missed to either side of what would
/// have been then. An interval is read from all of these, so that it holds the effect with the chance `1 − alpha`, and never less
/// than `1 − 2 alpha` when times are exchangeable. With `conservative` it reaches from the least to the largest of what would have been,
/// by the `1 − alpha` quantile of what is missed.
///
/// # Errors
/// When there are fewer than three times before the treatment, or the weights cannot be found.
pub fn jackknife_plus(
    panel: &BlockPanel,
    covariates: &BlockCovariates,
    found: &AugmentedControl,
    alpha: f64,
    conservative: bool,
) -> Result<JackknifeBounds, StatisticsError> {
    if panel.before < 3 {
        let what = "times before the treatment".to_owned();
        return Err(StatisticsError::TooFew { what, found: panel.before, wanted: 3 });
    }
    let centred = covariates.centred(panel)?;
    let mean = panel.treated_mean();
    let later: Vec<usize> = (panel.before..panel.times()).collect();
    let mut missed = Vec::with_capacity(panel.before);
    // By time from the treatment on, and last their mean: what would have been, once for each time left out.
    let mut instead: Vec<Vec<f64>> = vec![Vec::with_capacity(panel.before); later.len() + 1];
    for out in 0..panel.before {
        let keep = |row: &[f64]| -> Vec<f64> { [&row[..out], &row[out + 1..panel.before]].concat() };
        let donors: Vec<Vec<f64>> = panel.outcome[..panel.donors].iter().map(|row| keep(row)).collect();
        let past = Past::of(&donors, &centred, found.options)?;
        let weighed = past.weigh(&keep(&mean))?;
        let gap = |time: usize| past.gap(&weighed, mean[time], |donor| panel.outcome[donor][time]);
        missed.push(gap(out));
        let course: Vec<f64> = later.iter().map(|time| mean[*time] - gap(*time)).collect();
        let whole = course.iter().sum::<f64>() / course.len() as f64;
        instead.iter_mut().zip(course.into_iter().chain([whole])).for_each(|(all, one)| all.push(one));
    }
    let sizes: Vec<f64> = missed.iter().map(|gap: &f64| gap.abs()).collect();
    let bounds = |all: &[f64]| -> [f64; 2] {
        if conservative {
            let more = quantile(&sizes, 1.0 - alpha);
            let least = all.iter().copied().fold(f64::INFINITY, f64::min);
            let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            return [least - more, most + more];
        }
        let low: Vec<f64> = all.iter().zip(&sizes).map(|(value, size)| value - size).collect();
        let high: Vec<f64> = all.iter().zip(&sizes).map(|(value, size)| value + size).collect();
        [quantile(&low, alpha / 2.0), quantile(&high, 1.0 - alpha / 2.0)]
    };
    let observed = later.iter().map(|time| mean[*time]);
    let whole = observed.clone().sum::<f64>() / later.len() as f64;
    let mut times: Vec<[f64; 2]> = observed
        .chain([whole])
        .zip(&instead)
        .map(|(observed, all)| {
            let [low, high] = bounds(all);
            [observed - high, observed - low]
        })
        .collect();
    let mean = times.pop().unwrap_or([f64::NAN; 2]);
    Ok(JackknifeBounds { times, mean, missed })
}
