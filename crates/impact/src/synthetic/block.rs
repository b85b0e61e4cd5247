//! A balanced panel whose treated units all begin at one time.

use crate::StatisticsError;

/// Units by times. The treated units come last, and are treated from one time on.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockPanel {
    /// The outcome of each unit at each time.
    pub outcome: Vec<Vec<f64>>,
    /// How many units are not treated; they come first.
    pub donors: usize,
    /// How many times come before the treatment.
    pub before: usize,
}

impl BlockPanel {
    /// Checks and takes a panel.
    ///
    /// # Errors
    /// When rows have different lengths, a value is not finite, there are no donors or treated units, fewer than two times before the
    /// treatment, or none from it on.
    pub fn new(outcome: Vec<Vec<f64>>, donors: usize, before: usize) -> Result<Self, StatisticsError> {
        let times = outcome.first().map_or(0, Vec::len);
        let counts = [
            ("donors", donors, 1),
            ("treated units", outcome.len().saturating_sub(donors), 1),
            ("times before the treatment", before, 2),
            ("times from the treatment on", times.saturating_sub(before), 1),
        ];
        if let Some((what, found, wanted)) = counts.into_iter().find(|(_, found, wanted)| found < wanted) {
            return Err(StatisticsError::TooFew { what: what.to_owned(), found, wanted });
        }
        for (unit, row) in outcome.iter().enumerate() {
            crate::least_squares::check_column(&format!("unit {unit}"), row, times)?;
        }
        Ok(Self { outcome, donors, before })
    }

    /// How many times there are.
    pub fn times(&self) -> usize {
        self.outcome[0].len()
    }

    /// The mean outcome of the treated units at each time.
    pub fn treated_mean(&self) -> Vec<f64> {
        let treated = &self.outcome[self.donors..];
        let mean = |time: usize| treated.iter().map(|row| row[time]).sum::<f64>() / treated.len() as f64;
        (0..self.times()).map(mean).collect()
    }

    /// The panel of the donors alone, with one of them in the place of the treated.
    pub fn placebo(&self, donor: usize) -> Self {
        let mut outcome: Vec<Vec<f64>> = self.outcome[..self.donors].to_vec();
        let chosen = outcome.remove(donor);
        outcome.push(chosen);
        Self { outcome, donors: self.donors - 1, before: self.before }
    }
}
