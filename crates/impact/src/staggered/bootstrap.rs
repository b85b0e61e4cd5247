//! Bands that hold all effects at once, by the multiplier bootstrap (Callaway and Sant'Anna 2021, algorithm 1).

use rand_distr::{Bernoulli, Distribution};
use rand_pcg::Pcg64;

use super::{aggregate::Aggregate, effects::GroupTimeEffects};
use crate::{StatisticsError, chance::normal_quantile};

/// Errors and a band from draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Bands {
    /// The standard error of each effect, from the middle half of its draws.
    pub standard_errors: Vec<f64>,
    /// So many standard errors to either side hold all effects at once with the chance that was asked for.
    pub width: f64,
}

/// How draws are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// How many draws.
    pub draws: usize,
    /// Their seed.
    pub seed: u64,
    /// The chance with which the band holds all effects.
    pub chance: f64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { draws: 1000, seed: 1, chance: 0.95 }
    }
}

impl GroupTimeEffects {
    /// A band around all group-time effects.
    ///
    /// # Errors
    /// When there are fewer than two draws.
    pub fn bands(&self, bootstrap: Bootstrap) -> Result<Bands, StatisticsError> {
        let (rows, columns) = (self.influence.nrows(), self.influence.ncols());
        let by_column: Vec<Vec<f64>> =
            (0..columns).map(|column| (0..rows).map(|row| self.influence[(row, column)]).collect()).collect();
        bands(&by_column, bootstrap)
    }
}

impl Aggregate {
    /// A band around the parts.
    ///
    /// # Errors
    /// When there are fewer than two draws, or no parts.
    pub fn bands(&self, bootstrap: Bootstrap) -> Result<Bands, StatisticsError> {
        bands(&self.influence_of_parts, bootstrap)
    }
}

fn bands(influence: &[Vec<f64>], bootstrap: Bootstrap) -> Result<Bands, StatisticsError> {
    let units = influence.first().map_or(0, Vec::len);
    for (what, found, wanted) in [("draws", bootstrap.draws, 2), ("effects", influence.len(), 1)] {
        if found < wanted {
            return Err(StatisticsError::TooFew { what: what.to_owned(), found, wanted });
        }
    }
    let draws = draws(influence, units, bootstrap);
    let quarters = normal_quantile(0.75) - normal_quantile(0.25);
    let error = |effect: usize| {
        let mut values: Vec<f64> = draws.iter().map(|draw| draw[effect]).collect();
        values.sort_by(f64::total_cmp);
        (quantile(&values, 0.75) - quantile(&values, 0.25)) / quarters
    };
    let standard_errors: Vec<f64> = (0..influence.len()).map(error).collect();
    let largest = |draw: &Vec<f64>| {
        let of = draw
            .iter()
            .zip(&standard_errors)
            .filter(|(_, error)| **error > 0.0)
            .map(|(v, error)| (v / error).abs());
        of.fold(0.0, f64::max)
    };
    let mut most: Vec<f64> = draws.iter().map(largest).collect();
    most.sort_by(f64::total_cmp);
    Ok(Bands { standard_errors, width: quantile(&most, bootstrap.chance) })
}

/// The mean influence under Mammen's weights (1993): mean 0, variance 1, third moment 1.
fn draws(influence: &[Vec<f64>], units: usize, bootstrap: Bootstrap) -> Vec<Vec<f64>> {
    let root = 5.0_f64.sqrt();
    let (low, high) = ((1.0 - root) / 2.0, f64::midpoint(1.0, root));
    let law = Bernoulli::new((root + 1.0) / (2.0 * root)).ok();
    let mut random = Pcg64::new(u128::from(bootstrap.seed), 0xa02_bdbf_7bb3_c0a7);
    let mut one = || {
        let weights: Vec<f64> = (0..units)
            .map(|_| if law.is_some_and(|law| law.sample(&mut random)) { low } else { high })
            .collect();
        let mean =
            |column: &Vec<f64>| column.iter().zip(&weights).map(|(v, w)| v * w).sum::<f64>() / units as f64;
        influence.iter().map(mean).collect()
    };
    (0..bootstrap.draws).map(|_| one()).collect()
}

/// The smallest value that so many are not above (R's type 1, as the package `did` takes it).
fn quantile(sorted: &[f64], chance: f64) -> f64 {
    let place = (chance * sorted.len() as f64).ceil() as usize;
    sorted[place.clamp(1, sorted.len()) - 1]
}
