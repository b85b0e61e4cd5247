//! A write to one entity, shared among this broker and sources (clauses 5.6.1–5.6.6, 5.6.11–5.6.19).
//!
//! What a source holds alone goes there and no further; what is left goes to sources that hold it too, and
//! is written here.

use std::sync::Arc;

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use senne_language::TimeFilter;
use senne_model::{EntityId, Json, Name, Problem};

use super::{
    asking::forwarded,
    failure::Failure,
    forward::Outgoing,
    incoming_body::Received,
    names::{Renaming, attribute_names, reduced},
    operation::{BodyKind, Write},
    parts::{Fault, Manner, Part, combine, partial},
    together::together,
    trip::Trip,
};
use crate::{
    face::Face,
    http::Parameters,
    read::{Limits, Names, read_attribute_body, read_entity},
    registrations::{Matched, Mode, Serves, Wanted},
};

/// A write, understood.
pub(super) struct Asked<'a> {
    pub(super) face: &'a Face,
    pub(super) trip: &'a Trip,
    pub(super) caller: &'a senne_hub::Context,
    pub(super) write: &'a Write,
    pub(super) parameters: &'a Parameters,
    pub(super) id: EntityId,
    /// The attributes that are written; empty for the whole entity.
    pub(super) names: Vec<Name>,
    pub(super) types: Vec<Name>,
    pub(super) received: &'a Received,
}

/// Who gets which part.
struct Shares {
    forwards: Vec<(Matched, Vec<Name>)>,
    /// Parts that are lost: only a source may have them, and it cannot be asked.
    lost: Vec<Part>,
    /// The attributes that are left for this broker.
    left: Vec<Name>,
    /// A source holds the whole entity alone, or all of what is written.
    all_proxied: bool,
    any_proxied: bool,
}

/// Understands a write; `None` when it is malformed, so that it can be refused in the usual way.
pub(super) async fn understand<'a>(
    face: &'a Face,
    trip: &'a Trip,
    caller: &'a senne_hub::Context,
    write: &'a Write,
    parameters: &'a Parameters,
    received: &'a Received,
) -> Option<Asked<'a>> {
    let limits = Limits::for_body(received.bytes.len(), face.options.value_bytes_max);
    let mut names = Names::new(received.terms.clone());
    let mode = received.mode(write.mode);
    let (mut id, mut types, mut written) = (write.id.clone(), Vec::new(), Vec::new());
    match write.body {
        BodyKind::None => {}
        BodyKind::Entity => {
            let entity = read_entity(&received.bytes, mode, &mut names, &limits).ok()?;
            let own = entity.id.as_ref().map(ToString::to_string);
            if id.is_some() && own.is_some() && id != own {
                return None;
            }
            id = id.or(own);
            types = entity.types.to_vec();
            written = attribute_names(received.json.as_ref()?, &received.terms);
        }
        BodyKind::Attribute => {
            let term = write.attribute.as_deref()?;
            read_attribute_body(&received.bytes, term, mode, &mut names, &limits).ok()?;
        }
    }
    if let Some(attribute) = &write.attribute {
        written = vec![names.expand(attribute).ok()?];
    }
    let id = EntityId::parse(&id?).ok()?;
    if matches!(write.manner, Manner::Creates(_)) && types.is_empty() {
        return None;
    }
    // Types in a fragment are additions: which entity is meant, the present one says.
    if let (false, Ok(entity)) =
        (matches!(write.manner, Manner::Creates(_)), face.hub.entity(caller, &id).await)
    {
        types = entity.types.to_vec();
    }
    Some(Asked { face, trip, caller, write, parameters, id, names: written, types, received })
}

