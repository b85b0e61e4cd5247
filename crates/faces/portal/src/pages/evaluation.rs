//! One evaluation: the verdict, what was observed beside what would have been, how it was computed, what could be wrong.

pub(crate) mod read;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_chart::{
    Dot, Trust,
    line::{Guideline, LineChart, Side},
};
use senne_model::{Entity, EntityId, Json, Problem};
use senne_programme::{IndicatorId, ProjectId};

use self::read::{Effect, Step, Told, begins, course, report, targets, text, told, verdict, weights};
use super::{indicator::series::length, rows};
use crate::{
    address, describe, format,
    frame::Frame,
    provenance::Provenance,
    visit::Visit,
    words::{Words, key},
};

/// How many donors are named.
const DONORS_SHOWN: usize = 10;
/// Below this a number is written with more decimals.
const SMALL: f64 = 0.1;

#[derive(Template)]
#[template(path = "evaluation.html")]
struct EvaluationPage {
    frame: Frame,
    title: String,
    verdict: String,
    simulated: bool,
    figures: Vec<(String, String)>,
    chart: String,
    gap: String,
    sentence: String,
    steps: Vec<StepRow>,
    /// The project whose effect it is, where one is named.
    project: Option<rows::Linked>,
    treated: Vec<rows::Linked>,
    donors: Vec<Donor>,
    warnings: Vec<Told>,
    facts: Vec<(String, String)>,
    from: Option<Provenance>,
    api: String,
    past: String,
}

struct StepRow {
    period: String,
    observed: String,
    counterfactual: String,
    gap: String,
}

struct Donor {
    name: String,
    link: String,
    weight: String,
}

/// `GET /{language}/evaluation/{id}`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = view(&visit, &id).await;
    visit.answer(page)
}

async fn view(visit: &Visit, id: &str) -> Result<EvaluationPage, Problem> {
    let words = visit.w;
    let missing = || Problem::not_found("no such evaluation");
    let id = EntityId::parse(id).map_err(|_| missing())?;
    let entity = visit.hub().entity(&visit.context(), &id).await?;
    if !entity.types.iter().any(|kind| kind.local() == "Evaluation") {
        return Err(missing());
    }
    let title = describe::name_of(&entity, words.language);
    let verdict = verdict(words, &entity);
    let effect = Effect::of(&entity);
    let empty = Json::Null;
    let report = report(&entity).unwrap_or(&empty);
    let steps = course(report);
    let begins = begins(&entity).and_then(|day| day.parse::<senne_indicator::Period>().ok());
    let begins = begins.map(|day| day.moments(&jiff::tz::TimeZone::UTC).0);
    let (chart, gap) = charts(words, &title, &verdict, &steps, begins);
    Ok(EvaluationPage {
        frame: visit
            .frame()
            .titled(title.clone(), verdict.clone())
            .under(words.t("frame.evaluations"), "/evaluations")
            .ending(title.clone()),
        simulated: describe::simulated(&entity),
        figures: effect.as_ref().map(|effect| figures(words, &entity, effect, report)).unwrap_or_default(),
        sentence: sentence(words, &steps, begins),
        steps: steps.iter().rev().map(|step| step_row(words, step)).collect(),
        project: project(visit, &entity).await,
        treated: linked(visit, &targets(&entity, "treated")).await,
        donors: donors(visit, report).await,
        warnings: told(words.language.code(), report, "warnings"),
        facts: facts(words, &entity, outcome(visit, &entity).await, effect.as_ref(), report),
        from: effect.as_ref().map(|effect| Provenance::of_evaluation(visit, &entity, effect, report)),
        api: format!("/ngsi-ld/v1/entities/{}", address::segment(&id)),
        past: format!("/ngsi-ld/v1/temporal/entities/{}?attrs=effect", address::segment(&id)),
        title,
        verdict,
        chart,
        gap,
    })
}

fn figures(words: Words, entity: &Entity, effect: &Effect, report: &Json) -> Vec<(String, String)> {
    let unit = describe::text_by_term(entity, "outcomeUnit", words.language);
    let unit = unit.map(|unit| of_difference(words, unit));
    let number = |x: f64| shown(words, x);
    let with_unit = |x: f64| match &unit {
        Some(unit) => format!("{}\u{a0}{unit}", number(x)),
        None => number(x),
    };
    let mut figures = vec![(words.t("evaluation.effect").to_owned(), with_unit(effect.value))];
    if let Some((low, high)) = effect.interval {
        let text = words.fill("indicator.interval", [number(low), with_unit(high)]);
        figures.push((words.t("indicator.interval_title").to_owned(), text));
    }
    if let Some(relative) = report.get("relative").and_then(Json::as_f64) {
        figures.push((words.t("evaluation.relative").to_owned(), format::percent(words.language, relative)));
    }
    let grade = words.fill("evaluation.grade", [format::amount(words.language, effect.grade)]);
    figures.push((words.t("evaluation.evidence").to_owned(), grade));
    figures
}

