//! What a reader sees when a page cannot be shown.

use askama::Template;
use axum::response::Response;
use senne_model::{ErrorKind, Problem};

use crate::{frame::Frame, visit::Visit};

#[derive(Template)]
#[template(path = "problem.html")]
pub(crate) struct ProblemPage {
    frame: Frame,
    title: &'static str,
    text: &'static str,
    detail: String,
}

impl ProblemPage {
    pub(crate) fn new(frame: Frame, problem: &Problem) -> Self {
        let w = frame.w;
        let (title, text) = match problem.kind {
            ErrorKind::NotFound | ErrorKind::NoSuchTenant => {
                (w.t("problem.missing"), w.t("problem.missing_text"))
            }
            ErrorKind::Forbidden | ErrorKind::Unauthenticated => {
                (w.t("problem.forbidden"), w.t("problem.forbidden_text"))
            }
            ErrorKind::Internal => (w.t("problem.defect"), w.t("problem.defect_text")),
            ErrorKind::Overloaded | ErrorKind::Timeout => (w.t("problem.busy"), w.t("problem.busy_text")),
            _ => (w.t("problem.refused"), w.t("problem.refused_text")),
        };
        let detail = match problem.kind {
            ErrorKind::Internal | ErrorKind::NotFound => String::new(),
            _ => problem.to_string(),
        };
        let frame = frame.titled(title, text).ending(title);
        Self { frame, title, text, detail }
    }
}

/// Any address of a language that is no page.
pub(crate) async fn missing(visit: Visit) -> Response {
    visit.refuse(&Problem::not_found("no such page"))
}
