//! Projects as bars over time, with their milestones.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    Programme,
    schedule::{critical_path, drifts, forecast},
    types::{
        Gate, Milestone, MilestoneId, OrganisationId, PillarId, Project, ProjectId, ProjectState, Span, Words,
    },
};

/// A milestone on a bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// The milestone.
    pub id: MilestoneId,
    /// What it is called.
    pub name: Words,
    /// What is passed with it.
    pub gate: Gate,
    /// The day that was first agreed.
    pub baseline_on: Option<Date>,
    /// The day that is planned now.
    pub planned_on: Option<Date>,
    /// The day on which it was reached.
    pub done_on: Option<Date>,
    /// The day on which it will be reached, or was.
    pub forecast_on: Option<Date>,
    /// The milestone that pushes it beyond its plan.
    pub pushed_by: Option<MilestoneId>,
    /// Days after what was first agreed.
    pub drift_days: Option<i64>,
    /// Whether it should have been reached by now, and was not.
    pub overdue: bool,
    /// Whether it is on the critical path: a day later here is a day later at the end.
    pub critical: bool,
    /// What it waits for.
    pub depends_on: Vec<MilestoneId>,
    /// Who answers for it.
    pub owner: Option<OrganisationId>,
}

/// A project on the roadmap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    /// The project.
    pub project: ProjectId,
    /// What it is called.
    pub name: Words,
    /// Its pillar.
    pub pillar: PillarId,
    /// How far it has come.
    pub state: ProjectState,
    /// From its start to its end as planned.
    pub span: Span,
    /// The end that was first agreed: that of its last milestone.
    pub baseline_end: Option<Date>,
    /// The end that is forecast.
    pub forecast_end: Option<Date>,
    /// Its milestones, by the day on which they will be reached.
    pub marks: Vec<Mark>,
    /// Why the schedule cannot be computed, in English.
    pub fault: Option<String>,
}

/// The bars of projects as of `today`, by their start and then by identifier; those that have none come last.
pub fn roadmap<'a>(
    programme: &Programme,
    projects: impl IntoIterator<Item = &'a Project>,
    today: Date,
) -> Vec<Bar> {
    let mut bars: Vec<Bar> = projects.into_iter().map(|project| bar(programme, project, today)).collect();
    bars.sort_by(|a, b| {
        let key = |bar: &Bar| (bar.span.from.is_none(), bar.span.from);
        key(a).cmp(&key(b)).then_with(|| a.project.cmp(&b.project))
    });
    bars
}

/// The bar of a project as of `today`.
pub fn bar(programme: &Programme, project: &Project, today: Date) -> Bar {
    let own = programme.milestones.of(&project.id);
    let network = programme.network(&project.id);
    let start = project.span.from.or_else(|| own.iter().filter_map(|one| one.baseline_on).min());
    let computed = forecast(&network, today);
    let (forecasts, fault) = match computed {
        Ok(forecasts) => (forecasts, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let forecasts: BTreeMap<MilestoneId, (Option<Date>, Option<MilestoneId>)> =
        forecasts.into_iter().map(|one| (one.milestone, (one.on, one.pushed_by))).collect();
    let path = critical_path(&network, start.unwrap_or(today), None).map(|found| found.path);
    let critical: BTreeSet<MilestoneId> = path.unwrap_or_default().into_iter().collect();
    let mark = |(milestone, drift): (&Milestone, crate::schedule::Drift)| {
        let (forecast_on, pushed_by) = forecasts.get(&milestone.id).cloned().unwrap_or_default();
        Mark {
            id: milestone.id.clone(),
            name: milestone.name.clone(),
            gate: milestone.gate,
            baseline_on: milestone.baseline_on,
            planned_on: milestone.planned_on,
            done_on: milestone.done_on,
            forecast_on,
            pushed_by,
            drift_days: drift.total_days,
            overdue: drift.overdue,
            critical: critical.contains(&milestone.id),
            depends_on: milestone.depends_on.clone(),
            owner: milestone.owner.clone(),
        }
    };
    let mut marks: Vec<Mark> = own.iter().zip(drifts(own, today)).map(mark).collect();
    let day = |mark: &Mark| mark.forecast_on.or(mark.planned_on).or(mark.baseline_on);
    marks.sort_by(|a, b| {
        (day(a).is_none(), day(a)).cmp(&(day(b).is_none(), day(b))).then_with(|| a.id.cmp(&b.id))
    });
    Bar {
        project: project.id.clone(),
        name: project.name.clone(),
        pillar: project.pillar.clone(),
        state: project.state,
        span: project.span,
        baseline_end: own.iter().filter_map(|one| one.baseline_on.or(one.planned_on)).max(),
        forecast_end: marks.iter().filter_map(|mark| mark.forecast_on).max(),
        marks,
        fault,
    }
}