fn dots(
    steps: &[Step],
    value: impl Fn(&Step) -> f64,
    spread: impl Fn(&Step) -> Option<(f64, f64)>,
) -> Vec<Dot> {
    let dot = |step: &Step| Dot {
        at: step.period.moments(&jiff::tz::TimeZone::UTC).0,
        value: value(step),
        spread: spread(step),
        trust: Trust::Usable,
    };
    steps.iter().map(dot).collect()
}

/// Observed beside what would have been; and the gap between them.
fn charts(words: Words, title: &str, verdict: &str, steps: &[Step], begins: Option<i64>) -> (String, String) {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Default::default() };
    if steps.len() < 2 {
        return Default::default();
    }
    let observed = dots(steps, |step| step.observed, |_| None);
    let would = dots(steps, |step| step.counterfactual, |step| step.bounds);
    let gaps = dots(
        steps,
        |step| step.observed - step.counterfactual,
        |step| step.bounds.map(|(low, high)| (step.observed - high, step.observed - low)),
    );
    let place = |step: &Step| step.period.moments(&jiff::tz::TimeZone::UTC).0;
    let chart = LineChart {
        id: "evaluation-chart",
        title,
        description: verdict,
        unit: "",
        words: &words,
        from: place(first),
        to: place(last),
        dots: &observed,
        gap_after: length(first.period) * 5 / 2,
        guideline: None,
        scale_of: None,
        beside: &would,
        begins: begins.map(|at| (at, words.t("evaluation.begins"))),
    };
    let zero =
        Guideline { value: 0.0, label: words.t("evaluation.no_gap").to_owned(), shaded: Side::Nowhere };
    let gap = LineChart {
        id: "evaluation-gap",
        title: words.t("evaluation.gap"),
        description: verdict,
        dots: &gaps,
        guideline: Some(zero),
        beside: &[],
        ..chart.clone()
    };
    (chart.svg(), gap.svg())
}

/// The means before and after, of what was observed and of what would have been.
fn sentence(words: Words, steps: &[Step], begins: Option<i64>) -> String {
    let Some(begins) = begins else { return String::new() };
    let after: Vec<&Step> =
        steps.iter().filter(|step| step.period.moments(&jiff::tz::TimeZone::UTC).0 >= begins).collect();
    if after.is_empty() {
        return String::new();
    }
    let mean =
        |value: &dyn Fn(&Step) -> f64| after.iter().map(|step| value(step)).sum::<f64>() / after.len() as f64;
    let [observed, would] = [mean(&|step| step.observed), mean(&|step| step.counterfactual)];
    words.fill("evaluation.sentence", [observed, would].map(|x| shown(words, x)))
}

fn step_row(words: Words, step: &Step) -> StepRow {
    let number = |x: f64| shown(words, x);
    StepRow {
        period: format::period(words.language, step.period),
        observed: number(step.observed),
        counterfactual: number(step.counterfactual),
        gap: number(step.observed - step.counterfactual),
    }
}

async fn linked(visit: &Visit, ids: &[String]) -> Vec<rows::Linked> {
    let mut found = Vec::new();
    for id in ids {
        found.push(link(visit, id).await);
    }
    found
}

async fn link(visit: &Visit, id: &str) -> rows::Linked {
    let id = EntityId::trusted(id);
    let entity = visit.hub().entity(&visit.context(), &id).await;
    let name = entity.map_or_else(|_| id.to_string(), |entity| describe::name_of(&entity, visit.w.language));
    rows::Linked { name, link: rows::entity_link(visit.w, &id) }
}

/// The project on its page, or on that of its entity when it is no project of the programme.
async fn project(visit: &Visit, entity: &Entity) -> Option<rows::Linked> {
    let written = || text(entity, "refProject").map(str::to_owned);
    let id = targets(entity, "refProject").into_iter().next().or_else(written)?;
    let view = visit.portal.options.programmes.view(&visit.context()).await.ok();
    let found = view.as_ref().and_then(|view| view.programme.projects.get(&ProjectId::from(id.as_str())));
    let Some(found) = found else { return Some(link(visit, &id).await) };
    let last = id.strip_prefix("urn:ngsi-ld:Project:").unwrap_or(&id);
    let name = found.name.get(visit.w.language.code()).filter(|name| !name.is_empty()).unwrap_or(last);
    let page = format!("/programme/project/{}", address::segment(last));
    Some(rows::Linked { name: name.to_owned(), link: visit.link(&page) })
}

