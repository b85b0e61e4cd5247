//! Reading entities that several brokers hold: asking them, merging what they answer with what is here
//! (clauses 4.3.6.7, 4.5.5, 5.7.1, 5.7.2).
//!
//! Order and pages: first the entities that fit here, in their own order, with what sources know of them; then
//! those that only sources have, in the order of registrations and of their answers.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use senne_hub::{Found, Page, Principal};
use senne_language::{Filter, GeoFilter, Query};
use senne_model::{Entity, EntityId, ErrorKind, Json, Problem};

use super::{
    asking::{Asking, Span},
    failure::Failure,
    forward::{COUNT_HEADER, Share},
    gathering::{Gathering, visible},
    incoming::read_entities,
    merge::merge,
    together::together,
    trip::Trip,
};
use crate::{
    contexts::Terms,
    http::Call,
    read::Limits,
    registrations::{Info, Matched, Mode, Serves, Wanted, csf},
};

/// What a source must offer to be asked for a page of entities.
const QUERIES: [Serves; 2] = [Serves::QueryEntity, Serves::QueryBatch];

/// The largest page that a source is asked for.
const SOURCE_PAGE_MAX: usize = 1000;

/// A source to be asked, with the query in its own words.
pub(super) struct Source {
    pub(super) matched: Matched,
    wanted: Wanted,
    query: Query,
    /// Its part in the entity map that is in use.
    entity_map: Option<String>,
}

/// Which of some entities a source holds, as an entity map says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    pub(crate) entities: Vec<EntityId>,
    /// The map that the source made itself.
    pub(crate) entity_map: Option<String>,
}

/// The same of all sources, by their registrations.
pub(crate) type HeldAt = HashMap<EntityId, Held>;

/// What one source answered.
pub(super) struct Answered {
    registration: EntityId,
    pub(super) mode: Mode,
    pub(super) entities: Vec<Entity>,
    /// How many it gave, those among them that were not registered.
    given: usize,
    /// How many there are at the source, when it said so.
    count: Option<u64>,
    pub(super) more: bool,
    /// It failed on the way: what it gave is not all.
    broken: bool,
    /// Of the memory for answers.
    pub(super) shares: Vec<Share>,
}

/// One page of what a source has.
struct SourcePage {
    entities: Vec<Entity>,
    /// How many it gave, those among them that were not registered.
    given: usize,
    count: Option<u64>,
    share: Share,
}

/// What was found of an entity map, and which sources could not say what they still have of it.
pub(crate) struct FoundHeld {
    pub(crate) found: Found,
    pub(crate) unheard: HashSet<EntityId>,
}

/// An entity, from here and from sources (clause 5.7.1).
pub(crate) async fn entity(call: &Call, terms: &Terms, id: &EntityId) -> Result<Arc<Entity>, Problem> {
    let here = call.face.hub.entity(&call.hub, id).await;
    let Some(trip) = call.trip.as_deref() else { return here };
    let here = match here {
        Ok(entity) => Some(entity),
        Err(problem) if matches!(problem.kind, ErrorKind::NotFound | ErrorKind::NoSuchTenant) => None,
        Err(problem) => return Err(problem),
    };
    let types = here.as_ref().map(|entity| entity.types.to_vec()).unwrap_or_default();
    let names = call.parameters.list("attrs").unwrap_or_default();
    let query = Query {
        ids: vec![id.clone()],
        any_attribute: names.into_iter().map(|name| terms.expand(name)).collect(),
        ..Query::default()
    };
    let mut wanted = Wanted::of_entity(id, &types);
    wanted.attributes.clone_from(&query.any_attribute);
    wanted.datasets = datasets(call);
    let sources = sources(
        call,
        trip,
        &query,
        wanted,
        &[Serves::RetrieveEntity, Serves::QueryEntity, Serves::QueryBatch],
    );
    let asked = sources.iter().map(|source| retrieve(call, trip, terms, source, id));
    let answers = together(asked.collect()).await;
    let mut merged = here.map(|entity| Entity::clone(&entity));
    let mut answers: Vec<Answered> = answers.into_iter().flatten().collect();
    answers.sort_by_key(|answer| answer.mode == Mode::Auxiliary);
    for answer in answers {
        for version in answer.entities.into_iter().filter(|version| version.id == *id) {
            match &mut merged {
                Some(entity) => merge(entity, version, answer.mode),
                None => merged = Some(version),
            }
        }
    }
    let missing = || Problem::not_found(format!("there is no entity `{id}` here nor at a source"));
    merged.and_then(|entity| visible(call, entity)).map(Arc::new).ok_or_else(missing)
}

