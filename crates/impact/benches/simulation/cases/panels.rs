//! Made-up panels.

use senne_impact::{BlockPanel, PanelRows};

use crate::noise::Noise;

/// A panel in which units from `donors` on are treated from `before` on.
pub(super) fn block(
    seed: u64,
    effect: f64,
    (units, times): (usize, usize),
    donors: usize,
    before: usize,
) -> Option<BlockPanel> {
    let mut outcome = Noise::new(seed).panel(units, times, 0.4);
    outcome[donors..].iter_mut().for_each(|row| row[before..].iter_mut().for_each(|value| *value += effect));
    BlockPanel::new(outcome, donors, before).ok()
}

pub(super) fn rows(panel: &[Vec<f64>], first: &dyn Fn(usize) -> Option<i64>) -> PanelRows {
    let mut rows = PanelRows::default();
    for (unit, row) in panel.iter().enumerate() {
        for (time, value) in row.iter().enumerate() {
            rows.unit.push(unit);
            rows.time.push(time as i64);
            rows.outcome.push(*value);
            rows.first_treated.push(first(unit));
        }
    }
    rows
}
