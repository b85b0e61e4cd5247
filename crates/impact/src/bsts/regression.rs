//! Which of many columns count, and how much: spike and slab (George and McCulloch 1997; Scott and Varian 2014).

use faer::Mat;
use rand_distr::{Distribution, Gamma, StandardUniform};
use rand_pcg::Pcg64;

use crate::{matrix::inverse_of_positive, state_space::normal};

/// What is believed before the data are seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Belief {
    /// How many columns are expected to count.
    pub(super) size: f64,
    /// The part of the variance that they are expected to explain.
    pub(super) explained: f64,
    /// The weight of that, in values.
    pub(super) values: f64,
}

/// The weight of the prior on coefficients, in values.
const INFORMATION: f64 = 0.01;
/// How far it is drawn to treat columns as unrelated.
const DIAGONAL: f64 = 0.5;

/// Columns with all that is the same in each draw.
pub(super) struct Regression {
    columns: Vec<Vec<f64>>,
    cross: Mat<f64>,
    prior: Mat<f64>,
    log_odds: f64,
    prior_values: f64,
    prior_sum: f64,
    counts: Vec<bool>,
}

impl Regression {
    /// `variance` is that of the series.
    pub(super) fn new(columns: Vec<Vec<f64>>, variance: f64, belief: Belief) -> Self {
        let rows = columns.first().map_or(0, Vec::len) as f64;
        let size = columns.len();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let cross = Mat::from_fn(size, size, |a, b| dot(&columns[a], &columns[b]));
        let prior = Mat::from_fn(size, size, |a, b| {
            let weight = if a == b { 1.0 } else { 1.0 - DIAGONAL };
            INFORMATION * weight * cross[(a, b)] / rows
        });
        let chance = (belief.size / size as f64).min(1.0);
        let log_odds = if chance >= 1.0 { f64::INFINITY } else { (chance / (1.0 - chance)).ln() };
        let guess = (1.0 - belief.explained) * variance;
        Self {
            counts: vec![true; size],
            columns,
            cross,
            prior,
            log_odds,
            prior_values: belief.values,
            prior_sum: belief.values * guess,
        }
    }

    /// Draws which columns count, the variance of the noise, and the coefficients, given what is to be explained.
    pub(super) fn draw(&mut self, target: &[f64], random: &mut Pcg64) -> (Vec<f64>, f64) {
        let own: Vec<f64> =
            self.columns.iter().map(|column| column.iter().zip(target).map(|(x, y)| x * y).sum()).collect();
        let square: f64 = target.iter().map(|value| value * value).sum();
        if self.log_odds.is_finite() {
            self.choose(&own, square, target.len(), random);
        }
        let kept = self.kept();
        let posterior = self.posterior(&kept, &own);
        let sum = self.prior_sum + square - posterior.as_ref().map_or(0.0, |p| p.explained);
        let noise = inverse_gamma(self.prior_values + target.len() as f64, sum, random);
        let mut coefficients = vec![0.0; self.columns.len()];
        if let Some(posterior) = posterior {
            let drawn = posterior.draw(noise, random);
            kept.iter().zip(drawn).for_each(|(column, value)| coefficients[*column] = value);
        }
        (coefficients, noise)
    }

    fn kept(&self) -> Vec<usize> {
        (0..self.counts.len()).filter(|column| self.counts[*column]).collect()
    }

    /// One pass over the columns, each with what the others are.
    fn choose(&mut self, own: &[f64], square: f64, values: usize, random: &mut Pcg64) {
        for column in 0..self.counts.len() {
            let mut value = |counts: bool| {
                self.counts[column] = counts;
                self.log_posterior(own, square, values)
            };
            let (with, without) = (value(true), value(false));
            let chance = 1.0 / (1.0 + (without - with - self.log_odds).exp());
            let dice: f64 = StandardUniform.sample(random);
            self.counts[column] = dice < chance;
        }
    }

    /// The logarithm of how likely the present choice is, but for the prior odds and what all choices share.
    fn log_posterior(&self, own: &[f64], square: f64, values: usize) -> f64 {
        let kept = self.kept();
        let half = 0.5 * (self.prior_values + values as f64);
        let Some(posterior) = self.posterior(&kept, own) else {
            return if kept.is_empty() { -half * (self.prior_sum + square).ln() } else { f64::NEG_INFINITY };
        };
        let prior = Mat::from_fn(kept.len(), kept.len(), |a, b| self.prior[(kept[a], kept[b])]);
        let Some(prior) = log_determinant(&prior) else { return f64::NEG_INFINITY };
        let rest = (self.prior_sum + square - posterior.explained).max(f64::MIN_POSITIVE);
        0.5 * (prior - posterior.log_determinant) - half * rest.ln()
    }

    fn posterior(&self, kept: &[usize], own: &[f64]) -> Option<Posterior> {
        if kept.is_empty() {
            return None;
        }
        let precision = Mat::from_fn(kept.len(), kept.len(), |a, b| {
            self.cross[(kept[a], kept[b])] + self.prior[(kept[a], kept[b])]
        });
        let log_determinant = log_determinant(&precision)?;
        let covariance = inverse_of_positive(&precision)?;
        let own = Mat::from_fn(kept.len(), 1, |row, _| own[kept[row]]);
        let mean = &covariance * &own;
        let explained = (own.transpose() * &mean)[(0, 0)];
        Some(Posterior { mean, covariance, explained, log_determinant })
    }
}

struct Posterior {
    mean: Mat<f64>,
    covariance: Mat<f64>,
    explained: f64,
    log_determinant: f64,
}

impl Posterior {
    fn draw(&self, noise: f64, random: &mut Pcg64) -> Vec<f64> {
        let size = self.mean.nrows();
        let dice = Mat::from_fn(size, 1, |_, _| noise.sqrt() * normal(random));
        let spread = match self.covariance.llt(faer::Side::Lower) {
            Ok(factors) => factors.L() * dice,
            Err(_) => Mat::zeros(size, 1),
        };
        (0..size).map(|row| self.mean[(row, 0)] + spread[(row, 0)]).collect()
    }
}

fn log_determinant(matrix: &Mat<f64>) -> Option<f64> {
    let factors = matrix.llt(faer::Side::Lower).ok()?;
    let lower = factors.L();
    Some((0..lower.nrows()).map(|at| 2.0 * lower[(at, at)].ln()).sum())
}

/// A draw of a variance with so many degrees of freedom and such a sum of squares.
pub(super) fn inverse_gamma(degrees: f64, sum: f64, random: &mut Pcg64) -> f64 {
    let sum = sum.max(f64::MIN_POSITIVE);
    Gamma::new(degrees / 2.0, 2.0 / sum)
        .map_or(sum / degrees, |law| 1.0 / law.sample(random).max(f64::MIN_POSITIVE))
}
