//! The difference of trends is near a line: its slope changes by no more than so much from one time to the next.

use clarabel::{
    algebra::CscMatrix,
    solver::{
        DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SecondOrderConeT, SolverStatus, ZeroConeT,
    },
};
use faer::{Mat, linalg::solvers::Solve};

use super::{
    conditional::root,
    folded::folded_quantile,
    study::{EventStudy, check},
};
use crate::StatisticsError;

/// The search for the best error ends at this part of it.
const SMALL: f64 = 1e-7;

/// The shortest interval of fixed length that holds the effect, if the slope of the difference of trends changes by no more than `bound` from
/// one time to the next. It is made around a weighted sum of coefficients that takes out a line, and is as wide as its error and its largest
/// bias ask for.
///
/// # Errors
/// When the bound is below 0, the chance is none, or the weights cannot be found.
pub fn smoothness(study: &EventStudy, bound: f64, alpha: f64) -> Result<[f64; 2], StatisticsError> {
    check(alpha, bound)?;
    let problem = Problem::of(study)?;
    let [estimate, width] = problem.interval(study, bound, alpha)?;
    Ok([estimate - width, estimate + width])
}

/// Weights of earlier coefficients are told by `w`: that of time `s` is `w_s − w_(s−1)`.
pub(super) struct Problem {
    before: usize,
    /// What the sum of `w` must be for a line to be taken out.
    sum: f64,
    /// The bias that later coefficients bring, per unit of the bound.
    bias_after: f64,
    /// Root of the covariance, turned, over the error that is taken for 1.
    root: Mat<f64>,
    weights: Vec<f64>,
    unit: f64,
}

impl Problem {
    pub(super) fn of(study: &EventStudy) -> Result<Self, StatisticsError> {
        let weights = &study.weights;
        let sum: f64 = weights.iter().enumerate().map(|(place, weight)| (place + 1) as f64 * weight).sum();
        let after = weights.len();
        let tail = |length: usize| {
            let part = &weights[after - length..];
            part.iter().enumerate().map(|(place, weight)| (place + 1) as f64 * weight).sum::<f64>().abs()
        };
        let bias_after = (1..=after).map(tail).sum::<f64>() - sum;
        let (_, unit) = study.conventional();
        let unit = if unit > 0.0 { unit } else { 1.0 };
        let root = root(&study.covariance)?;
        let root = Mat::from_fn(root.nrows(), root.ncols(), |a, b| root[(b, a)] / unit);
        Ok(Self { before: study.before, sum, bias_after, root, weights: weights.clone(), unit })
    }

    /// The middle and half the length of the interval.
    pub(super) fn interval(
        &self,
        study: &EventStudy,
        bound: f64,
        alpha: f64,
    ) -> Result<[f64; 2], StatisticsError> {
        let length = |w: &[f64]| {
            let error = self.error(w);
            folded_quantile(1.0 - alpha, bound * self.bias(w) / (error * self.unit)) * error * self.unit
        };
        // The surest weights, and those with the least bias: between their errors lies the best.
        let sure = self.surest();
        let mut steady = vec![0.0; self.before];
        steady[self.before - 1] = self.sum;
        let mut best =
            [&sure, &steady].map(|w| (length(w), w.clone())).into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
        let (mut low, mut high) = (self.error(&sure), self.error(&steady));
        let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
        let mut at = |error: f64| match self.least_bias(error) {
            Some(w) => {
                let found = length(&w);
                if best.as_ref().is_none_or(|best| found < best.0) {
                    best = Some((found, w));
                }
                found
            }
            None => f64::INFINITY,
        };
        let (mut one, mut two) = (high - ratio * (high - low), low + ratio * (high - low));
        let (mut at_one, mut at_two) = (at(one), at(two));
        while high - low > SMALL * high {
            if at_one <= at_two {
                (high, two, at_two) = (two, one, at_one);
                one = high - ratio * (high - low);
                at_one = at(one);
            } else {
                (low, one, at_one) = (one, two, at_two);
                two = low + ratio * (high - low);
                at_two = at(two);
            }
        }
        let Some((width, w)) = best else {
            let why = "no weights take out a line".to_owned();
            return Err(StatisticsError::NotIdentified { what: "sensitivity".to_owned(), why });
        };
        let all = self.all(&w);
        let estimate = all.iter().zip(&study.coefficients).map(|(weight, value)| weight * value).sum();
        Ok([estimate, width])
    }

