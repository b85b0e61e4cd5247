//! Intervals that hold the true value with a given chance.

use statrs::distribution::{Beta, ChiSquared, ContinuousCDF, Normal, StudentsT};

/// From low to high, in units of the indicator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Both ends times a factor that is not negative.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }

    /// Whether a value lies within, the ends included.
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether two intervals have nothing in common: only then a change is said to be one.
    pub fn is_apart_from(self, other: Self) -> bool {
        self.high < other.low || other.high < self.low
    }
}

fn normal_quantile(chance: f64) -> f64 {
    Normal::standard().inverse_cdf(0.5 + chance / 2.0)
}

/// Of a share: `successes` of `trials` (Wilson 1927; Newcombe 1998, method 3). Right for small numbers and for shares near 0 and 1. Both may
/// be parts of a whole, as weighted counts are.
pub fn wilson_interval(successes: f64, trials: f64, chance: f64) -> Option<Interval> {
    if !(trials > 0.0 && (0.0..=trials).contains(&successes)) {
        return None;
    }
    let (share, z) = (successes / trials, normal_quantile(chance));
    let square = z * z / trials;
    let centre = (share + square / 2.0) / (1.0 + square);
    let width = z * (share * (1.0 - share) / trials + square / (4.0 * trials)).sqrt() / (1.0 + square);
    Some(Interval { low: (centre - width).max(0.0), high: (centre + width).min(1.0) })
}

/// From so many events on the law of their number is told by its cubic root: the exact one takes the longer to sum up, the more there are.
const EVENTS_SUMMED: f64 = 1e9;

/// Of the mean of a count of events, exact (Garwood 1936); of more than a thousand million by Wilson and Hilferty (1931), which differs in no
/// digit that is shown.
pub fn poisson_interval(events: f64, chance: f64) -> Option<Interval> {
    if !(events >= 0.0 && events.is_finite()) {
        return None;
    }
    if events > EVENTS_SUMMED {
        let z = normal_quantile(chance);
        let end = |of: f64, z: f64| of * (1.0 - 1.0 / (9.0 * of) + z / (3.0 * of.sqrt())).powi(3);
        return Some(Interval { low: end(events, -z), high: end(events + 1.0, z) });
    }
    let tail = (1.0 - chance) / 2.0;
    let quantile =
        |free: f64, chance: f64| ChiSquared::new(free).ok().map(|law| law.inverse_cdf(chance) / 2.0);
    let low = if events > 0.0 { quantile(2.0 * events, tail)? } else { 0.0 };
    Some(Interval { low, high: quantile(2.0 * events + 2.0, 1.0 - tail)? })
}

/// What rounding may take from a sum of squares, as a part of it.
const ROUNDED_OFF: f64 = 1e-9;

/// Of a mean from how many values there are, their sum and the sum of their squares (Student 1908). Nothing where the squares are fewer than
/// values of that mean can have: nobody has summed them.
pub fn mean_interval(count: f64, sum: f64, sum_of_squares: f64, chance: f64) -> Option<Interval> {
    if count < 2.0 {
        return None;
    }
    let mean = sum / count;
    let spread = sum_of_squares - sum * mean;
    if spread < -ROUNDED_OFF * (sum * mean).abs() {
        return None;
    }
    let variance = (spread / (count - 1.0)).max(0.0);
    let law = StudentsT::new(0.0, 1.0, count - 1.0).ok()?;
    let width = law.inverse_cdf(0.5 + chance / 2.0) * (variance / count).sqrt();
    Some(Interval { low: mean - width, high: mean + width })
}

/// The fewest clusters that an interval is given for.
const CLUSTERS_LEAST: usize = 3;

/// Of a mean of values that share their errors within clusters, from (count, sum) of each: the variance between clusters, times `G / (G − 1)` for
/// `G` of them (Liang and Zeger 1986), and Student's law with `G − 1` degrees of freedom (Cameron and Miller 2015). Nothing for fewer than 3.
pub fn clustered_interval(clusters: &[(f64, f64)], chance: f64) -> Option<Interval> {
    let clusters: Vec<(f64, f64)> = clusters.iter().copied().filter(|(count, _)| *count > 0.0).collect();
    if clusters.len() < CLUSTERS_LEAST {
        return None;
    }
    let (count, sum) = clusters.iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
    let (mean, groups) = (sum / count, clusters.len() as f64);
    let between: f64 = clusters.iter().map(|(count, sum)| (sum - mean * count).powi(2)).sum();
    let error = (between * groups / (groups - 1.0)).sqrt() / count;
    let law = StudentsT::new(0.0, 1.0, groups - 1.0).ok()?;
    let width = law.inverse_cdf(0.5 + chance / 2.0) * error;
    Some(Interval { low: mean - width, high: mean + width })
}

