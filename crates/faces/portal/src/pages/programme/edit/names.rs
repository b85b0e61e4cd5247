//! What anything of a programme is called.

use senne_programme::{
    AreaId, BenefitId, BudgetLineId, CallId, CatalystId, DecisionId, DocumentId, Draft, EffectId,
    EvaluationId, IndicatorId, MemorandumId, MilestoneId, ObjectiveId, OrganisationId, PillarId, Programme,
    ProjectId, RiskId, Words as Told,
};

use super::{
    super::{call::told::source, shared},
    simple,
};
use crate::words::Words;

/// What a thing is called in the language of the visit; the last part of its identifier when nothing says it.
pub(in crate::pages::programme) fn name(words: Words, programme: &Programme, id: &str) -> String {
    if let Some(line) = programme.money.get(&BudgetLineId::from(id)) {
        let project = named(words, programme, line.project.as_str());
        return format!("{project}: {} {}", line.source, line.year);
    }
    if let Some(effect) = programme.effects.get(&EffectId::from(id)) {
        let near = effect.outcome.as_ref().map(|one| shared::called(words, Some(&one.name), &one.attribute));
        let indicator = near.unwrap_or_else(|| named(words, programme, effect.indicator.as_str()));
        return format!("{}: {indicator}", named(words, programme, effect.project.as_str()));
    }
    named(words, programme, id)
}

fn named(words: Words, programme: &Programme, id: &str) -> String {
    let told = told(programme, id);
    // What stands in a draft only has its name there.
    let draft = || programme.drafts.values().find(|draft| draft.about == id);
    let drafted = if told.is_none() { draft().and_then(|draft| spoken(words, draft)) } else { None };
    drafted.unwrap_or_else(|| shared::called(words, told, id))
}

/// What the thing of a draft is called, or would be.
pub(in crate::pages::programme) fn of_draft(words: Words, programme: &Programme, draft: &Draft) -> String {
    let known = told(programme, &draft.about).is_some()
        || programme.money.get(&BudgetLineId::from(draft.about.as_str())).is_some()
        || programme.effects.get(&EffectId::from(draft.about.as_str())).is_some();
    let own = if known { None } else { spoken(words, draft).or_else(|| by_parts(words, programme, draft)) };
    own.unwrap_or_else(|| name(words, programme, &draft.about))
}

/// The name that a draft would give.
fn spoken(words: Words, draft: &Draft) -> Option<String> {
    let name = draft.value("name")?;
    let each = [words.language.code(), "en", "fr", "nl"].into_iter();
    let mut texts = each.filter_map(|language| simple::told(Some(name), language).map(str::trim));
    texts.find(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// What a thing without a name is told apart by: its indicator, or its source and year.
fn by_parts(words: Words, programme: &Programme, draft: &Draft) -> Option<String> {
    if let Some(indicator) = simple::targets(draft.value("refIndicator")).first() {
        return Some(named(words, programme, indicator));
    }
    let from = draft.value("source")?.as_str()?;
    let year = draft.value("year").map(ToString::to_string).unwrap_or_default();
    Some(format!("{} {year}", source(words, from)).trim_end().to_owned())
}

/// Its name, when the programme knows one.
pub(in crate::pages::programme) fn told<'a>(programme: &'a Programme, id: &str) -> Option<&'a Told> {
    let project = programme.projects.get(&ProjectId::from(id)).map(|one| &one.name);
    project.or_else(|| of_work(programme, id)).or_else(|| of_frame(programme, id))
}

/// What belongs to projects and what they are decided and measured by.
fn of_work<'a>(programme: &'a Programme, id: &str) -> Option<&'a Told> {
    let milestone = || programme.milestones.get(&MilestoneId::from(id)).map(|one| &one.name);
    let risk = || programme.risks.get(&RiskId::from(id)).map(|one| &one.name);
    let benefit = || programme.benefits.get(&BenefitId::from(id)).map(|one| &one.name);
    let evaluation = || programme.evaluations.get(&EvaluationId::from(id)).map(|one| &one.name);
    let call = || programme.calls.get(&CallId::from(id)).map(|one| &one.name);
    let decision = || programme.decisions.get(&DecisionId::from(id)).map(|one| &one.name);
    milestone().or_else(risk).or_else(benefit).or_else(evaluation).or_else(call).or_else(decision)
}

/// What the programme is made of, and who carries it.
fn of_frame<'a>(programme: &'a Programme, id: &str) -> Option<&'a Told> {
    let pillar = || programme.pillars.get(&PillarId::from(id)).map(|one| &one.name);
    let objective = || programme.objectives.get(&ObjectiveId::from(id)).map(|one| &one.name);
    let organisation = || programme.organisations.get(&OrganisationId::from(id)).map(|one| &one.name);
    let catalyst = || programme.catalysts.get(&CatalystId::from(id)).map(|one| &one.name);
    let indicator = || programme.indicators.get(&IndicatorId::from(id)).map(|one| &one.name);
    let memorandum = || programme.memoranda.get(&MemorandumId::from(id)).map(|one| &one.name);
    let document = || programme.documents.get(&DocumentId::from(id)).map(|one| &one.name);
    let area = || programme.areas.get(&AreaId::from(id));
    let intervention = || {
        let code = id.strip_prefix("urn:ngsi-ld:Intervention:")?;
        programme.interventions.get(code).map(|one| &one.name)
    };
    let found = pillar().or_else(objective).or_else(organisation).or_else(catalyst).or_else(indicator);
    found.or_else(memorandum).or_else(document).or_else(area).or_else(intervention)
}
