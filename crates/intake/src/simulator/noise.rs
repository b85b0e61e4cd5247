//! Chance that can be looked up: every number is a function of its key, never of what was drawn before.

/// Mixes a key into 64 well-spread bits (the finaliser of splitmix64, G. Steele et al. 2014).
pub(super) const fn mix(key: u64) -> u64 {
    let a = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    c ^ (c >> 31)
}

/// A key made of two.
pub(super) const fn join(a: u64, b: u64) -> u64 {
    mix(a ^ mix(b))
}

/// The key of a text, so that a station's chance does not depend on how many stations there are.
pub(super) fn key_of(text: &str) -> u64 {
    text.bytes().fold(0x5e_4e4e, |sum, byte| join(sum, u64::from(byte)))
}

/// Evenly spread over 0 ≤ x < 1.
pub(super) fn even(key: u64) -> f64 {
    (mix(key) >> 11) as f64 / (1_u64 << 53) as f64
}

/// About normal with mean 0 and standard deviation 1: the sum of four even parts; never beyond ±3.47.
pub(super) fn normal(key: u64) -> f64 {
    let bits = mix(key);
    let sum: u64 = (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum();
    (sum as f64 / 65_536.0 - 2.0) * 3.0_f64.sqrt()
}

/// Noise that wanders smoothly: normal knots every `period` seconds, joined by a smooth step.
/// Mean 0, standard deviation between 0.7 and 1.
pub(super) fn wander(key: u64, at: i64, period: i64) -> f64 {
    let knot = at.div_euclid(period);
    let share = at.rem_euclid(period) as f64 / period as f64;
    let (before, after) = (normal(join(key, knot as u64)), normal(join(key, (knot + 1) as u64)));
    before + (after - before) * share * share * (3.0 - 2.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_and_deviation(values: impl Iterator<Item = f64>) -> (f64, f64) {
        let values: Vec<f64> = values.collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance.sqrt())
    }

    #[test]
    fn normal_is_centred_with_deviation_one() {
        let (mean, deviation) = mean_and_deviation((0..50_000).map(normal));
        assert!(mean.abs() < 0.02 && (deviation - 1.0).abs() < 0.02, "{mean} {deviation}");
    }

    #[test]
    fn even_fills_its_range() {
        let (mean, deviation) = mean_and_deviation((0..50_000).map(even));
        assert!((mean - 0.5).abs() < 0.01 && (deviation - 0.2887).abs() < 0.01);
    }

    #[test]
    fn wandering_has_no_jumps_and_is_the_same_wherever_one_starts() {
        for at in -10_000..10_000 {
            assert!((wander(7, at, 3600) - wander(7, at + 1, 3600)).abs() < 0.005);
        }
        assert_eq!(wander(7, 123_456, 3600), wander(7, 123_456, 3600));
        assert!(wander(7, 123_456, 3600) != wander(8, 123_456, 3600));
    }
}
