//! Scores under weights that are not certain.

use rand_distr::{Distribution, Exp1};
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

use super::{group::GroupWeights, matrix::Matrix};
use crate::ProgrammeError;

/// The most samples.
const SAMPLES_MOST: u32 = 100_000;

/// What is held possible of the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WeightSamples {
    /// All weights that sum to one, each as likely.
    Any,
    /// All mixtures of the weights of the people asked, each as likely: what some coalition of them would hold.
    #[default]
    Mixtures,
}

/// Scores of projects by the weighted sum of values from 0 to 1, one row a sample, under weights drawn from a seed.
///
/// # Errors
/// When the matrix is not whole, criteria are not those of the weights, or samples are none or more than 100,000.
pub fn sampled_scores(
    matrix: &Matrix,
    group: &GroupWeights,
    kind: WeightSamples,
    samples: u32,
    seed: u64,
) -> Result<Vec<Vec<f64>>, ProgrammeError> {
    matrix.check()?;
    if samples == 0 || samples > SAMPLES_MOST {
        return Err(ProgrammeError::number("the number of samples", samples, "from 1 to 100,000"));
    }
    if !matrix.criteria.iter().map(|criterion| &criterion.id).eq(&group.criteria) {
        return Err(ProgrammeError::undefined(
            "the scores under sampled weights",
            "the criteria of the weights are not those of the matrix; ask for weights of its criteria in its order",
        ));
    }
    let scaled = matrix.scaled();
    let mut random = Pcg64::new(u128::from(seed), 0xa02_bdbf_7bb3_c0a7);
    let draw = |_| {
        let weights = match kind {
            WeightSamples::Any => parts(matrix.criteria.len(), &mut random),
            WeightSamples::Mixtures => mixture(group, &mut random),
        };
        let score = |row: &Vec<f64>| row.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
        scaled.iter().map(score).collect()
    };
    Ok((0..samples).map(draw).collect())
}

/// Parts of one, all equally likely: exponential draws as parts of their sum.
fn parts(count: usize, random: &mut Pcg64) -> Vec<f64> {
    let draws: Vec<f64> = (0..count).map(|_| Exp1.sample(random)).collect();
    let total: f64 = draws.iter().sum();
    draws.iter().map(|draw| draw / total).collect()
}

fn mixture(group: &GroupWeights, random: &mut Pcg64) -> Vec<f64> {
    let shares = parts(group.people.len(), random);
    let one = |at: usize| {
        let of = |(person, share): (&super::PersonWeights, &f64)| {
            person.weights.get(at).copied().unwrap_or_default() * share
        };
        group.people.iter().zip(&shares).map(of).sum()
    };
    (0..group.criteria.len()).map(one).collect()
}
