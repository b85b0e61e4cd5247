//! Tests that hold whatever the errors are like, as long as times could change places (Chernozhukov, Wüthrich and Zhu 2021).

use rand_pcg::Pcg64;

use super::{control::AugmentedControl, covariates::BlockCovariates, covariates::Centred, past::Past};
use crate::{BlockPanel, StatisticsError, chance::shuffle};

/// How effects are tested.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conformal {
    /// The chance that an interval may miss an effect.
    pub alpha: f64,
    /// How many effects are tried for an interval, within two root mean square effects of the estimate.
    pub grid: usize,
    /// What is looked at.
    pub statistic: ConformalStatistic,
    /// How times change places.
    pub reordering: Reordering,
}

impl Default for Conformal {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            grid: 50,
            statistic: ConformalStatistic::default(),
            reordering: Reordering::default(),
        }
    }
}

impl Conformal {
    /// For the mean effect over all times, with errors that remember.
    pub fn of_mean(alpha: f64) -> Self {
        let (statistic, reordering) = (ConformalStatistic::SizeOfSum, Reordering::Shift);
        Self { alpha, statistic, reordering, ..Self::default() }
    }
}

/// What is taken of the gaps from the treatment on; the larger, the less it looks like nothing happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConformalStatistic {
    /// `(Σ |gap|^q / √n)^(1/q)`.
    Norm(f64),
    /// Their sum, to test against an effect below.
    Sum,
    /// Their sum with another sign, to test against an effect above.
    NegativeSum,
    /// The size of their sum.
    SizeOfSum,
}

impl Default for ConformalStatistic {
    fn default() -> Self {
        Self::Norm(1.0)
    }
}

impl ConformalStatistic {
    fn of(self, gaps: &[f64]) -> f64 {
        let sum = || gaps.iter().sum::<f64>();
        match self {
            Self::Norm(q) => {
                let powers: f64 = gaps.iter().map(|gap| gap.abs().powf(q)).sum();
                (powers / (gaps.len() as f64).sqrt()).powf(1.0 / q)
            }
            Self::Sum => sum(),
            Self::NegativeSum => -sum(),
            Self::SizeOfSum => sum().abs(),
        }
    }
}

/// How times change places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reordering {
    /// In any way, by draws: right when errors do not remember. All ways are gone through instead when one time is tested.
    Any {
        /// How many draws.
        draws: usize,
        /// Their seed.
        seed: u64,
    },
    /// All by as many steps, the last becoming the first: right for errors that remember.
    Shift,
}

impl Default for Reordering {
    fn default() -> Self {
        Self::Any { draws: 1000, seed: 1 }
    }
}

/// The effect at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConformalStep {
    /// The least effect that is not rejected.
    pub low: f64,
    /// The largest.
    pub high: f64,
    /// The chance of so large a gap when there is no effect.
    pub p_value: f64,
}

/// What tests say.
#[derive(Clone, Debug, PartialEq)]
pub struct ConformalBounds {
    /// At each time from the treatment on.
    pub times: Vec<ConformalStep>,
    /// The chance of such gaps when there is no effect at any time.
    pub p_value: f64,
}

/// Tests effects: each is taken out of the treated, the weights are made anew with that time beside the earlier ones and λ as it was
/// found, and its gap is compared with all others.
///
/// # Errors
/// When there are no draws, or the weights cannot be found.
pub fn conformal_bounds(
    panel: &BlockPanel,
    covariates: &BlockCovariates,
    found: &AugmentedControl,
    how: Conformal,
) -> Result<ConformalBounds, StatisticsError> {
    let centred = covariates.centred(panel)?;
    let p_value = no_effect(panel, &centred, found, how)?;
    let times = (panel.before..panel.times())
        .map(|time| {
            let tried = tried(found, panel.before, found.gap[time], 2.0, how.grid);
            one_time(panel, &centred, found, how, time, &tried)
        })
        .collect::<Result<_, _>>()?;
    Ok(ConformalBounds { times, p_value })
}

/// The chance of such gaps from the treatment on when there is no effect at any time; without the intervals of [`conformal_bounds`].
///
/// # Errors
/// As [`conformal_bounds`].
pub fn conformal_p_value(
    panel: &BlockPanel,
    covariates: &BlockCovariates,
    found: &AugmentedControl,
    how: Conformal,
) -> Result<f64, StatisticsError> {
    no_effect(panel, &covariates.centred(panel)?, found, how)
}