async fn retrieve(
    call: &Call,
    trip: &Trip,
    terms: &Terms,
    source: &Source,
    id: &EntityId,
) -> Option<Answered> {
    let registration = &source.matched.registration;
    let naming = call.face.forwarder.naming_for(trip, registration, terms).await;
    let asking = asking(call, source, &naming, true);
    let outgoing = asking.retrieve(id)?;
    match ask(call, trip, source, &naming, outgoing).await {
        Ok(page) => {
            let mut answered = Answered::nothing_yet(source);
            answered.take_in(page);
            Some(answered)
        }
        Err(failure) => {
            trip.warn(registration, &failure);
            None
        }
    }
}

/// A page of entities that fit, from here and from sources (clause 5.7.2).
pub(crate) async fn find(call: &Call, terms: &Terms, query: &Query, page: &Page) -> Result<Found, Problem> {
    let hub = &call.face.hub;
    let Some(trip) = call.trip.as_deref() else { return hub.query(&call.hub, query, page).await };
    let sources = query_sources(call, trip, terms, query, &QUERIES)?;
    find_at(call, trip, terms, (query, page), sources).await
}

/// The same among entities of an entity map: every source is asked for what it held when the map was made.
pub(crate) async fn find_held(
    call: &Call,
    terms: &Terms,
    query: &Query,
    page: &Page,
    held: &HeldAt,
) -> Result<FoundHeld, Problem> {
    let hub = &call.face.hub;
    let Some(trip) = call.trip.as_deref() else {
        let found = hub.query(&call.hub, query, page).await?;
        return Ok(FoundHeld { found, unheard: held.keys().cloned().collect() });
    };
    let mut sources = query_sources(call, trip, terms, query, &QUERIES)?;
    sources.retain_mut(|source| {
        let Some(there) = held.get(&source.matched.registration.id) else { return false };
        let named = std::mem::take(&mut source.query.ids);
        let asked = query.ids.iter().filter(|id| named.is_empty() || named.contains(id));
        source.query.ids = asked.filter(|id| there.entities.contains(id)).cloned().collect();
        source.entity_map.clone_from(&there.entity_map);
        !source.query.ids.is_empty()
    });
    // One that is no longer registered has nothing any more.
    let registered =
        held.keys().filter(|id| call.face.registrations.find(&call.hub.tenant, id).is_some()).cloned();
    let mut unheard: HashSet<EntityId> = registered.collect();
    refuse_order(call, &sources)?;
    let split = is_split(call, trip, query, &sources)?;
    let need = needed(page, query, split);
    let asked = sources.iter().map(|source| answer(call, trip, terms, source, split, need));
    let answers = together(asked.collect()).await;
    for answered in answers.iter().flatten() {
        unheard.remove(&answered.registration);
    }
    // One is asked as often as selectors fit: it was heard when every answer is whole.
    let asked = sources.iter().zip(&answers);
    let silent = asked.filter(|(_, answered)| answered.as_ref().is_none_or(|answered| answered.broken));
    unheard.extend(silent.map(|(source, _)| source.matched.registration.id.clone()));
    let answers = answers.into_iter().flatten().collect();
    let found = Gathering { call, query, split, sees_all: trip.sees_all }.page(page, answers).await?;
    Ok(FoundHeld { found, unheard })
}

