//! Did it work? All evaluations with their verdicts.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use senne_chart::interval;
use senne_hub::{
    Page,
    language::{Query, TypeExpression},
};
use senne_model::{Entity, Name, Problem};

use super::evaluation::{
    read::{Effect, verdict},
    shown,
};
use crate::{address, describe, format, frame::Frame, visit::Visit};

/// The most evaluations of the page.
const EVALUATIONS_MAX: usize = 500;

#[derive(Template)]
#[template(path = "evaluations.html")]
struct EvaluationsPage {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    link: String,
    verdict: String,
    grade: String,
    effect: String,
    interval: String,
    picture: String,
    simulated: bool,
}

/// `GET /{language}/evaluations`
pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

async fn view(visit: &Visit) -> Result<EvaluationsPage, Problem> {
    let words = visit.w;
    let title = words.t("frame.evaluations");
    let mut found = read(visit).await?;
    found.sort_by_cached_key(|entity| describe::name_of(entity, words.language));
    Ok(EvaluationsPage {
        frame: visit.frame().titled(title, words.t("evaluations.lead")).ending(title),
        rows: found.iter().map(|entity| row(visit, entity)).collect(),
    })
}

/// All evaluations.
pub(super) async fn read(visit: &Visit) -> Result<Vec<Arc<Entity>>, Problem> {
    let expand = |term: &str| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"));
    let types = Some(TypeExpression::parse("Evaluation", &expand)?);
    let query = Query { types, ..Query::default() };
    Ok(visit.hub().query(&visit.context(), &query, &Page::first(EVALUATIONS_MAX)).await?.entities)
}

fn row(visit: &Visit, entity: &Entity) -> Row {
    let words = visit.w;
    let effect = Effect::of(entity);
    let number = |x: f64| shown(words, x);
    let picture = effect.as_ref().map_or_else(String::new, |effect| {
        let ends = effect.interval.unwrap_or((effect.value, effect.value));
        let (low, high) = (ends.0.min(0.0), ends.1.max(0.0));
        let room = (high - low) * 0.05;
        interval::svg(Some(effect.value), effect.interval, Some(0.0), (low - room, high + room))
    });
    Row {
        name: describe::name_of(entity, words.language),
        link: visit.link(&format!("/evaluation/{}", address::segment(&entity.id))),
        verdict: verdict(words, entity),
        grade: effect.as_ref().map_or_else(String::new, |effect| {
            words.fill("evaluation.grade", [format::amount(words.language, effect.grade)])
        }),
        effect: effect.as_ref().map_or_else(String::new, |effect| number(effect.value)),
        interval: effect
            .as_ref()
            .and_then(|effect| effect.interval)
            .map_or_else(String::new, |(low, high)| {
                words.fill("indicator.interval", [number(low), number(high)])
            }),
        picture,
        simulated: describe::simulated(entity),
    }
}
