//! Gibbs draws of states, variances and coefficients, and of what would have been.

use rand_pcg::Pcg64;

use super::regression::{Belief, Regression, inverse_gamma};
use crate::{
    StatisticsError,
    least_squares::check_column,
    state_space::{Part, Simulator, StateSpace, normal},
};

/// A series with the time at which something began, and series that it does not touch.
#[derive(Clone, Debug, PartialEq)]
pub struct CausalSeries {
    /// The values; `None` is missing.
    pub outcome: Vec<Option<f64>>,
    /// How many values come before.
    pub before: usize,
    /// Series that the project does not touch, each as long as the outcome.
    pub covariates: Vec<Vec<f64>>,
}

/// How the draws are made. The defaults are those of the package `CausalImpact`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BayesOptions {
    /// How many draws.
    pub draws: usize,
    /// How much the level is believed to move in a step, in standard deviations of the series.
    pub level: f64,
    /// How many seasons there are, and how many steps each lasts.
    pub season: Option<(usize, usize)>,
    /// How many covariates are expected to count.
    pub expected_covariates: f64,
    /// Whether noise may remember, as much as is likely (`AddAr` of the package `bsts`). `CausalImpact` takes it for independent, and its intervals
    /// are far too narrow where it is not.
    pub memory: bool,
    /// The seed of the draws.
    pub seed: u64,
}

impl Default for BayesOptions {
    fn default() -> Self {
        Self { draws: 1000, level: 0.01, season: None, expected_covariates: 3.0, memory: false, seed: 1 }
    }
}

/// The weight of beliefs about variances of states, in values.
const BELIEF: f64 = 32.0;
/// The weight of beliefs about the noise beside covariates, and the part that these are believed to explain.
const BELIEF_REGRESSION: f64 = 50.0;
const EXPLAINED: f64 = 0.8;
/// The weight of beliefs about noise that remembers, in values, its variance in a step, and the most that it remembers.
const BELIEF_MEMORY: f64 = 1.0;
const FRESH: f64 = 0.05;
const MEMORY_MOST: f64 = 0.99;
/// Draws before the first one that counts, as a part of all.
const WARM_UP: usize = 10;

/// Draws of what would have been, in units of the outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    /// For each draw: the series without the project, with noise from the start of the project on.
    pub counterfactual: Vec<Vec<f64>>,
    /// For each draw the same without noise.
    pub expected: Vec<Vec<f64>>,
    /// How often each covariate counted, in the order in which they were given.
    pub inclusion: Vec<f64>,
}

/// Draws what the outcome would have been from `before` on.
///
/// # Errors
/// When lengths differ, a covariate is not finite, fewer than three values come before, or none after, or those before are all equal.
pub fn draw(series: &CausalSeries, options: BayesOptions) -> Result<Draws, StatisticsError> {
    let length = series.outcome.len();
    for (number, column) in series.covariates.iter().enumerate() {
        check_column(&format!("covariate {number}"), column, length)?;
    }
    let earlier: Vec<f64> =
        series.outcome.iter().take(series.before).flatten().copied().filter(|v| v.is_finite()).collect();
    if earlier.len() < 3 || series.before >= length {
        let what = "values before the project".to_owned();
        return Err(StatisticsError::TooFew { what, found: earlier.len(), wanted: 3 });
    }
    if !series.outcome[series.before..].iter().flatten().any(|value| value.is_finite()) {
        let what = "values from the project on".to_owned();
        return Err(StatisticsError::TooFew { what, found: 0, wanted: 1 });
    }
    let (mean, spread) = moments(&earlier);
    if spread <= 0.0 {
        let why = "all values before the project are equal".to_owned();
        return Err(StatisticsError::NotIdentified { what: "what would have been".to_owned(), why });
    }
    let known = |(time, value): (usize, &Option<f64>)| {
        value.filter(|value| time < series.before && value.is_finite()).map(|value| (value - mean) / spread)
    };
    let outcome: Vec<Option<f64>> = series.outcome.iter().enumerate().map(known).collect();
    let standards: Vec<Option<Vec<f64>>> =
        series.covariates.iter().map(|column| standard(column, series.before)).collect();
    let moves: Vec<bool> = standards.iter().map(Option::is_some).collect();
    let columns: Vec<Vec<f64>> = standards.into_iter().flatten().collect();
    let mut chain = Chain::new(&outcome, columns, series.before, options);
    let mut draws = Draws { counterfactual: Vec::new(), expected: Vec::new(), inclusion: Vec::new() };
    let warm_up = options.draws / WARM_UP;
    let mut counted = vec![0.0; chain.columns.len()];
    for number in 0..options.draws + warm_up {
        let (expected, noisy) = chain.step();
        if number < warm_up {
            continue;
        }
        counted
            .iter_mut()
            .zip(&chain.coefficients)
            .for_each(|(count, b)| *count += f64::from(u8::from(*b != 0.0)));
        let back =
            |values: Vec<f64>| values.into_iter().map(|value| mean + spread * value).collect::<Vec<f64>>();
        draws.counterfactual.push(back(noisy));
        draws.expected.push(back(expected));
    }
    let mut counted = counted.into_iter();
    // A covariate that did not move before never counts.
    let often = |moves: &bool| if *moves { counted.next().unwrap_or_default() } else { 0.0 };
    draws.inclusion = moves.iter().map(often).map(|count| count / options.draws as f64).collect();
    Ok(draws)
}

fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (square / (values.len() as f64 - 1.0)).sqrt())
}

/// A column with the mean and spread that it had before; nothing when it did not move.
fn standard(column: &[f64], before: usize) -> Option<Vec<f64>> {
    let (mean, spread) = moments(&column[..before]);
    (spread > 0.0).then(|| column.iter().map(|value| (value - mean) / spread).collect())
}

/// The present place of the draws. All in standard deviations of the outcome before.
struct Chain<'a> {
    outcome: &'a [Option<f64>],
    columns: Vec<Vec<f64>>,
    regression: Option<Regression>,
    simulator: Simulator,
    model: StateSpace,
    options: BayesOptions,
    coefficients: Vec<f64>,
    seen: Vec<usize>,
    random: Pcg64,
}

impl<'a> Chain<'a> {
    fn new(outcome: &'a [Option<f64>], columns: Vec<Vec<f64>>, before: usize, options: BayesOptions) -> Self {
        let variance = options.level * options.level;
        let mut parts = vec![Part::Level { variance }];
        if let Some((seasons, steps)) = options.season {
            parts.push(Part::Season { seasons, steps, variance });
        }
        if options.memory {
            parts.push(Part::Memory { memory: 0.5, variance: FRESH });
        }
        let model = StateSpace { noise: 0.5, parts };
        let mut start = vec![0.0; model.size()];
        start[0] = outcome.iter().flatten().next().copied().unwrap_or_default();
        let start_variance = vec![1.0; model.size()];
        let simulator = Simulator::new(&model, outcome.len(), start, start_variance);
        let seen: Vec<usize> = (0..before).filter(|time| outcome[*time].is_some()).collect();
        let regression = (!columns.is_empty()).then(|| {
            let among =
                columns.iter().map(|column| seen.iter().map(|time| column[*time]).collect()).collect();
            let belief =
                Belief { size: options.expected_covariates, explained: EXPLAINED, values: BELIEF_REGRESSION };
            Regression::new(among, 1.0, belief)
        });
        let coefficients = vec![0.0; columns.len()];
        let random = Pcg64::new(u128::from(options.seed), 0xa02_bdbf_7bb3_c0a7);
        Self { outcome, columns, regression, simulator, model, options, coefficients, seen, random }
    }

