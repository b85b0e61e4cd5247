//! Tests of inequalities between means, some of which are free (Andrews, Roth and Pakes 2023): the largest violation, given which of them it is.

use faer::Mat;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

use super::{polytope::Polytope, truncated::truncated_quantile};
use crate::{StatisticsError, quantile::quantile};

/// Moments that are not above 0 when what is tested is true, each over its standard deviation.
pub(super) struct Inequalities {
    /// The moments as they were found.
    found: Vec<f64>,
    /// What an effect takes from each.
    slope: Vec<f64>,
    /// Their correlation.
    correlation: Mat<f64>,
    /// The weights of moments in which free means have no part; nothing when any violation can be undone.
    polytope: Option<Polytope>,
}

/// How a test is held together with one that is best when all inequalities bind.
#[derive(Clone, Copy, Debug)]
pub(super) struct FirstStage {
    /// The bound of its statistic.
    pub(super) bound: f64,
    /// The chance of a false alarm that is spent on it.
    pub(super) spent: f64,
}

impl Inequalities {
    /// From moments `found − slope · effect − Σ free · x ≤ 0` with their covariance; `free` by column.
    pub(super) fn of(
        found: &[f64],
        slope: &[f64],
        free: &[Vec<f64>],
        covariance: &Mat<f64>,
    ) -> Result<Self, StatisticsError> {
        let count = found.len();
        let deviation: Vec<f64> = (0..count).map(|row| covariance[(row, row)].max(0.0).sqrt()).collect();
        if deviation.iter().any(|deviation| deviation.is_nan() || *deviation <= 0.0) {
            let why = "a difference of coefficients has no variance".to_owned();
            return Err(StatisticsError::NotIdentified { what: "sensitivity".to_owned(), why });
        }
        let over = |column: &[f64]| -> Vec<f64> {
            column.iter().zip(&deviation).map(|(value, d)| value / d).collect()
        };
        let columns: Vec<Vec<f64>> = free.iter().map(|column| over(column)).collect();
        Ok(Self {
            found: over(found),
            slope: over(slope),
            correlation: Mat::from_fn(count, count, |a, b| covariance[(a, b)] / deviation[a] / deviation[b]),
            polytope: Polytope::of(&columns, count)?,
        })
    }

    /// The bound that the largest violation stays below with the chance `1 − spent` when all inequalities bind.
    pub(super) fn least_favourable(
        &mut self,
        spent: f64,
        draws: usize,
        seed: u64,
    ) -> Result<FirstStage, StatisticsError> {
        let Some(polytope) = &mut self.polytope else {
            return Ok(FirstStage { bound: f64::INFINITY, spent });
        };
        let root = root(&self.correlation)?;
        let mut random = Pcg64::new(u128::from(seed), 0xa02_bdbf_7bb3_c0a7);
        let mut largest = Vec::with_capacity(draws);
        for _ in 0..draws {
            let normal: Vec<f64> = (0..root.ncols()).map(|_| StandardNormal.sample(&mut random)).collect();
            let moments: Vec<f64> = (0..root.nrows())
                .map(|row| (0..root.ncols()).map(|column| root[(row, column)] * normal[column]).sum())
                .collect();
            let weights = polytope.best(&moments)?;
            largest.push(dot(&weights, &moments));
        }
        Ok(FirstStage { bound: quantile(&largest, 1.0 - spent), spent })
    }

    /// Whether an effect is rejected.
    pub(super) fn rejects(
        &mut self,
        effect: f64,
        alpha: f64,
        first: Option<FirstStage>,
    ) -> Result<bool, StatisticsError> {
        let Some(polytope) = &mut self.polytope else { return Ok(false) };
        let moments: Vec<f64> =
            self.found.iter().zip(&self.slope).map(|(y, slope)| y - slope * effect).collect();
        let weights = polytope.best(&moments)?;
        let largest = dot(&weights, &moments);
        let chance = first.map_or(alpha, |first| (alpha - first.spent) / (1.0 - first.spent));
        if first.is_some_and(|first| largest > first.bound) {
            return Ok(true);
        }
        let shared: Vec<f64> = (0..moments.len())
            .map(|row| {
                (0..moments.len()).map(|column| self.correlation[(row, column)] * weights[column]).sum()
            })
            .collect();
        let variance = dot(&weights, &shared);
        if variance < 1e-14 {
            return Ok(largest > 0.0);
        }
        let along: Vec<f64> = shared.iter().map(|value| value / variance).collect();
        let rest: Vec<f64> = moments.iter().zip(&along).map(|(y, along)| y - along * largest).collect();
        let deviation = variance.sqrt();
        let far = 20.0 * deviation + 100.0;
        let low = edge(polytope, &rest, &along, largest - far, f64::NEG_INFINITY)?;
        let high = edge(polytope, &rest, &along, largest + far, f64::INFINITY)?;
        let high = first.map_or(high, |first| high.min(first.bound));
        // Rounding may leave the statistic beside its own interval.
        let (low, high) = (low.min(largest), high.max(largest));
        let bound = truncated_quantile(1.0 - chance, low / deviation, high / deviation).max(0.0);
        Ok(largest / deviation > bound)
    }
}

/// The largest violation is `rest + along · value` under these weights as long as no others do better: how far that goes, from a value where
/// others do. What others reach is convex in the value, so that each step along a tangent comes nearer and none goes too far.
fn edge(
    polytope: &mut Polytope,
    rest: &[f64],
    along: &[f64],
    start: f64,
    beyond: f64,
) -> Result<f64, StatisticsError> {
    let mut value = start;
    for step in 0..200 {
        let moments: Vec<f64> = rest.iter().zip(along).map(|(rest, along)| rest + along * value).collect();
        let weights = polytope.best(&moments)?;
        if dot(&weights, &moments) <= value + 1e-9 * (1.0 + value.abs()) {
            return Ok(if step == 0 { beyond } else { value });
        }
        let slope = 1.0 - dot(&weights, along);
        if slope.abs() < 1e-12 {
            return Ok(value);
        }
        value = dot(&weights, rest) / slope;
    }
    Ok(value)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A matrix whose product with itself turned is this one, which may lack rank.
pub(super) fn root(covariance: &Mat<f64>) -> Result<Mat<f64>, StatisticsError> {
    let parts = covariance.self_adjoint_eigen(faer::Side::Lower).map_err(|error| {
        let why = format!("the covariance cannot be taken apart ({error:?})");
        StatisticsError::NotIdentified { what: "sensitivity".to_owned(), why }
    })?;
    let (vectors, values) = (parts.U(), parts.S().column_vector());
    let size = covariance.nrows();
    Ok(Mat::from_fn(size, size, |row, column| vectors[(row, column)] * values[column].max(0.0).sqrt()))
}
