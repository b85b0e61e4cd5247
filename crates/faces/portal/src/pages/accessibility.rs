//! The accessibility statement and what the portal keeps of its readers.

use askama::Template;
use axum::response::Response;

use crate::{frame::Frame, visit::Visit};

#[derive(Template)]
#[template(path = "accessibility.html")]
struct AccessibilityPage {
    frame: Frame,
    contact: String,
}

/// `GET /{language}/accessibility`
pub(crate) async fn show(visit: Visit) -> Response {
    let title = visit.w.t("accessibility.title");
    let contact = visit.portal.options.contact.clone();
    let contact = contact.map_or_else(
        || visit.w.t("accessibility.contact_none").to_owned(),
        |contact| visit.w.fill("accessibility.contact_text", [contact]),
    );
    let frame = visit.frame().titled(title, visit.w.t("accessibility.lead")).ending(title);
    visit.answer(Ok(AccessibilityPage { frame, contact }))
}
