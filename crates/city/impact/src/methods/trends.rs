//! What an event study is worth if trends were not parallel.

use senne_impact::{Breakdown, EventStudy, Hybrid, MagnitudeOptions, breakdown_magnitude};

use super::Found;
use crate::warning;

/// A larger ratio is not looked for.
const RATIO_MAX: f64 = 10.0;
/// With more pairs of earlier and later times the bound of the first stage takes too long to draw.
const PAIRS_MAX: usize = 64;

/// Coefficients by time since treatment, rising, −1 not among them, with their covariance.
pub(super) struct Course<'a> {
    pub(super) since: &'a [i64],
    pub(super) effects: &'a [f64],
    pub(super) covariance: &'a [Vec<f64>],
}

/// Adds how many times larger than before treatment the difference of trends may be after it, for the mean effect over the later times that
/// follow each other.
pub(super) fn add(found: &mut Found, course: &Course<'_>, chance: f64) {
    // A course has no more steps than coefficients.
    let steps = course.since.len() as i64;
    let later = (0..steps).take_while(|since| course.since.contains(since)).count();
    let earlier = (2..2 + steps).take_while(|back| course.since.contains(&-back)).count();
    let kept: Vec<usize> = (0..course.since.len())
        .filter(|place| {
            let since = course.since[*place];
            since >= -(earlier as i64) - 1 && since < later as i64
        })
        .collect();
    let effects = kept.iter().map(|place| course.effects[*place]).collect();
    let covariance: Vec<Vec<f64>> =
        kept.iter().map(|a| kept.iter().map(|b| course.covariance[*a][*b]).collect()).collect();
    // Without an earlier time there is nothing to compare trends with.
    let Ok(study) = EventStudy::new(effects, &covariance, earlier, vec![1.0 / later.max(1) as f64; later])
    else {
        return;
    };
    let hybrid = if earlier * later > PAIRS_MAX {
        Hybrid::Nothing
    } else {
        Hybrid::LeastFavourable { draws: 400, seed: 1 }
    };
    let options = MagnitudeOptions { alpha: 1.0 - chance, hybrid, ..MagnitudeOptions::default() };
    let Ok(breakdown) = breakdown_magnitude(&study, RATIO_MAX, options) else { return };
    found.diagnostics.push(("breakdown of parallel trends", breakdown.bound()));
    found.warnings.extend(match breakdown {
        Breakdown::NotDetectable => None,
        Breakdown::At(bound) => Some(warning::trends_break_at(bound)),
        Breakdown::Beyond(bound) => Some(warning::trends_hold_beyond(bound)),
    });
}
