//! Generalised linear models by iteratively reweighted least squares (McCullagh and Nelder 1989, chapter 2.5).

use faer::Mat;

use crate::{Design, Fit, StatisticsError, fit};

const STEPS_MAX: usize = 100;
/// The search ends when the deviance changes by no more than this part of itself (R's `glm` uses 1e-8).
const SMALL: f64 = 1e-13;

/// What the outcome is, and how its mean follows from the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Counts; the logarithm of the mean is linear.
    Poisson,
    /// Shares from 0 to 1; the logit of the mean is linear.
    Binomial,
}

/// A generalised linear model that was fitted.
#[derive(Clone, Debug)]
pub struct GeneralFit {
    /// Coefficients on the scale of the link, and the last step of the search.
    pub fit: Fit,
    /// The means, per row.
    pub means: Vec<f64>,
    /// How far the model is from one that has a mean of its own for each row.
    pub deviance: f64,
    /// Pearson's sum of squares per degree of freedom; 1 for counts that are as Poisson says.
    pub dispersion: f64,
}

impl GeneralFit {
    /// The covariance of the coefficients with a dispersion of 1, or with the one that was found (quasi-likelihood).
    pub fn covariance(&self, quasi: bool) -> Mat<f64> {
        &self.fit.bread * faer::Scale(if quasi { self.dispersion } else { 1.0 })
    }

    /// The standard errors of the coefficients.
    pub fn standard_errors(&self, quasi: bool) -> Vec<f64> {
        let covariance = self.covariance(quasi);
        (0..covariance.nrows()).map(|place| covariance[(place, place)].sqrt()).collect()
    }

    /// Rows less coefficients.
    pub fn degrees_of_freedom(&self) -> usize {
        self.fit.rows().saturating_sub(self.fit.coefficients.len())
    }
}

impl Family {
    fn mean(self, linear: f64) -> f64 {
        match self {
            Self::Poisson => linear.exp(),
            Self::Binomial => 1.0 / (1.0 + (-linear).exp()),
        }
    }

    /// The variance at a mean; also the change of the mean with the linear part, since both links are canonical.
    fn variance(self, mean: f64) -> f64 {
        match self {
            Self::Poisson => mean,
            Self::Binomial => mean * (1.0 - mean),
        }
    }

    fn start(self, outcome: f64) -> f64 {
        match self {
            Self::Poisson => (outcome + 0.1).ln(),
            Self::Binomial => {
                let mean = outcome.midpoint(0.5);
                (mean / (1.0 - mean)).ln()
            }
        }
    }

    fn deviance(self, outcome: f64, mean: f64) -> f64 {
        let part = |y: f64, m: f64| if y > 0.0 { y * (y / m).ln() } else { 0.0 };
        match self {
            Self::Poisson => 2.0 * (part(outcome, mean) - (outcome - mean)),
            Self::Binomial => 2.0 * (part(outcome, mean) + part(1.0 - outcome, 1.0 - mean)),
        }
    }

    fn check(self, outcome: &[f64]) -> Result<(), StatisticsError> {
        let bad = |value: &f64| *value < 0.0 || (self == Self::Binomial && *value > 1.0);
        let Some(place) = outcome.iter().position(bad) else { return Ok(()) };
        let why = format!("the outcome at place {place} is {}, out of its range", outcome[place]);
        Err(StatisticsError::NotIdentified { what: "the model".to_owned(), why })
    }
}

/// Fits a model. `offset` is added to the linear part of each row (the logarithm of a population, for rates).
///
/// # Errors
/// As [`fit`]; when the outcome is out of its range; when the search does not end, as when groups are told apart wholly.
pub fn fit_general(
    family: Family,
    design: &Design,
    outcome: &[f64],
    offset: Option<&[f64]>,
    weights: Option<&[f64]>,
) -> Result<GeneralFit, StatisticsError> {
    family.check(outcome)?;
    let rows = outcome.len();
    let zeros = vec![0.0; rows];
    let offset = offset.unwrap_or(&zeros);
    let ones = vec![1.0; rows];
    let prior = weights.unwrap_or(&ones);
    for (what, column) in [("offset", offset), ("weights", prior)] {
        crate::least_squares::check_column(what, column, rows)?;
    }
    let mut linear: Vec<f64> = outcome.iter().map(|value| family.start(*value)).collect();
    let mut before = f64::INFINITY;
    for _ in 0..STEPS_MAX {
        let step = step(family, design, outcome, offset, prior, &linear)?;
        for row in 0..rows {
            linear[row] = offset[row]
                + (0..step.coefficients.len())
                    .map(|c| step.design[(row, c)] * step.coefficients[c])
                    .sum::<f64>();
        }
        let means: Vec<f64> = linear.iter().map(|linear| family.mean(*linear)).collect();
        let deviance: f64 = (0..rows).map(|row| prior[row] * family.deviance(outcome[row], means[row])).sum();
        if !deviance.is_finite() {
            break;
        }
        if (before - deviance).abs() <= SMALL * (deviance.abs() + 0.1) {
            return Ok(finish(family, outcome, prior, step, means, deviance));
        }
        before = deviance;
    }
    Err(StatisticsError::NotConverged { what: "the fit of the model".to_owned(), steps: STEPS_MAX })
}

/// One weighted least squares fit of the working response.
fn step(
    family: Family,
    design: &Design,
    outcome: &[f64],
    offset: &[f64],
    prior: &[f64],
    linear: &[f64],
) -> Result<Fit, StatisticsError> {
    let slope = |row: usize| family.variance(family.mean(linear[row])).max(f64::MIN_POSITIVE);
    let working = (0..outcome.len())
        .map(|row| linear[row] - offset[row] + (outcome[row] - family.mean(linear[row])) / slope(row))
        .collect::<Vec<f64>>();
    let weights: Vec<f64> = (0..outcome.len()).map(|row| prior[row] * slope(row)).collect();
    fit(design, &working, Some(&weights))
}

fn finish(
    family: Family,
    outcome: &[f64],
    prior: &[f64],
    fit: Fit,
    means: Vec<f64>,
    deviance: f64,
) -> GeneralFit {
    let pearson: f64 = (0..outcome.len())
        .map(|row| {
            prior[row] * (outcome[row] - means[row]).powi(2)
                / family.variance(means[row]).max(f64::MIN_POSITIVE)
        })
        .sum();
    let free = outcome.len().saturating_sub(fit.coefficients.len());
    let dispersion = if free == 0 { f64::NAN } else { pearson / free as f64 };
    GeneralFit { fit, means, deviance, dispersion }
}
