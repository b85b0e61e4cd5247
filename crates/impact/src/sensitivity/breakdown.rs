//! The bound at which an effect is no longer told from none.

use super::{
    magnitudes::{MagnitudeOptions, holds, tests},
    smoothness::Problem,
    study::{EventStudy, check},
};
use crate::StatisticsError;

/// Where an effect breaks down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Breakdown {
    /// Even if trends are as the bound 0 says, none is not rejected.
    NotDetectable,
    /// Up to this bound none is rejected.
    At(f64),
    /// None is rejected up to the largest bound that was tried.
    Beyond(f64),
}

impl Breakdown {
    /// The bound; 0 when there is nothing to break down.
    pub fn bound(self) -> f64 {
        match self {
            Self::NotDetectable => 0.0,
            Self::At(bound) | Self::Beyond(bound) => bound,
        }
    }
}

/// Bounds are told to this part of the largest.
const STEPS: usize = 12;

fn bisect(
    largest: f64,
    mut rejected: impl FnMut(f64) -> Result<bool, StatisticsError>,
) -> Result<Breakdown, StatisticsError> {
    if !rejected(0.0)? {
        return Ok(Breakdown::NotDetectable);
    }
    if rejected(largest)? {
        return Ok(Breakdown::Beyond(largest));
    }
    let (mut low, mut high) = (0.0, largest);
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        let side = if rejected(middle)? { &mut low } else { &mut high };
        *side = middle;
    }
    Ok(Breakdown::At(low))
}

/// The largest bound of [`relative_magnitudes`](super::relative_magnitudes) up to `largest` with which no effect is rejected: how many times
/// larger than before it the difference of trends may be after treatment.
///
/// # Errors
/// When the largest bound is below 0, the chance is none, or tests cannot be made.
pub fn breakdown_magnitude(
    study: &EventStudy,
    largest: f64,
    options: MagnitudeOptions,
) -> Result<Breakdown, StatisticsError> {
    check(options.alpha, largest)?;
    bisect(largest, |bound| Ok(!holds(&mut tests(study, bound, options)?, 0.0, options.alpha)?))
}

/// The largest bound of [`smoothness`](super::smoothness) up to `largest` with which the interval does not hold 0: how much the slope of the
/// difference of trends may change from one time to the next.
///
/// # Errors
/// When the largest bound is below 0, the chance is none, or the weights cannot be found.
pub fn breakdown_curvature(
    study: &EventStudy,
    largest: f64,
    alpha: f64,
) -> Result<Breakdown, StatisticsError> {
    check(alpha, largest)?;
    let problem = Problem::of(study)?;
    bisect(largest, |bound| {
        let [estimate, width] = problem.interval(study, bound, alpha)?;
        Ok(estimate.abs() > width)
    })
}
