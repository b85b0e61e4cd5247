//! How sure a measured effect is, as one standard error.

use senne_programme::{
    Measurement,
    effect::{Heterogeneity, Study, pool},
};

/// How many standard errors lie on either side of the effect in an interval of 95 %.
const USUAL: f64 = 1.96;

/// The standard error of a measurement, and no less than that of its published interval: one found by permutation may be wider than the
/// standard error says.
pub(super) fn standard_error(measured: &Measurement) -> Option<f64> {
    let own = measured.standard_error?;
    let published = measured.interval.map(|(low, high)| (high - low) / 2.0 / quantile(measured.level));
    Some(published.map_or(own, |published| own.max(published)))
}

/// How many standard errors lie on either side in an interval that holds the effect with a chance: the half of the interval of a single study
/// of variance 1.
fn quantile(chance: f64) -> f64 {
    let single = Study { id: String::new(), effect: 0.0, variance: 1.0 };
    pool(&[single], Heterogeneity::default(), chance).map_or(USUAL, |pooled| pooled.interval.high)
}

#[cfg(test)]
mod tests {
    use senne_programme::{Answer, Words};

    use super::*;

    fn measured(standard_error: Option<f64>, interval: Option<(f64, f64)>, level: f64) -> Measurement {
        Measurement {
            estimate: -2.0,
            standard_error,
            interval,
            level,
            detectable: None,
            answer: Answer::Better,
            grade: 3,
            verdict: Words::default(),
            on: None,
        }
    }

    #[test]
    fn a_quantile_is_that_of_the_normal_law() {
        assert!((quantile(0.95) - 1.959_964).abs() < 1e-5 && (quantile(0.9) - 1.644_854).abs() < 1e-5);
        assert!((quantile(1.0) - USUAL).abs() < f64::EPSILON);
    }

    #[test]
    fn the_wider_of_both_counts() {
        let error = |own, interval, level| standard_error(&measured(own, interval, level));
        assert_eq!(error(Some(0.5), None, 0.95), Some(0.5));
        assert_eq!(error(Some(0.5), Some((-2.1, -1.9)), 0.95), Some(0.5));
        assert_eq!(error(None, Some((-3.0, -1.0)), 0.95), None);
        let wide = error(Some(0.5), Some((-5.0, 1.0)), 0.95).unwrap();
        assert!((wide - 3.0 / 1.959_964).abs() < 1e-5, "{wide}");
    }
}
