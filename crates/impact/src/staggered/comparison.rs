//! One comparison: units that are treated between two times, and units that are not (Sant'Anna and Zhao 2020).

use faer::Mat;

use crate::{Design, Family, StatisticsError, fit, fit_general, staggered::Estimator};

/// Untreated units that are this likely to be treated are not compared with.
const LIKELY: f64 = 0.995;

/// The change of each unit between the times, whether it is treated, and its covariates with an intercept.
pub(super) struct TwoByTwo {
    pub(super) change: Vec<f64>,
    pub(super) treated: Vec<bool>,
    pub(super) design: Design,
}

/// The mean effect on the treated, and what each unit adds to its error (its influence).
pub(super) struct Estimate {
    pub(super) effect: f64,
    pub(super) influence: Vec<f64>,
}

/// A part of an estimate that was itself estimated, row by row.
struct Nuisance {
    /// What is fitted: the change without treatment, or the odds of treatment.
    fitted: Vec<f64>,
    /// The influence of each row on the coefficients.
    influence: Mat<f64>,
}

pub(super) fn estimate(estimator: Estimator, data: &TwoByTwo) -> Result<Estimate, StatisticsError> {
    let columns = data.design.columns().len();
    let nothing = || Nuisance {
        fitted: vec![0.0; data.change.len()],
        influence: Mat::zeros(data.change.len(), columns),
    };
    let outcome = if estimator == Estimator::Weighting { nothing() } else { outcome_model(data)? };
    if estimator == Estimator::Regression {
        return Ok(regression(data, &outcome));
    }
    Ok(weighted(data, &outcome, &odds_model(data)?))
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// The mean of `weight × column` over all rows, for each column.
fn moments(design: &Design, weight: &[f64]) -> Vec<f64> {
    design.columns().iter().map(|column| mean(column.iter().zip(weight).map(|(x, w)| x * w))).collect()
}

/// `influence × moments`, per row.
fn through(nuisance: &Nuisance, moments: &[f64]) -> Vec<f64> {
    let row = |row: usize| moments.iter().enumerate().map(|(c, m)| nuisance.influence[(row, c)] * m).sum();
    (0..nuisance.fitted.len()).map(row).collect()
}

fn check_identified(what: &str, kept: usize, design: &Design) -> Result<(), StatisticsError> {
    if kept == design.columns().len() {
        return Ok(());
    }
    let why = "covariates explain one another among the units compared; leave some out".to_owned();
    Err(StatisticsError::NotIdentified { what: what.to_owned(), why })
}

/// The change of untreated units by their covariates.
fn outcome_model(data: &TwoByTwo) -> Result<Nuisance, StatisticsError> {
    let rows: Vec<usize> = (0..data.change.len()).filter(|row| !data.treated[*row]).collect();
    let among = data.design.map(|column| rows.iter().map(|row| column[*row]).collect());
    let change: Vec<f64> = rows.iter().map(|row| data.change[*row]).collect();
    let fit = fit(&among, &change, None)?;
    check_identified("the change of untreated units", fit.names.len(), &data.design)?;
    let (n, columns) = (data.change.len(), data.design.columns());
    let at =
        |row: usize| columns.iter().zip(&fit.coefficients).map(|(column, b)| column[row] * b).sum::<f64>();
    let fitted: Vec<f64> = (0..n).map(at).collect();
    let scores = Mat::from_fn(n, columns.len(), |row, column| {
        if data.treated[row] { 0.0 } else { (data.change[row] - fitted[row]) * columns[column][row] }
    });
    Ok(Nuisance { influence: scores * &fit.bread * faer::Scale(n as f64), fitted })
}

/// The odds of being treated, by the covariates; 0 where untreated units are too likely to be.
fn odds_model(data: &TwoByTwo) -> Result<Nuisance, StatisticsError> {
    let treated: Vec<f64> = data.treated.iter().map(|treated| f64::from(u8::from(*treated))).collect();
    let model = fit_general(Family::Binomial, &data.design, &treated, None, None)?;
    check_identified("the likelihood of treatment", model.fit.names.len(), &data.design)?;
    let (n, columns) = (treated.len(), data.design.columns());
    let scores = Mat::from_fn(n, columns.len(), |row, column| {
        (treated[row] - model.means[row]) * columns[column][row]
    });
    let odds = |(row, likely): (usize, &f64)| {
        let likely = likely.min(1.0 - 1e-6);
        if data.treated[row] || likely < LIKELY { likely / (1.0 - likely) } else { 0.0 }
    };
    let fitted = model.means.iter().enumerate().map(odds).collect();
    Ok(Nuisance { influence: scores * model.covariance(false) * faer::Scale(n as f64), fitted })
}

/// Outcome regression: the treated are compared with what untreated units of their covariates did.
fn regression(data: &TwoByTwo, outcome: &Nuisance) -> Estimate {
    let weight: Vec<f64> = data.treated.iter().map(|treated| f64::from(u8::from(*treated))).collect();
    let share = mean(weight.iter().copied());
    let of = |values: &[f64]| mean(weight.iter().zip(values).map(|(w, v)| w * v)) / share;
    let (with, without) = (of(&data.change), of(&outcome.fitted));
    let estimated = through(outcome, &moments(&data.design, &weight));
    let influence = (0..weight.len()).map(|row| {
        let own = weight[row] * (data.change[row] - with - outcome.fitted[row] + without);
        (own - estimated[row]) / share
    });
    Estimate { effect: with - without, influence: influence.collect() }
}

/// Inverse probability weighting, of what the outcome model leaves (doubly robust) or of the plain change when there is none.
fn weighted(data: &TwoByTwo, outcome: &Nuisance, odds: &Nuisance) -> Estimate {
    let n = data.change.len();
    let rest: Vec<f64> = (0..n).map(|row| data.change[row] - outcome.fitted[row]).collect();
    let side = |on: bool| -> Vec<f64> {
        let weight = |row: usize| if on { 1.0 } else { odds.fitted[row] };
        (0..n).map(|row| if data.treated[row] == on { weight(row) } else { 0.0 }).collect()
    };
    let part = |weight: &[f64]| {
        let share = mean(weight.iter().copied());
        let effect = mean(weight.iter().zip(&rest).map(|(w, r)| w * r)) / share;
        let estimated = through(outcome, &moments(&data.design, weight));
        let influence: Vec<f64> =
            (0..n).map(|row| (weight[row] * (rest[row] - effect) - estimated[row]) / share).collect();
        (effect, influence, share)
    };
    let (treated, compared) = (side(true), side(false));
    let (with, influence_with, _) = part(&treated);
    let (without, influence_without, share) = part(&compared);
    let tilted: Vec<f64> = (0..n).map(|row| compared[row] * (rest[row] - without)).collect();
    let of_odds = through(odds, &moments(&data.design, &tilted));
    let influence = (0..n).map(|row| influence_with[row] - influence_without[row] - of_odds[row] / share);
    Estimate { effect: with - without, influence: influence.collect() }
}
