//! Units on both sides of a threshold.

use crate::{StatisticsError, least_squares::check_column};

/// One value per unit in each column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThresholdData {
    /// The value that the threshold is about.
    pub running: Vec<f64>,
    /// The outcome.
    pub outcome: Vec<f64>,
    /// What was received, when the threshold does not decide it alone (a fuzzy design): 0 or 1, or a dose. Without it, all units at or
    /// above the threshold were treated, and no other.
    pub received: Option<Vec<f64>>,
}

/// The units of one side, from the least value on.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    /// The running value less the threshold.
    pub(super) x: Vec<f64>,
    /// The outcome, and what was received.
    pub(super) columns: Vec<Vec<f64>>,
    /// How many different values there are.
    pub(super) distinct: usize,
}

impl Side {
    /// The distances from the threshold, each once, the nearest first.
    pub(super) fn distances(&self) -> Vec<f64> {
        let mut distances: Vec<f64> = self.x.iter().map(|x| x.abs()).collect();
        distances.sort_by(f64::total_cmp);
        distances.dedup();
        distances
    }

    /// The largest distance from the threshold.
    pub(super) fn range(&self) -> f64 {
        self.x.iter().fold(0.0, |most: f64, x| most.max(x.abs()))
    }
}

pub(super) fn distinct(rising: &[f64]) -> usize {
    usize::from(!rising.is_empty()) + rising.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

impl ThresholdData {
    fn check(&self, threshold: f64) -> Result<(), StatisticsError> {
        let rows = self.running.len();
        check_column("the running value", &self.running, rows)?;
        check_column("the outcome", &self.outcome, rows)?;
        if let Some(received) = &self.received {
            check_column("what was received", received, rows)?;
        }
        if threshold.is_finite() {
            return Ok(());
        }
        Err(StatisticsError::NotFinite { what: "the threshold".to_owned(), place: 0 })
    }

    /// The units below and those from the threshold on; `order` is that of the highest polynomial.
    pub(super) fn sides(&self, threshold: f64, order: usize) -> Result<[Side; 2], StatisticsError> {
        self.check(threshold)?;
        let mut rows: Vec<usize> = (0..self.running.len()).collect();
        rows.sort_by(|a, b| self.running[*a].total_cmp(&self.running[*b]));
        let side = |above: bool| {
            let own: Vec<usize> =
                rows.iter().copied().filter(|row| (self.running[*row] >= threshold) == above).collect();
            let take = |column: &Vec<f64>| own.iter().map(|row| column[*row]).collect::<Vec<f64>>();
            let columns =
                [Some(&self.outcome), self.received.as_ref()].into_iter().flatten().map(take).collect();
            let x: Vec<f64> = own.iter().map(|row| self.running[*row] - threshold).collect();
            let distinct = distinct(&x);
            Side { x, columns, distinct }
        };
        let sides = [side(false), side(true)];
        for (side, name) in sides.iter().zip(["below the threshold", "from the threshold on"]) {
            if side.distinct < order + 1 {
                let what = format!("different running values {name}");
                return Err(StatisticsError::TooFew { what, found: side.distinct, wanted: order + 1 });
            }
        }
        Ok(sides)
    }
}
