//! What belongs together: the lists that pages look up.

use std::collections::BTreeMap;

use crate::types::{
    AreaId, CallId, CatalystId, DecisionId, DocumentId, EffectId, Evaluation, EvaluationId, IndicatorId,
    ObjectiveId, OrganisationId, PillarId, Project, ProjectId,
};

/// Lists by what they belong to, each in the order of identifiers and without doubles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The projects of a pillar.
    pub projects_by_pillar: BTreeMap<PillarId, Vec<ProjectId>>,
    /// The projects that serve an objective.
    pub projects_by_objective: BTreeMap<ObjectiveId, Vec<ProjectId>>,
    /// The projects that act in an area.
    pub projects_by_area: BTreeMap<AreaId, Vec<ProjectId>>,
    /// The projects that an organisation answers for or takes part in.
    pub projects_by_organisation: BTreeMap<OrganisationId, Vec<ProjectId>>,
    /// The projects that need or strengthen a catalyst.
    pub projects_by_catalyst: BTreeMap<CatalystId, Vec<ProjectId>>,
    /// The projects that applied to a call.
    pub projects_by_call: BTreeMap<CallId, Vec<ProjectId>>,
    /// The projects of a kind of intervention.
    pub projects_by_kind: BTreeMap<String, Vec<ProjectId>>,
    /// The expected effects on an indicator, project by project.
    pub effects_by_indicator: BTreeMap<IndicatorId, Vec<EffectId>>,
    /// The objectives of a pillar.
    pub objectives_by_pillar: BTreeMap<PillarId, Vec<ObjectiveId>>,
    /// The objectives on an indicator.
    pub objectives_by_indicator: BTreeMap<IndicatorId, Vec<ObjectiveId>>,
    /// The evaluations of a project.
    pub evaluations_by_project: BTreeMap<ProjectId, Vec<EvaluationId>>,
    /// The decisions on a call.
    pub decisions_by_call: BTreeMap<CallId, Vec<DecisionId>>,
    /// The papers about anything, by its identifier.
    pub documents_by_about: BTreeMap<String, Vec<DocumentId>>,
}

impl Links {
    /// Takes a project up; projects come in the order of their identifiers.
    pub(super) fn project(&mut self, project: &Project) {
        let id = &project.id;
        put(&mut self.projects_by_pillar, &project.pillar, id);
        each(&mut self.projects_by_objective, &project.objectives, id);
        each(&mut self.projects_by_area, &project.areas, id);
        each(&mut self.projects_by_organisation, project.owner.iter().chain(&project.partners), id);
        each(&mut self.projects_by_catalyst, project.needs.iter().chain(&project.strengthens), id);
        each(&mut self.projects_by_call, &project.call, id);
        each(&mut self.projects_by_kind, &project.kind, id);
    }

    /// Takes an evaluation up, of the project it names and of those that name it.
    pub(super) fn evaluation(&mut self, evaluation: &Evaluation, named_by: Option<&Vec<ProjectId>>) {
        let projects = evaluation.project.iter().chain(named_by.into_iter().flatten());
        for project in projects {
            put(&mut self.evaluations_by_project, project, &evaluation.id);
        }
    }
}

/// Adds to the list of each; one that stands at the end already is not added twice.
pub(super) fn each<'a, K: Ord + Clone + 'a, V: Clone + PartialEq>(
    lists: &mut BTreeMap<K, Vec<V>>,
    keys: impl IntoIterator<Item = &'a K>,
    value: &V,
) {
    for key in keys {
        put(lists, key, value);
    }
}

pub(super) fn put<K: Ord + Clone, V: Clone + PartialEq>(lists: &mut BTreeMap<K, Vec<V>>, key: &K, value: &V) {
    match lists.get_mut(key) {
        Some(list) => {
            if list.last() != Some(value) {
                list.push(value.clone());
            }
        }
        None => {
            lists.insert(key.clone(), vec![value.clone()]);
        }
    }
}
