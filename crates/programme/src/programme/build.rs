//! A programme from entities.

use std::collections::BTreeMap;

use senne_model::Entity;

use super::{Grouped, Programme, links::put};
use crate::{
    entities::{self, Basis, Findings, Reader},
    rules::{Fault, Thing, said},
    types::{
        Benefit, BenefitId, BudgetLine, BudgetLineId, EffectId, EvaluationId, ExpectedEffect, Milestone,
        MilestoneId, ProjectId, Risk, RiskId, Words,
    },
};

impl Programme {
    /// Reads a programme. Entities of types that a programme knows nothing of are passed over. What does not fit is left out and listed in
    /// `findings`; so is what belongs to a project that is not there, and a dependency on a milestone that is not there.
    pub fn read<'a>(entities: impl IntoIterator<Item = &'a Entity>) -> Self {
        let mut draft = Draft::default();
        for entity in entities {
            draft.take(entity);
        }
        draft.finish()
    }
}

/// What was read, before it is put together.
#[derive(Default)]
struct Draft {
    programme: Programme,
    findings: Findings,
    effects: Vec<(EffectId, ExpectedEffect)>,
    milestones: Vec<(MilestoneId, Milestone)>,
    money: Vec<(BudgetLineId, BudgetLine)>,
    risks: Vec<(RiskId, Risk)>,
    benefits: Vec<(BenefitId, Benefit)>,
    /// Projects by the evaluations that they name.
    named: BTreeMap<EvaluationId, Vec<ProjectId>>,
}

impl Draft {
    fn take(&mut self, entity: &Entity) {
        for kind in &entity.types {
            if self.take_as(kind.local(), entity) {
                return;
            }
        }
    }

    /// Whether the type is known.
    fn take_as(&mut self, kind: &str, entity: &Entity) -> bool {
        let Self { programme, findings, .. } = self;
        let mut reader = Reader::new(entity, findings);
        let reader = &mut reader;
        match kind {
            "Memorandum" => keep(&mut programme.memoranda, Some(entities::memorandum(reader)), |one| &one.id),
            "Pillar" => keep(&mut programme.pillars, Some(entities::pillar(reader)), |one| &one.id),
            "Objective" => keep(&mut programme.objectives, entities::objective(reader), |one| &one.id),
            "Organisation" => {
                keep(&mut programme.organisations, entities::organisation(reader), |one| &one.id);
            }
            "Catalyst" => keep(&mut programme.catalysts, entities::catalyst(reader), |one| &one.id),
            "CallForProjects" => keep(&mut programme.calls, entities::call(reader), |one| &one.id),
            "Intervention" => {
                keep(&mut programme.interventions, Some(entities::intervention(reader)), |one| &one.code);
            }
            "Decision" => keep(&mut programme.decisions, Some(entities::decision(reader)), |one| &one.id),
            "Document" => keep(&mut programme.documents, Some(entities::document(reader)), |one| &one.id),
            "Draft" => keep(&mut programme.drafts, entities::draft(reader), |one| &one.id),
            "Evaluation" => {
                keep(&mut programme.evaluations, Some(entities::evaluation(reader)), |one| &one.id);
            }
            "Indicator" => keep(&mut programme.indicators, Some(entities::indicator(reader)), |one| &one.id),
            "AdministrativeArea" => programme.areas.extend([entities::area(reader)]),
            "KeyPerformanceIndicator" => {
                let level = entities::level(reader);
                programme.levels.extend(level.map(|(indicator, area, level)| ((indicator, area), level)));
            }
            "Project" => {
                for evaluation in reader.targets::<EvaluationId>("refEvaluations") {
                    put(&mut self.named, &evaluation, &reader.id().into());
                }
                keep(&mut programme.projects, entities::project(reader), |one| &one.id);
            }
            "ExpectedEffect" => {
                if let Some((effect, basis)) = entities::expected_effect(reader) {
                    if basis != Basis::default() {
                        programme.bases.insert(reader.id().into(), basis);
                    }
                    self.effects.push((reader.id().into(), effect));
                }
            }
            "Milestone" => {
                self.milestones.extend(entities::milestone(reader).map(|one| (one.id.clone(), one)));
            }
            "BudgetLine" => {
                self.money.extend(entities::budget_line(reader).map(|one| (reader.id().into(), one)));
            }
            "Risk" => {
                let response = reader.words("response");
                if response != Words::default() {
                    programme.responses.insert(reader.id().into(), response);
                }
                self.risks.extend(entities::risk(reader).map(|one| (one.id.clone(), one)));
            }
            "Benefit" => {
                self.benefits.extend(entities::benefit(reader).map(|one| (one.id.clone(), one)));
            }
            _ => return false,
        }
        // Days of other centuries are listed where they are read.
        for fault in faults(kind, entity) {
            reader.wrong(fault.term, fault.why.to_string());
        }
        // Areas and indicators have descriptions that a programme does not tell.
        if !matches!(
            kind,
            "Milestone" | "BudgetLine" | "AdministrativeArea" | "KeyPerformanceIndicator" | "Indicator"
        ) {
            let description = reader.words("description");
            if description != Words::default() {
                programme.descriptions.insert(reader.id().to_owned(), description);
            }
        }
        true
    }

