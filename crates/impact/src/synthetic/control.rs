//! Synthetic control (Abadie, Diamond and Hainmueller 2010).

use super::{BlockPanel, simplex};
use crate::StatisticsError;

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntheticControl {
    /// The mean gap from the treatment on.
    pub effect: f64,
    /// Observed less synthetic, at every time.
    pub gap: Vec<f64>,
    /// The weight of each donor; they sum to one.
    pub weights: Vec<f64>,
    /// The mean squared gap before the treatment.
    pub error_before: f64,
    /// The mean squared gap from the treatment on.
    pub error_after: f64,
}

impl SyntheticControl {
    /// How much larger the gap is after than before, as root mean squares.
    pub fn ratio(&self) -> f64 {
        (self.error_after / self.error_before).sqrt()
    }

    /// The effect, upwards or downwards by `sign`, that would have made the ratio so large: the mean of `(gap + effect)²` must pass it, which is a
    /// parabola in the effect.
    pub(crate) fn effect_of_ratio(&self, ratio: f64, sign: f64) -> f64 {
        if ratio.is_infinite() {
            return f64::INFINITY;
        }
        let half = sign * self.effect;
        let inside = half * half - self.error_after + ratio * ratio * self.error_before;
        if inside <= 0.0 { 0.0 } else { (inside.sqrt() - half).max(0.0) }
    }
}

/// The donors' mean that comes nearest to the treated before the treatment: every earlier outcome counts alike, and nothing else.
///
/// # Errors
/// When the weights cannot be found.
pub fn synthetic_control(panel: &BlockPanel) -> Result<SyntheticControl, StatisticsError> {
    let mean = panel.treated_mean();
    let rows: Vec<Vec<f64>> =
        panel.outcome[..panel.donors].iter().map(|row| row[..panel.before].to_vec()).collect();
    Ok(SyntheticControl::of(panel, simplex::weights(&rows, &mean[..panel.before], 0.0)?))
}

impl SyntheticControl {
    /// What given weights of the donors say.
    pub(super) fn of(panel: &BlockPanel, weights: Vec<f64>) -> Self {
        let mean = panel.treated_mean();
        let at = |time: usize| panel.outcome.iter().zip(&weights).map(|(row, w)| w * row[time]).sum::<f64>();
        let gap: Vec<f64> = (0..panel.times()).map(|time| mean[time] - at(time)).collect();
        let square = |gap: &[f64]| gap.iter().map(|value| value * value).sum::<f64>() / gap.len() as f64;
        let (earlier, later) = gap.split_at(panel.before);
        let (error_before, error_after) = (square(earlier), square(later));
        let effect = later.iter().sum::<f64>() / later.len() as f64;
        Self { effect, gap, weights, error_before, error_after }
    }
}
