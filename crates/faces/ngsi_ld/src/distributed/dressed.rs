//! An answer that was joined from those of several brokers, with its context where the media type wants it
//! (clause 6.3.5).

use http::{HeaderMap, HeaderValue, StatusCode, header, response::Parts};
use senne_model::Json;

use crate::{
    contexts::Terms,
    face::Face,
    http::{Media, Offer, negotiate},
};

/// How the answer to a request looks.
pub(super) struct Dress<'a> {
    pub(super) face: &'a Face,
    /// Those of the request.
    pub(super) headers: &'a HeaderMap,
    pub(super) terms: &'a Terms,
}

impl Dress<'_> {
    /// Makes of our own 404 the head of an answer with what sources have.
    pub(super) fn found(&self, head: &mut Parts) {
        let media = negotiate(self.headers, Offer::Plain).unwrap_or(Media::Json);
        head.status = StatusCode::OK;
        head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.text()));
        if media == Media::LinkedData {
            return;
        }
        let host = self.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let url = self.face.contexts.link(self.terms, &self.face.origin(host));
        let link =
            format!("<{url}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            head.headers.insert(header::LINK, link);
        }
    }

    /// Gives every object its context, where it stands in the body: those of sources came without.
    pub(super) fn contexts(&self, head: &Parts, body: &mut Json) {
        let media = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if media.is_some_and(|media| media.starts_with(Media::LinkedData.text())) {
            give(body, &self.terms.to_json());
        }
    }
}

fn give(body: &mut Json, context: &Json) {
    match body {
        Json::Array(items) => items.iter_mut().for_each(|item| give(item, context)),
        Json::Object(members) if !members.iter().any(|(name, _)| &**name == "@context") => {
            members.push(("@context".into(), context.clone()));
        }
        _ => {}
    }
}
