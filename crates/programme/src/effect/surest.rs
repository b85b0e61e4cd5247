//! The measured effects of a programme, one for each project and indicator.

use std::collections::BTreeMap;

use super::MeasuredEffect;
use crate::{Programme, types::Span};

/// The measured effects of a programme on indicators: of several evaluations of one project on one indicator the surest, and only those with
/// a standard error.
pub fn measured_effects(programme: &Programme) -> Vec<MeasuredEffect> {
    let mut found: BTreeMap<_, (u8, MeasuredEffect)> = BTreeMap::new();
    for (project, ids) in &programme.links.evaluations_by_project {
        let Some(project) = programme.projects.get(project) else { continue };
        for evaluation in ids.iter().filter_map(|id| programme.evaluations.get(id)) {
            let (Some(indicator), Some(measured)) = (&evaluation.indicator, &evaluation.measured) else {
                continue;
            };
            let Some(standard_error) = measured.standard_error else { continue };
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
