//! Differences in differences, with errors clustered by unit as few treated units ask for.

use rand_pcg::Pcg64;

use super::detectable::{Detectable, Found};
use crate::{
    Design, StatisticsError, Sureness, chance::shuffle, fit, least_squares::check_column, student_quantile,
    within,
};

/// How a project is laid into the past.
#[derive(Clone, Debug, PartialEq)]
pub struct DifferencePower {
    /// The units that are to be treated; nothing: as many as `count`, drawn anew each time.
    pub treated: Option<Vec<usize>>,
    /// How many units are to be treated, when they are drawn.
    pub count: usize,
    /// How many times the project is to last.
    pub after: usize,
    /// How many times before it are to be used; nothing: all.
    pub before: Option<usize>,
    /// How many draws.
    pub draws: usize,
    /// Their seed.
    pub seed: u64,
    /// The chance of a false alarm that is allowed.
    pub alpha: f64,
    /// The power that is wanted.
    pub power: f64,
}

impl Default for DifferencePower {
    fn default() -> Self {
        Self { treated: None, count: 1, after: 1, before: None, draws: 200, seed: 1, alpha: 0.05, power: 0.8 }
    }
}

/// Draws an end of the past, and treated units when they are not given, and estimates the effect of nothing by two-way fixed effects. An effect
/// that is the same for all moves the estimate and leaves its error, so that each placebo tells from which effect on it would have been
/// seen (as Burlig, Preonas and Woerman 2020 simulate).
///
/// # Errors
/// When rows differ in length, values are not finite, a unit is not there, all units or none are treated, or the past is too short.
pub fn detectable_by_differences(
    outcome: &[Vec<f64>],
    options: &DifferencePower,
) -> Result<Detectable, StatisticsError> {
    let times = outcome.first().map_or(0, Vec::len);
    for (unit, row) in outcome.iter().enumerate() {
        check_column(&format!("unit {unit}"), row, times)?;
    }
    let units = outcome.len();
    let count = options.treated.as_ref().map_or(options.count, Vec::len);
    let not = |why: String| StatisticsError::NotIdentified { what: "the power".to_owned(), why };
    if count == 0 || count >= units {
        return Err(not(format!("{count} of {units} units cannot be treated")));
    }
    if let Some(unit) = options.treated.iter().flatten().find(|unit| **unit >= units) {
        return Err(not(format!("there is no unit {unit}")));
    }
    let before = options.before.unwrap_or(1).max(1);
    let wanted = before.saturating_add(options.after);
    if options.after == 0 || times < wanted {
        return Err(StatisticsError::TooFew {
            what: "times".to_owned(),
            found: times,
            wanted: wanted.max(2),
        });
    }
    let mut random = Pcg64::new(u128::from(options.seed), 0xa02_bdbf_7bb3_c0a7);
    let mut order: Vec<usize> = (0..units).collect();
    let mut ends: Vec<usize> = (wanted..=times).collect();
    let mut found = Vec::with_capacity(options.draws);
    for _ in 0..options.draws {
        shuffle(&mut order, &mut random);
        shuffle(&mut ends, &mut random);
        let treated = options.treated.as_deref().unwrap_or(&order[..count]);
        let end = ends[0];
        let first = options.before.map_or(0, |before| end - options.after - before);
        let (estimate, sure) = placebo(outcome, treated, first, end - options.after, end)?;
        let reach =
            |sure: Sureness| student_quantile(sure.free, 1.0 - options.alpha / 2.0) * sure.standard_error;
        found.push(Found::shifted(estimate, sure.map_or(f64::INFINITY, reach)));
    }
    Detectable::of(&found, options.power)
}

fn placebo(
    outcome: &[Vec<f64>],
    treated: &[usize],
    first: usize,
    begin: usize,
    end: usize,
) -> Result<(f64, Option<Sureness>), StatisticsError> {
    let (mut values, mut column, mut unit, mut time) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (number, row) in outcome.iter().enumerate() {
        for (place, value) in row.iter().enumerate().take(end).skip(first) {
            values.push(*value);
            column.push(f64::from(u8::from(treated.contains(&number) && place >= begin)));
            unit.push(number);
            time.push(place - first);
        }
    }
    let design = Design::new().with("treated", column);
    let absorbed = within(&values, &design, &[&unit, &time], None)?;
    let fit = fit(&absorbed.design, &absorbed.outcome, None)?;
    let estimate = fit.coefficients[0];
    match fit.sureness(&[1.0], &unit, &time) {
        Ok(sure) => Ok((estimate, Some(sure))),
        // One treated unit alone has no error, and nothing that it does is seen.
        Err(StatisticsError::TooFew { .. }) => Ok((estimate, None)),
        Err(other) => Err(other),
    }
}