    /// The weights of all coefficients.
    fn all(&self, w: &[f64]) -> Vec<f64> {
        let earlier = (0..w.len()).map(|place| w[place] - if place > 0 { w[place - 1] } else { 0.0 });
        earlier.chain(self.weights.iter().copied()).collect()
    }

    fn error(&self, w: &[f64]) -> f64 {
        let all = self.all(w);
        let square = |row: usize| {
            let sum: f64 =
                all.iter().enumerate().map(|(column, weight)| self.root[(row, column)] * weight).sum();
            sum * sum
        };
        (0..self.root.nrows()).map(square).sum::<f64>().sqrt()
    }

    /// The largest bias per unit of the bound.
    fn bias(&self, w: &[f64]) -> f64 {
        let mut sum = 0.0;
        let earlier: f64 = w
            .iter()
            .map(|w| {
                sum += w;
                f64::abs(sum)
            })
            .sum();
        self.bias_after + earlier
    }

    /// How `w` and a constant enter the error: by row.
    fn error_rows(&self) -> (Mat<f64>, Vec<f64>) {
        let (rows, before) = (self.root.nrows(), self.before);
        let of_w = Mat::from_fn(rows, before, |row, column| {
            let next = if column + 1 < before { self.root[(row, column + 1)] } else { 0.0 };
            self.root[(row, column)] - next
        });
        let constant = (0..rows)
            .map(|row| {
                self.weights.iter().enumerate().map(|(place, w)| self.root[(row, before + place)] * w).sum()
            })
            .collect();
        (of_w, constant)
    }

    /// The weights with the least error among those that take out a line.
    fn surest(&self) -> Vec<f64> {
        let (of_w, constant) = self.error_rows();
        let square = of_w.transpose() * &of_w;
        let size = self.before;
        let system = Mat::from_fn(size + 1, size + 1, |a, b| match (a < size, b < size) {
            (true, true) => square[(a, b)],
            (false, false) => 0.0,
            _ => 1.0,
        });
        let right = Mat::from_fn(size + 1, 1, |a, _| {
            if a == size {
                return self.sum;
            }
            -(0..constant.len()).map(|row| of_w[(row, a)] * constant[row]).sum::<f64>()
        });
        let solved = system.full_piv_lu().solve(&right);
        let w: Vec<f64> = (0..size).map(|place| solved[(place, 0)]).collect();
        if w.iter().all(|w| w.is_finite()) { w } else { vec![self.sum / size as f64; size] }
    }

    /// The weights with the least bias among those that take out a line with an error up to this one.
    fn least_bias(&self, error: f64) -> Option<Vec<f64>> {
        let size = self.before;
        let (of_w, constant) = self.error_rows();
        let mut entries = (Vec::new(), Vec::new(), Vec::new());
        let mut put = |row: usize, column: usize, value: f64| {
            if value != 0.0 {
                entries.0.push(row);
                entries.1.push(column);
                entries.2.push(value);
            }
        };
        // Sizes of partial sums first, then w.
        for column in 0..size {
            put(0, size + column, 1.0);
            for (block, sign) in [(1, 1.0), (1 + size, -1.0)] {
                put(block + column, column, -1.0);
                (column..size).for_each(|row| put(block + row, size + column, sign));
            }
            (0..constant.len()).for_each(|row| put(2 + 2 * size + row, size + column, -of_w[(row, column)]));
        }
        let mut right = vec![0.0; 2 + 2 * size];
        right[0] = self.sum;
        right[1 + 2 * size] = error;
        right.extend(&constant);
        let constraints =
            CscMatrix::new_from_triplets(right.len(), 2 * size, entries.0, entries.1, entries.2);
        let objective: Vec<f64> = (0..2 * size).map(|place| f64::from(u8::from(place < size))).collect();
        let cones = [ZeroConeT(1), NonnegativeConeT(2 * size), SecondOrderConeT(1 + constant.len())];
        let settings = DefaultSettings {
            verbose: false,
            tol_gap_abs: 1e-10,
            tol_gap_rel: 1e-10,
            tol_feas: 1e-10,
            ..DefaultSettings::default()
        };
        let quadratic = CscMatrix::zeros((2 * size, 2 * size));
        let mut solver =
            DefaultSolver::new(&quadratic, &objective, &constraints, &right, &cones, settings).ok()?;
        solver.solve();
        let usable = matches!(
            solver.solution.status,
            SolverStatus::Solved | SolverStatus::AlmostSolved | SolverStatus::InsufficientProgress
        );
        let w = solver.solution.x[size..].to_vec();
        (usable && w.iter().all(|w| w.is_finite())).then_some(w)
    }
}
