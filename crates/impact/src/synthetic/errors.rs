//! How sure a synthetic double difference is (Arkhangelsky and others 2021, algorithms 2 to 4).

use rand_pcg::Pcg64;

use super::{
    BlockPanel, SyntheticDifference, SyntheticOptions, difference::with_weights, difference::with_zeta,
};
use crate::{
    StatisticsError, Sureness,
    chance::{below, shuffle},
};

/// How the error is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// Donors are put in the place of the treated; the only way when there is one treated unit. Needs more donors than treated units, and
    /// that both vary alike.
    Placebo {
        /// How often.
        times: usize,
        /// The seed of the draws.
        seed: u64,
    },
    /// Units are drawn with replacement. Needs several treated units.
    Bootstrap {
        /// How often.
        times: usize,
        /// The seed of the draws.
        seed: u64,
    },
    /// Each unit is left out once, with weights as they are. Needs several treated units; a little too large.
    Jackknife,
}

/// The standard error of `found`, which `synthetic_difference` gave for this panel and these options.
///
/// # Errors
/// When there are not enough treated units or donors for the way that is asked for.
pub fn standard_error(
    panel: &BlockPanel,
    options: SyntheticOptions,
    found: &SyntheticDifference,
    resampling: Resampling,
) -> Result<f64, StatisticsError> {
    Ok(difference_sureness(panel, options, found, resampling)?.standard_error)
}

/// The same with its degrees of freedom: an error by placebo is that of donors; that of the jackknife is told of the treated and of donors that
/// have a weight, each with a spread of their own (Welch 1947; Satterthwaite 1946).
///
/// # Errors
/// As [`standard_error`].
pub fn difference_sureness(
    panel: &BlockPanel,
    options: SyntheticOptions,
    found: &SyntheticDifference,
    resampling: Resampling,
) -> Result<Sureness, StatisticsError> {
    let treated = panel.outcome.len() - panel.donors;
    match resampling {
        Resampling::Placebo { times, seed } => {
            enough("donors, one more than treated units", panel.donors, treated + 1)?;
            enough("draws", times, 2)?;
            Ok(by_placebo(&placebo_effects(panel, options, found, (times, seed)), panel.donors))
        }
        Resampling::Bootstrap { times, seed } => {
            enough("treated units", treated, 2)?;
            enough("draws", times, 2)?;
            Ok(by_placebo(&bootstrap_effects(panel, options, found, (times, seed)), treated))
        }
        Resampling::Jackknife => {
            enough("treated units", treated, 2)?;
            let weights = &found.unit_weights;
            enough("donors with a weight", weights.iter().filter(|weight| **weight > 0.0).count(), 2)?;
            let effects: Vec<f64> =
                (0..panel.outcome.len()).map(|unit| without(panel, found, unit)).collect();
            let group = |unit: usize| usize::from(unit >= panel.donors);
            let donors = 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>();
            Ok(by_jackknife(&effects, group, &[donors, treated as f64]))
        }
    }
}

pub(super) fn enough(what: &str, found: usize, wanted: usize) -> Result<(), StatisticsError> {
    if found >= wanted {
        return Ok(());
    }
    Err(StatisticsError::TooFew { what: what.to_owned(), found, wanted })
}

/// Of effects that were drawn, when so many units tell of their spread.
pub(super) fn by_placebo(effects: &[f64], units: usize) -> Sureness {
    let count = effects.len() as f64;
    let standard_error = spread(effects) * ((count - 1.0) / count).sqrt();
    Sureness { standard_error, free: (units as f64 - 1.0).max(1.0) }
}

/// Of estimates without each unit, which is of a group; so many units tell of the spread of a group.
pub(super) fn by_jackknife(effects: &[f64], group: impl Fn(usize) -> usize, counts: &[f64]) -> Sureness {
    let count = effects.len() as f64;
    let mean = effects.iter().sum::<f64>() / count;
    let mut parts = vec![0.0; counts.len()];
    for (unit, effect) in effects.iter().enumerate() {
        if let Some(part) = parts.get_mut(group(unit)) {
            *part += (effect - mean).powi(2) * (count - 1.0) / count;
        }
    }
    let variance: f64 = parts.iter().sum();
    let spread: f64 =
        parts.iter().zip(counts).map(|(part, count)| part * part / (count - 1.0).max(1.0)).sum();
    let free = if spread > 0.0 { variance * variance / spread } else { count - 1.0 };
    Sureness { standard_error: variance.sqrt(), free }
}

/// The standard deviation of a sample.
fn spread(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
}

fn placebo_effects(
    panel: &BlockPanel,
    options: SyntheticOptions,
    found: &SyntheticDifference,
    (times, seed): (usize, u64),
) -> Vec<f64> {
    let treated = panel.outcome.len() - panel.donors;
    let mut random = Pcg64::new(u128::from(seed), 0xa02_bdbf_7bb3_c0a7);
    let mut order: Vec<usize> = (0..panel.donors).collect();
    let single = treated == 1 && times >= panel.donors;
    let one = |draw: usize| {
        // With one treated unit there are as many placebos as donors: each is taken once.
        if single {
            order = (0..panel.donors).filter(|unit| *unit != draw).chain([draw]).collect();
        } else {
            shuffle(&mut order, &mut random);
        }
        let outcome: Vec<Vec<f64>> = order.iter().map(|unit| panel.outcome[*unit].clone()).collect();
        let donors = panel.donors - treated;
        let block = BlockPanel { outcome, donors, before: panel.before };
        let start = order[..donors].iter().map(|unit| found.unit_weights[*unit]).collect();
        with_zeta(&block, options, found, normal_sum(start)).effect
    };
    (0..if single { panel.donors } else { times }).map(one).collect()
}

fn bootstrap_effects(
    panel: &BlockPanel,
    options: SyntheticOptions,
    found: &SyntheticDifference,
    (times, seed): (usize, u64),
) -> Vec<f64> {
    let units = panel.outcome.len();
    let mut random = Pcg64::new(u128::from(seed), 0x5851_f42d_4c95_7f2d);
    let mut effects = Vec::with_capacity(times);
    while effects.len() < times {
        let mut drawn: Vec<usize> = (0..units).map(|_| below(units, &mut random)).collect();
        drawn.sort_unstable();
        let donors = drawn.iter().filter(|unit| **unit < panel.donors).count();
        // A draw without donors or without treated units says nothing.
        if donors == 0 || donors == units {
            continue;
        }
        let outcome = drawn.iter().map(|unit| panel.outcome[*unit].clone()).collect();
        let block = BlockPanel { outcome, donors, before: panel.before };
        let start = drawn[..donors].iter().map(|unit| found.unit_weights[*unit]).collect();
        effects.push(with_zeta(&block, options, found, normal_sum(start)).effect);
    }
    effects
}

/// The estimate without one unit; the weights of the others keep their proportions.
fn without(panel: &BlockPanel, found: &SyntheticDifference, unit: usize) -> f64 {
    let mut outcome = panel.outcome.clone();
    outcome.remove(unit);
    let mut weights = found.unit_weights.clone();
    let mut donors = panel.donors;
    if unit < donors {
        weights.remove(unit);
        donors -= 1;
    }
    let block = BlockPanel { outcome, donors, before: panel.before };
    with_weights(&block, found, normal_sum(weights)).effect
}

/// In proportion, summing to one; equal when there is nothing.
pub(super) fn normal_sum(weights: Vec<f64>) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    let equal = 1.0 / weights.len() as f64;
    weights.into_iter().map(|weight| if total > 0.0 { weight / total } else { equal }).collect()
}
