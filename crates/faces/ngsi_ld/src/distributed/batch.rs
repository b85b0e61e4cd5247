//! Batches, shared among this broker and sources (clauses 5.6.7–5.6.10, 5.6.20).

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use axum::{extract::Request, middleware::Next, response::Response};
use http::StatusCode;
use senne_model::{EntityId, Json, Name};

use super::{
    asking::forwarded,
    batch_result::BatchResult,
    failure::Failure,
    forward::{Naming, Outgoing},
    incoming_body::Received,
    names::{attribute_names, reduced},
    operation::Batch,
    parts::bytes_of,
    singly,
    together::together,
    trip::Trip,
};
use crate::{
    contexts::Terms,
    face::Face,
    http::{Parameters, problem_json},
    read::{Limits, Names, read_batch},
    registrations::{Matched, Mode, Registration, Wanted},
};

/// A batch, understood.
pub(super) struct AskedBatch<'a> {
    pub(super) face: &'a Face,
    pub(super) trip: &'a Trip,
    pub(super) caller: &'a senne_hub::Context,
    pub(super) batch: Batch,
    pub(super) parameters: &'a Parameters,
    pub(super) received: &'a Received,
}

/// One element, and what of it is left for this broker.
struct Item {
    id: EntityId,
    json: Json,
    place: usize,
    names: Vec<Name>,
    types: Vec<Name>,
    left: Vec<Name>,
    /// A source holds all of it alone.
    gone: bool,
    /// A source holds some of it alone.
    proxied: bool,
}

/// What one source gets.
pub(super) struct Share {
    pub(super) registration: Arc<Registration>,
    /// Each with the attributes that go there.
    items: Vec<(usize, Vec<Name>)>,
}