async fn find_at(
    call: &Call,
    trip: &Trip,
    terms: &Terms,
    (query, page): (&Query, &Page),
    sources: Vec<Source>,
) -> Result<Found, Problem> {
    if sources.is_empty() {
        return call.face.hub.query(&call.hub, query, page).await;
    }
    refuse_order(call, &sources)?;
    let split = is_split(call, trip, query, &sources)?;
    let need = needed(page, query, split);
    let asked = sources.iter().map(|source| answer(call, trip, terms, source, split, need));
    let answers = together(asked.collect()).await.into_iter().flatten().collect();
    Gathering { call, query, split, sees_all: trip.sees_all }.page(page, answers).await
}

/// An order is never put to several brokers (clause 4.23.1).
fn refuse_order(call: &Call, sources: &[Source]) -> Result<(), Problem> {
    if sources.is_empty() || call.parameters.get("orderBy").is_none() {
        return Ok(());
    }
    let detail = "entities of several brokers cannot be put in order; ask with local=true";
    Err(Problem::bad(detail).field("orderBy"))
}

/// Whether the query is put to whole entities here, and not to the parts that sources have. Always so for callers
/// who may not see everything: by what a source finds they could tell what an attribute is that is hidden.
fn is_split(call: &Call, trip: &Trip, query: &Query, sources: &[Source]) -> Result<bool, Problem> {
    let partly = || sources.iter().any(|source| !covers_filter(&source.matched, query));
    Ok(split_asked(call)? || !trip.sees_all || partly())
}

/// How many entities of each source a page needs; all of them when the page is counted, or when it shows here
/// only which of them fit.
fn needed(page: &Page, query: &Query, split: bool) -> usize {
    let conditional = query.filter.is_some()
        || query.geo.is_some()
        || query.scope.is_some()
        || !query.any_attribute.is_empty();
    if page.count || (split && conditional) {
        return usize::MAX;
    }
    page.offset.saturating_add(page.limit).saturating_add(1)
}

/// Whether every attribute that is asked about, in the filter or as a place, is of what the source registered.
pub(super) fn covers_filter(matched: &Matched, query: &Query) -> bool {
    let asked = query.filter.as_ref().map(Filter::attributes).unwrap_or_default();
    let place = query.geo.as_ref().map(GeoFilter::geoproperty);
    asked.iter().chain(place).all(|name| matched.covers(name))
}

pub(super) fn split_asked(call: &Call) -> Result<bool, Problem> {
    match call.parameters.get("splitEntities") {
        None => Ok(call.face.options.federation.split_entities),
        Some(_) => call.parameters.flag("splitEntities"),
    }
}

/// The sources that may have entities of a query, one for each selector that fits.
pub(super) fn query_sources(
    call: &Call,
    trip: &Trip,
    terms: &Terms,
    query: &Query,
    served: &[Serves],
) -> Result<Vec<Source>, Problem> {
    let csf = csf(call.parameters.get("csf"), terms)?;
    if csf.is_some() && !trip.sees_all {
        return Err(unasked(call));
    }
    let narrowed: Vec<Query> = if query.selectors.is_empty() {
        vec![query.clone()]
    } else {
        let one = |selector: &senne_language::Selector| Query {
            types: selector.types.clone(),
            ids: selector.ids.clone(),
            id_pattern: selector.id_pattern.clone(),
            selectors: Vec::new(),
            ..query.clone()
        };
        query.selectors.iter().map(one).collect()
    };
    let mut all = Vec::new();
    for query in &narrowed {
        let mut wanted = Wanted::of_query(query);
        wanted.csf.clone_from(&csf);
        wanted.datasets = datasets(call);
        all.extend(sources(call, trip, query, wanted, served));
    }
    Ok(all)
}

/// The refusal to choose sources by what their registrations say: an answer to that tells it.
fn unasked(call: &Call) -> Problem {
    let kind = match call.hub.principal {
        Principal::Anonymous => ErrorKind::Unauthenticated,
        _ => ErrorKind::Forbidden,
    };
    let detail =
        "sources are chosen by who may see everything; leave csf out, or send an administrator's key";
    Problem::new(kind, detail).field("csf")
}

fn sources(call: &Call, trip: &Trip, query: &Query, wanted: Wanted, served: &[Serves]) -> Vec<Source> {
    let mut matched = call.face.registrations.matching(&call.hub.tenant, &wanted);
    matched.retain(|found| served.iter().any(|one| found.registration.operations.has(*one)));
    let open = trip.passable(matched).into_iter();
    let one = |matched| Source { matched, wanted: wanted.clone(), query: query.clone(), entity_map: None };
    open.map(one).collect()
}

