//! How much each predictor counts: so that the outcome before the treatment is fitted best.

use std::ops::Range;

use argmin::{
    core::{CostFunction, Error, Executor, State},
    solver::neldermead::NelderMead,
};
use faer::Mat;

use super::{BlockPanel, predictors::Scaled};
use crate::{StatisticsError, matrix::inverse_of_positive};

const STEPS_MAX: u64 = 400;
/// The search ends when the corners differ by no more than this in loss, as a part of the first.
const SMALL: f64 = 1e-7;

/// The mean squared gap at some times.
pub(super) fn loss(gap: &[f64], times: &Range<usize>) -> f64 {
    gap[times.clone()].iter().map(|value| value * value).sum::<f64>() / times.len() as f64
}

struct Problem<'a> {
    panel: &'a BlockPanel,
    scaled: &'a Scaled,
    times: Range<usize>,
    mean: Vec<f64>,
}

impl Problem<'_> {
    fn loss(&self, importance: &[f64]) -> Result<f64, StatisticsError> {
        let weights = self.scaled.weights(importance)?;
        let gap = |time: usize| {
            self.mean[time]
                - self.panel.outcome.iter().zip(&weights).map(|(row, w)| w * row[time]).sum::<f64>()
        };
        Ok(self.times.clone().map(|time| gap(time).powi(2)).sum::<f64>() / self.times.len() as f64)
    }
}

impl CostFunction for &Problem<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, logarithms: &Self::Param) -> Result<f64, Error> {
        Ok(self.loss(&importance(logarithms))?)
    }
}

/// Positive and summing to one.
fn importance(logarithms: &[f64]) -> Vec<f64> {
    let most = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let values: Vec<f64> = logarithms.iter().map(|value| (value - most).exp()).collect();
    let total: f64 = values.iter().sum();
    values.into_iter().map(|value| value / total).collect()
}

/// Looks from several starts (equal, and as a regression of the outcome on the predictors has it), and again from the best.
pub(super) fn search(
    panel: &BlockPanel,
    scaled: &Scaled,
    times: Range<usize>,
) -> Result<Vec<f64>, StatisticsError> {
    let problem = Problem { panel, scaled, times, mean: panel.treated_mean() };
    let count = scaled.treated.len();
    if count == 1 {
        return Ok(vec![1.0]);
    }
    let mut starts = vec![vec![1.0 / count as f64; count]];
    starts.extend(by_regression(panel, scaled, &problem.times));
    let mut best: Option<(f64, Vec<f64>)> = None;
    for start in starts {
        let found = from(&problem, &start)?;
        if best.as_ref().is_none_or(|(loss, _)| found.0 < *loss) {
            best = Some(found);
        }
    }
    let Some((loss, start)) = best else { return Ok(vec![1.0 / count as f64; count]) };
    let again = from(&problem, &start)?;
    Ok(if again.0 < loss { again.1 } else { start })
}

fn from(problem: &Problem<'_>, start: &[f64]) -> Result<(f64, Vec<f64>), StatisticsError> {
    let first: Vec<f64> = start.iter().map(|value| value.max(1e-6).ln()).collect();
    let scale = problem.loss(start)?.max(f64::MIN_POSITIVE);
    let mut corners = vec![first.clone()];
    for place in 0..first.len() {
        let mut corner = first.clone();
        corner[place] += if place % 2 == 0 { 2.0 } else { -2.0 };
        corners.push(corner);
    }
    let failed = |error: Error| StatisticsError::NotIdentified {
        what: "the importance of predictors".to_owned(),
        why: error.to_string(),
    };
    let solver = NelderMead::new(corners).with_sd_tolerance(SMALL * scale).map_err(failed)?;
    let run =
        Executor::new(problem, solver).configure(|state| state.max_iters(STEPS_MAX)).run().map_err(failed)?;
    let state = run.state();
    let found = state.get_best_param().map_or_else(|| start.to_vec(), |found| importance(found));
    Ok((state.get_best_cost(), found))
}

/// As the package `Synth` starts: the squared coefficients of the outcomes at the fitted times on the predictors.
fn by_regression(panel: &BlockPanel, scaled: &Scaled, times: &Range<usize>) -> Option<Vec<f64>> {
    let (rows, columns) = (panel.donors + 1, scaled.treated.len() + 1);
    let mean = panel.treated_mean();
    let value = |row: usize, column: usize| {
        if column == 0 {
            1.0
        } else if row < panel.donors {
            scaled.donors[row][column - 1]
        } else {
            scaled.treated[column - 1]
        }
    };
    let design = Mat::from_fn(rows, columns, value);
    let inverse = inverse_of_positive(&(design.transpose() * &design))?;
    let outcome = Mat::from_fn(rows, times.len(), |row, column| {
        let time = times.start + column;
        if row < panel.donors { panel.outcome[row][time] } else { mean[time] }
    });
    let coefficients = inverse * design.transpose() * outcome;
    let square = |row: usize| (0..times.len()).map(|column| coefficients[(row, column)].powi(2)).sum::<f64>();
    let squares: Vec<f64> = (1..columns).map(square).collect();
    let total: f64 = squares.iter().sum();
    (total > 0.0).then(|| squares.into_iter().map(|value| value / total).collect())
}
