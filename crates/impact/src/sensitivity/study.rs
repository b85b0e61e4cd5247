//! The coefficients of an event study.

use faer::Mat;

use crate::{StatisticsError, least_squares::check_column, normal_quantile};

/// Coefficients by time since treatment, without the time that others are compared with, and what of them is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct EventStudy {
    pub(super) coefficients: Vec<f64>,
    pub(super) covariance: Mat<f64>,
    pub(super) before: usize,
    pub(super) weights: Vec<f64>,
}

impl EventStudy {
    /// Checks and takes coefficients: those of the `before` times before the time of comparison, in order, then those after it. What is asked
    /// for is the sum of the later ones, each times its weight; times must follow each other without gaps.
    ///
    /// # Errors
    /// When lengths differ, values are not finite, no coefficient lies before or after, the covariance is not symmetric or a variance is
    /// not above 0, or all weights are 0.
    pub fn new(
        coefficients: Vec<f64>,
        covariance: &[Vec<f64>],
        before: usize,
        weights: Vec<f64>,
    ) -> Result<Self, StatisticsError> {
        let size = coefficients.len();
        check_column("the coefficients", &coefficients, size)?;
        let after = size.saturating_sub(before);
        for (what, found) in
            [("coefficients before treatment", before), ("coefficients after treatment", after)]
        {
            if found == 0 {
                return Err(StatisticsError::TooFew { what: what.to_owned(), found, wanted: 1 });
            }
        }
        check_column("the weights", &weights, after)?;
        if covariance.len() != size {
            let (what, found) = ("the covariance".to_owned(), covariance.len());
            return Err(StatisticsError::Length { what, found, wanted: size });
        }
        for row in covariance {
            check_column("a row of the covariance", row, size)?;
        }
        let not = |why: &str| StatisticsError::NotIdentified {
            what: "sensitivity".to_owned(),
            why: why.to_owned(),
        };
        let largest = covariance.iter().flatten().fold(0.0, |most: f64, value| most.max(value.abs()));
        for (place, row) in covariance.iter().enumerate() {
            if row[place] <= 0.0 {
                return Err(not("a variance is not above 0"));
            }
            let turned =
                |(other, value): (usize, &f64)| (value - covariance[other][place]).abs() > 1e-8 * largest;
            if row.iter().enumerate().any(turned) {
                return Err(not("the covariance is not symmetric"));
            }
        }
        if weights.iter().all(|weight| *weight == 0.0) {
            return Err(not("all weights are 0"));
        }
        let covariance = Mat::from_fn(size, size, |a, b| f64::midpoint(covariance[a][b], covariance[b][a]));
        Ok(Self { coefficients, covariance, before, weights })
    }

    /// How many coefficients lie after treatment.
    pub fn after(&self) -> usize {
        self.weights.len()
    }

    /// What is asked for, and its standard error, if trends are parallel.
    pub fn conventional(&self) -> (f64, f64) {
        let estimate = self.coefficients[self.before..].iter().zip(&self.weights).map(|(b, w)| b * w).sum();
        let mut variance = 0.0;
        for (a, weight) in self.weights.iter().enumerate() {
            for (b, other) in self.weights.iter().enumerate() {
                variance += weight * other * self.covariance[(self.before + a, self.before + b)];
            }
        }
        (estimate, variance.max(0.0).sqrt())
    }

    /// The interval if trends are parallel.
    pub fn conventional_interval(&self, alpha: f64) -> [f64; 2] {
        let (estimate, error) = self.conventional();
        let width = normal_quantile(1.0 - alpha / 2.0) * error;
        [estimate - width, estimate + width]
    }
}

/// A chance must lie between 0 and 1, a bound must not be below 0.
pub(super) fn check(alpha: f64, bound: f64) -> Result<(), StatisticsError> {
    let why = if !(alpha > 0.0 && alpha < 1.0) {
        format!("the chance of a miss must lie between 0 and 1: {alpha}")
    } else if !(bound >= 0.0 && bound.is_finite()) {
        format!("the bound on trends must not be below 0 or infinite: {bound}")
    } else {
        return Ok(());
    };
    Err(StatisticsError::NotIdentified { what: "sensitivity".to_owned(), why })
}
