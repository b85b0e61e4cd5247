//! What a choice is made of: the projects that applied and were scored, the sources of their money, the pillars of the call.

use std::collections::BTreeSet;

use senne_programme::{
    CallCriterion, CallForProjects, Pillar, Programme, Project, View,
    decision::{Applicant, DecisionInputs},
    scoring::{Criterion, Opinion},
};

use crate::pages::programme::{call::told::pillars_of, shared::last};

/// More projects are not chosen among on a page.
pub(super) const PROJECTS_MOST: usize = 200;
/// The source that a call pays from when its projects name it.
const OWN_SOURCE: &str = "region";

/// What is chosen among.
pub(super) struct Offer<'a> {
    pub(super) programme: &'a Programme,
    pub(super) call: &'a CallForProjects,
    /// Those that are scored by every criterion.
    pub(super) scored: Vec<&'a Project>,
    /// How many are not.
    pub(super) unscored: usize,
    /// Where their money would come from.
    pub(super) sources: Vec<String>,
    pub(super) pillars: Vec<&'a Pillar>,
}

impl<'a> Offer<'a> {
    pub(super) fn of(programme: &'a Programme, call: &'a CallForProjects) -> Self {
        let all = programme.projects_of(programme.links.projects_by_call.get(&call.id));
        let (scored, unscored): (Vec<&Project>, Vec<&Project>) =
            all.partition(|project| is_scored(call, project));
        let money = scored.iter().flat_map(|project| programme.money.of(&project.id));
        let sources: BTreeSet<&str> = money.map(|line| line.source.as_str()).collect();
        Self {
            programme,
            call,
            unscored: unscored.len(),
            sources: sources.into_iter().map(str::to_owned).collect(),
            pillars: pillars_of(programme, call),
            scored,
        }
    }

    /// The source that the budget of the call is of when nobody says another; all together without one.
    pub(super) fn own_source(&self) -> &'static str {
        if self.sources.iter().any(|source| source == OWN_SOURCE) { OWN_SOURCE } else { "" }
    }

    /// A project by the last part of its identifier.
    pub(super) fn project(&self, short: &str) -> Option<&'a Project> {
        self.scored.iter().find(|project| last(project.id.as_str()) == short).copied()
    }

    /// Whether there is something to choose, and not too much.
    pub(super) fn can_choose(&self) -> bool {
        !self.call.criteria.is_empty() && (1..=PROJECTS_MOST).contains(&self.scored.len())
    }

    /// Everything that a decision reads now.
    pub(super) fn inputs(&self, view: &View, opinions: Vec<Opinion>) -> DecisionInputs {
        let applicant = |project: &&Project| {
            Applicant::of(project, self.programme.money.of(&project.id), self.programme.risks.of(&project.id))
        };
        DecisionInputs {
            applicants: self.scored.iter().map(applicant).collect(),
            criteria: self.criteria(),
            opinions,
            by_role: true,
            versions: self.scored.iter().map(|project| (project.id.to_string(), view.change.0)).collect(),
        }
    }

    /// As a decision takes them: a scale runs from the worst to the best score at hand.
    fn criteria(&self) -> Vec<Criterion> {
        let criterion = |criterion: &CallCriterion| Criterion {
            id: criterion.id.clone(),
            direction: criterion.direction,
            bounds: None,
        };
        self.call.criteria.iter().map(criterion).collect()
    }
}

fn is_scored(call: &CallForProjects, project: &Project) -> bool {
    call.criteria
        .iter()
        .all(|criterion| project.scores.get(&criterion.id).is_some_and(|score| score.is_finite()))
}
