//! What one unit of effect costs.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use super::meta::Interval;
use crate::ProgrammeError;

/// A quantity and its standard error, in one unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The quantity.
    pub value: f64,
    /// Its standard error; 0 when it is known.
    pub standard_error: f64,
}

/// The set of ratios that the data do not rule out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RatioInterval {
    /// Between two ends: the effect is told apart from 0.
    Between(Interval),
    /// At or below the first, or at or above the second: the effect may be 0, so that a unit may cost without end, on either side.
    Outside {
        /// At or below this.
        below: f64,
        /// At or above this.
        above: f64,
    },
    /// Every ratio.
    Everything,
}

/// The cost of one unit of effect.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostRatio {
    /// Cost by effect, euros a unit; nothing when the effect is 0.
    pub ratio: Option<f64>,
    /// Its confidence set.
    pub interval: RatioInterval,
}

/// The cost of one unit of effect with its confidence set (Fieller 1954): all ratios `r` for which cost less `r` times effect is not told
/// apart from 0. Both are measured, `covariance` between them; the set has no end when the interval of the effect holds 0.
///
/// # Errors
/// When a number is not finite, a standard error is negative, the covariance is more than both allow, or the chance is not between 0 and 1.
pub fn cost_per_unit(
    cost: Measured,
    effect: Measured,
    covariance: f64,
    chance: f64,
) -> Result<CostRatio, ProgrammeError> {
    for (what, measured) in [("the cost", cost), ("the effect", effect)] {
        if !measured.value.is_finite() {
            return Err(ProgrammeError::number(what, measured.value, "a finite number"));
        }
        if !(measured.standard_error.is_finite() && measured.standard_error >= 0.0) {
            let what = format!("the standard error of {what}");
            return Err(ProgrammeError::number(what, measured.standard_error, "finite and 0 or more"));
        }
    }
    if !(chance > 0.0 && chance < 1.0) {
        return Err(ProgrammeError::number("the chance of the interval", chance, "between 0 and 1"));
    }
    let most = cost.standard_error * effect.standard_error;
    if !(covariance.is_finite() && covariance.abs() <= most * (1.0 + 1e-12)) {
        return Err(ProgrammeError::number(
            "the covariance",
            covariance,
            "within the product of standard errors",
        ));
    }
    let z2 = Normal::standard().inverse_cdf(f64::midpoint(1.0, chance)).powi(2);
    // a r² − 2 b r + c ≤ 0
    let a = effect.value.powi(2) - z2 * effect.standard_error.powi(2);
    let b = cost.value * effect.value - z2 * covariance;
    let c = cost.value.powi(2) - z2 * cost.standard_error.powi(2);
    let interval = set(a, b, c);
    let ratio = (effect.value != 0.0).then(|| cost.value / effect.value);
    Ok(CostRatio { ratio, interval })
}

fn set(a: f64, b: f64, c: f64) -> RatioInterval {
    let discriminant = b * b - a * c;
    if a > 0.0 {
        // The ratio itself is always within, so that there are roots but for rounding.
        let root = discriminant.max(0.0).sqrt();
        return RatioInterval::Between(Interval { low: (b - root) / a, high: (b + root) / a });
    }
    if a < 0.0 && discriminant > 0.0 {
        let root = discriminant.sqrt();
        let (one, other) = ((b - root) / a, (b + root) / a);
        return RatioInterval::Outside { below: one.min(other), above: one.max(other) };
    }
    if a == 0.0 && b != 0.0 {
        // −2 b r + c ≤ 0: one side alone; the other end lies at infinity.
        let end = c / (2.0 * b);
        return if b > 0.0 {
            RatioInterval::Outside { below: f64::NEG_INFINITY, above: end }
        } else {
            RatioInterval::Outside { below: end, above: f64::INFINITY }
        };
    }
    RatioInterval::Everything
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cost: (f64, f64), effect: (f64, f64)) -> CostRatio {
        let [cost, effect] = [cost, effect].map(|(value, standard_error)| Measured { value, standard_error });
        cost_per_unit(cost, effect, 0.0, 0.95).unwrap()
    }

    #[test]
    fn a_known_cost_divides_the_interval_of_the_effect() {
        let found = of((1000.0, 0.0), (10.0, 2.0));
        let RatioInterval::Between(interval) = found.interval else { panic!("{found:?}") };
        assert!((interval.low - 1000.0 / (10.0 + 1.959_963_985 * 2.0)).abs() < 1e-6);
        assert!((interval.high - 1000.0 / (10.0 - 1.959_963_985 * 2.0)).abs() < 1e-6);
        assert_eq!(found.ratio, Some(100.0));
    }

    #[test]
    fn an_effect_that_may_be_nothing_may_cost_without_end() {
        let found = of((1000.0, 0.0), (1.0, 2.0));
        let RatioInterval::Outside { below, above } = found.interval else { panic!("{found:?}") };
        assert!((above - 1000.0 / (1.0 + 1.959_963_985 * 2.0)).abs() < 1e-6);
        assert!((below - 1000.0 / (1.0 - 1.959_963_985 * 2.0)).abs() < 1e-6);
        assert_eq!(of((1.0, 5.0), (1.0, 2.0)).interval, RatioInterval::Everything);
        assert_eq!(of((1.0, 0.0), (0.0, 0.0)).ratio, None);
    }
}
