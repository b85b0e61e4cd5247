//! The past of entities at all brokers together (clauses 5.7.3, 5.7.4).

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use http::StatusCode;
use senne_language::{Query, TimeFilter};
use senne_model::{EntityId, Json, Problem};

use super::{
    asking::{expression, renamed},
    forward::{Naming, Outgoing},
    incoming_body::Received,
    names::{is_attribute, reduced},
    parts::answer_of,
    past_document::renamed_document,
    past_merge::Form,
    past_page::PastPage,
    provision::{refused, replayed},
    together::together,
    trip::Trip,
};
use crate::{
    contexts::Terms,
    face::Face,
    http::{Ask, BASE, Parameters},
    registrations::{Matched, Mode, Serves, Wanted, csf},
};

/// What one source answered.
struct Version {
    mode: Mode,
    json: Json,
}

/// A question about the past.
struct Asked {
    parameters: Parameters,
    /// The path after `/ngsi-ld/v1`, in parts.
    path: Vec<String>,
    received: Received,
    query: Query,
    time: TimeFilter,
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
    let Ok(matched) = asked.matching(face, trip, caller, serves) else { return next.run(request).await };
    if matched.is_empty() {
        return next.run(request).await;
    }
    let bytes = asked.received.bytes.clone();
    let mut request = replayed(request, &bytes);
    let page = match serves {
        Serves::QueryTemporal => match PastPage::read(&asked.parameters, face) {
            Ok(page) => page,
            Err(problem) => return refused(problem),
        },
        _ => None,
    };
    if let Some(page) = &page {
        page.widen(&mut request, &asked.parameters);
    }
    let path = request.uri().path().to_owned();
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
        page.is_some_and(|page| page.goes_on(&answer) || versions.iter().any(|one| page.is_full(&one.json)));
    versions.sort_by_key(|one| one.mode == Mode::Auxiliary);
    let (mut head, body) = answer.into_parts();
    let mut joined: Option<Json> = None;
    if head.status.is_success() {
        match answer_of(body).await {
            Ok(ours) => joined = Some(ours),
            Err(problem) => return refused(problem),
        }
    }
    let form = asked.form();
    for Version { mode, json } in versions {
        joined = Some(match joined {
            None => json,
            Some(there) => form.merge(there, json, mode == Mode::Auxiliary),
        });
    }
    let last = asked.parameter("lastN").and_then(|text| text.parse().ok());
    if let (Some(count), Some(joined)) = (last, joined.as_mut()) {
        form.newest(joined, count);
    }
    if head.status == StatusCode::NOT_FOUND {
        head.status = StatusCode::OK;
    }
    head.headers.remove(http::header::CONTENT_LENGTH);
    match (page, joined) {
        (Some(page), Some(Json::Array(all))) => page.cut(head, all, more, &path, &asked.parameters),
        (_, joined) => Response::from_parts(head, Body::from(joined.unwrap_or(Json::Null).to_string())),
    }
}

impl Asked {
    fn read(parameters: Parameters, path: &str, received: Received) -> Result<Self, Problem> {
        let path = path.strip_prefix(BASE).unwrap_or(path).trim_matches('/');
        let path: Vec<String> = path.split('/').map(super::operation::percent_decoded).collect();
        let document = received.json.as_ref();
        let (mut query, times) = match document {
            Some(document) => {
                (Ask::from_document(document)?.into_query(&received.terms)?, document.get("temporalQ"))
            }
            None => (Ask::from_parameters(&parameters).into_query(&received.terms)?, None),
        };
        if let ["temporal", "entities", id] = path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            query.ids = vec![EntityId::parse(id)?];
        }
        let get = |name: &str| match times {
            Some(times) => times.get(name).and_then(Json::as_str),
            None => parameters.get(name),
        };
        let time = TimeFilter::parse(get("timerel"), get("timeAt"), get("endTimeAt"), get("timeproperty"))?;
        Ok(Self { parameters, path, received, query, time })
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

    fn matching(
        &self,
        face: &Face,
        trip: &Trip,
        caller: &senne_hub::Context,
        serves: Serves,
    ) -> Result<Vec<Matched>, Problem> {
        let mut wanted = Wanted::of_query(&self.query);
        wanted.time = Some(self.time);
        wanted.time_may_be_unknown = true;
        wanted.csf = csf(self.parameters.get("csf"), &self.received.terms)?;
        let mut matched = face.registrations.matching(&caller.tenant, &wanted);
        matched.retain(|found| found.registration.operations.has(serves));
        Ok(trip.passable(matched))
    }