/// Of a count of events in a population that is itself counted without error: exact, as a share of trials (Clopper and Pearson 1934). For those
/// who must be sure that the interval is never too narrow.
pub fn ratio_interval(successes: f64, trials: f64, chance: f64) -> Option<Interval> {
    if !(trials > 0.0 && (0.0..=trials).contains(&successes)) {
        return None;
    }
    let tail = (1.0 - chance) / 2.0;
    let quantile = |a: f64, b: f64, chance: f64| Beta::new(a, b).ok().map(|law| law.inverse_cdf(chance));
    let low = if successes > 0.0 { quantile(successes, trials - successes + 1.0, tail)? } else { 0.0 };
    let high =
        if successes < trials { quantile(successes + 1.0, trials - successes, 1.0 - tail)? } else { 1.0 };
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(interval: Option<Interval>, low: f64, high: f64, tolerance: f64) {
        let found = interval.unwrap();
        assert!((found.low - low).abs() <= tolerance && (found.high - high).abs() <= tolerance, "{found:?}");
    }

    /// Newcombe (1998), table I.
    #[test]
    fn shares_as_newcombe_prints_them() {
        for (successes, trials, low, high) in [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
        ] {
            close(wilson_interval(successes, trials, 0.95), low, high, 5.1e-5);
        }
        for (successes, trials, low, high) in [
            (81.0, 263.0, 0.2527, 0.3676),
            (15.0, 148.0, 0.0578, 0.1617),
            (0.0, 20.0, 0.0, 0.1684),
            (1.0, 29.0, 0.0009, 0.1776),
        ] {
            close(ratio_interval(successes, trials, 0.95), low, high, 5.1e-5);
        }
    }

    /// Tables of exact limits for a Poisson mean.
    #[test]
    fn events_as_tables_print_them() {
        close(poisson_interval(0.0, 0.95), 0.0, 3.689, 5.1e-4);
        close(poisson_interval(5.0, 0.95), 1.623, 11.668, 5.1e-4);
        close(poisson_interval(10.0, 0.95), 4.795, 18.390, 5.1e-4);
    }

    #[test]
    fn a_mean_of_five() {
        // t(4) at 97.5 % is 2.7764; the deviation of 1..5 is 1.5811.
        close(mean_interval(5.0, 15.0, 55.0, 0.95), 3.0 - 1.9632, 3.0 + 1.9632, 1e-4);
        assert_eq!(mean_interval(1.0, 3.0, 9.0, 0.95), None);
    }

    #[test]
    fn values_whose_squares_nobody_summed_are_not_known_for_sure() {
        assert_eq!(mean_interval(30.0, 600.0, 0.0, 0.95), None);
        // What rounding leaves of values that are all the same is no fault.
        let thirds: Vec<f64> = vec![1.0 / 3.0; 31];
        let squares = thirds.iter().map(|x| x * x).sum::<f64>();
        let found = mean_interval(31.0, thirds.iter().sum(), squares, 0.95).unwrap();
        assert!(found.high - found.low < 1e-6, "{found:?}");
    }

    #[test]
    fn many_events_take_no_longer_than_few() {
        close(poisson_interval(1e9, 0.95), 1e9 - 61_979.0, 1e9 + 61_982.0, 5.0);
        let more = poisson_interval(1e9 + 1.0, 0.95).unwrap();
        let summed = poisson_interval(1e9, 0.95).unwrap();
        // Both ways meet where one takes over from the other, some 62,000 wide on either side.
        assert!(
            (more.low - summed.low).abs() < 5.0 && (more.high - summed.high).abs() < 5.0,
            "{more:?} {summed:?}"
        );
        assert!(poisson_interval(1e300, 0.95).unwrap().holds(1e300));
    }

    /// R: `lm(y ~ 1)`, variance clustered with `G / (G − 1)`, Student's law with 4 degrees of freedom.
    #[test]
    fn clusters_as_r_computes_them() {
        let clusters = [(3.0, 33.0), (4.0, 82.0), (2.0, 29.0), (5.0, 145.0), (2.0, 35.0)];
        close(clustered_interval(&clusters, 0.95), 9.897_016_697_61, 30.602_983_302_4, 1e-9);
        let alone = mean_interval(16.0, 324.0, 7_300.0, 0.95).unwrap();
        let found = clustered_interval(&clusters, 0.95).unwrap();
        assert!(found.high - found.low > 1.5 * (alone.high - alone.low), "{found:?} {alone:?}");
        assert_eq!(clustered_interval(&clusters[..2], 0.95), None);
        assert_eq!(clustered_interval(&[(3.0, 1.0), (2.0, 5.0), (0.0, 0.0)], 0.95), None);
    }

    proptest! {
        #[test]
        fn an_interval_holds_what_was_seen(successes in 0.0..500.0_f64, more in 0.0..500.0_f64, chance in 0.5..0.999_f64) {
            let trials = successes + more;
            if let Some(found) = wilson_interval(successes, trials, chance) {
                prop_assert!(found.holds(successes / trials) && found.low >= 0.0 && found.high <= 1.0, "{found:?}");
            }
            prop_assert!(poisson_interval(successes, chance).unwrap().holds(successes));
        }
    }
}
