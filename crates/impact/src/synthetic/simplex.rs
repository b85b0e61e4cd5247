//! Weights that are not negative and sum to one, and come nearest to a target: an exact quadratic programme.

use clarabel::{
    algebra::CscMatrix,
    solver::{DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, ZeroConeT},
};
use faer::{Mat, linalg::solvers::Solve};

use crate::StatisticsError;

/// Weights below this part of one are taken for none when the solution is refined.
const NONE: f64 = 1e-7;

/// The weights `w` that make `‖A w − b‖² + ridge ‖w‖²` least, `w ≥ 0` and `Σ w = 1`. `columns` are those of `A`.
pub(crate) fn weights(columns: &[Vec<f64>], target: &[f64], ridge: f64) -> Result<Vec<f64>, StatisticsError> {
    let size = columns.len();
    if size == 0 {
        return Err(StatisticsError::TooFew { what: "donors".to_owned(), found: 0, wanted: 1 });
    }
    // The weights sum to one, so that the target may be taken from every column: levels that are large beside the differences would leave
    // the solver without digits, and so would large outcomes.
    let less = |column: &Vec<f64>| -> Vec<f64> {
        column.iter().zip(target).map(|(value, own)| value - own).collect()
    };
    let centred: Vec<Vec<f64>> = columns.iter().map(less).collect();
    let scale = centred.iter().flatten().fold(0.0, |most: f64, value| most.max(value.abs()));
    let scale = if scale > 0.0 { scale } else { 1.0 };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a / scale) * (b / scale)).sum::<f64>();
    let square = Mat::from_fn(size, size, |a, b| {
        dot(&centred[a], &centred[b]) + if a == b { ridge / scale / scale } else { 0.0 }
    });
    let rough = interior(&square)?;
    Ok(refine(&square, &rough).unwrap_or(rough))
}

fn interior(square: &Mat<f64>) -> Result<Vec<f64>, StatisticsError> {
    let size = square.ncols();
    let mut upper = (Vec::new(), Vec::new(), Vec::new());
    for column in 0..size {
        for row in 0..=column {
            upper.0.push(row);
            upper.1.push(column);
            upper.2.push(square[(row, column)]);
        }
    }
    let objective = CscMatrix::new_from_triplets(size, size, upper.0, upper.1, upper.2);
    let linear = vec![0.0; size];
    // The first row says that the weights sum to one, the others that none is negative.
    let rows = (0..size).flat_map(|column| [0, column + 1]).collect();
    let columns = (0..size).flat_map(|column| [column, column]).collect();
    let values = (0..size).flat_map(|_| [1.0, -1.0]).collect();
    let constraints = CscMatrix::new_from_triplets(size + 1, size, rows, columns, values);
    let mut bounds = vec![0.0; size + 1];
    bounds[0] = 1.0;
    let settings = DefaultSettings {
        verbose: false,
        tol_gap_abs: 1e-13,
        tol_gap_rel: 1e-13,
        tol_feas: 1e-13,
        max_iter: 200,
        ..DefaultSettings::default()
    };
    let cones = [ZeroConeT(1), NonnegativeConeT(size)];
    let failed =
        |why: String| StatisticsError::NotIdentified { what: "the weights of donors".to_owned(), why };
    let mut solver = DefaultSolver::new(&objective, &linear, &constraints, &bounds, &cones, settings)
        .map_err(|error| failed(error.to_string()))?;
    solver.solve();
    // The last digits may not be had; the refinement finds them.
    let usable = matches!(
        solver.solution.status,
        SolverStatus::Solved
            | SolverStatus::AlmostSolved
            | SolverStatus::InsufficientProgress
            | SolverStatus::MaxIterations
    );
    if !usable {
        return Err(failed(format!("the solver ended with {:?}", solver.solution.status)));
    }
    let weights: Vec<f64> = solver.solution.x.iter().map(|weight| weight.max(0.0)).collect();
    let total: f64 = weights.iter().sum();
    Ok(weights.into_iter().map(|weight| weight / total).collect())
}

/// Solves for the weights that are not zero as if there were no bounds, and without those that leave them; nothing when that is not near.
fn refine(square: &Mat<f64>, rough: &[f64]) -> Option<Vec<f64>> {
    let mut kept: Vec<usize> = (0..rough.len()).filter(|place| rough[*place] > NONE).collect();
    while !kept.is_empty() {
        let weights = unbounded(square, &kept);
        if !weights.iter().zip(rough).all(|(w, r)| w.is_finite() && (w - r).abs() < 1e-4) {
            return None;
        }
        if weights.iter().all(|weight| *weight >= 0.0) {
            return Some(weights);
        }
        kept.retain(|place| weights[*place] > 0.0);
    }
    None
}

/// The weights of some columns that sum to one and come nearest, whatever their sign.
fn unbounded(square: &Mat<f64>, kept: &[usize]) -> Vec<f64> {
    let size = kept.len();
    let system = Mat::from_fn(size + 1, size + 1, |a, b| match (a < size, b < size) {
        (true, true) => square[(kept[a], kept[b])],
        (false, false) => 0.0,
        _ => 1.0,
    });
    let right = Mat::from_fn(size + 1, 1, |a, _| if a < size { 0.0 } else { 1.0 });
    let solved = system.full_piv_lu().solve(&right);
    let mut weights = vec![0.0; square.ncols()];
    for (place, column) in kept.iter().enumerate() {
        weights[*column] = solved[(place, 0)];
    }
    weights
}
