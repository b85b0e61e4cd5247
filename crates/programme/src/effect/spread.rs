//! How sure a measured effect is, as one standard error.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::types::Measurement;

/// The standard error of a measurement, and no less than that of its published interval: half the interval over the number of standard errors
/// that lie on either side in one of its level (1.96 for 95 %). An interval found by permutation may be wider than the standard error says;
/// whatever is counted further must not be surer than what was published. Nothing where the method has no standard error.
pub fn standard_error(measured: &Measurement) -> Option<f64> {
    let own = measured.standard_error?;
    let quantile = Normal::standard().inverse_cdf(f64::midpoint(1.0, measured.level));
    let published = measured.interval.map(|(low, high)| (high - low) / 2.0 / quantile);
    // `max` passes over what is no number.
    Some(published.map_or(own, |published| own.max(published)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Answer, Words};

    fn error(standard_error: Option<f64>, interval: Option<(f64, f64)>, level: f64) -> Option<f64> {
        super::standard_error(&Measurement {
            estimate: -2.0,
            standard_error,
            interval,
            level,
            detectable: None,
            answer: Answer::Better,
            grade: 3,
            verdict: Words::default(),
            on: None,
        })
    }

    #[test]
    fn the_wider_of_both_counts() {
        assert_eq!(error(Some(0.5), None, 0.95), Some(0.5));
        assert_eq!(error(Some(0.5), Some((-2.1, -1.9)), 0.95), Some(0.5));
        assert_eq!(error(None, Some((-3.0, -1.0)), 0.95), None);
        let wide = error(Some(0.5), Some((-5.0, 1.0)), 0.95).unwrap();
        assert!((wide - 3.0 / 1.959_964).abs() < 1e-5, "{wide}");
        let of_nine_in_ten = error(Some(0.5), Some((-5.0, 1.0)), 0.9).unwrap();
        assert!((of_nine_in_ten - 3.0 / 1.644_854).abs() < 1e-5, "{of_nine_in_ten}");
    }
}
