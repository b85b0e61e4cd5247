//! Taking out fixed effects: what is left of a column when the weighted means of groups are taken from it, for several groupings at once.

use crate::{Design, StatisticsError, least_squares::check_column};

/// The search ends when no mean that is taken out is larger than this part of the column's own size.
const SMALL: f64 = 1e-12;
const STEPS_MAX: usize = 100_000;

/// An outcome and a design without their fixed effects.
#[derive(Clone, Debug, PartialEq)]
pub struct Absorbed {
    /// The outcome, as far as groups do not explain it.
    pub outcome: Vec<f64>,
    /// The columns, as far as groups do not explain them. One that they explain whole is left with zeros.
    pub design: Design,
    /// How many levels each grouping has.
    pub levels: Vec<usize>,
}

/// Takes the effects of each grouping (a number per row) out of the outcome and of every column, by alternating projections
/// (Halperin 1962; Guimarães and Portugal 2010).
///
/// # Errors
/// When lengths differ, a value is not finite, or the search does not end.
pub fn within(
    outcome: &[f64],
    design: &Design,
    groupings: &[&[usize]],
    weights: Option<&[f64]>,
) -> Result<Absorbed, StatisticsError> {
    let rows = outcome.len();
    for grouping in groupings {
        if grouping.len() != rows {
            let what = "a fixed effect".to_owned();
            return Err(StatisticsError::Length { what, found: grouping.len(), wanted: rows });
        }
    }
    check_column("outcome", outcome, rows)?;
    for (name, column) in design.names().iter().zip(design.columns()) {
        check_column(name, column, rows)?;
    }
    let ones = vec![1.0; rows];
    let groups: Vec<Groups> = groupings.iter().map(|of| Groups::new(of, weights.unwrap_or(&ones))).collect();
    let mut failed = None;
    let mut less = |column: &[f64]| {
        less_means(column, &groups).unwrap_or_else(|error| {
            failed = Some(error);
            column.to_vec()
        })
    };
    let (outcome, design) = (less(outcome), design.map(|column| less(column)));
    match failed {
        Some(error) => Err(error),
        None => Ok(Absorbed { outcome, design, levels: groups.iter().map(Groups::levels).collect() }),
    }
}

/// A grouping with weights.
struct Groups<'a> {
    of: &'a [usize],
    weights: &'a [f64],
    totals: Vec<f64>,
}

impl<'a> Groups<'a> {
    fn new(of: &'a [usize], weights: &'a [f64]) -> Self {
        let mut totals = vec![0.0; of.iter().max().map_or(0, |most| most + 1)];
        of.iter().zip(weights).for_each(|(group, weight)| totals[*group] += weight);
        Self { of, weights, totals }
    }

    fn levels(&self) -> usize {
        self.totals.iter().filter(|total| **total > 0.0).count()
    }

    /// Takes the mean of each group out of a column; gives the largest of them.
    fn take_out(&self, column: &mut [f64]) -> f64 {
        let mut means = vec![0.0; self.totals.len()];
        for (row, value) in column.iter().enumerate() {
            means[self.of[row]] += self.weights[row] * value;
        }
        for (mean, total) in means.iter_mut().zip(&self.totals) {
            *mean = if *total > 0.0 { *mean / total } else { 0.0 };
        }
        column.iter_mut().zip(self.of).for_each(|(value, group)| *value -= means[*group]);
        means.into_iter().fold(0.0, |most: f64, mean| most.max(mean.abs()))
    }
}

fn less_means(column: &[f64], groups: &[Groups<'_>]) -> Result<Vec<f64>, StatisticsError> {
    let size = column.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let mut left = column.to_vec();
    for _ in 0..STEPS_MAX {
        let most = groups.iter().map(|groups| groups.take_out(&mut left)).fold(0.0, f64::max);
        if most <= SMALL * size {
            return Ok(clean(left, size));
        }
    }
    Err(StatisticsError::NotConverged { what: "taking out the fixed effects".to_owned(), steps: STEPS_MAX })
}

/// What is left of a column that groups explain whole is rounding, and would pass for a column of its own.
fn clean(left: Vec<f64>, size: f64) -> Vec<f64> {
    let most = left.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    if most <= 1e-9 * size { vec![0.0; left.len()] } else { left }
}
