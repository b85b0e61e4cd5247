//! A polynomial near the threshold, by weighted least squares.

use std::ops::Range;

use faer::{Mat, linalg::solvers::Solve};

use super::{data::distinct, kernel::Kernel};
use crate::StatisticsError;

/// A fit at the threshold, for any column. Distances are told in bandwidths: a coefficient of order `j` is that of the running value times
/// `bandwidth^j`.
#[derive(Clone, Debug)]
pub(super) struct Local {
    u: Vec<f64>,
    weights: Vec<f64>,
    order: usize,
    inverse: Mat<f64>,
}

/// The units that have a weight.
pub(super) fn window(x: &[f64], kernel: Kernel, bandwidth: f64) -> Range<usize> {
    let inside = |x: &f64| kernel.weight(x / bandwidth) > 0.0;
    let first = x.iter().position(inside).unwrap_or(0);
    first..x.iter().rposition(inside).map_or(first, |last| last + 1)
}

impl Local {
    /// Fits to units that may lie outside the bandwidth; these have no weight.
    pub(super) fn of(
        x: &[f64],
        kernel: Kernel,
        bandwidth: f64,
        order: usize,
    ) -> Result<Self, StatisticsError> {
        let inside = &x[window(x, kernel, bandwidth)];
        let found = if bandwidth > 0.0 { distinct(inside) } else { 0 };
        if found < order + 1 {
            let what = format!("different running values within a bandwidth of {bandwidth}");
            return Err(StatisticsError::TooFew { what, found, wanted: order + 1 });
        }
        let u: Vec<f64> = x.iter().map(|x| x / bandwidth).collect();
        let weights: Vec<f64> = u.iter().map(|u| kernel.weight(*u) / bandwidth).collect();
        let size = order + 1;
        let moment = |power: i32| u.iter().zip(&weights).map(|(u, w)| w * u.powi(power)).sum::<f64>();
        let moments: Vec<f64> = (0..=2 * order as i32).map(moment).collect();
        let gram = Mat::from_fn(size, size, |row, column| moments[row + column]);
        let factors = gram.llt(faer::Side::Lower).map_err(|_| StatisticsError::NotIdentified {
            what: format!("a polynomial of order {order} at the threshold"),
            why: "the running values near it are too few or too close together".to_owned(),
        })?;
        Ok(Self { u, weights, order, inverse: factors.solve(Mat::<f64>::identity(size, size)) })
    }

    /// What each unit's value counts in the coefficient of an order.
    pub(super) fn row(&self, order: usize) -> Vec<f64> {
        let value = |(u, weight): (&f64, &f64)| {
            let sum: f64 =
                (0..=self.order).map(|power| self.inverse[(order, power)] * u.powi(power as i32)).sum();
            weight * sum
        };
        self.u.iter().zip(&self.weights).map(value).collect()
    }

    /// Distances in bandwidths to a power.
    pub(super) fn powers(&self, power: usize) -> Vec<f64> {
        self.u.iter().map(|u| u.powi(power as i32)).collect()
    }

    /// The polynomial at each unit.
    pub(super) fn fitted(&self, column: &[f64]) -> Vec<f64> {
        let coefficients: Vec<f64> =
            (0..=self.order).map(|order| crate::least_squares::dot(&self.row(order), column)).collect();
        let value = |u: &f64| {
            coefficients.iter().enumerate().map(|(power, value)| value * u.powi(power as i32)).sum::<f64>()
        };
        self.u.iter().map(value).collect()
    }

    /// How far each unit draws the polynomial to itself.
    pub(super) fn leverage(&self) -> Vec<f64> {
        let rows: Vec<Vec<f64>> = (0..=self.order).map(|order| self.row(order)).collect();
        let value = |unit: usize| {
            (0..=self.order).map(|order| rows[order][unit] * self.u[unit].powi(order as i32)).sum()
        };
        (0..self.u.len()).map(value).collect()
    }

    pub(super) fn order(&self) -> usize {
        self.order
    }
}
