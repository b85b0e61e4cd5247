//! Gates: what must be passed before a project may go on, and what went on without.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::network::Network;
use crate::{
    ProgrammeError,
    types::{Gate, Milestone, MilestoneId, days_between},
};

/// Where a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GateState {
    /// It was passed.
    Passed,
    /// Its day lies ahead, or it has none.
    Ahead,
    /// It should have been passed so many days ago.
    Missed {
        /// How many.
        days: i64,
    },
}

/// A gate, and what depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateStanding {
    /// The milestone.
    pub milestone: MilestoneId,
    /// What is passed with it.
    pub gate: Gate,
    /// Where it stands.
    pub state: GateState,
    /// What waits for it, step by step, and is not reached; nothing once it is passed.
    pub holds_up: Vec<MilestoneId>,
    /// What waits for it and was reached all the same, before it was passed or without.
    pub bypassed_by: Vec<MilestoneId>,
}

/// All gates among milestones as of `today`, each after those it depends on.
///
/// # Errors
/// As [`Network::new`].
pub fn gates(milestones: &[Milestone], today: Date) -> Result<Vec<GateStanding>, ProgrammeError> {
    let network = Network::new(milestones)?;
    let steps: Vec<(&Milestone, &[usize])> = network.steps().collect();
    let standing = |(place, gate): (usize, &Milestone)| {
        let passed = gate.done_on.filter(|day| *day <= today);
        let planned = gate.planned_on.or(gate.baseline_on);
        let state = match (passed, planned) {
            (Some(_), _) => GateState::Passed,
            (None, Some(day)) if day < today => GateState::Missed { days: days_between(day, today) },
            _ => GateState::Ahead,
        };
        // Those that wait come later: one pass finds them all.
        let mut waiting = BTreeSet::from([place]);
        let (mut holds_up, mut bypassed_by) = (Vec::new(), Vec::new());
        for (other, (milestone, before)) in steps.iter().enumerate().skip(place + 1) {
            if !before.iter().any(|place| waiting.contains(place)) {
                continue;
            }
            waiting.insert(other);
            let reached = milestone.done_on.filter(|day| *day <= today);
            match (passed, reached) {
                (None, None) => holds_up.push(milestone.id.clone()),
                (None, Some(_)) => bypassed_by.push(milestone.id.clone()),
                (Some(passed), Some(reached)) if reached < passed => bypassed_by.push(milestone.id.clone()),
                _ => {}
            }
        }
        GateStanding { milestone: gate.id.clone(), gate: gate.gate, state, holds_up, bypassed_by }
    };
    let is_gate = |(_, milestone): &(usize, &Milestone)| milestone.gate != Gate::None;
    let all = steps.iter().map(|(milestone, _)| *milestone).enumerate();
    Ok(all.filter(is_gate).map(standing).collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_waits_is_held_up_and_what_went_on_is_named() {
        let today = date(2026, 6, 1);
        let milestone = |id: &str, depends_on: &[&str]| Milestone {
            depends_on: depends_on.iter().map(|id| (*id).into()).collect(),
            ..Milestone::new(id, "p")
        };
        let mut gate = milestone("dpia", &[]);
        (gate.gate, gate.planned_on) = (Gate::Dpia, Some(date(2026, 5, 22)));
        let mut begun = milestone("cameras", &["dpia"]);
        begun.done_on = Some(date(2026, 5, 30));
        let all = [gate, begun, milestone("opening", &["cameras"]), milestone("apart", &[])];
        let found = gates(&all, today).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].state, GateState::Missed { days: 10 });
        assert_eq!(found[0].holds_up, ["opening".into()]);
        assert_eq!(found[0].bypassed_by, ["cameras".into()]);
    }
}
