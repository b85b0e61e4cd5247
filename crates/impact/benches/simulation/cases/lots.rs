//! A lot or a threshold decides who is treated.

use senne_impact::{
    Design, DiscontinuityOptions, ThresholdData, Trial, adjusted_difference, difference_in_means,
    discontinuity,
};

use super::{Seen, student};
use crate::noise::Noise;

fn jump(seed: u64, effect: f64, units: usize) -> Option<Seen> {
    let mut noise = Noise::new(seed);
    let running: Vec<f64> = (0..units).map(|_| 2.0 * noise.uniform() - 1.0).collect();
    let mut value = |x: f64| {
        x + 0.8 * x * x - 0.6 * x * x * x + 0.5 * noise.normal() + if x >= 0.0 { effect } else { 0.0 }
    };
    let outcome = running.iter().map(|x| value(*x)).collect();
    let data = ThresholdData { running, outcome, received: None };
    let found = discontinuity(&data, 0.0, DiscontinuityOptions::few_units()).ok()?;
    Some(student(found.effect.bias_corrected, found.effect.robust_error, found.free))
}

pub(super) fn threshold(seed: u64, effect: f64) -> Option<Seen> {
    jump(seed, effect, 500)
}

pub(super) fn threshold_few(seed: u64, effect: f64) -> Option<Seen> {
    jump(seed, effect, 150)
}

/// Units in a drawn order; the first of them are treated.
fn trial(seed: u64, effect: f64, units: usize, treated: usize) -> Trial {
    let mut noise = Noise::new(seed);
    let past: Vec<f64> = (0..units).map(|_| noise.normal()).collect();
    let outcome = past.iter().enumerate();
    let outcome = outcome
        .map(|(unit, past)| 0.7 * past + 0.7 * noise.normal() + if unit < treated { effect } else { 0.0 })
        .collect();
    let treated = (0..units).map(|unit| unit < treated).collect();
    Trial { outcome, treated, stratum: None, covariates: Design::new().with("past", past) }
}

pub(super) fn drawn(seed: u64, effect: f64) -> Option<Seen> {
    let found = adjusted_difference(&trial(seed, effect, 60, 30)).ok()?;
    Some(student(found.effect, found.standard_error, found.free))
}

pub(super) fn drawn_few(seed: u64, effect: f64) -> Option<Seen> {
    let found = difference_in_means(&trial(seed, effect, 16, 6)).ok()?;
    Some(student(found.effect, found.standard_error, found.free))
}
