//! `DELETE /entities` at sources too (clause 5.6.21.4).

use std::{borrow::Cow, collections::HashSet, sync::Arc};

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, Method};
use senne_language::{Filter, Query};
use senne_model::{EntityId, Json, Problem};

use super::{
    failure::Failure,
    forward::Outgoing,
    gather::HeldAt,
    parts::{Fault, Manner, Part, combine, partial},
    provision::refused,
    purge_shares::{Goes, shares},
    together::together,
    trip::Trip,
};
use crate::{
    contexts::Terms,
    entity_maps::{self, Mapped},
    face::Face,
    http::{Ask, Parameters, context_link},
    registrations::{Matched, Mode, Serves, Wanted, csf},
};

/// What stands for all the entities in an answer.
const MANY: &str = "urn:ngsi-ld:null";

/// A purge, understood.
struct Asked {
    terms: Terms,
    query: Query,
    goes: Goes,
    matched: Vec<Matched>,
    /// The entity map that is used, and which of its entities sources have: others are not meant.
    mapped: Option<(Mapped, HeldAt)>,
}

pub(super) async fn purge(
    face: &Face,
    trip: &Trip,
    caller: &senne_hub::Context,
    parameters: &Parameters,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers().clone();
    let asked = match Asked::read(face, caller, parameters, &headers).await {
        Ok(asked) => asked,
        // What is refused here must not be done elsewhere.
        Err(problem) => return refused(problem),
    };
    let serving = |found: &&Matched| {
        found.registration.is_proxied() || found.registration.operations.has(Serves::PurgeEntity)
    };
    let serving: Vec<&Matched> = asked.matched.iter().filter(serving).collect();
    if serving.is_empty() {
        return next.run(request).await;
    }
    let sent = serving.into_iter().map(|found| asked.forward(face, trip, found));
    let mut parts: Vec<Part> = together(sent.collect()).await.into_iter().flatten().collect();
    parts.retain(|part| !part.went_round());
    parts.insert(0, Part::of_answer(Vec::new(), next.run(request).await).await);
    let mut response = match EntityId::parse(MANY) {
        Ok(many) => combine(&parts, &many, Manner::Whole),
        Err(problem) => refused(problem),
    };
    if let Some((mapped, _)) = &asked.mapped {
        mapped.mark(&mut response);
    }
    response
}

impl Asked {
    /// Reads it, and refuses what the purge here refuses.
    async fn read(
        face: &Face,
        caller: &senne_hub::Context,
        parameters: &Parameters,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        parameters.check()?;
        let terms = match context_link(headers)? {
            Some(url) => face.contexts.by_url(&url).await?,
            None => Terms::default_core(),
        };
        let query = Ask::from_parameters(parameters).into_query(&terms)?;
        check(parameters, &query)?;
        let goes = Goes::read(parameters, &terms)?;
        let mut wanted = Wanted::of_query(&query);
        wanted.csf = csf(parameters.get("csf"), &terms)?;
        let mut matched = face.registrations.matching(&caller.tenant, &wanted);
        matched.retain(|found| found.registration.mode != Mode::Auxiliary);
        let mapped = entity_maps::given_to(face, caller, headers)?;
        let mapped = mapped.map(|(mapped, chart)| (mapped, chart.held(&chart.entities)));
        if let Some((_, held)) = &mapped {
            matched.retain(|found| held.contains_key(&found.registration.id));
        }
        Ok(Self { terms, query, goes, matched, mapped })
    }

    /// What is asked of a source: with a map, about those of its entities that the source has. `None` when it has none of them.
    fn of_source(&self, registration: &EntityId) -> Option<Cow<'_, Query>> {
        let Some((_, held)) = &self.mapped else { return Some(Cow::Borrowed(&self.query)) };
        let named: HashSet<&EntityId> = self.query.ids.iter().collect();
        let there = held.get(registration)?.entities.iter();
        let ids: Vec<EntityId> = there.filter(|id| named.is_empty() || named.contains(id)).cloned().collect();
        (!ids.is_empty()).then(|| Cow::Owned(Query { ids, ..self.query.clone() }))
    }

    /// The part of a source; none when nothing of what is asked for is registered.
    async fn forward(&self, face: &Face, trip: &Trip, found: &Matched) -> Option<Part> {
        let registration = &found.registration;
        let query = self.of_source(&registration.id)?;
        let outcome = if trip.would_loop(registration) {
            Err(Failure::Loop)
        } else if registration.operations.has(Serves::PurgeEntity) {
            let naming = face.forwarder.naming(registration, &self.terms).await;
            match shares(found, &query, &self.goes, &naming) {
                Some(shares) if shares.is_empty() => return None,
                Some(shares) => {
                    let mut outcome = Ok(());
                    for query in shares {
                        let outgoing = Outgoing {
                            method: Method::DELETE,
                            path: vec!["entities".to_owned()],
                            query,
                            ..Outgoing::default()
                        };
                        let sent = face.forwarder.send(trip, registration, &naming, outgoing).await;
                        outcome = outcome.and(match sent {
                            Ok(reply) if reply.status == 207 => {
                                Err(partial(&reply.json().unwrap_or(Json::Null)))
                            }
                            other => other.map(|_| ()),
                        });
                    }
                    outcome
                }
                // What cannot be said exactly would remove more there than was registered.
                None => Err(Failure::NotOffered),
            }
        } else {
            Err(Failure::NotOffered)
        };
        Some(Part {
            registration: Some(Arc::clone(registration)),
            names: Vec::new(),
            outcome: outcome.map_err(Fault::Source),
        })
    }
}

/// Refuses a question that is too wide, or that leads to other entities.
fn check(parameters: &Parameters, query: &Query) -> Result<(), Problem> {
    let any_type = parameters.get("type").map(str::trim) == Some("*");
    if any_type && parameters.get("local").is_some() {
        let detail = "type=* asks for what is here alone; leave local=false out, or name types";
        return Err(Problem::bad(detail).field("local"));
    }
    if query.filter.as_ref().is_some_and(Filter::follows_links) {
        let detail = "a purge does not follow relationships; name attributes of the entity itself";
        return Err(Problem::bad(detail).field("q"));
    }
    let bounded = any_type
        || query.types.is_some()
        || query.geo.is_some()
        || query.filter.as_ref().is_some_and(Filter::asks_an_attribute)
        || parameters
            .list("attrs")
            .is_some_and(|terms| terms.iter().any(|term| !OF_THE_SYSTEM.contains(term)));
    if !bounded {
        let detail =
            "ask for a type, attrs, q or a geo-query at least; local=true asks for everything that is here";
        return Err(Problem::bad(detail).field("type"));
    }
    Ok(())
}

/// Names that the system gives: whoever names nothing else asks for everything.
const OF_THE_SYSTEM: [&str; 8] =
    ["id", "type", "scope", "createdAt", "modifiedAt", "deletedAt", "expiresAt", "observedAt"];