impl Asked<'_> {
    /// Carries it out where it belongs; `None` when it belongs here alone.
    pub(super) async fn carry_out(&self, request: Request, next: Next) -> Result<Response, (Request, Next)> {
        let shares = self.shares();
        if shares.forwards.is_empty() && shares.lost.is_empty() {
            return Err((request, next));
        }
        let sent = shares.forwards.iter().map(|(matched, names)| self.forward(matched, names));
        let mut parts: Vec<Part> = together(sent.collect()).await;
        parts.retain(|part| !part.went_round());
        parts.extend(shares.lost);
        let deletes =
            self.write.serves == Serves::DeleteEntity || self.write.serves == Serves::DeleteTemporal;
        if !shares.all_proxied || deletes {
            let whole = shares.left.len() == self.names.len();
            let part = self.here(request, next, &shares.left, whole).await;
            // What only a source holds need not be here.
            let absent = matches!(&part.outcome, Err(Fault::Here(404, _))) && deletes && shares.any_proxied;
            if !absent {
                parts.insert(0, part);
            }
        }
        Ok(combine(&parts, &self.id, self.write.manner))
    }

    fn shares(&self) -> Shares {
        let mut wanted = Wanted::of_entity(&self.id, &self.types);
        wanted.attributes.clone_from(&self.names);
        wanted.time = self.write.past.then(TimeFilter::default);
        wanted.time_may_be_unknown = true;
        let mut matched = self.face.registrations.matching(&self.caller.tenant, &wanted);
        matched.retain(|found| found.registration.mode != Mode::Auxiliary && self.is_of_the_time(found));
        let mut shares = Shares {
            forwards: Vec::new(),
            lost: Vec::new(),
            left: self.names.clone(),
            all_proxied: false,
            any_proxied: false,
        };
        for mode in [Mode::Exclusive, Mode::Redirect] {
            let present: Vec<&Matched> =
                matched.iter().filter(|found| found.registration.mode == mode).collect();
            let before = shares.left.clone();
            for found in present {
                self.give(found, &before, &mut shares);
            }
        }
        let inclusive = matched.into_iter().filter(|found| found.registration.mode == Mode::Inclusive);
        for found in inclusive {
            let names: Vec<Name> = shares.left.iter().filter(|name| found.covers(name)).cloned().collect();
            let offered = found.registration.operations.has(self.write.serves);
            let something = !names.is_empty() || self.names.is_empty() && self.may_be_whole(&found);
            if offered && something && !shares.all_proxied && !self.trip.would_loop(&found.registration) {
                shares.forwards.push((found, names));
            }
        }
        shares
    }

    /// Whether a registration speaks of the past, where the past is written: by an interval, or by the operation.
    fn is_of_the_time(&self, found: &Matched) -> bool {
        let registration = &found.registration;
        !self.write.past || registration.is_temporal() || registration.operations.has(self.write.serves)
    }

    /// Gives a source what it alone may have of `before`.
    fn give(&self, found: &Matched, before: &[Name], shares: &mut Shares) {
        let names: Vec<Name> = before.iter().filter(|name| found.covers(name)).cloned().collect();
        if names.is_empty() && !(self.names.is_empty() && self.may_be_whole(found)) {
            return;
        }
        shares.any_proxied = true;
        shares.left.retain(|name| !names.contains(name));
        shares.all_proxied |= found.covers_all() || (!self.names.is_empty() && shares.left.is_empty());
        let failure = if self.trip.would_loop(&found.registration) {
            Failure::Loop
        } else if !found.registration.operations.has(self.write.serves) {
            Failure::NotOffered
        } else {
            shares.forwards.push((found.clone(), names));
            return;
        };
        let registration = Some(Arc::clone(&found.registration));
        shares.lost.push(Part { registration, names, outcome: Err(Fault::Source(failure)) });
    }

    /// Whether an operation without attributes is of what is registered: a removal always, something new only
    /// when all attributes are.
    fn may_be_whole(&self, found: &Matched) -> bool {
        self.write.body == BodyKind::None || found.covers_all()
    }

    async fn forward(&self, matched: &Matched, names: &[Name]) -> Part {
        let registration = &matched.registration;
        let naming = self.face.forwarder.naming(registration, &self.received.terms).await;
        let simplified = self.received.simplified;
        let body = self.received.json.as_ref().map(|json| {
            let mut body = match self.write.body {
                BodyKind::Entity => reduced(json, &self.received.terms, &|name| names.contains(name)),
                _ => json.clone(),
            };
            match self.write.body {
                BodyKind::Attribute if naming.renames => {
                    let renaming = Renaming { from: &self.received.terms, to: &naming.terms, simplified };
                    if self.write.mode.fragment && !simplified {
                        renaming.fragment(&mut body);
                    } else {
                        renaming.attribute(&mut body);
                    }
                }
                _ => naming.rename(&mut body, &self.received.terms, simplified),
            }
            body
        });
        let mut path = self.write.path.clone();
        if let (Some(term), Some(place)) =
            (&self.write.attribute, self.write.path.iter().position(|part| part == "attrs"))
            && let Some(part) = path.get_mut(place + 1)
        {
            *part = naming.term(term, &self.received.terms);
        }
        let query = forwarded(self.parameters, &self.received.terms, &naming);
        let outgoing =
            Outgoing { method: self.received.method.clone(), path, query, body, ..Outgoing::default() };
        let outcome = match self.face.forwarder.send(self.trip, registration, &naming, outgoing).await {
            Ok(reply) if reply.status == 207 => {
                Err(self.not_all(&reply.json().unwrap_or(Json::Null), &naming))
            }
            Ok(_) => Ok(()),
            Err(failure) => Err(failure),
        };
        Part {
            registration: Some(Arc::clone(registration)),
            names: names.to_vec(),
            outcome: outcome.map_err(Fault::Source),
        }
    }

    /// What a source did not do, its names expanded.
    fn not_all(&self, body: &Json, naming: &super::forward::Naming) -> Failure {
        match partial(body) {
            Failure::Partial { detail, attributes } => {
                let expanded = attributes.iter().map(|name| naming.terms.expand(name).to_string());
                Failure::Partial { detail, attributes: expanded.collect() }
            }
            other => other,
        }
    }

    /// Carries out the part of this broker in the usual way.
    async fn here(&self, request: Request, next: Next, left: &[Name], whole: bool) -> Part {
        let request = match (whole, &self.received.json) {
            (false, Some(json)) if self.write.body == BodyKind::Entity => {
                let body = reduced(json, &self.received.terms, &|name| left.contains(name)).to_string();
                self.received.with_body(request, body.into())
            }
            _ => request,
        };
        Part::of_answer(left.to_vec(), next.run(request).await).await
    }
}

/// A refusal before anything was done.
pub(super) fn refused(problem: Problem) -> Response {
    axum::response::IntoResponse::into_response(crate::http::Refusal::from(problem))
}

/// A body that goes on as it came.
pub(super) fn replayed(request: Request, bytes: &bytes::Bytes) -> Request {
    let (parts, _) = request.into_parts();
    Request::from_parts(parts, Body::from(bytes.clone()))
}
