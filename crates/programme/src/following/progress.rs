//! How far the work has come. It takes milestones and nothing else: what was measured tells of effect, never of progress.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::types::Milestone;

/// How far the work has come, by the weight of milestones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The weight of all.
    pub whole: f64,
    /// The weight of those reached.
    pub done: f64,
    /// The weight of those that should have been reached by the plan.
    pub due: f64,
    /// Done as a part of the whole, 0 to 1.
    pub part: f64,
    /// Due as a part of the whole, 0 to 1.
    pub due_part: f64,
}

/// The progress of milestones as of `today`; nothing when none has a weight. Weights that are negative or no number count as 0, and a day in
/// the future is not yet reached.
pub fn progress(milestones: &[Milestone], today: Date) -> Option<Progress> {
    let weight =
        |milestone: &Milestone| if milestone.weight.is_finite() { milestone.weight.max(0.0) } else { 0.0 };
    let sum = |counts: &dyn Fn(&Milestone) -> bool| -> f64 {
        // Not `sum`: of nothing it is −0.
        milestones.iter().filter(|milestone| counts(milestone)).map(weight).fold(0.0, |all, one| all + one)
    };
    let by = |day: Option<Date>| day.is_some_and(|day| day <= today);
    let whole = sum(&|_| true);
    let done = sum(&|milestone| by(milestone.done_on));
    let due = sum(&|milestone| by(milestone.planned_on.or(milestone.baseline_on)));
    (whole > 0.0 && whole.is_finite()).then(|| Progress {
        whole,
        done,
        due,
        part: (done / whole).clamp(0.0, 1.0),
        due_part: (due / whole).clamp(0.0, 1.0),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn milestones_count_by_weight() {
        let today = date(2026, 6, 1);
        let mut done = Milestone::new("a", "p");
        (done.done_on, done.planned_on, done.weight) = (Some(today), Some(today), 3.0);
        let mut open = Milestone::new("b", "p");
        open.planned_on = Some(date(2026, 7, 1));
        let found = progress(&[done, open], today).unwrap();
        assert_eq!((found.part, found.due_part), (0.75, 0.75));
        assert_eq!(progress(&[], today), None);
    }

    #[test]
    fn nothing_done_is_nought_and_not_minus_nought() {
        let mut open = Milestone::new("a", "p");
        open.planned_on = Some(date(2026, 7, 1));
        let mut weightless = Milestone::new("b", "p");
        (weightless.done_on, weightless.planned_on, weightless.weight) =
            (Some(date(2026, 5, 1)), Some(date(2026, 5, 1)), -0.0);
        let found = progress(&[open, weightless], date(2026, 6, 1)).unwrap();
        for part in [found.done, found.due, found.part, found.due_part] {
            assert_eq!(part.to_bits(), 0.0_f64.to_bits());
        }
    }
}
