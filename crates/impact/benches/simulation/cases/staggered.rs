//! Units that begin at different times.

use senne_impact::{
    Aggregation, Resampling, StaggeredOptions, StaggeredPanel, SyntheticOptions, cohort_effects,
    group_time_effects, placebo_sureness, staggered_difference, staggered_sureness,
};

use super::{Seen, panels::rows, student};
use crate::noise::Noise;

/// Which unit begins when.
type Beginning = fn(usize) -> Option<i64>;

/// A fifth of the units each at 4, 6 and 8, the rest never.
fn fifths(unit: usize) -> Option<i64> {
    [Some(4), Some(6), Some(8), None, None][unit % 5]
}

/// Two units each at 4 and 6.
fn few(unit: usize) -> Option<i64> {
    [Some(4), Some(4), Some(6), Some(6)].get(unit).copied().flatten()
}

/// One unit at 5.
fn one(unit: usize) -> Option<i64> {
    (unit == 0).then_some(5)
}

/// Four units each at 16 and 22.
fn late(unit: usize) -> Option<i64> {
    if unit < 8 { Some(if unit < 4 { 16 } else { 22 }) } else { None }
}

fn panel(seed: u64, effect: f64, (units, times): (usize, usize), beginning: Beginning) -> StaggeredPanel {
    let mut outcome = Noise::new(seed).panel(units, times, 0.4);
    for (unit, row) in outcome.iter_mut().enumerate() {
        if let Some(begin) = beginning(unit) {
            row[begin as usize..].iter_mut().for_each(|value| *value += effect);
        }
    }
    StaggeredPanel {
        times: (0..times as i64).collect(),
        first_treated: (0..units).map(beginning).collect(),
        outcome,
        covariates: vec![vec![Vec::new(); times]; units],
        left_out: 0,
    }
}

fn group_times(seed: u64, effect: f64, units: usize, beginning: Beginning) -> Option<Seen> {
    let panel = panel(seed, effect, (units, 10), beginning);
    let whole =
        group_time_effects(&panel, StaggeredOptions::default()).ok()?.aggregate(Aggregation::Simple).ok()?;
    let sure = whole.sureness?;
    Some(student(whole.effect, sure.standard_error, sure.free))
}

fn cohorts(seed: u64, effect: f64, units: usize, beginning: Beginning) -> Option<Seen> {
    let panel = panel(seed, effect, (units, 10), beginning);
    let found = cohort_effects(&rows(&panel.outcome, &beginning)).ok()?;
    let (whole, sure) = (found.mean(None)?, found.sureness(None).ok()?);
    Some(student(whole.effect, sure.standard_error, sure.free))
}

pub(super) fn callaway(seed: u64, effect: f64) -> Option<Seen> {
    group_times(seed, effect, 100, fifths)
}

pub(super) fn callaway_few(seed: u64, effect: f64) -> Option<Seen> {
    group_times(seed, effect, 40, few)
}

pub(super) fn callaway_one(seed: u64, effect: f64) -> Option<Seen> {
    let panel = panel(seed, effect, (40, 10), one);
    let options = StaggeredOptions::default();
    let whole = group_time_effects(&panel, options).ok()?.aggregate(Aggregation::Simple).ok()?;
    let sure = placebo_sureness(&panel, options, Aggregation::Simple, (200, seed)).ok()?;
    Some(student(whole.effect, sure.standard_error, sure.free))
}

pub(super) fn sun(seed: u64, effect: f64) -> Option<Seen> {
    cohorts(seed, effect, 100, fifths)
}

pub(super) fn sun_few(seed: u64, effect: f64) -> Option<Seen> {
    cohorts(seed, effect, 40, few)
}

pub(super) fn sdid(seed: u64, effect: f64) -> Option<Seen> {
    let panel = panel(seed, effect, (50, 30), late);
    let options = SyntheticOptions::default();
    let found = staggered_difference(&panel, options).ok()?;
    let sure = staggered_sureness(&panel, options, &found, Resampling::Jackknife).ok()?;
    Some(student(found.effect, sure.standard_error, sure.free))
}
