//! How far rankings agree.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// How far several rankings of the same things agree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Kendall's W with ties corrected (Kendall and Babington Smith 1939): 0 for rankings by accident, 1 for one and the same.
    pub w: f64,
    /// `m (n − 1) W`, by the chi-squared law with n − 1 degrees of freedom if rankings were accidents. Rankings of the same values by
    /// several methods are none, so that this is a yardstick and not a test.
    pub chi_squared: f64,
    /// The chance of so large a value.
    pub p: Option<f64>,
}

/// The agreement of rankings, one a row, each with the place of every thing; things that share a place share the middle one. Nothing with
/// fewer than two rankings or things, rows of different length, or when every ranking holds all to be equal.
pub fn agreement(rankings: &[Vec<f64>]) -> Option<Agreement> {
    let things = rankings.first()?.len();
    if rankings.len() < 2 || things < 2 || rankings.iter().any(|ranks| ranks.len() != things) {
        return None;
    }
    let (judges, count) = (rankings.len() as f64, things as f64);
    let middle: Vec<Vec<f64>> = rankings.iter().map(|ranks| middle_places(ranks)).collect();
    let sums: Vec<f64> =
        (0..things).map(|at| middle.iter().filter_map(|ranks| ranks.get(at)).sum()).collect();
    let mean = judges * (count + 1.0) / 2.0;
    let squares: f64 = sums.iter().map(|sum| (sum - mean).powi(2)).sum();
    let ties: f64 = rankings.iter().map(|ranks| tied(ranks)).sum();
    let whole = judges * judges * (count.powi(3) - count) - judges * ties;
    if whole <= 0.0 {
        return None;
    }
    let w = (12.0 * squares / whole).clamp(0.0, 1.0);
    let chi_squared = judges * (count - 1.0) * w;
    let p = ChiSquared::new(count - 1.0).ok().map(|law| law.sf(chi_squared));
    Some(Agreement { w, chi_squared, p })
}

/// The mean of the places that equal values take up together, lowest first.
fn middle_places(values: &[f64]) -> Vec<f64> {
    let place = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count() as f64;
        let equal = values.iter().filter(|other| *other == value).count() as f64;
        below + f64::midpoint(equal, 1.0)
    };
    values.iter().map(place).collect()
}

/// The sum of `t³ − t` over groups of `t` equal values.
fn tied(values: &[f64]) -> f64 {
    let one = |value: &f64| {
        let equal = values.iter().filter(|other| *other == value).count() as f64;
        equal * equal - 1.0
    };
    values.iter().map(one).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_the_same_and_the_opposite() {
        let up = vec![1.0, 2.0, 3.0, 4.0];
        let down = vec![4.0, 3.0, 2.0, 1.0];
        assert!((agreement(&[up.clone(), up.clone(), up.clone()]).unwrap().w - 1.0).abs() < 1e-12);
        assert!(agreement(&[up.clone(), down]).unwrap().w.abs() < 1e-12);
        assert_eq!(agreement(&[up]), None);
        assert_eq!(agreement(&[vec![1.0, 1.0], vec![1.0, 1.0]]), None);
    }

    #[test]
    fn with_ties_by_hand() {
        // Middle places 1.5 1.5 3 and 1 2.5 2.5: sums 2.5 4 5.5, S = 4.5; ties 6 each: W = 54 / (4 · 24 − 2 · 12) = 0.75.
        let found = agreement(&[vec![1.0, 1.0, 3.0], vec![1.0, 2.0, 2.0]]).unwrap();
        assert!((found.w - 0.75).abs() < 1e-12 && (found.chi_squared - 3.0).abs() < 1e-12);
    }
}
