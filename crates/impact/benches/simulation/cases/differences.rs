//! Two-way fixed effects, errors clustered by unit.

use senne_impact::{Design, PanelRows, fit, within};

use super::{
    Seen,
    panels::{block, rows},
    student,
};

const TIMES: usize = 20;
const BEGIN: i64 = 12;

fn panel(seed: u64, effect: f64, treated: usize) -> Option<PanelRows> {
    let donors = 40 - treated;
    let panel = block(seed, effect, (40, TIMES), donors, BEGIN as usize)?;
    Some(rows(&panel.outcome, &|unit| (unit >= donors).then_some(BEGIN)))
}

/// The mean of all coefficients, with units and times taken out.
fn mean(rows: PanelRows, design: &Design) -> Option<Seen> {
    let time: Vec<usize> = rows.time.iter().map(|time| *time as usize).collect();
    let absorbed = within(&rows.outcome, design, &[&rows.unit, &time], None).ok()?;
    let fit = fit(&absorbed.design, &absorbed.outcome, None).ok()?;
    let weights: Vec<f64> = fit
        .names
        .iter()
        .map(|name| if name.parse::<i64>().is_ok_and(|since| since >= 0) { 1.0 } else { 0.0 })
        .collect();
    let count: f64 = weights.iter().sum();
    let weights: Vec<f64> = weights.iter().map(|weight| weight / count).collect();
    let estimate = weights.iter().zip(&fit.coefficients).map(|(weight, b)| weight * b).sum();
    let sure = fit.sureness(&weights, &rows.unit, &time).ok()?;
    Some(student(estimate, sure.standard_error, sure.free))
}

fn one_coefficient(seed: u64, effect: f64, treated: usize) -> Option<Seen> {
    let rows = panel(seed, effect, treated)?;
    let column = rows.first_treated.iter().zip(&rows.time);
    let column = column.map(|(first, time)| f64::from(u8::from(first.is_some_and(|first| *time >= first))));
    let design = Design::new().with("0", column.collect());
    mean(rows, &design)
}

fn by_time(seed: u64, effect: f64, treated: usize) -> Option<Seen> {
    let rows = panel(seed, effect, treated)?;
    let mut design = Design::new();
    for since in (-BEGIN..TIMES as i64 - BEGIN).filter(|since| *since != -1) {
        let column = rows.first_treated.iter().zip(&rows.time);
        let column =
            column.map(|(first, time)| f64::from(u8::from(first.is_some_and(|first| time - first == since))));
        design.push(since.to_string(), column.collect());
    }
    mean(rows, &design)
}

pub(super) fn two_way(seed: u64, effect: f64) -> Option<Seen> {
    one_coefficient(seed, effect, 15)
}

pub(super) fn two_way_few(seed: u64, effect: f64) -> Option<Seen> {
    one_coefficient(seed, effect, 4)
}

pub(super) fn event_study(seed: u64, effect: f64) -> Option<Seen> {
    by_time(seed, effect, 15)
}

pub(super) fn event_study_few(seed: u64, effect: f64) -> Option<Seen> {
    by_time(seed, effect, 4)
}
