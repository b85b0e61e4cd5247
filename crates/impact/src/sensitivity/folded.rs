//! The size of a normal variable whose mean is not 0.

use statrs::distribution::{ContinuousCDF, Normal};

/// The value that `|x|` stays below with this chance, when `x` is normal with this mean and variance 1.
pub(super) fn folded_quantile(chance: f64, mean: f64) -> f64 {
    let law = Normal::standard();
    let mean = mean.abs();
    let below = |value: f64| law.cdf(value - mean) - law.cdf(-value - mean);
    // Between the quantile of one side and that of both.
    let (mut low, mut high) = (0.0, mean + law.inverse_cdf(f64::midpoint(chance, 1.0)) + 1e-9);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        let side = if below(middle) < chance { &mut low } else { &mut high };
        *side = middle;
        if high - low < 1e-14 * (1.0 + high) {
            break;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn around_and_beside_zero() {
        assert!((folded_quantile(0.95, 0.0) - 1.959_963_985).abs() < 1e-8);
        // Far from zero one side alone counts.
        assert!((folded_quantile(0.95, 10.0) - 11.644_853_627).abs() < 1e-8);
        assert!((folded_quantile(0.95, -10.0) - 11.644_853_627).abs() < 1e-8);
    }
}
