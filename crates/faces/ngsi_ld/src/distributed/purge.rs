//! `DELETE /entities` at sources too (clause 5.6.21.4).

use std::sync::Arc;

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, Method};
use senne_model::{EntityId, Problem};

use super::{
    failure::Failure,
    forward::{Naming, Outgoing},
    parts::{Fault, Manner, Part, bytes_of, combine},
    provision::refused,
    together::together,
    trip::Trip,
};
use crate::{
    contexts::Terms,
    face::Face,
    http::{Ask, Parameters, context_link},
    registrations::{Matched, Mode, Serves, Wanted, csf},
};

/// What stands for all the entities in an answer.
const MANY: &str = "urn:ngsi-ld:null";

pub(super) async fn purge(
    face: &Face,
    trip: &Trip,
    caller: &senne_hub::Context,
    parameters: &Parameters,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers().clone();
    let Ok((terms, matched)) = matching(face, caller, parameters, &headers).await else {
        return next.run(request).await;
    };
    let serving = |found: &&Matched| {
        found.registration.is_proxied() || found.registration.operations.has(Serves::PurgeEntity)
    };
    let serving: Vec<&Matched> = matched.iter().filter(serving).collect();
    if serving.is_empty() {
        return next.run(request).await;
    }
    let sent = serving.into_iter().map(|found| forward(face, trip, parameters, &terms, found));
    let mut parts = together(sent.collect()).await;
    let (head, body) = next.run(request).await.into_parts();
    parts.insert(0, Part::here(Vec::new(), head.status, &bytes_of(body).await));
    match EntityId::parse(MANY) {
        Ok(many) => combine(&parts, &many, Manner::Whole),
        Err(problem) => refused(problem),
    }
}

async fn matching(
    face: &Face,
    caller: &senne_hub::Context,
    parameters: &Parameters,
    headers: &HeaderMap,
) -> Result<(Terms, Vec<Matched>), Problem> {
    let terms = match context_link(headers)? {
        Some(url) => face.contexts.by_url(&url).await?,
        None => Terms::default_core(),
    };
    let query = Ask::from_parameters(parameters).into_query(&terms)?;
    let mut wanted = Wanted::of_query(&query);
    wanted.csf = csf(parameters.get("csf"), &terms)?;
    let mut matched = face.registrations.matching(&caller.tenant, &wanted);
    matched.retain(|found| found.registration.mode != Mode::Auxiliary);
    Ok((terms, matched))
}

async fn forward(face: &Face, trip: &Trip, parameters: &Parameters, terms: &Terms, found: &Matched) -> Part {
    let registration = &found.registration;
    let outcome = if trip.would_loop(registration) {
        Err(Failure::Loop)
    } else if registration.operations.has(Serves::PurgeEntity) {
        let naming = face.forwarder.naming(registration, terms).await;
        let query = narrowed(parameters, terms, &naming, found);
        let outgoing = Outgoing {
            method: Method::DELETE,
            path: vec!["entities".to_owned()],
            query,
            ..Outgoing::default()
        };
        face.forwarder.send(trip, registration, &naming, outgoing).await.map(|_| ())
    } else {
        Err(Failure::NotOffered)
    };
    Part {
        registration: Some(Arc::clone(registration)),
        names: Vec::new(),
        outcome: outcome.map_err(Fault::Source),
    }
}

/// The caller's parameters, and what was registered besides: nothing else may be removed there.
fn narrowed(
    parameters: &Parameters,
    terms: &Terms,
    naming: &Naming,
    found: &Matched,
) -> Vec<(String, String)> {
    let listed = |value: &str| {
        value.split(',').map(|term| naming.term(term, terms)).collect::<Vec<String>>().join(",")
    };
    let mut query: Vec<(String, String)> = parameters
        .pairs()
        .filter(|(name, _)| !matches!(*name, "local" | "csf"))
        .map(|(name, value)| match name {
            "type" | "attrs" | "keep" | "drop" | "geoproperty" => (name.to_owned(), listed(value)),
            _ => (name.to_owned(), value.to_owned()),
        })
        .collect();
    let entities: Vec<_> = found.infos().flat_map(|info| &info.entities).collect();
    let ids: Vec<String> =
        entities.iter().filter_map(|entity| entity.id.as_ref()).map(ToString::to_string).collect();
    if parameters.get("id").is_none() && !ids.is_empty() && ids.len() == entities.len() {
        query.push(("id".to_owned(), ids.join(",")));
    }
    let names = found.names();
    if !names.is_empty() && parameters.get("drop").is_none() && parameters.get("keep").is_none() {
        let names: Vec<String> = names.iter().map(|name| naming.name(name)).collect();
        query.push(("drop".to_owned(), names.join(",")));
    }
    query
}
