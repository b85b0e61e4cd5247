//! Synthetic differences in differences when units begin at different times (Arkhangelsky and others 2021, appendix A; Clarke, Pailañir,
//! Athey and Imbens 2024).

use super::{BlockPanel, SyntheticDifference, SyntheticOptions, synthetic_difference};
use crate::{StaggeredPanel, StatisticsError};

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
