//! Interrupted time series.

use super::detectable::{Detectable, Found};
use crate::{
    Design, InterruptedOptions, Interruption, StatisticsError, interrupted, least_squares::check_column,
    normal_quantile, student_quantile,
};

/// How a project is laid into the past of a single series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InterruptionPower {
    /// How many steps the project is to last.
    pub after: usize,
    /// Into how many ends of the past it is laid, each a step earlier.
    pub lookback: usize,
    /// The model.
    pub model: InterruptedOptions,
    /// The chance of a false alarm that is allowed.
    pub alpha: f64,
    /// The power that is wanted.
    pub power: f64,
}

impl Default for InterruptionPower {
    fn default() -> Self {
        Self { after: 1, lookback: 10, model: InterruptedOptions::default(), alpha: 0.05, power: 0.8 }
    }
}

/// Lays the project into each end of the past and estimates the effect of nothing. An effect moves the estimate; that it would also change the
/// error a little, where counts or memory are modelled, is left aside.
///
/// # Errors
/// When a value is not finite, the past is too short, or the model cannot be fitted.
pub fn detectable_by_interruption(
    outcome: &[f64],
    covariates: &Design,
    options: InterruptionPower,
) -> Result<Detectable, StatisticsError> {
    let steps = outcome.len();
    check_column("the series", outcome, steps)?;
    for (name, column) in covariates.names().iter().zip(covariates.columns()) {
        check_column(name, column, steps)?;
    }
    let lookback = options.lookback.max(1);
    let wanted = options.after.saturating_add(lookback).saturating_add(3);
    if options.after == 0 || steps < wanted {
        return Err(StatisticsError::TooFew {
            what: "steps".to_owned(),
            found: steps,
            wanted: wanted.max(5),
        });
    }
    let one = |back: usize| {
        let end = steps - back;
        let series = Interruption {
            outcome: outcome[..end].to_vec(),
            begin: end - options.after,
            exposure: None,
            covariates: covariates.map(|column| column[..end].to_vec()),
        };
        let found = interrupted(&series, options.model)?;
        let part = 1.0 - options.alpha / 2.0;
        let critical = found.free.map_or_else(|| normal_quantile(part), |free| student_quantile(free, part));
        Ok(Found::shifted(found.effect, critical * found.standard_error))
    };
    let found: Vec<Found> = (0..lookback).map(one).collect::<Result<_, StatisticsError>>()?;
    Detectable::of(&found, options.power)
}
