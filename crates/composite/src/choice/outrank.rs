//! Alternatives compared in pairs, criterion by criterion.

use super::Choice;
use crate::{CompositeError, error::check_length};

/// How much a difference in favour of an alternative counts, 0 to 1. Thresholds are in units of the criterion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Preference {
    /// Any difference counts in full.
    Usual,
    /// Differences above the threshold count in full, others not at all.
    Above {
        /// The greatest difference that does not count.
        indifference: f64,
    },
    /// Nothing up to the first threshold, in full from the second, in proportion between.
    Linear {
        /// The greatest difference that does not count.
        indifference: f64,
        /// From here on a difference counts in full.
        preference: f64,
    },
    /// Half between both thresholds.
    Steps {
        /// The greatest difference that does not count.
        indifference: f64,
        /// Above this a difference counts in full.
        preference: f64,
    },
    /// `1 − exp(−d² / 2 s²)`.
    Gaussian {
        /// The difference `s` at which the curve bends.
        spread: f64,
    },
}

impl Preference {
    fn check(self, criterion: usize) -> Result<(), CompositeError> {
        let (low, high) = match self {
            Self::Usual => return Ok(()),
            Self::Above { indifference } => (indifference, indifference),
            Self::Linear { indifference, preference } | Self::Steps { indifference, preference } => {
                (indifference, preference)
            }
            Self::Gaussian { spread } => (spread, if spread > 0.0 { spread } else { f64::NAN }),
        };
        if low >= 0.0 && low <= high && high.is_finite() {
            return Ok(());
        }
        let what = format!("the preference of criterion {criterion}");
        Err(CompositeError::setting(
            &what,
            format!("{low} and {high}"),
            "thresholds from 0 on, the first no greater",
        ))
    }

    fn of(self, difference: f64) -> f64 {
        let in_full = |counts: bool| if counts { 1.0 } else { 0.0 };
        match self {
            Self::Usual => in_full(difference > 0.0),
            Self::Linear { indifference, preference } if preference > indifference => {
                ((difference - indifference) / (preference - indifference)).clamp(0.0, 1.0)
            }
            Self::Above { indifference } | Self::Linear { indifference, .. } => {
                in_full(difference > indifference)
            }
            Self::Steps { indifference, preference } => {
                f64::midpoint(in_full(difference > indifference), in_full(difference > preference))
            }
            Self::Gaussian { spread } if difference > 0.0 => {
                1.0 - (-difference * difference / (2.0 * spread * spread)).exp()
            }
            Self::Gaussian { .. } => 0.0,
        }
    }
}

/// By how much each alternative is preferred to the others, and they to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Flows {
    /// The mean preference over the others, 0 to 1.
    pub leaving: Vec<f64>,
    /// The mean preference of the others, 0 to 1.
    pub entering: Vec<f64>,
    /// Leaving less entering, −1 to 1; they sum to 0, and higher is better.
    pub net: Vec<f64>,
}

/// The complete ranking PROMETHEE II (Brans and Vincke 1985), with one preference for each criterion.
///
/// # Errors
/// When there is not one preference a criterion, its thresholds are the wrong way round, or there are fewer than two alternatives.
pub fn promethee(choice: &Choice, preferences: &[Preference]) -> Result<Flows, CompositeError> {
    check_length("the preferences of criteria", preferences.len(), choice.weights.len())?;
    preferences.iter().enumerate().try_for_each(|(criterion, preference)| preference.check(criterion))?;
    let count = choice.alternatives();
    if count < 2 {
        return Err(CompositeError::TooFew { what: "alternatives".to_owned(), found: count, wanted: 2 });
    }
    let preferred = |a: usize, b: usize| -> f64 {
        let one = |(criterion, preference): (usize, &Preference)| {
            choice.weights[criterion]
                * preference.of(choice.turned(a, criterion) - choice.turned(b, criterion))
        };
        preferences.iter().enumerate().map(one).sum()
    };
    let others = count as f64 - 1.0;
    let mean = |of: &dyn Fn(usize) -> f64| (0..count).map(of).sum::<f64>() / others;
    let leaving: Vec<f64> =
        (0..count).map(|a| mean(&|b| if a == b { 0.0 } else { preferred(a, b) })).collect();
    let entering: Vec<f64> =
        (0..count).map(|a| mean(&|b| if a == b { 0.0 } else { preferred(b, a) })).collect();
    let net = leaving.iter().zip(&entering).map(|(leaving, entering)| leaving - entering).collect();
    Ok(Flows { leaving, entering, net })
}
