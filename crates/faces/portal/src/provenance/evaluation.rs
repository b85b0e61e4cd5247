//! The drawer of an evaluation.

use senne_model::{Entity, Json};

use super::{Input, PROGRAM, Provenance, of_type};
use crate::{
    address, describe, format,
    pages::evaluation::read::{Effect, begins, targets, text, told},
    visit::Visit,
    words::key,
};

impl Provenance {
    /// Of the effect of a project, with the report of the run that found it.
    pub(crate) fn of_evaluation(visit: &Visit, entity: &Entity, effect: &Effect, report: &Json) -> Self {
        let words = visit.w;
        let of = describe::name_of(entity, words.language);
        let description = describe::text_by_term(entity, "description", words.language);
        let id = address::segment(&entity.id);
        let property = |name: &str| {
            let found = effect.properties.iter().find(|(known, _)| known == name);
            found.map_or_else(String::new, |(_, text)| text.clone())
        };
        let mut facts: Vec<(&'static str, String)> = Vec::new();
        for (name, text) in [
            (
                key!("evaluation.run_at"),
                effect.at.map_or_else(String::new, |at| format::moment(words.language, at)),
            ),
            (key!("evaluation.plan"), property("plan")),
            (key!("evaluation.inputs"), property("inputs")),
            (key!("indicator.vintage"), property("vintage")),
            (key!("provenance.program"), PROGRAM.to_owned()),
        ] {
            if !text.is_empty() {
                facts.push((words.t(name), text));
            }
        }
        Self {
            definition: description.unwrap_or_else(|| words.t("provenance.evaluation").to_owned()),
            inputs: inputs(visit, entity, report),
            entered: String::new(),
            steps: steps(visit, entity, report),
            sql: String::new(),
            facts,
            links: vec![
                (words.t("indicator.entity"), format!("/ngsi-ld/v1/entities/{id}")),
                (words.t("evaluation.runs"), format!("/ngsi-ld/v1/temporal/entities/{id}?attrs=effect")),
            ],
            citation: words.fill(
                "provenance.citation",
                [
                    describe::text_by_term(entity, "dataProvider", words.language)
                        .unwrap_or_else(|| "Smart City Office".to_owned()),
                    of.clone(),
                    property("plan"),
                    property("vintage"),
                    Self::cited(visit, &visit.link(&format!("/evaluation/{id}"))),
                    format::date(words.language, visit.now),
                ],
            ),
            command: String::new(),
            of,
        }
    }
}

/// What is compared: an indicator, or an attribute of entities.
fn inputs(visit: &Visit, entity: &Entity, report: &Json) -> Vec<Input> {
    let words = visit.w;
    let mut inputs = Vec::new();
    let catalogue = visit.portal.options.figures.catalogue();
    // Beside an outcome the indicator is the one for which that stands, and is not read.
    let outcome = text(entity, "outcomeType").zip(text(entity, "outcomeAttribute"));
    let read = if outcome.is_none() { targets(entity, "refIndicator") } else { Vec::new() };
    for id in read {
        let id = id.rsplit(':').next().unwrap_or_default();
        let Some(declaration) = catalogue.indicator(id) else { continue };
        inputs.push(Input {
            name: declaration.title.get(words.language.code()).to_owned(),
            link: visit.link(&format!("/indicator/{id}")),
            taken: String::new(),
            licence: declaration.licence.replace('_', " "),
            coverage: String::new(),
        });
    }
    if let Some((kind, attribute)) = outcome {
        inputs.push(of_type(visit, kind, &[attribute.to_owned()]));
    }
    let left_out = report.get("comparison").and_then(|all| all.get("left_out")).and_then(Json::as_f64);
    if let (Some(input), Some(left_out)) = (inputs.first_mut(), left_out) {
        let count = format::amount(words.language, left_out as u64);
        input.coverage = words.fill("provenance.left_out", [count]);
    }
    inputs
}

fn steps(visit: &Visit, entity: &Entity, report: &Json) -> Vec<String> {
    let words = visit.w;
    let said = |name: &str| report.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let counted = |name: &str| {
        let number = report.get("comparison").and_then(|all| all.get(name)).and_then(Json::as_f64);
        format::amount(words.language, number.unwrap_or_default() as u64)
    };
    let begins = begins(entity).map_or_else(String::new, |day| format::day(words.language, day));
    let mut steps = vec![
        words.fill(
            "provenance.step_compared",
            [counted("donors"), counted("before"), counted("after"), begins],
        ),
        words.fill("provenance.step_method", [said("method"), said("source")]),
    ];
    let reasons = told(words.language.code(), report, "reasons");
    steps.extend(reasons.into_iter().map(|reason| reason.text));
    steps
}