impl AskedBatch<'_> {
    /// Carries it out where it belongs; gives it back when it belongs here alone.
    pub(super) async fn carry_out(&self, request: Request, next: Next) -> Result<Response, (Request, Next)> {
        let Some((mut items, faulty)) = self.items().await else { return Err((request, next)) };
        let shares = self.shares(&mut items);
        if shares.is_empty() {
            return Err((request, next));
        }
        let sent = shares.iter().map(|share| self.forward(share, &items));
        let results = together(sent.collect()).await;
        let mut whole = BatchResult::default();
        results.into_iter().for_each(|result| whole.take_in(result));
        let here: Vec<&Item> = items.iter().filter(|item| !item.gone).collect();
        if !here.is_empty() || faulty {
            let untouched = items.iter().all(|item| !item.gone && item.left.len() == item.names.len());
            let mut result = self.here(request, next, &items, untouched).await;
            // What only a source holds need not be here.
            if self.batch == Batch::Delete {
                let proxied = items.iter().filter(|item| item.proxied);
                let elsewhere: HashSet<&str> = proxied.map(|item| item.id.as_str()).collect();
                result.errors.retain(|error| !(error.is_absence() && elsewhere.contains(&*error.id)));
            }
            whole.take_in(result);
        }
        Ok(whole.answer())
    }

    /// The elements that are well-formed, and whether there are others; `None` when the batch itself is not.
    async fn items(&self) -> Option<(Vec<Item>, bool)> {
        let list = self.received.json.as_ref()?.as_array().filter(|list| !list.is_empty())?;
        let mut items = Vec::with_capacity(list.len());
        if self.batch == Batch::Delete {
            let ids = list
                .iter()
                .enumerate()
                .filter_map(|(place, id)| Some((place, EntityId::parse(id.as_str()?).ok()?)));
            items.extend(ids.map(|(place, id)| Item::new(id, Json::Null, place, Vec::new(), Vec::new())));
        } else {
            let limits = Limits::for_body(self.received.bytes.len(), self.face.options.value_bytes_max);
            let mut names: Vec<Names> =
                (0..list.len()).map(|place| Names::new(self.received.terms_of(place).clone())).collect();
            let mode = self.received.mode(self.batch.mode());
            let read = read_batch(&self.received.bytes, mode, &mut names, &|place| place, &limits).ok()?;
            for (place, (item, json)) in read.into_iter().zip(list).enumerate() {
                let (Ok(entity), Some(id)) = (item.entity, item.id) else { continue };
                if self.received.is_faulty(place) {
                    continue;
                }
                let written = attribute_names(json, self.received.terms_of(place));
                items.push(Item::new(id, json.clone(), place, written, entity.types.to_vec()));
            }
        }
        for item in items.iter_mut().filter(|item| item.types.is_empty()) {
            if let Ok(entity) = self.face.hub.entity(self.caller, &item.id).await {
                item.types = entity.types.to_vec();
            }
        }
        let faulty = items.len() < list.len();
        Some((items, faulty))
    }

    /// Who gets what; what only sources hold is taken out of the items.
    fn shares(&self, items: &mut [Item]) -> Vec<Share> {
        let mut shares: Vec<Share> = Vec::new();
        let mut known: HashMap<EntityId, usize> = HashMap::new();
        for (place, item) in items.iter_mut().enumerate() {
            let mut wanted = Wanted::of_entity(&item.id, &item.types);
            wanted.attributes.clone_from(&item.names);
            let mut matched = self.face.registrations.matching(&self.caller.tenant, &wanted);
            matched.retain(|found| found.registration.mode != Mode::Auxiliary);
            for mode in [Mode::Exclusive, Mode::Redirect, Mode::Inclusive] {
                let before = item.left.clone();
                for found in matched.iter().filter(|found| found.registration.mode == mode) {
                    let Some(names) = self.part(found, item, &before) else { continue };
                    let registration = &found.registration;
                    let share = *known.entry(registration.id.clone()).or_insert_with(|| {
                        shares.push(Share { registration: Arc::clone(registration), items: Vec::new() });
                        shares.len() - 1
                    });
                    shares[share].items.push((place, names));
                }
            }
        }
        shares
    }

    /// The attributes that a source gets of an item; `None` when it gets nothing.
    fn part(&self, found: &Matched, item: &mut Item, before: &[Name]) -> Option<Vec<Name>> {
        let names: Vec<Name> = before.iter().filter(|name| found.covers(name)).cloned().collect();
        let whole = self.batch == Batch::Delete || item.names.is_empty() && found.covers_all();
        if names.is_empty() && !whole {
            return None;
        }
        if !found.registration.is_proxied() {
            let open = !self.trip.would_loop(&found.registration);
            let offered = singly::serves(self, &found.registration);
            return (!item.gone && open && offered).then_some(names);
        }
        item.proxied = true;
        item.left.retain(|name| !names.contains(name));
        let all = found.covers_all() || (!item.names.is_empty() && item.left.is_empty());
        item.gone |= all && self.batch != Batch::Delete;
        Some(names)
    }

    async fn forward(&self, share: &Share, items: &[Item]) -> BatchResult {
        let registration = &share.registration;
        let ids: Vec<EntityId> = share.items.iter().map(|(place, _)| items[*place].id.clone()).collect();
        let failed = |failure: Failure| BatchResult::failed(&ids, &failure, Some(registration));
        if self.trip.would_loop(registration) {
            return failed(Failure::Loop);
        }
        if !singly::serves(self, registration) {
            return failed(Failure::NotOffered);
        }
        let naming = self.naming(registration).await;
        let bodies: Vec<Json> =
            share.items.iter().map(|(place, names)| self.body(&items[*place], names, &naming)).collect();
        if !registration.operations.has(self.batch.serves()) {
            return singly::forward(self, registration, &naming, ids, bodies).await;
        }
        let outgoing = Outgoing {
            method: http::Method::POST,
            path: vec!["entityOperations".to_owned(), self.batch.word().to_owned()],
            query: forwarded(self.parameters, &self.received.terms, &naming),
            body: Some(Json::Array(bodies)),
            ..Outgoing::default()
        };
        match self.face.forwarder.send(self.trip, registration, &naming, outgoing).await {
            Ok(reply) => BatchResult::read(reply.status, &reply.body, &ids, Some(registration)),
            // It came round to who shares them: what it shares it writes where the batch passed it first.
            Err(Failure::Loop) if !registration.is_proxied() => BatchResult::default(),
            Err(failure) => failed(failure),
        }
    }

    async fn naming(&self, registration: &Registration) -> Naming {
        let naming = self.face.forwarder.naming(registration, &self.received.terms).await;
        if self.received.is_uniform() || naming.renames {
            return naming;
        }
        // Each element names things in its own way: full names are understood everywhere.
        Naming { terms: Terms::default_core(), renames: true }
    }

    fn body(&self, item: &Item, names: &[Name], naming: &Naming) -> Json {
        if self.batch == Batch::Delete {
            return Json::text(&item.id);
        }
        let terms = self.received.terms_of(item.place);
        let mut body = reduced(&item.json, terms, &|name| names.contains(name));
        naming.rename(&mut body, terms, self.received.simplified);
        body
    }

    /// Carries out the part of this broker in the usual way.
    async fn here(&self, request: Request, next: Next, items: &[Item], untouched: bool) -> BatchResult {
        let ids: Vec<EntityId> = items.iter().filter(|item| !item.gone).map(|item| item.id.clone()).collect();
        let list = self.received.json.as_ref().and_then(Json::as_array).unwrap_or_default();
        let request = if untouched || self.batch == Batch::Delete {
            request
        } else {
            let left = list.iter().enumerate().filter_map(|(place, json)| {
                // They stand in the order of their places.
                let Ok(known) = items.binary_search_by_key(&place, |item| item.place) else {
                    return Some(json.clone());
                };
                let item = &items[known];
                let terms = self.received.terms_of(place);
                (!item.gone).then(|| reduced(json, terms, &|name| item.left.contains(name)))
            });
            let body = Json::Array(left.collect()).to_string();
            self.received.with_body(request, body.into())
        };
        let (parts, body) = next.run(request).await.into_parts();
        let bytes = match bytes_of(body).await {
            Ok(bytes) => bytes,
            Err(problem) => {
                return BatchResult::refused_here(&ids, problem_json(&problem).to_string().as_bytes());
            }
        };
        if parts.status.is_success() || parts.status == StatusCode::MULTI_STATUS {
            return BatchResult::read(parts.status.as_u16(), &bytes, &ids, None);
        }
        BatchResult::refused_here(&ids, &bytes)
    }
}

impl Item {
    fn new(id: EntityId, json: Json, place: usize, names: Vec<Name>, types: Vec<Name>) -> Self {
        Self { id, json, place, left: names.clone(), names, types, gone: false, proxied: false }
    }
}
