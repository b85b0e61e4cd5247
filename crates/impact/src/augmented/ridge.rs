//! Ridge regression by the singular values of its design, for any λ at once.

use faer::Mat;

use crate::StatisticsError;

/// Singular values below this part of the largest count for none when λ is 0.
const NONE: f64 = 1e-12;

/// The rows of a design, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Ridge {
    /// Rows by rank.
    left: Mat<f64>,
    /// Columns by rank.
    right: Mat<f64>,
    values: Vec<f64>,
}

impl Ridge {
    /// From rows of one length.
    pub(super) fn of(rows: &[Vec<f64>]) -> Result<Self, StatisticsError> {
        let width = rows.first().map_or(0, Vec::len);
        let matrix = Mat::from_fn(rows.len(), width, |row, column| rows[row][column]);
        let parts = matrix.thin_svd().map_err(|error| StatisticsError::NotIdentified {
            what: "the ridge correction".to_owned(),
            why: format!("the outcomes of donors cannot be taken apart ({error:?})"),
        })?;
        let values = parts.S().column_vector().iter().copied().collect();
        Ok(Self { left: parts.U().to_owned(), right: parts.V().to_owned(), values })
    }

    /// The largest squared singular value.
    pub(super) fn largest(&self) -> f64 {
        self.values.first().map_or(0.0, |value| value * value)
    }

    /// `X (X'X + λI)⁻¹ r`: a weight for each row, that adds up to as much of `r` as λ lets it.
    pub(super) fn weights(&self, rest: &[f64], lambda: f64) -> Vec<f64> {
        let least = self.values.first().map_or(0.0, |value| NONE * value);
        let part = |place: usize| {
            let value = self.values[place];
            if value <= least {
                return 0.0;
            }
            let along: f64 = (0..rest.len()).map(|column| self.right[(column, place)] * rest[column]).sum();
            along * value / (value * value + lambda)
        };
        let parts: Vec<f64> = (0..self.values.len()).map(part).collect();
        let weight =
            |row: usize| parts.iter().enumerate().map(|(place, part)| self.left[(row, place)] * part).sum();
        (0..self.left.nrows()).map(weight).collect()
    }
}
