//! Synthetic differences in differences when units begin at different times (Arkhangelsky and others 2021, appendix A; Clarke, Pailañir,
//! Athey and Imbens 2024).

use rand_pcg::Pcg64;

use super::{
    BlockPanel, Resampling, SyntheticDifference, SyntheticOptions,
    difference::with_weights,
    errors::{by_jackknife, by_placebo, enough, normal_sum},
    synthetic_difference,
};
use crate::{StaggeredPanel, StatisticsError, Sureness, chance::below};

/// The units that begin at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct CohortDifference {
    /// When they begin.
    pub group: i64,
    /// How many they are.
    pub units: usize,
    /// Its part of all treated units and times.
    pub weight: f64,
    /// What was found for it, beside units that are never treated.
    pub difference: SyntheticDifference,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct StaggeredDifference {
    /// The mean effect over all treated units and times.
    pub effect: f64,
    /// By first treatment.
    pub cohorts: Vec<CohortDifference>,
}

/// Takes the synthetic double difference of each cohort with the units that are never treated.
///
/// # Errors
/// When no unit is never treated, none is treated, or a cohort has fewer than two times before its treatment.
pub fn staggered_difference(
    panel: &StaggeredPanel,
    options: SyntheticOptions,
) -> Result<StaggeredDifference, StatisticsError> {
    let of = |group: Option<i64>| -> Vec<Vec<f64>> {
        let units = panel.outcome.iter().zip(&panel.first_treated);
        units.filter(|(_, first)| **first == group).map(|(row, _)| row.clone()).collect()
    };
    let donors = of(None);
    let mut cohorts = Vec::new();
    for group in panel.groups() {
        let treated = of(Some(group));
        let (units, before) = (treated.len(), panel.times.partition_point(|time| *time < group));
        let block = BlockPanel::new(donors.iter().cloned().chain(treated).collect(), donors.len(), before)?;
        let weight = (units * (panel.times.len() - before)) as f64;
        cohorts.push(CohortDifference {
            group,
            units,
            weight,
            difference: synthetic_difference(&block, options),
        });
    }
    if cohorts.is_empty() {
        return Err(StatisticsError::TooFew { what: "treated units".to_owned(), found: 0, wanted: 1 });
    }
    let total: f64 = cohorts.iter().map(|cohort| cohort.weight).sum();
    cohorts.iter_mut().for_each(|cohort| cohort.weight /= total);
    let effect = cohorts.iter().map(|cohort| cohort.weight * cohort.difference.effect).sum();
    Ok(StaggeredDifference { effect, cohorts })
}

/// The standard error of a staggered estimate: donors in the place of the treated, units drawn with replacement (both estimated anew), or
/// each unit left out once with weights as they are.
///
/// # Errors
/// When there are not enough treated units or donors for the way that is asked for.
pub fn staggered_standard_error(
    panel: &StaggeredPanel,
    options: SyntheticOptions,
    found: &StaggeredDifference,
    resampling: Resampling,
) -> Result<f64, StatisticsError> {
    Ok(staggered_sureness(panel, options, found, resampling)?.standard_error)
}

/// The same with its degrees of freedom, as [`super::difference_sureness`] with each cohort by itself.
///
/// # Errors
/// As [`staggered_standard_error`].
pub fn staggered_sureness(
    panel: &StaggeredPanel,
    options: SyntheticOptions,
    found: &StaggeredDifference,
    resampling: Resampling,
) -> Result<Sureness, StatisticsError> {
    let treated = panel.first_treated.iter().flatten().count();
    let donors = panel.units() - treated;
    match resampling {
        Resampling::Placebo { times, seed } => {
            enough("donors, one more than treated units", donors, treated + 1)?;
            enough("draws", times, 2)?;
            Ok(by_placebo(&placebo_effects(panel, options, (times, seed))?, donors))
        }
        Resampling::Bootstrap { times, seed } => {
            enough("treated units", treated, 2)?;
            enough("draws", times, 2)?;
            Ok(by_placebo(&bootstrap_effects(panel, options, (times, seed)), treated))
        }
        Resampling::Jackknife => {
            let least = found.cohorts.iter().map(|cohort| cohort.units).min().unwrap_or_default();
            enough("treated units in each cohort", least, 2)?;
            enough("donors", donors, 2)?;
            let effects: Vec<f64> = (0..panel.units()).map(|unit| without(panel, found, unit)).collect();
            let group = |unit: usize| {
                let first = panel.first_treated.get(unit).copied().flatten();
                found.cohorts.iter().position(|cohort| Some(cohort.group) == first).map_or(0, |at| at + 1)
            };
            let counts: Vec<f64> =
                [donors].into_iter().chain(found.cohorts.iter().map(|c| c.units)).map(|n| n as f64).collect();
            Ok(by_jackknife(&effects, group, &counts))
        }
    }
}

fn placebo_effects(
    panel: &StaggeredPanel,
    options: SyntheticOptions,
    (times, seed): (usize, u64),
) -> Result<Vec<f64>, StatisticsError> {
    let beginnings: Vec<i64> = panel.first_treated.iter().flatten().copied().collect();
    let mut order: Vec<usize> =
        (0..panel.units()).filter(|unit| panel.first_treated[*unit].is_none()).collect();
    let mut random = Pcg64::new(u128::from(seed), 0xa02_bdbf_7bb3_c0a7);
    let mut one = || {
        let count = order.len();
        for place in 0..count {
            order.swap(place, place + below(count - place, &mut random));
        }
        let one = panel.chosen(&order, |place| beginnings.get(place).copied());
        staggered_difference(&one, options).map(|found| found.effect)
    };
    (0..times).map(|_| one()).collect()
}

/// Draws in which a cohort has no one, or no unit is untreated, say what is left of them; those with nothing left are drawn again.
fn bootstrap_effects(
    panel: &StaggeredPanel,
    options: SyntheticOptions,
    (times, seed): (usize, u64),
) -> Vec<f64> {
    let mut random = Pcg64::new(u128::from(seed), 0x5851_f42d_4c95_7f2d);
    let mut effects = Vec::with_capacity(times);
    while effects.len() < times {
        let units: Vec<usize> = (0..panel.units()).map(|_| below(panel.units(), &mut random)).collect();
        let one = panel.chosen(&units, |place| panel.first_treated[units[place]]);
        effects.extend(staggered_difference(&one, options).map(|found| found.effect));
    }
    effects
}

/// The estimate without one unit; each cohort keeps the proportions of its weights.
fn without(panel: &StaggeredPanel, found: &StaggeredDifference, unit: usize) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    let untreated = |unit: &usize| panel.first_treated[*unit].is_none();
    let donors: Vec<usize> = (0..panel.units()).filter(untreated).collect();
    for cohort in &found.cohorts {
        let treated =
            (0..panel.units()).filter(|u| panel.first_treated[*u] == Some(cohort.group) && *u != unit);
        let kept: Vec<usize> = (0..donors.len()).filter(|place| donors[*place] != unit).collect();
        let outcome: Vec<Vec<f64>> = kept
            .iter()
            .map(|place| donors[*place])
            .chain(treated)
            .map(|u| panel.outcome[u].clone())
            .collect();
        let weights = kept.iter().map(|place| cohort.difference.unit_weights[*place]).collect();
        let before = panel.times.partition_point(|time| *time < cohort.group);
        let weight = ((outcome.len() - kept.len()) * (panel.times.len() - before)) as f64;
        let block = BlockPanel { outcome, donors: kept.len(), before };
        sum += weight * with_weights(&block, &cohort.difference, normal_sum(weights)).effect;
        total += weight;
    }
    sum / total
}
