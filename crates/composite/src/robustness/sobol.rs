//! How much of the variance of a result each input accounts for (Sobol' 1993), from a design of samples (Saltelli and others 2010) by the
//! estimators of Jansen (1999).

use rand_pcg::Pcg64;

use super::assumption::even;
use crate::{CompositeError, error::check_length, statistics};

/// Two independent samples of inputs, each a number from 0 to below 1, and for each input the first sample with the column of the second.
#[derive(Clone, Debug, PartialEq)]
pub struct Saltelli {
    /// The first sample.
    pub first: Vec<Vec<f64>>,
    /// The second sample.
    pub second: Vec<Vec<f64>>,
    /// For each input, the first sample with that input from the second.
    pub mixed: Vec<Vec<Vec<f64>>>,
}

impl Saltelli {
    /// Draws `size` points of each sample: `size · (inputs + 2)` runs in all.
    pub(super) fn draw(size: usize, inputs: usize, random: &mut Pcg64) -> Self {
        let mut sample = || (0..size).map(|_| (0..inputs).map(|_| even(random)).collect()).collect();
        let (first, second): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (sample(), sample());
        let mix = |input: usize| {
            let row = |(first, second): (&Vec<f64>, &Vec<f64>)| {
                let mut row = first.clone();
                row[input] = second[input];
                row
            };
            first.iter().zip(&second).map(row).collect()
        };
        let mixed = (0..inputs).map(mix).collect();
        Self { first, second, mixed }
    }

    /// Of the seed.
    pub fn new(size: usize, inputs: usize, seed: u64) -> Self {
        Self::draw(size, inputs, &mut super::assumption::generator(seed))
    }
}

/// An interval that holds 90 % of what resampling gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// At 5 %.
    pub low: f64,
    /// At 95 %.
    pub high: f64,
}

/// What one input accounts for, as parts of the variance. Estimates may leave 0 to 1 by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// By itself.
    pub first: f64,
    /// With all that it does together with others.
    pub total: f64,
    /// From resampling; nothing without it.
    pub first_interval: Option<Interval>,
    /// From resampling; nothing without it.
    pub total_interval: Option<Interval>,
}

/// The results of a design, as far as they are needed.
struct Results<'a> {
    first: &'a [f64],
    second: &'a [f64],
    mixed: &'a [Vec<f64>],
}

impl Results<'_> {
    /// First and total effects over some of the points; nothing when results do not differ.
    fn estimate(&self, points: &[usize]) -> Option<Vec<(f64, f64)>> {
        let both: Vec<f64> =
            points.iter().map(|at| self.first[*at]).chain(points.iter().map(|at| self.second[*at])).collect();
        let variance = statistics::deviation(&both)?.powi(2);
        if variance <= 0.0 {
            return None;
        }
        let half_square = |one: &[f64], other: &[f64]| {
            points.iter().map(|at| (one[*at] - other[*at]).powi(2)).sum::<f64>() / (2.0 * points.len() as f64)
        };
        let effect = |mixed: &Vec<f64>| {
            (1.0 - half_square(self.second, mixed) / variance, half_square(self.first, mixed) / variance)
        };
        Some(self.mixed.iter().map(effect).collect())
    }
}

/// The effects of each input, from the results at the points of [`Saltelli`]; `bootstrap` resamples give intervals, 0 gives none. Nothing
/// when the results do not differ.
///
/// # Errors
/// When lengths differ, or there are fewer than two points.
pub fn effects(
    first: &[f64],
    second: &[f64],
    mixed: &[Vec<f64>],
    bootstrap: usize,
    seed: u64,
) -> Result<Option<Vec<Effect>>, CompositeError> {
    let size = first.len();
    check_length("the second sample", second.len(), size)?;
    mixed.iter().try_for_each(|mixed| check_length("a mixed sample", mixed.len(), size))?;
    if size < 2 {
        return Err(CompositeError::TooFew { what: "points of a sample".to_owned(), found: size, wanted: 2 });
    }
    let results = Results { first, second, mixed };
    let Some(nominal) = results.estimate(&(0..size).collect::<Vec<usize>>()) else { return Ok(None) };
    let mut random = super::assumption::generator(seed);
    let mut again = || {
        let points: Vec<usize> =
            (0..size).map(|_| ((even(&mut random) * size as f64) as usize).min(size - 1)).collect();
        results.estimate(&points)
    };
    let resampled: Vec<Vec<(f64, f64)>> = (0..bootstrap).filter_map(|_| again()).collect();
    let interval = |input: usize, part: fn(&(f64, f64)) -> f64| {
        let values: Vec<f64> = resampled.iter().map(|effects| part(&effects[input])).collect();
        let (low, high) = statistics::quantile(&values, 0.05).zip(statistics::quantile(&values, 0.95))?;
        Some(Interval { low, high })
    };
    let one = |(input, (first, total)): (usize, &(f64, f64))| Effect {
        first: *first,
        total: *total,
        first_interval: interval(input, |effect| effect.0),
        total_interval: interval(input, |effect| effect.1),
    };
    Ok(Some(nominal.iter().enumerate().map(one).collect()))
}
