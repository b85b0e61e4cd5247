//! The measured effects of a programme, one for each project and indicator.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{MeasuredEffect, standard_error};
use crate::{
    Programme,
    types::{Evaluation, EvaluationId, Measurement, ProjectId, Span},
};

/// What was measured, by quantity.
type Each<'a, K> = BTreeMap<K, Vec<(&'a Evaluation, &'a Measurement)>>;

/// What may be set beside each other as if each were measured of something of its own: of the evaluations of some projects one a project and
/// quantity, the surest. Two of one project share streets and months and err together; one that several projects share is one. The surest is
/// that of the highest grade, which hangs on the method and not on what was found; of those of one grade the first by its identifier.
pub fn one_each<'a, K: Ord + Clone>(
    programme: &'a Programme,
    projects: impl IntoIterator<Item = &'a ProjectId>,
    of: impl Fn(&Evaluation, &Measurement) -> Option<K>,
) -> Each<'a, K> {
    let mut all: BTreeMap<(K, Reverse<u8>, &'a EvaluationId), Candidate<'a>> = BTreeMap::new();
    for project in projects {
        for evaluation in programme.evaluations_of(project) {
            let Some(measured) = &evaluation.measured else { continue };
            let Some(quantity) = of(evaluation, measured) else { continue };
            let key = (quantity, Reverse(measured.grade), &evaluation.id);
            let none = || Candidate { evaluation, measured, projects: BTreeSet::new() };
            all.entry(key).or_insert_with(none).projects.insert(project);
        }
    }
    let mut told: BTreeSet<(K, &ProjectId)> = BTreeSet::new();
    let mut found = Each::new();
    for ((quantity, _, _), one) in all {
        let own = || one.projects.iter().map(|project| (quantity.clone(), *project));
        if own().any(|key| told.contains(&key)) {
            continue;
        }
        told.extend(own());
        found.entry(quantity).or_default().push((one.evaluation, one.measured));
    }
    found
}

/// An evaluation with the projects that it is of.
struct Candidate<'a> {
    evaluation: &'a Evaluation,
    measured: &'a Measurement,
    projects: BTreeSet<&'a ProjectId>,
}

/// The measured effects of a programme on indicators themselves, not on outcomes that stand for them: those are of other units. Of several
/// evaluations of one project on one indicator the surest; only those with a standard error, and with no less than that of the interval that
/// was published.
pub fn measured_effects(programme: &Programme) -> Vec<MeasuredEffect> {
    let mut found: BTreeMap<_, (u8, MeasuredEffect)> = BTreeMap::new();
    for (project, ids) in &programme.links.evaluations_by_project {
        let Some(project) = programme.projects.get(project) else { continue };
        for evaluation in ids.iter().filter_map(|id| programme.evaluations.get(id)) {
            let (Some(indicator), Some(measured)) = (evaluation.own_indicator(), &evaluation.measured) else {
                continue;
            };
            let Some(standard_error) = standard_error(measured) else { continue };
            let from = evaluation.starts_on.or(project.span.from);
            let effect = MeasuredEffect {
                project: project.id.clone(),
                pillar: project.pillar.clone(),
                indicator: indicator.clone(),
                areas: evaluation.areas.iter().cloned().collect(),
                span: Span { from, until: None },
                effect: measured.estimate,
                standard_error,
            };
            let key = (indicator.clone(), project.id.clone());
            if found.get(&key).is_none_or(|(grade, _)| *grade < measured.grade) {
                found.insert(key, (measured.grade, effect));
            }
        }
    }
    found.into_values().map(|(_, effect)| effect).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        says::test_city::{evaluation, programme},
        types::{Answer, Evaluation, Outcome, Project},
    };

    fn found(of: Evaluation) -> Vec<MeasuredEffect> {
        let mut programme = programme();
        let project = Project { id: "urn:ngsi-ld:Project:p".into(), ..Project::default() };
        programme.links.evaluations_by_project.insert(project.id.clone(), vec![of.id.clone()]);
        programme.projects.insert(project.id.clone(), project);
        programme.evaluations.insert(of.id.clone(), of);
        measured_effects(&programme)
    }

    #[test]
    fn an_effect_is_no_surer_than_its_published_interval() {
        let mut permuted = evaluation(-2.0, (-6.0, 2.0), Answer::NotDetectable);
        permuted.measured.as_mut().unwrap().standard_error = Some(0.5);
        let effects = found(permuted);
        assert!((effects[0].standard_error - 4.0 / 1.959_964).abs() < 1e-5, "{effects:?}");
        let mut bare = evaluation(-2.0, (-6.0, 2.0), Answer::Better);
        bare.measured.as_mut().unwrap().standard_error = None;
        assert_eq!(found(bare), []);
    }

    #[test]
    fn two_evaluations_of_one_project_are_not_two_studies() {
        let mut programme = programme();
        let of = |id: &str, grade: u8| {
            let mut one = Evaluation { id: id.into(), ..evaluation(-2.0, (-3.0, -1.0), Answer::Better) };
            one.measured.as_mut().unwrap().grade = grade;
            one
        };
        let all = [of("a", 2), of("b", 3), of("c", 3), of("d", 2), of("shared", 4)];
        programme.evaluations = all.into_iter().map(|one| (one.id.clone(), one)).collect();
        let projects: [(ProjectId, &[&str]); 4] = [
            ("p".into(), &["a", "b", "c"]),
            ("q".into(), &["d"]),
            ("r".into(), &["shared"]),
            ("s".into(), &["d", "shared"]),
        ];
        for (project, ids) in &projects {
            let ids = ids.iter().map(|id| (*id).into()).collect();
            programme.links.evaluations_by_project.insert(project.clone(), ids);
        }
        let told = |wanted: &[&str]| {
            let wanted = projects.iter().map(|(project, _)| project).filter(|p| wanted.contains(&p.as_str()));
            let found = one_each(&programme, wanted, |one, _| one.own_indicator().cloned());
            assert!(found.len() <= 1);
            let ids = found.into_values().flatten().map(|(one, _)| one.id.to_string());
            ids.collect::<Vec<String>>()
        };
        // The surest of each; of those that are as sure the first.
        assert_eq!(told(&["p", "q"]), ["b", "d"]);
        // One that two projects share is one, and then neither of them has another.
        assert_eq!(told(&["r", "s"]), ["shared"]);
        assert_eq!(told(&["p", "q", "r", "s"]), ["shared", "b"]);
        assert!(told(&[]).is_empty());
    }

    #[test]
    fn what_stands_for_an_indicator_is_not_summed_with_it() {
        let near = Evaluation {
            outcome: Some(Outcome { kind: "T".into(), attribute: "a".into(), ..Outcome::default() }),
            ..evaluation(-2.0, (-3.0, -1.0), Answer::Better)
        };
        assert_eq!(found(near), []);
        assert_eq!(found(evaluation(-2.0, (-3.0, -1.0), Answer::Better)).len(), 1);
    }
}
