//! What was first agreed beside what is planned and what was reached, and where lateness ends up.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::network::Network;
use crate::{
    ProgrammeError,
    types::{Milestone, MilestoneId, days_after, days_between},
};

/// How far one milestone lies from what was agreed; days above 0 are late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The milestone.
    pub milestone: MilestoneId,
    /// Planned after first agreed.
    pub plan_days: Option<i64>,
    /// Reached after planned.
    pub done_days: Option<i64>,
    /// Where it stands after first agreed: the day it was reached, else the plan, else today when that has gone by.
    pub total_days: Option<i64>,
    /// Whether it should have been reached by now, and was not.
    pub overdue: bool,
}

/// The drift of each milestone as of `today`, in their order.
pub fn drifts(milestones: &[Milestone], today: Date) -> Vec<Drift> {
    let apart = |from: Option<Date>, until: Option<Date>| {
        from.zip(until).map(|(from, until)| days_between(from, until))
    };
    let drift = |milestone: &Milestone| {
        let agreed = milestone.planned_on.or(milestone.baseline_on);
        let overdue = milestone.done_on.is_none() && agreed.is_some_and(|day| day < today);
        let stands = milestone.done_on.or(agreed.map(|day| day.max(today)).filter(|_| overdue)).or(agreed);
        Drift {
            milestone: milestone.id.clone(),
            plan_days: apart(milestone.baseline_on, milestone.planned_on),
            done_days: apart(milestone.planned_on, milestone.done_on),
            total_days: apart(milestone.baseline_on, stands),
            overdue,
        }
    };
    milestones.iter().map(drift).collect()
}

/// When one milestone will be reached, if nothing is done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// The milestone.
    pub milestone: MilestoneId,
    /// The day: reached, or as planned, or later because of what it depends on or because the plan has gone by. Nothing when neither it
    /// nor anything it depends on has a date.
    pub on: Option<Date>,
    /// By how many days that is after the plan.
    pub pushed_days: Option<i64>,
    /// The milestone that pushes it: of those it depends on the one that ends last. Nothing when it is not pushed by another.
    pub pushed_by: Option<MilestoneId>,
}

/// When milestones will be reached as of `today`, after those they depend on. Work for a milestone takes its whole duration once the last
/// of those is reached; it is never planned forward.
///
/// # Errors
/// As [`Network::new`].
pub fn forecast(milestones: &[Milestone], today: Date) -> Result<Vec<Forecast>, ProgrammeError> {
    let network = Network::new(milestones)?;
    let mut found: Vec<Forecast> = Vec::with_capacity(network.len());
    for (milestone, before) in network.steps() {
        let last = before
            .iter()
            .filter_map(|place| found.get(*place))
            .filter_map(|other| other.on.map(|on| (on, &other.milestone)))
            // The first of equals, so that the answer does not depend on the order of dependencies.
            .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        let own = milestone.planned_on.or(milestone.baseline_on);
        let ready = last.map(|(on, id)| (days_after(on, i64::from(milestone.duration_days)), id));
        let (on, pushed_by) = if let Some(done) = milestone.done_on {
            (Some(done), None)
        } else {
            let open = own.map(|day| day.max(today));
            match (open, ready) {
                (Some(open), Some((ready, id))) if ready > open => (Some(ready), Some(id.clone())),
                (None, Some((ready, _))) => (Some(ready.max(today)), None),
                (open, _) => (open, None),
            }
        };
        let pushed_days = own.zip(on).map(|(own, on)| days_between(own, on));
        found.push(Forecast { milestone: milestone.id.clone(), on, pushed_days, pushed_by });
    }
    Ok(found)
}

impl Forecast {
    /// The day on which the last of them is reached.
    pub fn end(all: &[Self]) -> Option<Date> {
        all.iter().filter_map(|forecast| forecast.on).max()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn milestone(id: &str, planned: Date, depends_on: &[&str]) -> Milestone {
        Milestone {
            planned_on: Some(planned),
            baseline_on: Some(planned),
            duration_days: 30,
            depends_on: depends_on.iter().map(|id| (*id).into()).collect(),
            ..Milestone::new(id, "p")
        }
    }

    #[test]
    fn lateness_goes_on_to_what_waits_and_slack_takes_it_up() {
        let milestones = [
            milestone("permit", date(2026, 3, 1), &[]),
            milestone("works", date(2026, 4, 10), &["permit"]),
            milestone("opening", date(2026, 9, 1), &["works"]),
        ];
        let today = date(2026, 4, 1);
        let found = forecast(&milestones, today).unwrap();
        assert_eq!(found[0].on, Some(today));
        assert_eq!((found[1].on, found[1].pushed_days), (Some(date(2026, 5, 1)), Some(21)));
        assert_eq!(found[1].pushed_by, Some("permit".into()));
        assert_eq!((found[2].on, found[2].pushed_by.clone()), (Some(date(2026, 9, 1)), None));
        assert_eq!(Forecast::end(&found), Some(date(2026, 9, 1)));
    }

    #[test]
    fn drift_in_days() {
        let day = date(2026, 3, 1);
        let mut late = milestone("a", date(2026, 3, 11), &[]);
        late.baseline_on = Some(day);
        let mut done = late.clone();
        done.done_on = Some(date(2026, 3, 6));
        let found = drifts(&[late, done], date(2026, 3, 21));
        assert_eq!((found[0].plan_days, found[0].done_days, found[0].total_days), (Some(10), None, Some(20)));
        assert!(found[0].overdue && !found[1].overdue);
        assert_eq!((found[1].done_days, found[1].total_days), (Some(-5), Some(5)));
    }
}