    /// One round; gives what is expected at each time, and the same with noise.
    fn step(&mut self) -> (Vec<f64>, Vec<f64>) {
        let length = self.outcome.len();
        let explained = |columns: &[Vec<f64>], coefficients: &[f64], time: usize| {
            columns.iter().zip(coefficients).map(|(column, b)| column[time] * b).sum::<f64>()
        };
        let left: Vec<Option<f64>> = (0..length)
            .map(|time| self.outcome[time].map(|y| y - explained(&self.columns, &self.coefficients, time)))
            .collect();
        let disturbances: Vec<Vec<f64>> = (0..length).map(|time| self.model.disturbances(time)).collect();
        if self.options.memory {
            self.simulator.set_transitions(&self.model);
        }
        let states = self.simulator.draw(self.model.noise, &disturbances, &left, &mut self.random);
        let observed = self.model.observed();
        let level = |time: usize| observed.iter().zip(&states[time]).map(|(z, a)| z * a).sum::<f64>();
        let rest: Vec<f64> =
            self.seen.iter().map(|time| self.outcome[*time].unwrap_or_default() - level(*time)).collect();
        if let Some(regression) = &mut self.regression {
            (self.coefficients, self.model.noise) = regression.draw(&rest, &mut self.random);
        } else {
            let sum: f64 = rest.iter().map(|value| value * value).sum();
            self.model.noise = inverse_gamma(BELIEF + rest.len() as f64, BELIEF + sum, &mut self.random);
        }
        self.move_variances(&states);
        let expected: Vec<f64> = (0..length)
            .map(|time| level(time) + explained(&self.columns, &self.coefficients, time))
            .collect();
        let noise = self.model.noise.sqrt();
        let noisy = expected.iter().map(|value| value + noise * normal(&mut self.random)).collect();
        (expected, noisy)
    }

    /// Draws how much the parts move, from how much they moved up to the last value that was seen.
    fn move_variances(&mut self, states: &[Vec<f64>]) {
        let last = self.seen.last().copied().unwrap_or_default();
        let guess = BELIEF * self.options.level * self.options.level;
        let mut at = 0;
        for part in &mut self.model.parts {
            match part {
                Part::Level { variance } => {
                    let sum: f64 =
                        (0..last).map(|time| (states[time + 1][at] - states[time][at]).powi(2)).sum();
                    *variance = bounded(BELIEF + last as f64, guess + sum, &mut self.random);
                    at += 1;
                }
                Part::Season { seasons, steps, variance } => {
                    let width = *seasons - 1;
                    let turns: Vec<usize> =
                        (0..last).filter(|time| (time + 1).is_multiple_of(*steps)).collect();
                    let moved = |time: &usize| {
                        let was: f64 = states[*time][at..at + width].iter().sum();
                        (states[time + 1][at] + was).powi(2)
                    };
                    let sum: f64 = turns.iter().map(moved).sum();
                    *variance = bounded(BELIEF + turns.len() as f64, guess + sum, &mut self.random);
                    at += width;
                }
                Part::Memory { memory, variance } => {
                    let course: Vec<f64> = states[..=last].iter().map(|state| state[at]).collect();
                    (*memory, *variance) = remembered(&course, (*memory, *variance), &mut self.random);
                    at += 1;
                }
                Part::Trend { .. } => at += 2,
            }
        }
    }
}

/// A draw of how much noise remembers, and of what is added to it in a step.
fn remembered(course: &[f64], (memory, variance): (f64, f64), random: &mut Pcg64) -> (f64, f64) {
    let pairs = || course.iter().zip(course.iter().skip(1));
    let square: f64 = pairs().map(|(one, _)| one * one).sum();
    let (mean, spread) =
        (pairs().map(|(one, next)| one * next).sum::<f64>() / square, (variance / square).sqrt());
    let drawn = (0..100).map(|_| mean + spread * normal(random)).find(|drawn| drawn.abs() < MEMORY_MOST);
    let memory = drawn.unwrap_or(memory);
    let sum: f64 = pairs().map(|(one, next)| (next - memory * one).powi(2)).sum();
    let count = course.len() as f64 - 1.0;
    (memory, bounded(BELIEF_MEMORY + count, BELIEF_MEMORY * FRESH + sum, random))
}

/// A draw of a variance below that of the series.
fn bounded(degrees: f64, sum: f64, random: &mut Pcg64) -> f64 {
    (0..100).map(|_| inverse_gamma(degrees, sum, random)).find(|variance| *variance < 1.0).unwrap_or(1.0)
}
