//! A programme as a whole: everything by identifier, with what pages look up.

mod build;
mod drafts;
mod grouped;
mod links;

use std::{borrow::Cow, collections::BTreeMap};

pub use grouped::Grouped;
pub use links::Links;

use crate::{
    entities::{Basis, Finding},
    following::Followed,
    types::{
        AreaId, Benefit, BenefitId, BudgetLine, BudgetLineId, CallForProjects, CallId, Catalyst, CatalystId,
        DecisionId, DecisionRecord, Document, DocumentId, Draft, DraftId, EffectId, Evaluation, EvaluationId,
        ExpectedEffect, Indicator, IndicatorId, Intervention, Level, Memorandum, MemorandumId, Milestone,
        MilestoneId, Objective, ObjectiveId, Organisation, OrganisationId, Pillar, PillarId, Project,
        ProjectId, Risk, RiskId, Words,
    },
};

/// A programme. It is read once for a state of the city and then only looked into; every look-up takes O(log n).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Programme {
    /// Agreements.
    pub memoranda: BTreeMap<MemorandumId, Memorandum>,
    /// Pillars; [`Programme::pillars_in_order`] has them as people count them.
    pub pillars: BTreeMap<PillarId, Pillar>,
    /// Objectives.
    pub objectives: BTreeMap<ObjectiveId, Objective>,
    /// Organisations.
    pub organisations: BTreeMap<OrganisationId, Organisation>,
    /// Catalysts.
    pub catalysts: BTreeMap<CatalystId, Catalyst>,
    /// Calls for projects.
    pub calls: BTreeMap<CallId, CallForProjects>,
    /// Projects.
    pub projects: BTreeMap<ProjectId, Project>,
    /// What projects are expected to change.
    pub effects: Grouped<EffectId, ExpectedEffect>,
    /// What that rests on.
    pub bases: BTreeMap<EffectId, Basis>,
    /// Milestones. Every milestone that one depends on is there.
    pub milestones: Grouped<MilestoneId, Milestone>,
    /// Money.
    pub money: Grouped<BudgetLineId, BudgetLine>,
    /// Risks.
    pub risks: Grouped<RiskId, Risk>,
    /// What is done about risks.
    pub responses: BTreeMap<RiskId, Words>,
    /// Benefits.
    pub benefits: Grouped<BenefitId, Benefit>,
    /// Kinds of intervention, by their code.
    pub interventions: BTreeMap<String, Intervention>,
    /// Decisions.
    pub decisions: BTreeMap<DecisionId, DecisionRecord>,
    /// Papers.
    pub documents: BTreeMap<DocumentId, Document>,
    /// What is not public yet; only where those who ask may see it.
    pub drafts: BTreeMap<DraftId, Draft>,
    /// Evaluations.
    pub evaluations: BTreeMap<EvaluationId, Evaluation>,
    /// Indicators.
    pub indicators: BTreeMap<IndicatorId, Indicator>,
    /// The names of areas.
    pub areas: BTreeMap<AreaId, Words>,
    /// Where indicators stand.
    pub levels: BTreeMap<(IndicatorId, AreaId), Level>,
    /// Descriptions, by the identifier of what is described.
    pub descriptions: BTreeMap<String, Words>,
    /// What belongs together.
    pub links: Links,
    /// What did not fit, at most 1,000.
    pub findings: Vec<Finding>,
    /// How many findings there are beyond those.
    pub more_findings: usize,
}

impl Programme {
    /// Says more of indicators than their entities do: units in words, which way is better. Those that are not there yet are added.
    pub fn with_indicators(mut self, indicators: impl IntoIterator<Item = Indicator>) -> Self {
        self.indicators.extend(indicators.into_iter().map(|indicator| (indicator.id.clone(), indicator)));
        self
    }

    /// Pillars as people count them.
    pub fn pillars_in_order(&self) -> Vec<&Pillar> {
        let mut pillars: Vec<&Pillar> = self.pillars.values().collect();
        pillars.sort_by_key(|pillar| pillar.order);
        pillars
    }

    /// The milestones of a project, and with them those of other projects that they depend on, step by step: what
    /// [`crate::schedule`] and [`crate::following`] ask for.
    pub fn network(&self, project: &ProjectId) -> Cow<'_, [Milestone]> {
        let own = self.milestones.of(project);
        let foreign = |milestone: &Milestone| {
            let other =
                |id: &&MilestoneId| self.milestones.get(id).is_some_and(|found| found.project != *project);
            milestone.depends_on.iter().any(|id| other(&id))
        };
        if !own.iter().any(foreign) {
            return Cow::Borrowed(own);
        }
        let mut found: BTreeMap<&MilestoneId, &Milestone> =
            own.iter().map(|milestone| (&milestone.id, milestone)).collect();
        let mut open: Vec<&Milestone> = own.iter().collect();
        while let Some(milestone) = open.pop() {
            for next in milestone.depends_on.iter().filter_map(|id| self.milestones.get(id)) {
                if found.insert(&next.id, next).is_none() {
                    open.push(next);
                }
            }
        }
        Cow::Owned(found.into_values().cloned().collect())
    }

    /// A project with all it is followed by; `network` is that of [`Programme::network`].
    pub fn followed<'a>(&'a self, project: &'a Project, network: &'a [Milestone]) -> Followed<'a> {
        Followed {
            project,
            milestones: network,
            money: self.money.of(&project.id),
            risks: self.risks.of(&project.id),
        }
    }

    /// The evaluations of a project, in the order of their identifiers.
    pub fn evaluations_of<'a>(
        &'a self,
        project: &ProjectId,
    ) -> impl Iterator<Item = &'a Evaluation> + use<'a> {
        let ids = self.links.evaluations_by_project.get(project).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.evaluations.get(id))
    }

    /// Projects by their identifiers.
    pub fn projects_of<'a>(&'a self, ids: Option<&'a Vec<ProjectId>>) -> impl Iterator<Item = &'a Project> {
        ids.map(Vec::as_slice).unwrap_or_default().iter().filter_map(|id| self.projects.get(id))
    }

    /// Where an indicator stands in an area.
    pub fn level(&self, indicator: &IndicatorId, area: &AreaId) -> Option<&Level> {
        self.levels.get(&(indicator.clone(), area.clone()))
    }

    /// What something is called in a language; the last part of its identifier when nothing says it.
    pub fn called<'a>(&self, words: Option<&'a Words>, id: &'a str, language: &str) -> &'a str {
        let name = words.and_then(|words| words.get(language)).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| id.rsplit(':').next().unwrap_or(id))
    }
}