fn datasets(call: &Call) -> Vec<Option<String>> {
    let list = call.parameters.list("datasetId").unwrap_or_default();
    list.into_iter().map(|one| (one != "@none").then(|| one.to_owned())).collect()
}

pub(super) fn asking<'a>(
    call: &'a Call,
    source: &'a Source,
    naming: &'a super::forward::Naming,
    split: bool,
) -> Asking<'a> {
    Asking {
        matched: &source.matched,
        naming,
        query: &source.query,
        wanted: &source.wanted,
        split,
        datasets: call.parameters.get("datasetId"),
    }
}

/// Asks a source page by page until there is enough.
pub(super) async fn answer(
    call: &Call,
    trip: &Trip,
    terms: &Terms,
    source: &Source,
    split: bool,
    need: usize,
) -> Option<Answered> {
    let registration = &source.matched.registration;
    let naming = call.face.forwarder.naming_for(trip, registration, terms).await;
    let asking = asking(call, source, &naming, split);
    let count = need == usize::MAX;
    let need = need.min(call.face.options.federation.entities_max);
    let mut answered = Answered::nothing_yet(source);
    loop {
        let offset = answered.given;
        let limit = (need - offset).min(SOURCE_PAGE_MAX);
        let outgoing = asking.query(Span { offset, limit, count })?;
        match ask(call, trip, source, &naming, outgoing).await {
            Ok(page) => {
                let full = page.given >= limit;
                answered.take_in(page);
                answered.more = full;
                if !full || answered.given >= need {
                    return Some(answered);
                }
            }
            Err(failure) => {
                trip.warn(registration, &failure);
                answered.broken = true;
                return (offset > 0).then_some(answered);
            }
        }
    }
}

async fn ask(
    call: &Call,
    trip: &Trip,
    source: &Source,
    naming: &super::forward::Naming,
    mut outgoing: super::forward::Outgoing,
) -> Result<SourcePage, Failure> {
    let registration = &source.matched.registration;
    outgoing.entity_map.clone_from(&source.entity_map);
    let reply = call.face.forwarder.send(trip, registration, naming, outgoing).await?;
    let count = reply.headers.get(COUNT_HEADER).and_then(|value| value.to_str().ok()?.parse().ok());
    let limits = Limits::for_body(reply.body.len(), call.face.options.value_bytes_max);
    let body = reply.json()?;
    let given = body.as_array().map_or(1, <[Json]>::len);
    let mut entities = read_entities(body, &naming.terms, &limits)?;
    // What was not registered is not taken (clause 4.3.6.1).
    entities.retain_mut(|entity| keep_registered(entity, &source.matched));
    Ok(SourcePage { entities, given, count, share: reply.share })
}

/// Leaves of an entity what is of those parts of the information that are of this entity; gives whether there is
/// such a part.
pub(super) fn keep_registered(entity: &mut Entity, matched: &Matched) -> bool {
    let own: Vec<&Info> = matched.infos().filter(|info| info.holds(&entity.id, &entity.types)).collect();
    entity.attributes.retain(|attribute| own.iter().any(|info| info.covers(&attribute.name)));
    !own.is_empty()
}

impl Answered {
    fn nothing_yet(source: &Source) -> Self {
        let registration = &source.matched.registration;
        Self {
            registration: registration.id.clone(),
            mode: registration.mode,
            entities: Vec::new(),
            given: 0,
            count: None,
            more: false,
            broken: false,
            shares: Vec::new(),
        }
    }

    fn take_in(&mut self, page: SourcePage) {
        self.count = page.count.or(self.count);
        self.given += page.given;
        self.shares.push(page.share);
        self.entities.extend(page.entities);
    }

    /// How many are at the source beyond those that it gave.
    pub(super) fn unfetched(&self) -> u64 {
        self.count.map_or(0, |count| count.saturating_sub(self.given as u64))
    }
}
