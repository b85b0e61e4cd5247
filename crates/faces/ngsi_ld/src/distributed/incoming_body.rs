//! The body of a write, read here so that parts of it can be forwarded.

use std::{collections::HashSet, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::Request,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use senne_model::{ErrorKind, Json, Problem};

use super::provision::replayed;
use crate::{
    batch::own_contexts,
    contexts::Terms,
    face::Face,
    http::{Parameters, context_link},
    read::{Mode, contexts_of, read_json},
};

/// A body with what it means.
#[derive(Clone)]
pub(super) struct Received {
    pub(super) method: Method,
    pub(super) bytes: Bytes,
    pub(super) json: Option<Json>,
    /// The context of an object, or of the first element of an array.
    pub(super) terms: Terms,
    /// The contexts of the elements of an array, when they differ.
    item_terms: Vec<Terms>,
    /// The places of elements whose context cannot be had. What is wrong with each is told where it is read for this broker.
    faulty: HashSet<usize>,
    pub(super) linked_data: bool,
    pub(super) simplified: bool,
}

/// How long a caller waits for others to finish before it is sent away.
const PATIENCE: Duration = Duration::from_secs(1);

impl Received {
    /// Reads the body of at most `bytes_max`. Gives none where the request goes on as it came because nothing can
    /// come of it here: no media type that is read, a second context, or no length (415, 400, 411).
    ///
    /// Errors: whatever else keeps the body or its context from being understood (413, 503, 504, 400). Such a
    /// request must not go on: a second try may succeed here, and write what only a source may hold.
    pub(super) async fn read(
        face: &Face,
        request: Request,
        parameters: &Parameters,
        bytes_max: usize,
    ) -> Result<(Request, Option<Self>), Problem> {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        if matches!(method, Method::GET | Method::DELETE) {
            let request = replayed(request, &Bytes::new());
            let received = Self::understand(face, method, &headers, parameters, Bytes::new(), false).await?;
            return Ok((request, Some(received)));
        }
        let Some(linked_data) = is_linked_data(&method, &headers) else { return Ok((request, None)) };
        if linked_data && context_link(&headers)?.is_some() {
            return Ok((request, None));
        }
        let Some(length) = length(&request, bytes_max) else { return Ok((request, None)) };
        if length > bytes_max {
            return Err(too_large(bytes_max));
        }
        // The share is given back before the request goes on, which takes its own.
        let share = face.bodies.acquire_many(u32::try_from(length / 1024 + 1).unwrap_or(u32::MAX));
        let Ok(Ok(_share)) = tokio::time::timeout(PATIENCE, share).await else {
            return Err(Problem::new(ErrorKind::Overloaded, "too many large requests are under way"));
        };
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, bytes_max).await.map_err(|error| {
            let text = error.to_string();
            if text.contains("length limit") {
                return too_large(bytes_max);
            }
            Problem::new(ErrorKind::InvalidRequest, format!("the body could not be read: {text}"))
        })?;
        let request = replayed(Request::from_parts(parts, Body::empty()), &bytes);
        let received = Self::understand(face, method, &headers, parameters, bytes, linked_data).await?;
        Ok((request, Some(received)))
    }

    async fn understand(
        face: &Face,
        method: Method,
        headers: &HeaderMap,
        parameters: &Parameters,
        bytes: Bytes,
        linked_data: bool,
    ) -> Result<Self, Problem> {
        let json = if bytes.is_empty() { None } else { Some(read_json(&bytes)?) };
        let (mut item_terms, mut faulty) = (Vec::new(), HashSet::new());
        // A list of ids names nothing that a context would expand.
        let names_things = json.as_ref().is_some_and(|json| match json {
            Json::Array(items) => items.iter().any(|item| item.as_object().is_some()),
            json => json.as_object().is_some(),
        });
        let terms = if linked_data && names_things && matches!(json, Some(Json::Array(_))) {
            let own = own_contexts(&face.contexts, &bytes).await?;
            let of = |place: &usize| own.contexts.get(*place).cloned().unwrap_or_default();
            let first = own.places.first().copied().unwrap_or_default();
            if own.places.iter().any(|other| *other != first) {
                item_terms = own.places.iter().map(of).collect();
            }
            faulty.extend(own.faults.iter().map(|(place, _)| *place));
            of(&first)
        } else if linked_data && names_things {
            let contexts = contexts_of(&bytes)?;
            face.contexts.by_text(contexts.first().copied().unwrap_or("null")).await?
        } else {
            match context_link(headers)? {
                Some(url) => face.contexts.by_url(&url).await?,
                None => Terms::default_core(),
            }
        };
        let simple = |word: &str| matches!(word, "simplified" | "keyValues");
        let simplified = parameters.get("format").is_some_and(simple)
            || parameters.list("options").is_some_and(|options| options.into_iter().any(simple));
        Ok(Self { method, bytes, json, terms, item_terms, faulty, linked_data, simplified })
    }

    /// The context of an element of an array.
    pub(super) fn terms_of(&self, place: usize) -> &Terms {
        self.item_terms.get(place).unwrap_or(&self.terms)
    }

    /// Whether the context of an element of an array cannot be had.
    pub(super) fn is_faulty(&self, place: usize) -> bool {
        self.faulty.contains(&place)
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

/// How long a body is in bytes: as announced, else as long as it may be; none when it is sent without saying how.
fn length(request: &Request, bytes_max: usize) -> Option<usize> {
    let headers = request.headers();
    let announced: Option<usize> =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let known = || HttpBody::size_hint(request.body()).exact().filter(|length| *length > 0);
    announced
        .or_else(|| known().map(|length| usize::try_from(length).unwrap_or(usize::MAX)))
        .or_else(|| headers.contains_key(header::TRANSFER_ENCODING).then_some(bytes_max))
}

/// Whether the body is JSON-LD; none when it is no JSON at all.
fn is_linked_data(method: &Method, headers: &HeaderMap) -> Option<bool> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => Some(false),
        "application/ld+json" => Some(true),
        "application/merge-patch+json" if *method == Method::PATCH => Some(false),
        _ => None,
    }
}

fn too_large(bytes_max: usize) -> Problem {
    let detail = format!("the body is larger than {bytes_max} bytes; send it in parts");
    Problem::new(ErrorKind::TooLarge, detail)
}
