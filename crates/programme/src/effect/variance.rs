//! How much true effects differ from study to study: the variance between studies, τ².

use serde::{Deserialize, Serialize};

use super::meta::Study;
use crate::ProgrammeError;

/// Steps of a search for τ².
const STEPS_MOST: usize = 500;

/// How τ² is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Heterogeneity {
    /// From the first moment of Q with the weights of no heterogeneity (DerSimonian and Laird 1986).
    DerSimonianLaird,
    /// So that Q with its own weights is what it is expected to be (Paule and Mandel 1982).
    PauleMandel,
    /// By restricted maximum likelihood (Viechtbauer 2005).
    #[default]
    Reml,
}

impl Heterogeneity {
    /// τ² of studies, 0 or more, in the squared unit of the effect.
    pub(super) fn estimate(self, studies: &[Study]) -> Result<f64, ProgrammeError> {
        match self {
            Self::DerSimonianLaird => Ok(der_simonian_laird(studies)),
            Self::PauleMandel => paule_mandel(studies),
            Self::Reml => reml(studies),
        }
    }
}

/// The mean with weights `1 / (variance + τ²)`, and the sum of weights.
pub(super) fn weighted(studies: &[Study], between: f64) -> (f64, f64) {
    let weight = |study: &Study| 1.0 / (study.variance + between);
    let total: f64 = studies.iter().map(weight).sum();
    let sum: f64 = studies.iter().map(|study| weight(study) * study.effect).sum();
    (sum / total, total)
}

/// Cochran's Q with weights `1 / (variance + τ²)`.
pub(super) fn q(studies: &[Study], between: f64) -> f64 {
    let (mean, _) = weighted(studies, between);
    studies.iter().map(|study| (study.effect - mean).powi(2) / (study.variance + between)).sum()
}

/// `Σw − Σw² / Σw` with the weights of no heterogeneity.
pub(super) fn typical(studies: &[Study]) -> f64 {
    let sum: f64 = studies.iter().map(|study| 1.0 / study.variance).sum();
    let squares: f64 = studies.iter().map(|study| study.variance.powi(-2)).sum();
    sum - squares / sum
}

fn der_simonian_laird(studies: &[Study]) -> f64 {
    ((q(studies, 0.0) - (studies.len() as f64 - 1.0)) / typical(studies)).max(0.0)
}

/// Q falls as τ² rises, so that halving finds where it is as large as expected.
fn paule_mandel(studies: &[Study]) -> Result<f64, ProgrammeError> {
    let wanted = studies.len() as f64 - 1.0;
    if q(studies, 0.0) <= wanted {
        return Ok(0.0);
    }
    let mut high = der_simonian_laird(studies).max(f64::MIN_POSITIVE);
    for _ in 0..STEPS_MOST {
        if q(studies, high) < wanted {
            break;
        }
        high *= 2.0;
    }
    if q(studies, high) >= wanted {
        return Err(no_end("Paule and Mandel"));
    }
    let mut low = 0.0;
    for _ in 0..STEPS_MOST {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if q(studies, middle) > wanted { low = middle } else { high = middle }
    }
    Ok(f64::midpoint(low, high))
}

/// Fisher scoring from the estimate by moments, halved where a step would leave the range.
fn reml(studies: &[Study]) -> Result<f64, ProgrammeError> {
    let mut between = der_simonian_laird(studies);
    let scale = studies.iter().map(|study| study.variance).fold(f64::INFINITY, f64::min);
    for _ in 0..STEPS_MOST {
        let (mean, total) = weighted(studies, between);
        let sum = |of: &dyn Fn(&Study, f64) -> f64| -> f64 {
            studies.iter().map(|study| of(study, 1.0 / (study.variance + between))).sum()
        };
        let squares = sum(&|_, weight| weight * weight);
        let cubes = sum(&|_, weight| weight.powi(3));
        let residuals = sum(&|study, weight| (weight * (study.effect - mean)).powi(2));
        // With P the projection: y'PPy − tr(P), and tr(PP).
        let score = residuals - (total - squares / total);
        let information = squares - 2.0 * cubes / total + (squares / total).powi(2);
        let next = (between + score / information).max(0.0);
        if !next.is_finite() {
            return Err(no_end("restricted maximum likelihood"));
        }
        let moved = (next - between).abs();
        between = next;
        if moved <= 1e-12 * (between + scale) {
            return Ok(between);
        }
    }
    Err(no_end("restricted maximum likelihood"))
}

fn no_end(method: &str) -> ProgrammeError {
    ProgrammeError::undefined(
        format!("the variance between studies by {method}"),
        "the search did not come to an end; take the estimate of DerSimonian and Laird",
    )
}
