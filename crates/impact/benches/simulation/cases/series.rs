//! Single series.

use rand_distr::{Distribution, Poisson};
use senne_impact::{
    Design, InterruptedOptions, Interruption, Memory, SeriesKind,
    bsts::{BayesOptions, CausalSeries, draw},
    detectable_by_reach, interrupted, normal_quantile,
};

use super::{Seen, between, normal, student};
use crate::noise::Noise;

fn remembering(seed: u64, effect: f64, memory: f64, way: Memory) -> Option<Seen> {
    let mut noise = Noise::new(seed);
    let outcome = noise.series(120, memory).into_iter().enumerate();
    let outcome: Vec<f64> =
        outcome.map(|(t, e)| 20.0 + 0.02 * t as f64 + e + if t >= 80 { effect } else { 0.0 }).collect();
    let series = Interruption { outcome, begin: 80, exposure: None, covariates: Design::new() };
    let found =
        interrupted(&series, InterruptedOptions { memory: way, ..InterruptedOptions::default() }).ok()?;
    Some(student(found.effect, found.standard_error, found.free?))
}

pub(super) fn interrupted_short(seed: u64, effect: f64) -> Option<Seen> {
    remembering(seed, effect, 0.4, Memory::FirstOrder)
}

pub(super) fn interrupted_long(seed: u64, effect: f64) -> Option<Seen> {
    remembering(seed, effect, 0.8, Memory::FirstOrder)
}

pub(super) fn newey_west(seed: u64, effect: f64) -> Option<Seen> {
    remembering(seed, effect, 0.4, Memory::NeweyWest(None))
}

pub(super) fn counts(seed: u64, effect: f64) -> Option<Seen> {
    let mut noise = Noise::new(seed);
    let mut count = |t: usize| {
        let mean = 50.0 + if t >= 80 { effect } else { 0.0 };
        Poisson::new(mean).map_or(0.0, |law| law.sample(noise.random()))
    };
    let outcome = (0..120).map(&mut count).collect();
    let series = Interruption { outcome, begin: 80, exposure: None, covariates: Design::new() };
    let options = InterruptedOptions { kind: SeriesKind::DispersedCount, ..InterruptedOptions::default() };
    let found = interrupted(&series, options).ok()?;
    Some(normal(found.effect, found.standard_error))
}

fn structural(seed: u64, effect: f64, memory: f64) -> Option<Seen> {
    let mut noise = Noise::new(seed);
    let (covariate, own) = (noise.series(100, 0.8), noise.series(100, memory));
    let value = |t: usize| 50.0 + 3.0 * covariate[t] + own[t] + if t >= 70 { effect } else { 0.0 };
    let outcome = (0..100).map(|t| Some(value(t))).collect();
    let series = CausalSeries { outcome, before: 70, covariates: vec![covariate.clone()] };
    let draws =
        draw(&series, BayesOptions { draws: 400, seed, memory: true, ..BayesOptions::default() }).ok()?;
    let found = draws.effect(&series, 0.95).effect;
    let width = normal_quantile(0.975) * found.deviation;
    let seen = found.low > 0.0 || found.high < 0.0;
    let of_normal = between(found.mean, found.deviation, width, 0.0);
    let detectable = detectable_by_reach((found.high - found.low) / 2.0, 0.05);
    Some(Seen { low: found.low, high: found.high, seen, detectable, ..of_normal })
}

pub(super) fn bayes(seed: u64, effect: f64) -> Option<Seen> {
    structural(seed, effect, 0.4)
}

pub(super) fn bayes_long(seed: u64, effect: f64) -> Option<Seen> {
    structural(seed, effect, 0.8)
}

pub(super) fn bayes_none(seed: u64, effect: f64) -> Option<Seen> {
    structural(seed, effect, 0.0)
}
