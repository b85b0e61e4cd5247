//! A normal law of which only a part is left.

use statrs::distribution::{ContinuousCDF, Normal};

/// The value that a standard normal variable within `low` and `high` stays below with this chance.
pub(super) fn truncated_quantile(chance: f64, low: f64, high: f64) -> f64 {
    if low >= high {
        return low;
    }
    let law = Normal::standard();
    // On the side where tails are small numbers, and have their digits.
    let found = if low > 0.0 {
        let (more, less) = (law.sf(low), law.sf(high));
        -law.inverse_cdf(more - chance * (more - less))
    } else {
        let (less, more) = (law.cdf(low), law.cdf(high));
        law.inverse_cdf(less + chance * (more - less))
    };
    if found.is_finite() {
        return found.clamp(low, high);
    }
    // So far out the law is exponential.
    if low > 0.0 { (low - (1.0 - chance).ln() / low).min(high) } else { high }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_the_law() {
        assert!((truncated_quantile(0.975, f64::NEG_INFINITY, f64::INFINITY) - 1.959_963_985).abs() < 1e-8);
        // Half of the law: the quantile of |x|.
        assert!((truncated_quantile(0.95, 0.0, f64::INFINITY) - 1.959_963_985).abs() < 1e-8);
        assert!((truncated_quantile(0.95, 1e-9, f64::INFINITY) - 1.959_963_985).abs() < 1e-6);
        let far = truncated_quantile(0.95, 50.0, f64::INFINITY);
        assert!(far > 50.05 && far < 50.07, "{far}");
        assert_eq!(truncated_quantile(0.5, 2.0, 1.0), 2.0);
    }
}