    async fn forward(
        &self,
        face: &Face,
        trip: &Trip,
        found: &Matched,
        page: Option<PastPage>,
    ) -> Option<Version> {
        let registration = &found.registration;
        let naming = face.forwarder.naming(registration, &self.received.terms).await;
        let outgoing = Outgoing {
            method: self.received.method.clone(),
            path: self.path.clone(),
            query: self.parameters(found, &naming, page),
            body: self.document(found, &naming),
            ..Outgoing::default()
        };
        let read =
            face.forwarder.send(trip, registration, &naming, outgoing).await.and_then(|reply| reply.json());
        match read {
            Ok(json) => Some(Version { mode: registration.mode, json: self.own_names(json, found, &naming) }),
            Err(failure) => {
                trip.warn(registration, &failure);
                None
            }
        }
    }

    /// The document in the source's names, within what it registered.
    fn document(&self, found: &Matched, naming: &Naming) -> Option<Json> {
        let document = self.received.json.as_ref()?;
        let mut document = renamed_document(document, &self.query, &self.received.terms, naming);
        let names = found.names();
        if let (Json::Object(members), false, None) = (&mut document, names.is_empty(), self.attributes()) {
            let names = names.iter().map(|name| Json::from(naming.name(name))).collect();
            members.push(("attrs".into(), Json::Array(names)));
        }
        Some(document)
    }

    /// The attributes that are asked for, as they were written.
    fn attributes(&self) -> Option<&Json> {
        self.received.json.as_ref()?.get("attrs")
    }

    fn parameters(&self, found: &Matched, naming: &Naming, page: Option<PastPage>) -> Vec<(String, String)> {
        let terms = &self.received.terms;
        let listed = |value: &str| {
            value.split(',').map(|term| naming.term(term, terms)).collect::<Vec<String>>().join(",")
        };
        let in_document = self.received.json.is_some();
        let mut query: Vec<(String, String)> = self
            .parameters
            .pairs()
            .filter(|(name, _)| !matches!(*name, "local" | "csf" | "offset" | "limit" | "count"))
            .map(|(name, value)| {
                let value = match (name, &self.query.types, &self.query.filter) {
                    ("type", Some(types), _) if !in_document => expression(types, naming),
                    ("q", _, Some(filter)) if !in_document => renamed(filter, naming).to_string(),
                    ("attrs" | "pick" | "omit" | "geoproperty" | "expandValues", _, _) => listed(value),
                    _ => value.to_owned(),
                };
                (name.to_owned(), value)
            })
            .collect();
        query.extend(page.map(|page| ("limit".to_owned(), page.wide().to_string())));
        let names = found.names();
        if !names.is_empty() && self.parameters.get("attrs").is_none() && !in_document {
            let names: Vec<String> = names.iter().map(|name| naming.name(name)).collect();
            query.push(("attrs".to_owned(), names.join(",")));
        }
        query
    }

    /// What a source answered, in the caller's names and within what was registered.
    fn own_names(&self, json: Json, found: &Matched, naming: &Naming) -> Json {
        let one = |entity: Json| {
            let mut entity = reduced(&entity, &naming.terms, &|name| found.covers(name));
            if naming.renames {
                rename_members(&mut entity, &naming.terms, &self.received.terms);
            }
            if let Json::Object(members) = &mut entity {
                members.retain(|(name, _)| &**name != "@context");
            }
            entity
        };
        match json {
            Json::Array(items) => Json::Array(items.into_iter().map(one).collect()),
            entity => one(entity),
        }
    }
}

fn rename_members(entity: &mut Json, from: &Terms, to: &Terms) {
    let Json::Object(members) = entity else { return };
    let one = |text: &str| to.compact(&from.expand(text)).into_owned();
    for (name, value) in members {
        match (&**name, value) {
            ("type", Json::Text(text)) => *text = one(text).into_boxed_str(),
            ("type", Json::Array(kinds)) => {
                for kind in kinds {
                    if let Json::Text(text) = kind {
                        *text = one(text).into_boxed_str();
                    }
                }
            }
            (member, _) if is_attribute(member) => *name = one(name).into_boxed_str(),
            _ => {}
        }
    }
}
