//! Units compared in pairs.

use crate::{CompositeError, Value, error::check_length};

/// Halves are met exactly only but for rounding.
const TIE: f64 = 1e-9;

/// For each pair of units by how much of the weight one is ahead of the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Outranking {
    /// Row ahead of column, 0 to 1; equal values count half for each. 0 on the diagonal; nothing where two units have no value in common.
    pub matrix: Vec<Vec<Value>>,
}

/// Compares all units in pairs. `columns` are criteria on which higher is better, one value per unit; weights are re-scaled over the
/// criteria on which both units have a value.
///
/// # Errors
/// When lengths differ.
pub fn outranking(columns: &[&[Value]], weights: &[f64]) -> Result<Outranking, CompositeError> {
    check_length("the weights of criteria", weights.len(), columns.len())?;
    let units = columns.first().map_or(0, |column| column.len());
    for column in columns {
        check_length("a criterion", column.len(), units)?;
    }
    let cell = |a: usize, b: usize| {
        if a == b {
            return Some(0.0);
        }
        let (mut ahead, mut both) = (0.0, 0.0);
        for (column, weight) in columns.iter().zip(weights) {
            let Some((own, other)) = column[a].zip(column[b]) else { continue };
            both += weight;
            ahead += if own > other {
                *weight
            } else if own < other {
                0.0
            } else {
                weight / 2.0
            };
        }
        (both > 0.0).then(|| ahead / both)
    };
    Ok(Outranking { matrix: (0..units).map(|a| (0..units).map(|b| cell(a, b)).collect()).collect() })
}

impl Outranking {
    /// For each unit how many others it beats less how many beat it.
    pub fn copeland(&self) -> Vec<f64> {
        let point = |ahead: f64| {
            if ahead > 0.5 + TIE {
                1.0
            } else if ahead < 0.5 - TIE {
                -1.0
            } else {
                0.0
            }
        };
        let score = |(unit, row): (usize, &Vec<Value>)| {
            let others = row.iter().enumerate().filter(|(other, _)| *other != unit);
            others.filter_map(|(_, ahead)| ahead.map(point)).sum()
        };
        self.matrix.iter().enumerate().map(score).collect()
    }

    /// The part of pairs in which one unit is ahead on every criterion: no choice of weights can turn these round.
    pub fn dominance(&self) -> f64 {
        let pairs = self.matrix.len() * self.matrix.len().saturating_sub(1) / 2;
        let sure = self.matrix.iter().flatten().flatten().filter(|ahead| **ahead > 1.0 - TIE).count();
        if pairs == 0 { 0.0 } else { sure as f64 / pairs as f64 }
    }
}
