//! Draws of the state given the series (Durbin and Koopman 2002), for a start of which something is known.
//!
//! A draw is thousands of steps, thousands of times: matrices are flat here, and nothing is allocated in a step.

use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

use super::StateSpace;

/// A state space with its matrices laid out for one length of series.
pub(crate) struct Simulator {
    size: usize,
    /// One for each kind of step: the transition, by rows.
    transitions: Vec<Vec<f64>>,
    /// The kind of each step.
    kinds: Vec<usize>,
    observed: Vec<f64>,
    start: Vec<f64>,
    start_variance: Vec<f64>,
}

impl Simulator {
    /// For models with the parts of `model` (variances may differ), series of `length`, and a start with this mean and these variances.
    pub(crate) fn new(model: &StateSpace, length: usize, start: Vec<f64>, start_variance: Vec<f64>) -> Self {
        let (kinds, transitions) = laid_out(model, length);
        Self { size: model.size(), transitions, kinds, observed: model.observed(), start, start_variance }
    }

    /// Takes the transitions of a model with the same parts.
    pub(crate) fn set_transitions(&mut self, model: &StateSpace) {
        (self.kinds, self.transitions) = laid_out(model, self.kinds.len());
    }

    /// One draw of the state at each step. `disturbances` are the variances of each step by number of the state.
    pub(crate) fn draw(
        &self,
        noise: f64,
        disturbances: &[Vec<f64>],
        series: &[Option<f64>],
        random: &mut Pcg64,
    ) -> Vec<Vec<f64>> {
        let unconditional = self.unconditional(disturbances, series.len(), random);
        let made: Vec<Option<f64>> = series
            .iter()
            .zip(&unconditional)
            .map(|(value, state)| value.map(|value| value - self.sum(state) - noise.sqrt() * normal(random)))
            .collect();
        let mut states = self.mean(noise, disturbances, &made);
        for (state, drawn) in states.iter_mut().zip(&unconditional) {
            state.iter_mut().zip(drawn).for_each(|(value, drawn)| *value += drawn);
        }
        states
    }

    fn sum(&self, state: &[f64]) -> f64 {
        self.observed.iter().zip(state).map(|(z, a)| z * a).sum()
    }

    fn next(&self, time: usize, state: &[f64]) -> Vec<f64> {
        let transition = &self.transitions[self.kinds[time]];
        transition
            .chunks_exact(self.size)
            .map(|row| row.iter().zip(state).map(|(t, a)| t * a).sum())
            .collect()
    }

    /// States as the model makes them.
    fn unconditional(&self, disturbances: &[Vec<f64>], length: usize, random: &mut Pcg64) -> Vec<Vec<f64>> {
        let mut state: Vec<f64> =
            self.start.iter().zip(&self.start_variance).map(|(a, p)| a + p.sqrt() * normal(random)).collect();
        let mut states = Vec::with_capacity(length);
        for (time, variances) in disturbances.iter().enumerate().take(length) {
            let mut next = self.next(time, &state);
            next.iter_mut()
                .zip(variances)
                .filter(|(_, q)| **q > 0.0)
                .for_each(|(a, q)| *a += q.sqrt() * normal(random));
            states.push(std::mem::replace(&mut state, next));
        }
        states
    }

    /// The mean of the state given a series of differences, whose start has mean zero.
    fn mean(&self, noise: f64, disturbances: &[Vec<f64>], series: &[Option<f64>]) -> Vec<Vec<f64>> {
        let size = self.size;
        let mut state = vec![0.0; size];
        let mut covariance = vec![0.0; size * size];
        (0..size).for_each(|at| covariance[at * size + at] = self.start_variance[at]);
        let mut buffer = vec![0.0; size * size];
        // Of each step: the error over its variance, the variance, and the gain.
        let mut steps: Vec<(f64, f64, Vec<f64>)> = Vec::with_capacity(series.len());
        for (time, value) in series.iter().enumerate() {
            let with: Vec<f64> = covariance.chunks_exact(size).map(|row| self.sum(row)).collect();
            let variance = self.sum(&with) + noise;
            let mut step = (0.0, f64::INFINITY, vec![0.0; size]);
            if let Some(value) = value {
                let error = value - self.sum(&state);
                step = (error / variance, variance, with.iter().map(|m| m / variance).collect());
                for row in 0..size {
                    state[row] += step.2[row] * error;
                    (0..size)
                        .for_each(|column| covariance[row * size + column] -= step.2[row] * with[column]);
                }
            }
            steps.push(step);
            state = self.next(time, &state);
            self.carry(time, &mut covariance, &mut buffer);
            (0..size).for_each(|at| covariance[at * size + at] += disturbances[time][at]);
        }
        self.backwards(disturbances, &steps)
    }

    /// `T P T'`, in place.
    fn carry(&self, time: usize, covariance: &mut [f64], buffer: &mut [f64]) {
        let (size, transition) = (self.size, &self.transitions[self.kinds[time]]);
        for row in 0..size {
            for column in 0..size {
                buffer[row * size + column] =
                    (0..size).map(|k| transition[row * size + k] * covariance[k * size + column]).sum();
            }
        }
        for row in 0..size {
            for column in 0..size {
                covariance[row * size + column] =
                    (0..size).map(|k| buffer[row * size + k] * transition[column * size + k]).sum();
            }
        }
    }

    /// What later values say goes back to the start, and the states follow from it forwards.
    fn backwards(&self, disturbances: &[Vec<f64>], steps: &[(f64, f64, Vec<f64>)]) -> Vec<Vec<f64>> {
        let size = self.size;
        let mut later = vec![vec![0.0; size]; steps.len() + 1];
        for (time, (error, _, gain)) in steps.iter().enumerate().rev() {
            let transition = &self.transitions[self.kinds[time]];
            let carried: Vec<f64> = (0..size)
                .map(|column| {
                    (0..size).map(|row| transition[row * size + column] * later[time + 1][row]).sum()
                })
                .collect();
            let of_gain: f64 = carried.iter().zip(gain).map(|(c, g)| c * g).sum();
            later[time] = (0..size).map(|at| carried[at] + self.observed[at] * (error - of_gain)).collect();
        }
        let mut state: Vec<f64> = (0..size).map(|at| self.start_variance[at] * later[0][at]).collect();
        let mut states = Vec::with_capacity(steps.len());
        for time in 0..steps.len() {
            let mut next = self.next(time, &state);
            (0..size).for_each(|at| next[at] += disturbances[time][at] * later[time + 1][at]);
            states.push(std::mem::replace(&mut state, next));
        }
        states
    }
}

/// The kind of each step, and the transition of each kind.
fn laid_out(model: &StateSpace, length: usize) -> (Vec<usize>, Vec<Vec<f64>>) {
    let size = model.size();
    let mut transitions: Vec<Vec<f64>> = Vec::new();
    let kinds = (0..length).map(|time| {
        let matrix = model.transition(time);
        let flat: Vec<f64> = (0..size * size).map(|at| matrix[(at / size, at % size)]).collect();
        transitions.iter().position(|known| *known == flat).unwrap_or_else(|| {
            transitions.push(flat);
            transitions.len() - 1
        })
    });
    (kinds.collect(), transitions)
}

pub(crate) fn normal(random: &mut Pcg64) -> f64 {
    StandardNormal.sample(random)
}
