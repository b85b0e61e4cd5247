//! The past of entities at all brokers together (clauses 5.7.3, 5.7.4).

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, StatusCode, header};
use senne_language::{Query, TimeFilter};
use senne_model::{EntityId, Json, Problem};

use super::{
    dressed::Dress, incoming_body::Received, parts::answer_of, past_asking::Version, past_members::Members,
    past_merge::Form, past_page::PastPage, past_range::narrowest, provision::refused, together::together,
    trip::Trip,
};
use crate::{
    face::Face,
    http::{Ask, BASE, Parameters},
    registrations::{Mode, Serves, Wanted, csf},
};

/// A question about the past.
pub(super) struct Asked {
    parameters: Parameters,
    /// The parameters with what every broker is asked for.
    pub(super) wide: Parameters,
    pub(super) members: Members,
    /// The path after `/ngsi-ld/v1`, in parts.
    pub(super) path: Vec<String>,
    pub(super) received: Received,
    pub(super) query: Query,
    /// What registrations must be of.
    pub(super) wanted: Wanted,
    /// The one entity that the path names.
    pub(super) one: Option<EntityId>,
}

pub(super) async fn read(
    face: &Face,
    trip: &Trip,
    caller: &senne_hub::Context,
    serves: Serves,
    request: Request,
    next: Next,
) -> Response {
    let Ok(parameters) = Parameters::parse(request.uri().query()) else { return next.run(request).await };
    let read = Received::read(face, request, &parameters, face.options.entity_bytes_max).await;
    let (request, received) = match read {
        Ok(read) => read,
        Err(problem) => return refused(problem),
    };
    let Some(received) = received else { return next.run(request).await };
    let Ok(asked) = Asked::read(parameters, request.uri().path(), received) else {
        return next.run(request).await;
    };
    let mut matched = face.registrations.matching(&caller.tenant, &asked.wanted);
    matched.retain(|found| found.registration.operations.has(serves));
    let matched = trip.passable(matched);
    if matched.is_empty() {
        return next.run(request).await;
    }
    let page = match serves {
        Serves::QueryTemporal => match PastPage::read(&asked.parameters, face) {
            Ok(page) => page,
            Err(problem) => return refused(problem),
        },
        _ => None,
    };
    let request = match &page {
        Some(page) => asked.widened(request, page),
        None => request,
    };
    let (path, headers) = (request.uri().path().to_owned(), request.headers().clone());
    let answer = next.run(request).await;
    if !answer.status().is_success() && answer.status() != StatusCode::NOT_FOUND {
        return answer;
    }
    let sent = matched.iter().map(|found| asked.forward(face, trip, found, page));
    let mut versions: Vec<Version> = together(sent.collect()).await.into_iter().flatten().collect();
    if versions.is_empty() && page.is_none() {
        return answer;
    }
    let more =
        page.is_some_and(|page| page.goes_on(&answer) || versions.iter().any(|one| one.given >= page.wide()));
    versions.sort_by_key(|one| one.mode == Mode::Auxiliary);
    let (mut head, body) = answer.into_parts();
    let dress = Dress { face, headers: &headers, terms: &asked.received.terms };
    let mut joined: Option<Json> = None;
    if head.status.is_success() {
        match answer_of(body).await {
            Ok(ours) => joined = Some(ours),
            Err(problem) => return refused(problem),
        }
    } else {
        dress.found(&mut head);
    }
    let last: Option<usize> = asked.parameter("lastN").and_then(|text| text.parse().ok());
    mark_range(&mut head, &versions, last.is_some());
    let form = asked.form();
    for version in &mut versions {
        let json = std::mem::take(&mut version.json);
        joined = Some(match joined {
            None => json,
            Some(there) => form.merge(there, json, version.mode == Mode::Auxiliary),
        });
    }
    if let (Some(count), Some(joined)) = (last, joined.as_mut()) {
        form.newest(joined, count);
    }
    if let Some(joined) = joined.as_mut() {
        dress.contexts(&head, joined);
    }
    head.headers.remove(header::CONTENT_LENGTH);
    match (page, joined) {
        (Some(page), Some(Json::Array(all))) => {
            page.cut(head, all, more, &path, &asked.parameters, &asked.members)
        }
        (_, joined) => Response::from_parts(head, Body::from(joined.unwrap_or(Json::Null).to_string())),
    }
}

