//! The body of a write, read here so that parts of it can be forwarded.

use axum::{body::Body, extract::Request};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use senne_model::Json;

use super::provision::replayed;
use crate::{
    contexts::Terms,
    face::Face,
    http::{Parameters, context_link},
    read::{Mode, contexts_of, read_json},
};

/// A body with what it means.
pub(super) struct Received {
    pub(super) method: Method,
    pub(super) bytes: Bytes,
    pub(super) json: Option<Json>,
    /// The context of an object, or of the first element of an array.
    pub(super) terms: Terms,
    /// The contexts of the elements of an array, when they differ.
    item_terms: Vec<Terms>,
    pub(super) linked_data: bool,
    pub(super) simplified: bool,
}

impl Received {
    /// Reads the body of at most `bytes_max`. `None` when it is larger or malformed: the request goes on as it
    /// came, and is refused in the usual way.
    pub(super) async fn read(
        face: &Face,
        request: Request,
        parameters: &Parameters,
        bytes_max: usize,
    ) -> (Request, Option<Self>) {
        let headers = request.headers();
        let announced =
            headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let has_body = !matches!(*request.method(), Method::GET | Method::DELETE);
        let length: usize = match (has_body, announced) {
            (true, Some(length)) => length,
            (true, None) => {
                axum::body::HttpBody::size_hint(request.body()).exact().unwrap_or(u64::MAX) as usize
            }
            (false, _) => 0,
        };
        if length > bytes_max {
            return (request, None);
        }
        // The share is given back before the request goes on, which takes its own.
        let share = face.bodies.acquire_many(u32::try_from(length / 1024 + 1).unwrap_or(u32::MAX));
        let Ok(Ok(_share)) = tokio::time::timeout(std::time::Duration::from_secs(1), share).await else {
            return (request, None);
        };
        let (parts, body) = request.into_parts();
        let bytes = if has_body {
            axum::body::to_bytes(body, bytes_max).await.unwrap_or_default()
        } else {
            Bytes::new()
        };
        let request = replayed(Request::from_parts(parts, Body::empty()), &bytes);
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let received = Self::understand(face, method, &headers, parameters, bytes).await;
        (request, received)
    }

    async fn understand(
        face: &Face,
        method: Method,
        headers: &HeaderMap,
        parameters: &Parameters,
        bytes: Bytes,
    ) -> Option<Self> {
        let media =
            headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let linked_data = media.split(';').next().unwrap_or_default().trim() == "application/ld+json";
        let json = if bytes.is_empty() { None } else { Some(read_json(&bytes).ok()?) };
        let mut item_terms = Vec::new();
        // A list of ids names nothing that a context would expand.
        let names_things = json.as_ref().is_some_and(|json| match json {
            Json::Array(items) => items.iter().any(|item| item.as_object().is_some()),
            json => json.as_object().is_some(),
        });
        let terms = if linked_data && names_things {
            let contexts = contexts_of(&bytes).ok()?;
            let first = *contexts.first()?;
            if contexts.iter().any(|other| *other != first) {
                for text in &contexts {
                    item_terms.push(face.contexts.by_text(text).await.ok()?);
                }
            }
            face.contexts.by_text(first).await.ok()?
        } else {
            match context_link(headers).ok()? {
                Some(url) => face.contexts.by_url(&url).await.ok()?,
                None => Terms::default_core(),
            }
        };
        let simple = |word: &str| matches!(word, "simplified" | "keyValues");
        let simplified = parameters.get("format").is_some_and(simple)
            || parameters.list("options").is_some_and(|options| options.into_iter().any(simple));
        Some(Self { method, bytes, json, terms, item_terms, linked_data, simplified })
    }

    /// The context of an element of an array.
    pub(super) fn terms_of(&self, place: usize) -> &Terms {
        self.item_terms.get(place).unwrap_or(&self.terms)
    }

    /// Whether all elements have the same context.
    pub(super) fn is_uniform(&self) -> bool {
        self.item_terms.is_empty()
    }

    /// The mode with what the request adds to it.
    pub(super) fn mode(&self, mode: Mode) -> Mode {
        Mode { linked_data: self.linked_data, simplified: self.simplified, ..mode }
    }

    /// The request with less in its body.
    #[expect(clippy::unused_self, reason = "only a body that was read may be put in its place")]
    pub(super) fn with_body(&self, request: Request, body: Bytes) -> Request {
        let (mut parts, _) = request.into_parts();
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        Request::from_parts(parts, Body::from(body))
    }
}
