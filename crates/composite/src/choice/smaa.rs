//! Which weights would make an alternative the best, and how many do: stochastic multicriteria acceptability analysis (SMAA-2, Lahdelma and
//! Salminen 2001).

use rand_distr::{Distribution, Exp1, StandardNormal};
use rand_pcg::Pcg64;

use super::{Choice, places_by_highest, sum};
use crate::{CompositeError, error::check_length, weights::shares};

/// What is known of the weights. Within it, all are equally likely.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum WeightOrder {
    /// Nothing.
    #[default]
    Unknown,
    /// Which criterion is the most important, the second and so on, by place.
    Falling(Vec<usize>),
}

/// How the draws are made.
#[derive(Clone, Debug, PartialEq)]
pub struct SmaaOptions {
    /// How many draws. A part of `p` is known to within `√(p (1 − p) / draws)`, one standard error.
    pub draws: usize,
    /// The seed of the draws.
    pub seed: u64,
    /// What is known of the weights; those of the choice do not matter.
    pub order: WeightOrder,
    /// How uncertain each value is, as a standard deviation in units of its criterion, alternative by criterion; empty for not at all.
    pub deviations: Vec<Vec<f64>>,
}

impl Default for SmaaOptions {
    fn default() -> Self {
        Self { draws: 10_000, seed: 1, order: WeightOrder::Unknown, deviations: Vec::new() }
    }
}

/// How weights and ranks go together.
#[derive(Clone, Debug, PartialEq)]
pub struct Acceptability {
    /// For each alternative the part of draws in which it comes first, second and so on.
    pub ranks: Vec<Vec<f64>>,
    /// For each alternative the mean of the weights that make it the best; nothing when none do.
    pub central_weights: Vec<Option<Vec<f64>>>,
    /// For each alternative how often it is the best under its central weights, when values are uncertain; nothing when no weights make it
    /// so.
    pub confidence: Vec<Option<f64>>,
}

/// Draws weights (and values), ranks the alternatives by the weighted sum of values scaled from 0 to 1, and counts.
///
/// # Errors
/// When there are no draws, the order does not name each criterion once, or deviations have another shape or are negative.
pub fn acceptability(choice: &Choice, options: &SmaaOptions) -> Result<Acceptability, CompositeError> {
    check(choice, options)?;
    let (count, criteria) = (choice.alternatives(), choice.weights.len());
    let mut random = Pcg64::new(u128::from(options.seed), 0xa02_bdbf_7bb3_c0a7);
    let mut ranks = vec![vec![0.0; count]; count];
    let mut sums = vec![vec![0.0; criteria]; count];
    let mut wins = vec![0.0; count];
    for _ in 0..options.draws {
        let weights = draw_weights(criteria, &options.order, &mut random);
        let scores = draw_scores(choice, &weights, &options.deviations, &mut random);
        for (alternative, place) in places_by_highest(&scores).into_iter().enumerate() {
            ranks[alternative][place - 1] += 1.0;
            if place == 1 {
                wins[alternative] += 1.0;
                sums[alternative].iter_mut().zip(&weights).for_each(|(sum, weight)| *sum += weight);
            }
        }
    }
    ranks.iter_mut().flatten().for_each(|count| *count /= options.draws as f64);
    let central = |(sums, wins): (&Vec<f64>, &f64)| {
        (*wins > 0.0).then(|| sums.iter().map(|sum| sum / wins).collect::<Vec<f64>>())
    };
    let central_weights: Vec<Option<Vec<f64>>> = sums.iter().zip(&wins).map(central).collect();
    let confidence = central_weights
        .iter()
        .enumerate()
        .map(|(own, weights)| Some(confidence(choice, own, weights.as_deref()?, options, &mut random)))
        .collect();
    Ok(Acceptability { ranks, central_weights, confidence })
}

fn check(choice: &Choice, options: &SmaaOptions) -> Result<(), CompositeError> {
    let criteria = choice.weights.len();
    if options.draws == 0 {
        return Err(CompositeError::TooFew { what: "draws".to_owned(), found: 0, wanted: 1 });
    }
    if let WeightOrder::Falling(order) = &options.order {
        check_length("the order of criteria", order.len(), criteria)?;
        if let Some(missing) = (0..criteria).find(|criterion| !order.contains(criterion)) {
            return Err(CompositeError::unknown(
                "the order of criteria, in which each must stand once,",
                missing.to_string(),
            ));
        }
    }
    if options.deviations.is_empty() {
        return Ok(());
    }
    check_length("the deviations of values", options.deviations.len(), choice.alternatives())?;
    for row in &options.deviations {
        check_length("a row of deviations", row.len(), criteria)?;
        if let Some(value) = row.iter().find(|value| !(value.is_finite() && **value >= 0.0)) {
            return Err(CompositeError::setting("a deviation", value, "0 or more"));
        }
    }
    Ok(())
}

/// Weights that sum to one, all equally likely: exponential draws as parts of their sum.
fn draw_weights(criteria: usize, order: &WeightOrder, random: &mut Pcg64) -> Vec<f64> {
    let draws: Vec<f64> = (0..criteria).map(|_| Exp1.sample(random)).collect();
    let mut weights = shares(&draws);
    if let WeightOrder::Falling(order) = order {
        let mut falling = weights.clone();
        falling.sort_by(|a, b| b.total_cmp(a));
        order.iter().zip(falling).for_each(|(criterion, weight)| weights[*criterion] = weight);
    }
    weights
}

fn draw_scores(choice: &Choice, weights: &[f64], deviations: &[Vec<f64>], random: &mut Pcg64) -> Vec<f64> {
    let score = |choice: &Choice| choice.scaled().iter().map(|row| sum(weights, row)).collect();
    if deviations.is_empty() {
        return score(choice);
    }
    let mut drawn = choice.clone();
    for (row, deviations) in drawn.values.iter_mut().zip(deviations) {
        for (value, deviation) in row.iter_mut().zip(deviations) {
            let dice: f64 = StandardNormal.sample(random);
            *value += deviation * dice;
        }
    }
    score(&drawn)
}

/// How often an alternative is the best under these weights.
fn confidence(
    choice: &Choice,
    own: usize,
    weights: &[f64],
    options: &SmaaOptions,
    random: &mut Pcg64,
) -> f64 {
    let rounds = if options.deviations.is_empty() { 1 } else { options.draws };
    let best = |_: &usize| {
        let scores = draw_scores(choice, weights, &options.deviations, random);
        places_by_highest(&scores)[own] == 1
    };
    (0..rounds).filter(best).count() as f64 / rounds as f64
}
