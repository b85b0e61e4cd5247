//! The programme: what was promised, how far it is, and what it changed.

mod brief;
mod call;
mod calls;
mod data;
mod decision;
mod draft;
mod drafts;
mod edit;
mod memorandum;
mod objective;
mod pillar;
mod place;
mod portfolio;
mod printed;
mod project;
mod propose;
mod refusal;
mod report;
mod roadmap;
mod shared;

use axum::{
    Router,
    routing::{get, post},
};

use crate::{language::Language, visit::At};

/// The routes of the programme in one language.
pub(crate) fn routes(language: Language) -> Router<At> {
    let path = |rest: &str| format!("/{language}/programme{rest}");
    Router::new()
        .route(&path(""), get(portfolio::show))
        .route(&path("/roadmap"), get(roadmap::show))
        .route(&path("/pillar/{id}"), get(pillar::show))
        .route(&path("/objective/{id}"), get(objective::show))
        .route(&path("/project/{id}"), get(project::show))
        .route(&path("/calls"), get(calls::show))
        .route(&path("/call/{id}"), get(call::show))
        .route(&path("/call/{id}/propose"), get(propose::show).post(propose::send))
        .route(&path("/place"), post(propose::place::touched))
        .route(&path("/call/{id}/choose"), get(call::choose::show).post(call::choose::send))
        .route(&path("/decision/{id}"), get(decision::show))
        .route(&path("/memorandum/{id}"), get(memorandum::show))
        .route(&path("/brief"), get(brief::show))
        .route(&path("/brief.pdf"), get(printed::brief))
        .route(&path("/report"), get(report::show))
        .route(&path("/report.pdf"), get(printed::report))
        .route(&path("/data"), get(data::show))
        .route(&path("/data/{file}"), get(data::file))
        .route(&path("/calendar.ics"), get(data::calendar))
        .route(&path("/news.atom"), get(data::news))
        .route(&path("/drafts"), get(drafts::show))
        .route(&path("/draft/{id}"), get(draft::show).post(draft::send))
        .route(&path("/new/{kind}"), get(edit::begin).post(edit::send_new))
        .route(&path("/edit/{id}"), get(edit::show).post(edit::send))
}
