//! Answers: statuses, headers, bodies.

use axum::{body::Body, response::Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use senne_hub::{Found, Page, Written};
use senne_model::{EntityId, Json, Problem};

use super::{BASE, Call, EntityPage, Media, Parameters, problem_json};
use crate::contexts::Terms;

/// 204.
pub(crate) fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// 201 with the place of what was made.
pub(crate) fn created(kind: &str, id: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::CREATED;
    put(&mut response, header::LOCATION, &format!("{BASE}/{kind}/{}", encode(id)));
    response
}

/// JSON that has no context.
pub(crate) fn plain_json(status: StatusCode, body: &Json) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    put(&mut response, header::CONTENT_TYPE, Media::Json.text());
    response
}

/// The `@context` for a body, when the media type wants it there.
pub(crate) fn context_text(terms: &Terms, media: Media) -> Option<String> {
    (media == Media::LinkedData).then(|| terms.to_json().to_string())
}

/// JSON with the context where the media type wants it: in the Link header, or already in the body.
pub(crate) fn json_answer(
    call: &Call,
    terms: &Terms,
    media: Media,
    in_body: bool,
    body: Vec<u8>,
) -> Response {
    let mut response = Response::new(Body::from(body));
    put(&mut response, header::CONTENT_TYPE, media.text());
    if !in_body {
        let link = format!(
            "<{}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"",
            call.face.contexts.link(terms, &call.origin())
        );
        put(&mut response, header::LINK, &link);
    }
    response
}

/// Links to the pages before and after, and the count (clauses 6.3.10, 6.3.13). They lead on from the first and the last
/// entity that is shown, so that writes in between neither hide nor repeat one; `offset` says about where that is.
pub(crate) fn entity_links(
    response: &mut Response,
    call: &Call,
    media: Media,
    asked: &EntityPage,
    found: &Found,
) {
    let (limit, offset) = (asked.page.limit, asked.offset);
    let path = call.path_only.strip_prefix(BASE).unwrap_or(&call.path_only);
    let mut link = |relation: &str, offset: usize, place: Option<(&str, i64)>| {
        let query = call.parameters.with_place(limit, offset, place);
        let text = format!("<{BASE}{path}?{query}>; rel=\"{relation}\"; type=\"{}\"", media.text());
        append(response, header::LINK, &text);
    };
    if found.more && limit > 0 {
        let after = found.span.map(|(_, last)| ("after", last));
        link("next", offset.saturating_add(found.entities.len()), after);
    }
    if found.less && limit > 0 {
        link("prev", offset.saturating_sub(limit), found.span.map(|(first, _)| ("before", first)));
    }
    if let Some(count) = found.count {
        put(response, HeaderName::from_static("ngsild-results-count"), &count.to_string());
    }
}

/// Links to the pages before and after, and the count (clauses 6.3.10, 6.3.13).
pub(crate) fn page_links(
    response: &mut Response,
    call: &Call,
    media: Media,
    page: &Page,
    more: bool,
    count: Option<u64>,
) {
    let links = PageLinks { path: &call.path_only, parameters: &call.parameters, media: media.text() };
    links.put(response, (page.limit, page.offset), more, count);
}

/// Where the pages before and after are.
pub(crate) struct PageLinks<'a> {
    pub(crate) path: &'a str,
    pub(crate) parameters: &'a Parameters,
    pub(crate) media: &'a str,
}

impl PageLinks<'_> {
    pub(crate) fn put(
        &self,
        response: &mut Response,
        (limit, offset): (usize, usize),
        more: bool,
        count: Option<u64>,
    ) {
        let mut link = |relation: &str, offset: usize| {
            let query = self.parameters.with_page(limit, offset);
            let path = self.path.strip_prefix(BASE).unwrap_or(self.path);
            let text = format!("<{BASE}{path}?{query}>; rel=\"{relation}\"; type=\"{}\"", self.media);
            append(response, header::LINK, &text);
        };
        if more && limit > 0 {
            link("next", offset.saturating_add(limit));
        }
        if offset > 0 && limit > 0 {
            link("prev", offset.saturating_sub(limit));
        }
        if let Some(count) = count {
            put(response, HeaderName::from_static("ngsild-results-count"), &count.to_string());
        }
    }
}

/// The answer to an append or update of attributes: 204, or 207 with what was left (clause 5.2.18).
pub(crate) fn update_result(asked: &[senne_model::Name], written: &Written) -> Response {
    if written.not_updated.is_empty() {
        return no_content();
    }
    let left = |name: &senne_model::Name| written.not_updated.iter().any(|(there, _)| there == name);
    let updated = asked.iter().filter(|name| !left(name)).map(|name| Json::text(name)).collect();
    let not_updated = written
        .not_updated
        .iter()
        .map(|(name, reason)| object([("attributeName", Json::text(name)), ("reason", Json::text(reason))]));
    let body =
        object([("updated", Json::Array(updated)), ("notUpdated", Json::Array(not_updated.collect()))]);
    plain_json(StatusCode::MULTI_STATUS, &body)
}

/// The answer to a batch in which something failed (clauses 5.2.16, 5.2.17).
pub(crate) fn batch_result(success: &[EntityId], errors: &[(Option<EntityId>, Problem)]) -> Response {
    let errors = errors.iter().map(|(id, problem)| {
        let id = id.as_ref().map_or("urn:ngsi-ld:null", EntityId::as_str);
        object([("entityId", Json::text(id)), ("error", problem_json(problem))])
    });
    let body = object([
        ("success", Json::Array(success.iter().map(|id| Json::text(id)).collect())),
        ("errors", Json::Array(errors.collect())),
    ]);
    plain_json(StatusCode::MULTI_STATUS, &body)
}

pub(crate) fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

pub(crate) fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn append(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().append(name, value);
    }
}

/// An id as one segment of a path (RFC 3986): what would end or split the segment is encoded.
fn encode(id: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@!$&'()*+,;=".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