    fn finish(mut self) -> Programme {
        let mut programme = std::mem::take(&mut self.programme);
        let mut findings = std::mem::take(&mut self.findings);
        let projects = &programme.projects;
        at_home(&mut self.effects, |one| projects.contains_key(&one.project), &mut findings);
        at_home(&mut self.milestones, |one| projects.contains_key(&one.project), &mut findings);
        at_home(&mut self.money, |one| projects.contains_key(&one.project), &mut findings);
        at_home(&mut self.risks, |one| projects.contains_key(&one.project), &mut findings);
        at_home(&mut self.benefits, |one| projects.contains_key(&one.project), &mut findings);
        drop_dangling(&mut self.milestones, &mut findings);
        programme.effects = Grouped::new(self.effects, |one| &one.project);
        programme.milestones = Grouped::new(self.milestones, |one| &one.project);
        programme.money = Grouped::new(self.money, |one| &one.project);
        programme.risks = Grouped::new(self.risks, |one| &one.project);
        programme.benefits = Grouped::new(self.benefits, |one| &one.project);
        link(&mut programme, &self.named);
        programme.findings = findings.kept;
        programme.more_findings = findings.more;
        programme
    }
}

/// What does not hold together of an entity.
fn faults(kind: &str, entity: &Entity) -> impl Iterator<Item = Fault> + use<> {
    let says = |term: &str| said(entity, term);
    let thing = Thing { kind, says: &says, touched: &|_| true, begins_on: &|_| None };
    thing.turned().into_iter().chain(thing.alone())
}

fn keep<K: Ord + Clone, T>(map: &mut BTreeMap<K, T>, thing: Option<T>, id: impl Fn(&T) -> &K) {
    if let Some(thing) = thing {
        map.insert(id(&thing).clone(), thing);
    }
}

/// What belongs to a project that is not there is left out.
fn at_home<K: ToString, T>(things: &mut Vec<(K, T)>, there: impl Fn(&T) -> bool, findings: &mut Findings) {
    things.retain(|(key, thing)| {
        let stays = there(thing);
        if !stays {
            findings.add(&key.to_string(), "refProject", "a project that is there");
        }
        stays
    });
}

/// A milestone that waits for one that is not there, or for itself, would wait for ever.
fn drop_dangling(milestones: &mut [(MilestoneId, Milestone)], findings: &mut Findings) {
    let mut ids: Vec<&MilestoneId> = milestones.iter().map(|(id, _)| id).collect();
    ids.sort_unstable();
    let mut dangling: Vec<(usize, MilestoneId)> = Vec::new();
    for (place, (id, milestone)) in milestones.iter().enumerate() {
        let missing = |other: &&MilestoneId| *other == id || ids.binary_search(other).is_err();
        dangling.extend(milestone.depends_on.iter().filter(missing).map(|other| (place, other.clone())));
    }
    for (place, other) in dangling {
        if let Some((id, milestone)) = milestones.get_mut(place) {
            milestone.depends_on.retain(|one| *one != other);
            findings.add(id.as_str(), "refDependsOn", format!("milestones that are there; {other} is not"));
        }
    }
}