/// What the project should move, by its name: an attribute of entities, or an indicator.
async fn outcome(visit: &Visit, entity: &Entity) -> Option<String> {
    if let Some(kind) = text(entity, "outcomeType") {
        let attribute = format!("{kind} · {}", text(entity, "outcomeAttribute").unwrap_or_default());
        let name = describe::text_by_term(entity, "outcomeName", visit.w.language);
        return Some(name.map_or_else(|| attribute.clone(), |name| format!("{name} ({attribute})")));
    }
    let (id, code) = (targets(entity, "refIndicator").pop()?, visit.w.language.code());
    let last = id.rsplit(':').next().unwrap_or_default();
    if let Some(declaration) = visit.portal.options.figures.catalogue().indicator(last) {
        return Some(declaration.title.get(code).to_owned());
    }
    let view = visit.portal.options.programmes.view(&visit.context()).await.ok();
    let found = view.as_ref().and_then(|view| view.programme.indicators.get(&IndicatorId::from(id.as_str())));
    let name = found.and_then(|indicator| indicator.name.get(code)).filter(|name| !name.is_empty());
    Some(name.unwrap_or(last).to_owned())
}

async fn donors(visit: &Visit, report: &Json) -> Vec<Donor> {
    let mut donors = Vec::new();
    for (id, weight) in weights(report, "unit_weights", DONORS_SHOWN) {
        let rows::Linked { name, link } = link(visit, &id).await;
        donors.push(Donor { name, link, weight: format::number(visit.w.language, weight, 3) });
    }
    donors
}

fn facts(
    words: Words,
    entity: &Entity,
    outcome: Option<String>,
    effect: Option<&Effect>,
    report: &Json,
) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut put = |name: &'static str, text: Option<String>| {
        facts.extend(text.filter(|text| !text.is_empty()).map(|text| (words.t(name).to_owned(), text)));
    };
    let said = |name: &str| report.get(name).and_then(Json::as_str);
    let counted = |name: &str| {
        let number = report.get("comparison")?.get(name)?.as_f64()?;
        Some(format::amount(words.language, number as u64))
    };
    let method = said("method").map(|method| format!("{method}: {}", said("source").unwrap_or_default()));
    put(key!("evaluation.method"), method);
    put(key!("evaluation.start"), begins(entity).map(|day| format::day(words.language, day)));
    put(key!("evaluation.donors"), counted("donors"));
    put(key!("evaluation.before"), counted("before"));
    put(key!("evaluation.after"), counted("after"));
    put(key!("evaluation.left_out"), counted("left_out"));
    put(key!("evaluation.outcome"), outcome);
    if let Some(effect) = effect {
        let property = |name: &str| {
            effect.properties.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone())
        };
        put(key!("evaluation.p"), property("pValue").map(|text| shortened(words, &text)));
        put(key!("evaluation.detectable"), property("detectable").map(|text| shortened(words, &text)));
    }
    facts
}

/// The unit in which an outcome differs: percentages differ by points.
fn of_difference(words: Words, unit: String) -> String {
    if unit == "%" { words.t("portfolio.points").to_owned() } else { unit }
}

/// A number of the entity with as many digits as a reader needs.
fn shortened(words: Words, text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |x| shown(words, x))
}

/// The same of a number: as other values, but a small one keeps its first digits, as an effect of 0.004 is not 0.
pub(crate) fn shown(words: Words, x: f64) -> String {
    if x == 0.0 || x.abs() >= SMALL {
        format::value(words.language, x)
    } else {
        format::number(words.language, x, 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn percentages_differ_by_points() {
        let said = |unit: &str| of_difference(Words::new(Language::Nl), unit.to_owned());
        assert_eq!([said("%"), said("dB")], ["procentpunten", "dB"]);
    }

    #[test]
    fn small_numbers_keep_their_first_digits() {
        let shown = |text: &str| shortened(Words::new(Language::En), text);
        assert_eq!(["210.34", "12.3456", "0.5"].map(shown), ["210", "12.3", "0.50"]);
        assert_eq!(["0.0392157", "0.0042", "0", "n/a"].map(shown), ["0.0392", "0.0042", "0", "n/a"]);
    }
}
