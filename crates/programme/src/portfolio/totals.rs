//! What lines come to together.

use serde::Serialize;

use super::{BenefitSum, Line, Money};
use crate::{
    following::{Held, Portfolio, PortfolioLimits, portfolio},
    types::{Answer, Colour, ProjectState},
};

/// How many projects have come how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StateCount {
    /// How far.
    pub state: ProjectState,
    /// How many.
    pub projects: usize,
}

/// What lines come to together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Totals {
    /// How many projects.
    pub projects: usize,
    /// How far they have come.
    pub states: [StateCount; 6],
    /// Their money, without that of projects that were not chosen.
    pub money: Money,
    /// What their benefits come to, without those of projects that were not chosen.
    pub benefit: BenefitSum,
    /// Of projects that are chosen or under way, how they stand by the money in them.
    pub status: Portfolio,
    /// Of those, how many people judged otherwise than the figures.
    pub differ: usize,
    /// Of those, how many end later than was first agreed.
    pub late: usize,
    /// Of the late ones, the drift in the middle, in days; of an even number the lower of both.
    pub median_drift_days: Option<i64>,
    /// How many projects were measured, by what was found; each by its surest evaluation.
    pub measured: [(Answer, usize); 4],
}

/// What lines come to together.
pub fn totals<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Totals {
    let lines: Vec<&Line> = lines.into_iter().collect();
    let states = [
        ProjectState::Proposed,
        ProjectState::Chosen,
        ProjectState::Running,
        ProjectState::Finished,
        ProjectState::Stopped,
        ProjectState::Rejected,
    ];
    let count = |state| lines.iter().filter(|line| line.state == state).count();
    let mut money = Money::default();
    let mut benefit = BenefitSum::default();
    for line in lines.iter().filter(|line| is_on(line.state)) {
        money.add(line.money);
        benefit.without_price += line.benefit.without_price;
        add(&mut benefit.promised, line.benefit.promised);
        add(&mut benefit.realised, line.benefit.realised);
    }
    let active = || lines.iter().copied().filter(|line| is_active(line.state));
    let held: Vec<Held> = active().map(held).collect();
    let differ = active().filter(|line| line.confidence.as_ref().is_some_and(|one| one.differ)).count();
    let mut drifts: Vec<i64> = active().filter_map(|line| line.drift_days).filter(|days| *days > 0).collect();
    drifts.sort_unstable();
    let median = drifts.get(drifts.len().saturating_sub(1) / 2).copied();
    let said = |answer| {
        let by_surest = |line: &&&Line| line.attributed.first().is_some_and(|one| one.answer == answer);
        lines.iter().filter(by_surest).count()
    };
    Totals {
        projects: lines.len(),
        states: states.map(|state| StateCount { state, projects: count(state) }),
        money,
        benefit,
        status: portfolio(&held, PortfolioLimits::default()),
        differ,
        late: drifts.len(),
        median_drift_days: median,
        measured: Answer::WORDS.map(|(_, answer)| (answer, said(answer))),
    }
}

impl Totals {
    /// How many projects have come so far.
    pub fn count(&self, state: ProjectState) -> usize {
        self.states.iter().find(|count| count.state == state).map_or(0, |count| count.projects)
    }

    /// How many projects are chosen or under way.
    pub fn active(&self) -> usize {
        self.count(ProjectState::Chosen) + self.count(ProjectState::Running)
    }

    /// How many projects were measured with this answer.
    pub fn answered(&self, answer: Answer) -> usize {
        self.measured.iter().find(|(one, _)| *one == answer).map_or(0, |(_, count)| *count)
    }
}

/// Whether a project was ever chosen.
pub(crate) fn is_on(state: ProjectState) -> bool {
    !matches!(state, ProjectState::Proposed | ProjectState::Rejected)
}

/// Whether a project is chosen or under way.
pub(crate) fn is_active(state: ProjectState) -> bool {
    matches!(state, ProjectState::Chosen | ProjectState::Running)
}

fn add(sum: &mut Option<f64>, more: Option<f64>) {
    if let Some(more) = more {
        *sum.get_or_insert(0.0) += more;
    }
}

/// A project whose colour cannot be computed counts as red, so that it is looked at.
fn held(line: &Line) -> Held {
    let colour = line.confidence.as_ref().map_or(Colour::Red, |confidence| confidence.computed);
    Held { project: line.id.clone(), money: line.money.planned, colour, progress: line.progress }
}
