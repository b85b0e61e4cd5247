//! What follows from a rule for a single project once others are decided, in whole numbers.

use super::{relaxation::Fixed, rows::Problem};

/// Decides what only one decision leaves room for, until nothing more follows; `false` when a rule can no longer be kept.
pub(super) fn propagate(problem: &Problem, fixed: &mut Fixed) -> bool {
    loop {
        let mut changed = false;
        for row in &problem.rows {
            let state = |at: usize| fixed.get(at).copied().flatten();
            let least: i64 = row
                .terms
                .iter()
                .map(|(at, by)| match state(*at) {
                    Some(true) => *by,
                    Some(false) => 0,
                    None => (*by).min(0),
                })
                .sum();
            let room = row.limit.saturating_sub(least);
            if room < 0 {
                return false;
            }
            for (at, by) in &row.terms {
                let Some(slot) = fixed.get_mut(*at) else { continue };
                if slot.is_none() && by.abs() > room {
                    // Taking it would break the row when it adds, leaving it when it takes away.
                    *slot = Some(*by < 0);
                    changed = true;
                }
            }
        }
        if !changed {
            return true;
        }
    }
}
