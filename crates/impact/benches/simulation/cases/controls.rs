//! Donors, weighted.

use senne_impact::{
    AugmentedOptions, BlockCovariates, BlockPanel, Conformal, GeoOptions, Resampling, SyntheticOptions,
    augmented_control, conformal_mean, detectable_beyond, evaluate_cells, jackknife_plus, placebos_in_space,
    standard_error, synthetic_control, synthetic_difference,
};

use super::{Seen, normal, panels::block, student};
use crate::noise::Noise;

fn difference(panel: &BlockPanel, way: Resampling) -> Option<(f64, f64)> {
    let options = SyntheticOptions::default();
    let found = synthetic_difference(panel, options);
    Some((found.effect, standard_error(panel, options, &found, way).ok()?))
}

pub(super) fn sdid_jackknife(seed: u64, effect: f64) -> Option<Seen> {
    let (estimate, error) = difference(&block(seed, effect, (50, 30), 42, 20)?, Resampling::Jackknife)?;
    Some(student(estimate, error, 7.0))
}

pub(super) fn sdid_few(seed: u64, effect: f64) -> Option<Seen> {
    let (estimate, error) = difference(&block(seed, effect, (50, 30), 47, 20)?, Resampling::Jackknife)?;
    Some(student(estimate, error, 2.0))
}

pub(super) fn sdid_placebo(seed: u64, effect: f64) -> Option<Seen> {
    let way = Resampling::Placebo { times: 100, seed };
    let (estimate, error) = difference(&block(seed, effect, (40, 30), 39, 20)?, way)?;
    Some(normal(estimate, error))
}

pub(super) fn synthetic(seed: u64, effect: f64) -> Option<Seen> {
    let panel = block(seed, effect, (40, 30), 39, 20)?;
    let found = synthetic_control(&panel).ok()?;
    let placebos = placebos_in_space(&panel, &found, |panel, _| synthetic_control(panel)).ok()?;
    let effects: Vec<f64> =
        placebos.placebos.iter().filter(|p| !p.over_fitted).map(|p| p.control.effect).collect();
    let error = (effects.iter().map(|effect| effect * effect).sum::<f64>() / effects.len() as f64).sqrt();
    let seen = normal(found.effect, error);
    Some(Seen { seen: seen.seen && placebos.p_value <= 0.05, ..seen })
}

fn by_conformal(panel: &BlockPanel) -> Option<Seen> {
    let none = BlockCovariates::default();
    let found = augmented_control(panel, &none, AugmentedOptions::default()).ok()?;
    let mean = conformal_mean(panel, &none, &found, Conformal::of_mean(0.05)).ok()?;
    let [low, high] = mean.interval;
    let seen = low > 0.0 || high < 0.0;
    let detectable = mean.detectable();
    Some(Seen { estimate: found.effect, error: mean.standard_error, low, high, seen, detectable })
}

pub(super) fn augmented(seed: u64, effect: f64) -> Option<Seen> {
    by_conformal(&block(seed, effect, (40, 30), 39, 20)?)
}

pub(super) fn augmented_long(seed: u64, effect: f64) -> Option<Seen> {
    by_conformal(&block(seed, effect, (40, 60), 39, 48)?)
}

pub(super) fn conservative(seed: u64, effect: f64) -> Option<Seen> {
    let panel = block(seed, effect, (40, 30), 39, 20)?;
    let none = BlockCovariates::default();
    let found = augmented_control(&panel, &none, AugmentedOptions::default()).ok()?;
    let [low, high] = jackknife_plus(&panel, &none, &found, 0.05, false).ok()?.mean;
    let error = conformal_mean(&panel, &none, &found, Conformal::of_mean(0.05)).ok()?.standard_error;
    let detectable = detectable_beyond((high - low) / 2.0, error);
    Some(Seen { estimate: found.effect, error, low, high, seen: low > 0.0 || high < 0.0, detectable })
}

pub(super) fn geo(seed: u64, effect: f64) -> Option<Seen> {
    let (regions, days, before) = (30, 60, 45);
    let mut outcome = Noise::new(seed).panel(regions, days, 0.4);
    outcome[..3].iter_mut().for_each(|row| row[before..].iter_mut().for_each(|value| *value += effect));
    let options = GeoOptions::of_mean(0.05);
    let cells = evaluate_cells(&outcome, &[vec![0, 1, 2], vec![3, 4, 5]], before, &options).ok()?;
    let cell = &cells.cells[0];
    let [low, high] = cell.interval;
    let (estimate, error, detectable) = (cell.effect, cell.standard_error, cell.detectable());
    Some(Seen { estimate, error, low, high, seen: low > 0.0 || high < 0.0, detectable })
}