fn link(programme: &mut Programme, named: &BTreeMap<EvaluationId, Vec<ProjectId>>) {
    let mut links = std::mem::take(&mut programme.links);
    for project in programme.projects.values() {
        links.project(project);
    }
    for objective in programme.objectives.values() {
        put(&mut links.objectives_by_pillar, &objective.pillar, &objective.id);
        put(&mut links.objectives_by_indicator, &objective.indicator, &objective.id);
    }
    for (id, effect) in programme.effects.iter() {
        put(&mut links.effects_by_indicator, &effect.indicator, id);
    }
    for evaluation in programme.evaluations.values() {
        links.evaluation(evaluation, named.get(&evaluation.id));
    }
    for decision in programme.decisions.values() {
        if let Some(call) = &decision.call {
            put(&mut links.decisions_by_call, call, &decision.id);
        }
    }
    for document in programme.documents.values() {
        if let Some(about) = &document.about {
            put(&mut links.documents_by_about, about, &document.id);
        }
    }
    programme.links = links;
}

#[cfg(test)]
mod tests {
    use senne_model::{Attribute, AttributeValue, EntityId, Instance, Iri, Name};

    use super::*;

    fn entity(kind: &str, id: &str, relationships: &[(&str, &str)]) -> Entity {
        let mut entity = Entity::new(EntityId::trusted(id), Name::new(kind));
        let attribute = |(name, to): &(&str, &str)| {
            let objects = vec![Iri::new(to)];
            let value = AttributeValue::Relationship { objects, object_type: None };
            Attribute::new(Name::new(name), Instance::new(value))
        };
        entity.attributes = relationships.iter().map(attribute).collect();
        entity
    }

    #[test]
    fn what_belongs_to_nothing_is_left_out_and_listed() {
        let entities = [
            entity("Project", "urn:p", &[("refPillar", "urn:x")]),
            entity("Project", "urn:lost", &[]),
            entity("Milestone", "urn:m1", &[("refProject", "urn:p"), ("refDependsOn", "urn:m2")]),
            entity("Milestone", "urn:m2", &[("refProject", "urn:p"), ("refDependsOn", "urn:gone")]),
            entity("Milestone", "urn:m3", &[("refProject", "urn:q")]),
            entity("Device", "urn:d", &[]),
        ];
        let programme = Programme::read(&entities);
        assert_eq!((programme.projects.len(), programme.milestones.len()), (1, 2));
        let told: Vec<String> = programme.findings.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "`refPillar` of urn:lost should be the pillar; it is missing, so that the entity is left out",
                "`refProject` of urn:m3 should be a project that is there",
                "`refDependsOn` of urn:m2 should be milestones that are there; urn:gone is not",
            ]
        );
        assert_eq!(programme.milestones.get(&"urn:m2".into()).map(|one| one.depends_on.len()), Some(0));
        assert_eq!(programme.links.projects_by_pillar.get(&"urn:x".into()).map(Vec::len), Some(1));
    }

    #[test]
    fn a_network_holds_what_a_project_waits_for_in_others() {
        let waits = |id: &str, project: &str, on: &str| {
            entity("Milestone", id, &[("refProject", project), ("refDependsOn", on)])
        };
        let entities = [
            entity("Project", "urn:p", &[("refPillar", "urn:x")]),
            entity("Project", "urn:q", &[("refPillar", "urn:x")]),
            waits("urn:a", "urn:p", "urn:b"),
            waits("urn:b", "urn:q", "urn:c"),
            entity("Milestone", "urn:c", &[("refProject", "urn:q")]),
        ];
        let programme = Programme::read(&entities);
        let ids = |project: &str| -> Vec<String> {
            programme.network(&project.into()).iter().map(|one| one.id.to_string()).collect()
        };
        assert_eq!(
            (ids("urn:p"), ids("urn:q")),
            (vec!["urn:a".into(), "urn:b".into(), "urn:c".into()], vec!["urn:b".into(), "urn:c".into()])
        );
    }
}