/// What a source told of the past in part alone makes the whole a part (206).
fn mark_range(head: &mut http::response::Parts, versions: &[Version], goes_back: bool) {
    let ours = head.headers.get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let ours = ours.map(str::to_owned);
    let all = ours.into_iter().chain(versions.iter().filter_map(|one| one.range.clone()));
    let Some(range) = narrowest(all.collect(), goes_back) else { return };
    head.status = StatusCode::PARTIAL_CONTENT;
    if let (false, Ok(range)) = (range.is_empty(), HeaderValue::from_str(&range)) {
        head.headers.insert(header::CONTENT_RANGE, range);
    }
}

impl Asked {
    fn read(parameters: Parameters, path: &str, received: Received) -> Result<Self, Problem> {
        let path = path.strip_prefix(BASE).unwrap_or(path).trim_matches('/');
        let path: Vec<String> = path.split('/').map(super::operation::percent_decoded).collect();
        let (document, terms) = (received.json.as_ref(), &received.terms);
        let (mut query, times) = match document {
            Some(document) => (Ask::from_document(document)?.into_query(terms)?, document.get("temporalQ")),
            None => (Ask::from_parameters(&parameters).into_query(terms)?, None),
        };
        let mut one = None;
        if let ["temporal", "entities", id] = path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            let id = EntityId::parse(id)?;
            query.ids = vec![id.clone()];
            one = Some(id);
        }
        let get = |name: &str| match times {
            Some(times) => times.get(name).and_then(Json::as_str),
            None => parameters.get(name),
        };
        let time = TimeFilter::parse(get("timerel"), get("timeAt"), get("endTimeAt"), get("timeproperty"))?;
        let mut wanted = Wanted::of_query(&query);
        wanted.time = Some(time);
        wanted.time_may_be_unknown = true;
        wanted.csf = csf(parameters.get("csf"), terms)?;
        // Of one entity nothing is joined by its name.
        let members = Members::read(&parameters, document, terms);
        let wide = if one.is_some() { parameters.clone() } else { members.widen(&parameters) };
        Ok(Self { parameters, wide, members, path, received, query, wanted, one })
    }

    /// The request for our own part: all up to the end of the page, with what joins entities.
    fn widened(&self, mut request: Request, page: &PastPage) -> Request {
        page.widen(&mut request, &self.wide);
        match &self.received.json {
            Some(document) => {
                let wide = self.members.widen_document(document).to_string();
                self.received.with_body(request, wide.into())
            }
            None => request,
        }
    }

    /// A parameter of the time that is asked about, from the address or the document.
    fn parameter(&self, name: &str) -> Option<String> {
        let times = self.received.json.as_ref().and_then(|document| document.get("temporalQ"));
        match times.and_then(|times| times.get(name)) {
            Some(Json::Text(text)) => Some(text.to_string()),
            Some(other) => Some(other.to_string()),
            None => self.parameters.get(name).map(str::to_owned),
        }
    }

    /// In which form the past is told.
    fn form(&self) -> Form {
        // `format` goes before the older `options` (clause 6.3.12); whoever names methods in a document wants sums.
        let wants = |words: &[&str]| match self.parameters.get("format") {
            Some(format) if !format.is_empty() => words.contains(&format),
            _ => words.iter().any(|word| self.parameters.option(word)),
        };
        let document = self.received.json.as_ref().filter(|_| self.parameters.get("format").is_none());
        let sums = document.is_some_and(|document| {
            let methods = document.get("temporalQ").and_then(|times| times.get("aggrMethods"));
            methods.is_some() || document.get("aggrParams").is_some()
        });
        if wants(&["aggregatedValues", "temporalValues", "simplified", "keyValues"]) || sums {
            Form::Series
        } else {
            Form::Instances
        }
    }
}
