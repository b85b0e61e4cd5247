//! The effect on each group at each time.

use faer::Mat;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::{
    StaggeredPanel,
    comparison::{TwoByTwo, estimate},
};
use crate::{Design, StatisticsError, matrix::inverse_of_positive};

/// How what would have been is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Estimator {
    /// Right when either the change without treatment or the likelihood of treatment is (Sant'Anna and Zhao 2020).
    #[default]
    DoublyRobust,
    /// By the change of untreated units of the same covariates (Heckman, Ichimura and Todd 1997).
    Regression,
    /// By weighting untreated units to look like the treated (Abadie 2005, with weights that sum to one).
    Weighting,
}

/// With whom the treated are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Comparison {
    /// Units that are not treated within the times.
    #[default]
    NeverTreated,
    /// Units that are not treated yet.
    NotYetTreated,
}

/// How the effects are estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StaggeredOptions {
    /// How what would have been is estimated.
    pub estimator: Estimator,
    /// With whom the treated are compared.
    pub comparison: Comparison,
    /// How many steps of time before its treatment a unit may already react.
    pub anticipation: i64,
}

/// One effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupTime {
    /// When its units were first treated.
    pub group: i64,
    /// When the effect is looked at; before the group's treatment it should be none.
    pub time: i64,
    /// The mean effect on the units of the group, in units of the outcome.
    pub effect: f64,
    /// Its standard error, from the influence of each unit.
    pub standard_error: f64,
}

/// The effects on all groups at all times but the first.
#[derive(Clone, Debug)]
pub struct GroupTimeEffects {
    /// By group, then time.
    pub effects: Vec<GroupTime>,
    /// The chance of pre-treatment effects as large as these when trends are parallel (Wald test); nothing without such effects, or when
    /// they depend on one another.
    pub pretest: Option<f64>,
    /// Groups and times without units to compare with, and what was wrong.
    pub left_out: Vec<(i64, i64, StatisticsError)>,
    /// For each unit (row) its influence on each effect (column).
    pub(super) influence: Mat<f64>,
    pub(super) first_treated: Vec<Option<i64>>,
    /// The times of the panel, rising.
    pub(super) times: Vec<i64>,
}

/// Estimates the effect on each group at each time. Before a group's treatment a time is compared with the time before it, from then on
/// with the last time before the treatment. Covariates are those of the earlier time. Where no unit is never treated and those not treated yet
/// are compared with, the group treated last stands for them, up to its treatment.
///
/// # Errors
/// When nothing can be compared at all: no unit is treated, or none is not.
pub fn group_time_effects(
    panel: &StaggeredPanel,
    options: StaggeredOptions,
) -> Result<GroupTimeEffects, StatisticsError> {
    let never = panel.first_treated.contains(&None);
    let shorter = if never || options.comparison == Comparison::NeverTreated {
        None
    } else {
        panel.up_to_last_group(options.anticipation)
    };
    let panel = shorter.as_ref().unwrap_or(panel);
    let (mut effects, mut influences, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    let units = panel.units();
    for group in panel.groups() {
        for place in 1..panel.times.len() {
            let time = panel.times[place];
            let Some(before) = base(panel, group, place, options.anticipation) else { continue };
            match one(panel, group, place, before, options) {
                Ok((effect, influence)) => {
                    let square: f64 = influence.iter().map(|value| value * value).sum();
                    let standard_error = square.sqrt() / units as f64;
                    effects.push(GroupTime { group, time, effect, standard_error });
                    influences.push(influence);
                }
                Err(error) => left_out.push((group, time, error)),
            }
        }
    }
    if effects.is_empty() {
        let why = match options.comparison {
            Comparison::NeverTreated if !never => {
                "no unit is never treated; compare with units that are not treated yet"
            }
            _ => "no treated group has units to be compared with, and a time before its treatment",
        };
        let why = why.to_owned();
        return Err(StatisticsError::NotIdentified { what: "the effect".to_owned(), why });
    }
    let influence = Mat::from_fn(units, influences.len(), |unit, column| influences[column][unit]);
    let pretest = pretest(&effects, &influence);
    let first_treated = panel.first_treated.clone();
    let times = panel.times.clone();
    Ok(GroupTimeEffects { effects, pretest, left_out, influence, first_treated, times })
}

/// The place of the time that a time is compared with.
fn base(panel: &StaggeredPanel, group: i64, place: usize, anticipation: i64) -> Option<usize> {
    if panel.times[place] < group - anticipation {
        return Some(place - 1);
    }
    panel.times.iter().rposition(|time| *time < group - anticipation)
}

/// One comparison, and the influence of every unit of the panel.
fn one(
    panel: &StaggeredPanel,
    group: i64,
    place: usize,
    before: usize,
    options: StaggeredOptions,
) -> Result<(f64, Vec<f64>), StatisticsError> {
    let later = panel.times[place.max(before)] + options.anticipation;
    let compared = |first: Option<i64>| match (first, options.comparison) {
        (None, _) => true,
        (Some(first), Comparison::NotYetTreated) => first > later && first != group,
        (Some(_), Comparison::NeverTreated) => false,
    };
    let is_treated = |unit: &usize| panel.first_treated[*unit] == Some(group);
    let units: Vec<usize> =
        (0..panel.units()).filter(|unit| is_treated(unit) || compared(panel.first_treated[*unit])).collect();
    let treated: Vec<bool> = units.iter().map(is_treated).collect();
    if treated.iter().all(|treated| *treated) {
        let what = format!("units to compare group {group} with at time {}", panel.times[place]);
        return Err(StatisticsError::TooFew { what, found: 0, wanted: 1 });
    }
    let mut design = Design::with_intercept(units.len());
    for covariate in 0..panel.covariates[0][0].len() {
        let value = |unit: &usize| panel.covariates[*unit][before.min(place)][covariate];
        design.push(format!("covariate {covariate}"), units.iter().map(value).collect());
    }
    let change =
        units.iter().map(|unit| panel.outcome[*unit][place] - panel.outcome[*unit][before]).collect();
    let found = estimate(options.estimator, &TwoByTwo { change, treated, design })?;
    let scale = panel.units() as f64 / units.len() as f64;
    let mut influence = vec![0.0; panel.units()];
    units.iter().zip(&found.influence).for_each(|(unit, value)| influence[*unit] = value * scale);
    Ok((found.effect, influence))
}

/// The Wald test that all effects before treatment are none.
fn pretest(effects: &[GroupTime], influence: &Mat<f64>) -> Option<f64> {
    let early: Vec<usize> = (0..effects.len()).filter(|e| effects[*e].time < effects[*e].group).collect();
    if early.is_empty() {
        return None;
    }
    let units = influence.nrows();
    let own = Mat::from_fn(units, early.len(), |unit, column| influence[(unit, early[column])]);
    let covariance = own.transpose() * &own * faer::Scale(1.0 / units as f64);
    let inverse = inverse_of_positive(&covariance)?;
    let values = Mat::from_fn(early.len(), 1, |row, _| effects[early[row]].effect);
    let statistic = (values.transpose() * inverse * &values)[(0, 0)] * units as f64;
    ChiSquared::new(early.len() as f64).ok().map(|law| law.sf(statistic))
}
