//! The critical path method (Kelley and Walker 1959), with the work on the milestones.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::network::Network;
use crate::{
    ProgrammeError,
    types::{Milestone, MilestoneId, days_after, days_between},
};

/// When the work for one milestone can begin and end, in whole calendar days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The milestone.
    pub milestone: MilestoneId,
    /// The earliest day on which its work can begin.
    pub early_start: Date,
    /// The earliest day on which it can be reached.
    pub early_finish: Date,
    /// The latest day on which its work can begin without moving the end.
    pub late_start: Date,
    /// The latest day on which it can be reached without moving the end.
    pub late_finish: Date,
    /// By how many days it may be late without moving the end (total float); below 0 when the end that is wanted cannot be met.
    pub total_slack_days: i64,
    /// By how many days it may be late without moving another milestone (free float).
    pub free_slack_days: i64,
    /// Whether it has the least slack of all.
    pub critical: bool,
}

/// The times of all milestones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriticalPath {
    /// Each milestone, after those it depends on.
    pub milestones: Vec<Times>,
    /// The earliest day on which all can be reached.
    pub end: Date,
    /// One chain of critical milestones from the start to the end, each waiting for the one before.
    pub path: Vec<MilestoneId>,
}

/// The times of milestones when work begins on `start`. `wanted` is the day by which all should be reached; the earliest end without one.
///
/// # Errors
/// As [`Network::new`], and when there are no milestones.
pub fn critical_path(
    milestones: &[Milestone],
    start: Date,
    wanted: Option<Date>,
) -> Result<CriticalPath, ProgrammeError> {
    let network = Network::new(milestones)?;
    if network.is_empty() {
        return Err(ProgrammeError::TooFew { what: "milestones".to_owned(), found: 0, wanted: 1 });
    }
    // Days after the start.
    let mut finishes: Vec<i64> = Vec::with_capacity(network.len());
    for (milestone, before) in network.steps() {
        let begin = latest(before, &finishes).unwrap_or(0);
        finishes.push(begin + i64::from(milestone.duration_days));
    }
    let end = finishes.iter().copied().max().unwrap_or(0);
    let bound = wanted.map_or(end, |wanted| days_between(start, wanted));
    let mut late: Vec<i64> = vec![bound; network.len()];
    let mut next_begin: Vec<i64> = vec![end; network.len()];
    let steps: Vec<(&Milestone, &[usize])> = network.steps().collect();
    for (place, (milestone, before)) in steps.iter().enumerate().rev() {
        let duration = i64::from(milestone.duration_days);
        let latest_begin = late.get(place).copied().unwrap_or(bound) - duration;
        let early_begin = finishes.get(place).copied().unwrap_or(0) - duration;
        for other in *before {
            if let Some(late) = late.get_mut(*other) {
                *late = (*late).min(latest_begin);
            }
            if let Some(begin) = next_begin.get_mut(*other) {
                *begin = (*begin).min(early_begin);
            }
        }
    }
    let slacks: Vec<i64> = late.iter().zip(&finishes).map(|(late, early)| late - early).collect();
    let least = slacks.iter().copied().min().unwrap_or(0);
    let day = |days: i64| days_after(start, days);
    let mut times = Vec::with_capacity(network.len());
    for ((((milestone, _), finish), late), next) in steps.iter().zip(&finishes).zip(&late).zip(&next_begin) {
        let duration = i64::from(milestone.duration_days);
        times.push(Times {
            milestone: milestone.id.clone(),
            early_start: day(finish - duration),
            early_finish: day(*finish),
            late_start: day(late - duration),
            late_finish: day(*late),
            total_slack_days: late - finish,
            free_slack_days: next - finish,
            critical: late - finish == least,
        });
    }
    let path = chain(&steps, &finishes, end);
    Ok(CriticalPath { milestones: times, end: day(end), path })
}

fn latest(before: &[usize], finishes: &[i64]) -> Option<i64> {
    before.iter().filter_map(|place| finishes.get(*place).copied()).max()
}

/// From the first milestone that ends last back through those that held it up.
fn chain(steps: &[(&Milestone, &[usize])], finishes: &[i64], end: i64) -> Vec<MilestoneId> {
    let mut path = Vec::new();
    let mut next = finishes.iter().position(|finish| *finish == end);
    while let Some((milestone, before)) = next.and_then(|place| steps.get(place)) {
        path.push(milestone.id.clone());
        let held = latest(before, finishes);
        next = before.iter().copied().find(|place| finishes.get(*place).copied() == held);
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn milestone(id: &str, duration_days: u32, depends_on: &[&str]) -> Milestone {
        let depends_on = depends_on.iter().map(|id| (*id).into()).collect();
        Milestone { duration_days, depends_on, ..Milestone::new(id, "p") }
    }

    #[test]
    fn the_longest_way_is_critical() {
        let milestones = [
            milestone("plan", 10, &[]),
            milestone("permit", 30, &["plan"]),
            milestone("tender", 20, &["plan"]),
            milestone("works", 40, &["permit", "tender"]),
            milestone("report", 5, &["tender"]),
        ];
        let start = date(2026, 1, 1);
        let found = critical_path(&milestones, start, None).unwrap();
        assert_eq!(found.end, date(2026, 3, 22));
        assert_eq!(found.path, ["plan", "permit", "works"].map(MilestoneId::from));
        let slack = |id: &str| {
            let times = found.milestones.iter().find(|times| times.milestone.as_str() == id).unwrap();
            (times.total_slack_days, times.free_slack_days, times.critical)
        };
        assert_eq!(slack("permit"), (0, 0, true));
        assert_eq!(slack("tender"), (10, 0, false));
        assert_eq!(slack("report"), (45, 45, false));
        let hurried = critical_path(&milestones, start, Some(date(2026, 3, 12))).unwrap();
        assert_eq!(hurried.milestones.iter().map(|times| times.total_slack_days).min(), Some(-10));
    }
}
