//! How far units lie from what their neighbours say.

use super::local::Local;

/// How the variance at each unit is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LocalVariance {
    /// From so many nearest neighbours on the same side (Abadie and Imbens 2006); more where running values tie.
    Neighbours(usize),
    /// From squared residuals.
    Residuals,
    /// The same, for a finite sample.
    ResidualsFinite,
    /// Each over its share of freedom.
    ResidualsByLeverage,
    /// Each as if its unit were left out.
    ResidualsLeftOut,
}

impl Default for LocalVariance {
    fn default() -> Self {
        Self::Neighbours(3)
    }
}

/// Distances that differ by less than this part of themselves are alike.
const ALIKE: f64 = 1.490_116_119_384_765_6e-8;

impl LocalVariance {
    /// The residual of each unit, whose square stands for its variance. `x` is rising.
    pub(super) fn residuals(self, x: &[f64], column: &[f64], fit: &Local) -> Vec<f64> {
        if let Self::Neighbours(wanted) = self {
            return by_neighbours(x, column, wanted);
        }
        let (fitted, leverage) = (fit.fitted(column), fit.leverage());
        let rows = x.len() as f64;
        let factor = |unit: usize| match self {
            Self::ResidualsFinite => (rows / (rows - fit.order() as f64 - 1.0)).sqrt(),
            Self::ResidualsByLeverage => (1.0 / (1.0 - leverage[unit]).max(1e-8)).sqrt(),
            Self::ResidualsLeftOut => 1.0 / (1.0 - leverage[unit]).max(1e-8),
            _ => 1.0,
        };
        (0..x.len()).map(|unit| factor(unit) * (column[unit] - fitted[unit])).collect()
    }
}

fn by_neighbours(x: &[f64], column: &[f64], wanted: usize) -> Vec<f64> {
    let ties = ties(x);
    let residual = |unit: usize| {
        let (low, high) = neighbourhood(x, &ties, unit, wanted);
        let others = (high - low) as f64 - 1.0;
        if others < 1.0 {
            return 0.0;
        }
        let mean = (column[low..high].iter().sum::<f64>() - column[unit]) / others;
        (others / (others + 1.0)).sqrt() * (column[unit] - mean)
    };
    (0..x.len()).map(residual).collect()
}

/// For each unit the first of its running value, and one after the last.
fn ties(x: &[f64]) -> Vec<(usize, usize)> {
    let mut found = Vec::with_capacity(x.len());
    let mut first = 0;
    while first < x.len() {
        let last = first + x[first..].iter().take_while(|value| **value == x[first]).count().max(1);
        found.resize(last, (first, last));
        first = last;
    }
    found
}

/// The units from the first to before the last that are compared with one: those of its own running value, then the nearest on either side,
/// all that tie together, until there are enough.
fn neighbourhood(x: &[f64], ties: &[(usize, usize)], unit: usize, wanted: usize) -> (usize, usize) {
    let (mut low, mut high) = ties[unit];
    let wanted = wanted.min(x.len() - 1);
    while high - low - 1 < wanted {
        let left = (low > 0).then(|| x[unit] - x[low - 1]);
        let right = (high < x.len()).then(|| x[high] - x[unit]);
        let (take_left, take_right) = match (left, right) {
            (Some(left), Some(right)) => {
                let alike = left.max(right) * ALIKE;
                (left - right <= alike, right - left <= alike)
            }
            (left, right) => (left.is_some(), right.is_some()),
        };
        // Both are told before either is taken, as they were found.
        let (new_low, new_high) =
            (if take_left { ties[low - 1].0 } else { low }, if take_right { ties[high].1 } else { high });
        (low, high) = (new_low, new_high);
        if !take_left && !take_right {
            break;
        }
    }
    (low, high)
}
