//! The effects that are seen.

use crate::StatisticsError;

/// From which effect on each placebo would have been seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Detectable {
    /// The smallest effect that is seen with the power that was asked for, in units of the outcome and without sign.
    pub smallest: f64,
    /// The power that was asked for.
    pub power: f64,
    /// How often the method says that there was an effect where there was none.
    pub false_alarms: f64,
    /// The root mean square of what it finds where there is none.
    pub error: f64,
    /// The effects from which on each placebo would have been seen, upwards and downwards, rising.
    pub thresholds: Vec<f64>,
    /// How many placebos there were.
    pub placebos: usize,
}

/// One placebo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) estimate: f64,
    /// The effects, upwards and downwards, from which on it would have been seen; infinite when no effect would.
    pub(super) thresholds: [f64; 2],
    pub(super) alarm: bool,
}

impl Found {
    /// With an estimate that an effect shifts, and a bound that it must pass.
    pub(super) fn shifted(estimate: f64, bound: f64) -> Self {
        Self { estimate, thresholds: [bound - estimate, bound + estimate], alarm: estimate.abs() > bound }
    }
}

impl Detectable {
    pub(super) fn of(found: &[Found], power: f64) -> Result<Self, StatisticsError> {
        if !(power > 0.0 && power < 1.0) {
            let why = format!("the power must lie between 0 and 1: {power}");
            return Err(StatisticsError::NotIdentified { what: "the smallest effect".to_owned(), why });
        }
        if found.is_empty() {
            return Err(StatisticsError::TooFew { what: "placebos".to_owned(), found: 0, wanted: 1 });
        }
        let mut thresholds: Vec<f64> =
            found.iter().flat_map(|found| found.thresholds).map(|effect| effect.max(0.0)).collect();
        thresholds.sort_by(f64::total_cmp);
        let place = ((power * thresholds.len() as f64).ceil() as usize).clamp(1, thresholds.len()) - 1;
        let count = found.len() as f64;
        Ok(Self {
            smallest: thresholds[place],
            power,
            false_alarms: found.iter().filter(|found| found.alarm).count() as f64 / count,
            error: (found.iter().map(|found| found.estimate.powi(2)).sum::<f64>() / count).sqrt(),
            placebos: found.len(),
            thresholds,
        })
    }

    /// The chance with which an effect of this size is seen.
    pub fn power_of(&self, effect: f64) -> f64 {
        let seen = self.thresholds.partition_point(|threshold| *threshold <= effect.abs());
        seen as f64 / self.thresholds.len() as f64
    }
}
