//! The measured effects of a programme, one for each project and indicator.

use std::collections::BTreeMap;

use super::{MeasuredEffect, standard_error};
use crate::{Programme, types::Span};

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
    fn what_stands_for_an_indicator_is_not_summed_with_it() {
        let near = Evaluation {
            outcome: Some(Outcome { kind: "T".into(), attribute: "a".into(), ..Outcome::default() }),
            ..evaluation(-2.0, (-3.0, -1.0), Answer::Better)
        };
        assert_eq!(found(near), []);
        assert_eq!(found(evaluation(-2.0, (-3.0, -1.0), Answer::Better)).len(), 1);
    }
}
