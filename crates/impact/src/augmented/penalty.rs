//! The choice of λ: by how far times that are left out are missed.

use super::{
    options::PenaltySearch,
    past::{add, plain, rest},
    ridge::Ridge,
};
use crate::StatisticsError;

/// How far times that were left out were missed with a λ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenaltyError {
    /// λ.
    pub lambda: f64,
    /// The mean over what was left out of the squared gap.
    pub error: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// λ, and the errors of all that were tried, the largest λ first.
///
/// As in the package `augsynth`, what comes last is never left out, and covariates that are balanced beside outcomes are left out in turn
/// as times are.
pub(super) fn search(
    rows: &[Vec<f64>],
    target: &[f64],
    weigh: bool,
    how: PenaltySearch,
    largest: f64,
) -> Result<(f64, Vec<PenaltyError>), StatisticsError> {
    let tried = lambdas(how, largest)?;
    let (width, out) = (target.len(), how.left_out);
    if out == 0 || width < out + 2 {
        let what = "times before the treatment, to choose λ by".to_owned();
        return Err(StatisticsError::TooFew { what, found: width, wanted: out.max(1) + 2 });
    }
    let folds = width - out;
    let mut squares = vec![Vec::with_capacity(folds); tried.len()];
    for first in 0..folds {
        let keep = |row: &Vec<f64>| -> Vec<f64> { [&row[..first], &row[first + out..]].concat() };
        let kept: Vec<Vec<f64>> = rows.iter().map(keep).collect();
        let aim = keep(&target.to_vec());
        let start = plain(&kept, &aim, weigh)?;
        let ridge = Ridge::of(&kept)?;
        let left = rest(&kept, &aim, &start);
        for (squares, lambda) in squares.iter_mut().zip(&tried) {
            let mut weights = start.clone();
            add(&mut weights, &ridge.weights(&left, *lambda));
            let missed = rest(rows, target, &weights);
            squares.push(missed[first..first + out].iter().map(|gap| gap * gap).sum::<f64>());
        }
    }
    let errors: Vec<PenaltyError> =
        tried.iter().zip(&squares).map(|(lambda, squares)| error_of(*lambda, squares)).collect();
    Ok((choose(&errors, how.within_one_error), errors))
}

fn lambdas(how: PenaltySearch, largest: f64) -> Result<Vec<f64>, StatisticsError> {
    let most = how.largest.unwrap_or(largest);
    let fits =
        most.is_finite() && most > 0.0 && how.steps > 0 && how.least_part > 0.0 && how.least_part < 1.0;
    if !fits {
        let why = "the donors do not differ before the treatment, or the bounds of λ are none".to_owned();
        return Err(StatisticsError::NotIdentified { what: "λ".to_owned(), why });
    }
    let factor = how.least_part.powf(1.0 / how.steps as f64);
    Ok((0..=how.steps).map(|step| most * factor.powi(step as i32)).collect())
}

fn error_of(lambda: f64, squares: &[f64]) -> PenaltyError {
    let count = squares.len() as f64;
    let error = squares.iter().sum::<f64>() / count;
    let variance = squares.iter().map(|square| (square - error).powi(2)).sum::<f64>() / (count - 1.0);
    PenaltyError { lambda, error, standard_error: (variance / count).sqrt() }
}

fn choose(errors: &[PenaltyError], within_one_error: bool) -> f64 {
    let Some(least) = errors.iter().min_by(|a, b| a.error.total_cmp(&b.error)) else { return 0.0 };
    if !within_one_error {
        return least.lambda;
    }
    let bound = least.error + least.standard_error;
    errors.iter().filter(|error| error.error <= bound).map(|error| error.lambda).fold(least.lambda, f64::max)
}
