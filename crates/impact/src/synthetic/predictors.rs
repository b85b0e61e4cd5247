//! Synthetic control by predictors (Abadie and Gardeazabal 2003): donors are weighted to be like the treated in what predicts the outcome.

use std::ops::Range;

use super::{BlockPanel, SyntheticControl, importance, simplex};
use crate::{StatisticsError, least_squares::check_column};

/// What predicts the outcome: one value per unit, in any unit of measure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predictors {
    /// The name of each predictor.
    pub names: Vec<String>,
    /// For each predictor the value of each unit, in the order of the panel (donors first, then the treated).
    pub values: Vec<Vec<f64>>,
}

/// How much each predictor counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Importance {
    /// So much; the sum does not matter.
    Given(Vec<f64>),
    /// So that the outcome is fitted best at these times before the treatment.
    Searched(Range<usize>),
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlByPredictors {
    /// The weights of donors and the gaps.
    pub control: SyntheticControl,
    /// How much each predictor counts; they sum to one.
    pub importance: Vec<f64>,
    /// For each predictor: the treated, the synthetic and the mean of the donors.
    pub balance: Vec<[f64; 3]>,
    /// The mean squared gap of the outcome at the times that were fitted.
    pub loss: f64,
}

/// Predictors in one measure, by unit, the mean of the treated last.
pub(super) struct Scaled {
    pub(super) donors: Vec<Vec<f64>>,
    pub(super) treated: Vec<f64>,
}

impl Scaled {
    /// Each predictor over its standard deviation among the donors and the treated.
    fn of(panel: &BlockPanel, predictors: &Predictors) -> Result<Self, StatisticsError> {
        let units = panel.outcome.len();
        let mut donors = vec![Vec::new(); panel.donors];
        let mut treated = Vec::new();
        for (name, values) in predictors.names.iter().zip(&predictors.values) {
            check_column(name, values, units)?;
            let (own, of_treated) = values.split_at(panel.donors);
            let target = of_treated.iter().sum::<f64>() / of_treated.len() as f64;
            let mean = (own.iter().sum::<f64>() + target) / (own.len() + 1) as f64;
            let square: f64 = own.iter().chain([&target]).map(|value| (value - mean).powi(2)).sum();
            let deviation = (square / own.len() as f64).sqrt();
            if deviation <= 0.0 {
                let why = format!("`{name}` is the same for every unit; leave it out");
                return Err(StatisticsError::NotIdentified { what: "the weights of donors".to_owned(), why });
            }
            donors.iter_mut().zip(own).for_each(|(row, value)| row.push(value / deviation));
            treated.push(target / deviation);
        }
        Ok(Self { donors, treated })
    }

    /// The weights of donors when predictors count so much.
    pub(super) fn weights(&self, importance: &[f64]) -> Result<Vec<f64>, StatisticsError> {
        let roots: Vec<f64> = importance.iter().map(|value| value.abs().sqrt()).collect();
        let weigh =
            |row: &Vec<f64>| row.iter().zip(&roots).map(|(value, root)| value * root).collect::<Vec<f64>>();
        simplex::weights(&self.donors.iter().map(weigh).collect::<Vec<_>>(), &weigh(&self.treated), 0.0)
    }
}

/// Weights donors so that they are like the treated in the predictors.
///
/// # Errors
/// When lengths differ, a value is not finite, a predictor does not vary, or there are no times to fit.
pub fn synthetic_control_by_predictors(
    panel: &BlockPanel,
    predictors: &Predictors,
    importance: &Importance,
) -> Result<ControlByPredictors, StatisticsError> {
    let count = predictors.names.len();
    if predictors.values.len() != count || count == 0 {
        let (what, found) = ("predictors".to_owned(), predictors.values.len());
        return Err(StatisticsError::Length { what, found, wanted: count.max(1) });
    }
    let scaled = Scaled::of(panel, predictors)?;
    let (found, times) = match importance {
        Importance::Given(given) => {
            check_column("the importance of predictors", given, count)?;
            (given.clone(), 0..panel.before)
        }
        Importance::Searched(times) => {
            if times.is_empty() || times.end > panel.before {
                let what = "times before the treatment that are fitted".to_owned();
                return Err(StatisticsError::TooFew { what, found: 0, wanted: 1 });
            }
            (importance::search(panel, &scaled, times.clone())?, times.clone())
        }
    };
    let total: f64 = found.iter().map(|value| value.abs()).sum();
    let found: Vec<f64> = found.iter().map(|value| value.abs() / total).collect();
    let control = SyntheticControl::of(panel, scaled.weights(&found)?);
    let balance = predictors.values.iter().map(|values| balance(panel, values, &control.weights)).collect();
    let loss = importance::loss(&control.gap, &times);
    Ok(ControlByPredictors { control, importance: found, balance, loss })
}

fn balance(panel: &BlockPanel, values: &[f64], weights: &[f64]) -> [f64; 3] {
    let (donors, treated) = values.split_at(panel.donors);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let synthetic = donors.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    [mean(treated), synthetic, mean(donors)]
}
