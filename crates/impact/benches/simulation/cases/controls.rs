//! Donors, weighted.

use senne_impact::{
    AugmentedOptions, BlockCovariates, BlockPanel, Conformal, GeoOptions, Resampling, SyntheticOptions,
    augmented_control, conformal_mean, detectable_by_reach, difference_sureness, evaluate_cells,
    jackknife_plus, normal_quantile, placebos_in_space, synthetic_control, synthetic_difference,
};

use super::{Seen, panels::block, student};
use crate::noise::Noise;

fn difference(panel: &BlockPanel, way: Resampling) -> Option<Seen> {
    let options = SyntheticOptions::default();
    let found = synthetic_difference(panel, options);
    let sure = difference_sureness(panel, options, &found, way).ok()?;
    Some(student(found.effect, sure.standard_error, sure.free))
}

pub(super) fn sdid_jackknife(seed: u64, effect: f64) -> Option<Seen> {
    difference(&block(seed, effect, (50, 30), 42, 20)?, Resampling::Jackknife)
}

pub(super) fn sdid_few(seed: u64, effect: f64) -> Option<Seen> {
    difference(&block(seed, effect, (50, 30), 47, 20)?, Resampling::Jackknife)
}

pub(super) fn sdid_placebo(seed: u64, effect: f64) -> Option<Seen> {
    let way = Resampling::Placebo { times: 100, seed };
    difference(&block(seed, effect, (40, 30), 39, 20)?, way)
}

pub(super) fn synthetic(seed: u64, effect: f64) -> Option<Seen> {
    let panel = block(seed, effect, (40, 30), 39, 20)?;
    let found = synthetic_control(&panel).ok()?;
    let placebos = placebos_in_space(&panel, &found, |panel, _| synthetic_control(panel)).ok()?;
    let sure = placebos.sureness();
    let seen = student(found.effect, sure.standard_error, sure.free);
    let detectable = placebos.detectable(0.05, (seen.high - seen.low) / 2.0, 0.8);
    Some(Seen { seen: seen.seen && placebos.p_value <= 0.05, detectable, ..seen })
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
    by_conformal(&block(seed, effect, (40, 40), 39, 30)?)
}

pub(super) fn augmented_short(seed: u64, effect: f64) -> Option<Seen> {
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
    let reach = (high - low) / 2.0;
    let (error, detectable) = (reach / normal_quantile(0.975), detectable_by_reach(reach, 0.05));
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