/// The effects, the same at each time from the treatment on, that are not rejected: the least and the largest of `how.grid` within six root
/// mean square effects of the estimate, and of none. Nothing when all are rejected.
///
/// # Errors
/// As [`conformal_bounds`].
pub fn conformal_mean_interval(
    panel: &BlockPanel,
    covariates: &BlockCovariates,
    found: &AugmentedControl,
    how: Conformal,
) -> Result<Option<[f64; 2]>, StatisticsError> {
    let centred = covariates.centred(panel)?;
    let donors = &panel.outcome[..panel.donors];
    let past = Past::of(donors, &centred, found.options)?;
    let treated = panel.treated_mean();
    let mut kept: Option<[f64; 2]> = None;
    for effect in tried(found, panel.before, found.effect, 6.0, how.grid) {
        let without =
            |(time, value): (usize, &f64)| if time < panel.before { *value } else { value - effect };
        let treated: Vec<f64> = treated.iter().enumerate().map(without).collect();
        if chance(&gaps(&past, donors, &treated)?, panel.before, how)? >= how.alpha {
            let [low, high] = kept.unwrap_or([effect; 2]);
            kept = Some([low.min(effect), high.max(effect)]);
        }
    }
    Ok(kept)
}

/// Effects around one, by so many root mean square gaps, and none.
fn tried(found: &AugmentedControl, before: usize, middle: f64, reach: f64, grid: usize) -> Vec<f64> {
    let later = &found.gap[before..];
    let size = (later.iter().map(|gap| gap * gap).sum::<f64>() / later.len() as f64).sqrt();
    let steps = grid.max(2);
    let of = |step: usize| middle + reach * size * (2.0 * step as f64 / (steps - 1) as f64 - 1.0);
    (0..steps).map(of).chain([0.0]).collect()
}

fn no_effect(
    panel: &BlockPanel,
    centred: &Centred,
    found: &AugmentedControl,
    how: Conformal,
) -> Result<f64, StatisticsError> {
    let past = Past::of(&panel.outcome[..panel.donors], centred, found.options)?;
    let treated = panel.treated_mean();
    let gaps = gaps(&past, &panel.outcome[..panel.donors], &treated)?;
    chance(&gaps, panel.before, how)
}

fn one_time(
    panel: &BlockPanel,
    centred: &Centred,
    found: &AugmentedControl,
    how: Conformal,
    time: usize,
    tried: &[f64],
) -> Result<ConformalStep, StatisticsError> {
    let with = |row: &[f64]| -> Vec<f64> { row[..panel.before].iter().copied().chain([row[time]]).collect() };
    let donors: Vec<Vec<f64>> = panel.outcome[..panel.donors].iter().map(|row| with(row)).collect();
    let past = Past::of(&donors, centred, found.options)?;
    let treated = with(&panel.treated_mean());
    let (mut low, mut high, mut p_value) = (f64::INFINITY, f64::NEG_INFINITY, f64::NAN);
    for effect in tried {
        let mut without = treated.clone();
        without[panel.before] -= effect;
        let chance = chance(&gaps(&past, &donors, &without)?, panel.before, how)?;
        if chance >= how.alpha {
            (low, high) = (low.min(*effect), high.max(*effect));
        }
        if *effect == 0.0 {
            p_value = chance;
        }
    }
    Ok(ConformalStep { low, high, p_value })
}

pub(super) fn gaps(
    past: &Past<'_>,
    donors: &[Vec<f64>],
    treated: &[f64],
) -> Result<Vec<f64>, StatisticsError> {
    let weighed = past.weigh(treated)?;
    Ok((0..treated.len()).map(|t| past.gap(&weighed, treated[t], |donor| donors[donor][t])).collect())
}

/// The part of orders of gaps in which those from `before` on say as much as they do in theirs.
pub(super) fn chance(gaps: &[f64], before: usize, how: Conformal) -> Result<f64, StatisticsError> {
    let (count, later) = (gaps.len(), gaps.len() - before);
    // The order of a sum may change its last digit.
    let own = how.statistic.of(&gaps[before..]);
    let enough = own - 1e-12 * own.abs();
    let part = |as_much: usize, of: usize| as_much as f64 / of as f64;
    match how.reordering {
        Reordering::Any { .. } if later == 1 => {
            Ok(part(gaps.iter().filter(|gap| how.statistic.of(&[**gap]) >= enough).count(), count))
        }
        Reordering::Any { draws, seed } => {
            if draws == 0 {
                return Err(StatisticsError::TooFew { what: "draws".to_owned(), found: 0, wanted: 1 });
            }
            let mut random = Pcg64::new(u128::from(seed), 0xa02_bdbf_7bb3_c0a7);
            let mut order = gaps.to_vec();
            let mut one = || {
                shuffle(&mut order, &mut random);
                how.statistic.of(&order[before..]) >= enough
            };
            Ok(part((0..draws).filter(|_| one()).count(), draws))
        }
        Reordering::Shift => {
            let shifted = |step: usize| -> Vec<f64> {
                (before..count).map(|place| gaps[(place + step) % count]).collect()
            };
            Ok(part((0..count).filter(|step| how.statistic.of(&shifted(*step)) >= enough).count(), count))
        }
    }
}
