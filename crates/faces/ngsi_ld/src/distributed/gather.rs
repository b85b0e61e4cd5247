//! Reading entities that several brokers hold: asking them, merging what they answer with what is here
//! (clauses 4.3.6.7, 4.5.5, 5.7.1, 5.7.2).
//!
//! Order and pages: first the entities that fit here, in their own order, with what sources know of them; then
//! those that only sources have, in the order of registrations and of their answers.

use std::{collections::HashMap, sync::Arc};

use senne_hub::{Found, Page};
use senne_language::{Filter, Query};
use senne_model::{Entity, EntityId, ErrorKind, Problem};

use super::{
    asking::{Asking, Span},
    failure::Failure,
    incoming::read_entities,
    merge::merge,
    together::together,
    trip::Trip,
};
use crate::{
    contexts::Terms,
    http::Call,
    read::Limits,
    registrations::{Matched, Mode, Serves, Wanted, csf},
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
    mode: Mode,
    pub(super) entities: Vec<Entity>,
    /// How many there are at the source, when it said so.
    count: Option<u64>,
    pub(super) more: bool,
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
    let naming = call.face.forwarder.naming(&source.matched.registration, terms).await;
    let asking = asking(call, source, &naming, true);
    let outgoing = asking.retrieve(id)?;
    let entities = match ask(call, trip, source, &naming, outgoing).await {
        Ok((entities, _)) => entities,
        Err(failure) => {
            trip.warn(&source.matched.registration, &failure);
            return None;
        }
    };
    Some(Answered { mode: source.matched.registration.mode, entities, count: None, more: false })
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
) -> Result<Found, Problem> {
    let hub = &call.face.hub;
    let Some(trip) = call.trip.as_deref() else { return hub.query(&call.hub, query, page).await };
    let mut sources = query_sources(call, trip, terms, query, &QUERIES)?;
    sources.retain_mut(|source| {
        let Some(there) = held.get(&source.matched.registration.id) else { return false };
        source.query.ids.retain(|id| there.entities.contains(id));
        source.entity_map.clone_from(&there.entity_map);
        !source.query.ids.is_empty()
    });
    find_at(call, trip, terms, (query, page), sources).await
}

async fn find_at(
    call: &Call,
    trip: &Trip,
    terms: &Terms,
    (query, page): (&Query, &Page),
    sources: Vec<Source>,
) -> Result<Found, Problem> {
    let hub = &call.face.hub;
    if sources.is_empty() {
        return hub.query(&call.hub, query, page).await;
    }
    if call.parameters.get("orderBy").is_some() {
        let detail = "entities of several brokers cannot be put in order; ask with local=true";
        return Err(Problem::bad(detail).field("orderBy"));
    }
    let split = split_asked(call)? || sources.iter().any(|source| !covers_filter(&source.matched, query));
    let need = if page.count { usize::MAX } else { page.offset.saturating_add(page.limit).saturating_add(1) };
    let asked = sources.iter().map(|source| answer(call, trip, terms, source, split, need));
    let answers = together(asked.collect()).await.into_iter().flatten().collect();
    Gathering { call, query, split }.page(page, answers).await
}

/// Whether every attribute that the filter asks about is of what the source registered.
fn covers_filter(matched: &Matched, query: &Query) -> bool {
    let asked = query.filter.as_ref().map(Filter::attributes).unwrap_or_default();
    asked.iter().all(|name| matched.covers(name))
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
    let naming = call.face.forwarder.naming(&source.matched.registration, terms).await;
    let asking = asking(call, source, &naming, split);
    let count = need == usize::MAX;
    let need = need.min(call.face.options.federation.entities_max);
    let mut answered =
        Answered { mode: source.matched.registration.mode, entities: Vec::new(), count: None, more: false };
    loop {
        let offset = answered.entities.len();
        let limit = (need - offset).min(SOURCE_PAGE_MAX);
        let outgoing = asking.query(Span { offset, limit, count })?;
        match ask(call, trip, source, &naming, outgoing).await {
            Ok((entities, count)) => {
                let full = entities.len() >= limit;
                answered.count = count.or(answered.count);
                answered.entities.extend(entities);
                answered.more = full;
                if !full || answered.entities.len() >= need {
                    return Some(answered);
                }
            }
            Err(failure) => {
                trip.warn(&source.matched.registration, &failure);
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
) -> Result<(Vec<Entity>, Option<u64>), Failure> {
    let registration = &source.matched.registration;
    outgoing.entity_map.clone_from(&source.entity_map);
    let reply = call.face.forwarder.send(trip, registration, naming, outgoing).await?;
    let count = reply.headers.get("ngsild-results-count").and_then(|value| value.to_str().ok()?.parse().ok());
    let limits = Limits::for_body(reply.body.len(), call.face.options.value_bytes_max);
    let mut entities = read_entities(reply.json()?, &naming.terms, &limits)?;
    // What was not registered is not taken (clause 4.3.6.1).
    for entity in &mut entities {
        entity.attributes.retain(|attribute| source.matched.covers(&attribute.name));
    }
    Ok((entities, count))
}

/// An entity as far as the caller may see it.
fn visible(call: &Call, entity: Entity) -> Option<Entity> {
    let grant = senne_policy::decide(&call.hub.principal, &call.hub.tenant, senne_hub::Action::Read).ok()?;
    match grant.visible(&entity, call.face.hub.contracts()) {
        senne_policy::Visible::Whole => Some(entity),
        senne_policy::Visible::Nothing => None,
        senne_policy::Visible::Without(hidden) => {
            let mut shown = entity;
            shown.attributes.retain(|attribute| !hidden.contains(&attribute.name));
            Some(shown)
        }
    }
}

/// The work of putting a page together.
struct Gathering<'a> {
    call: &'a Call,
    query: &'a Query,
    split: bool,
}

/// The versions that sources have of entities, in the order in which they came.
#[derive(Default)]
struct Versions {
    order: Vec<EntityId>,
    by_id: HashMap<EntityId, Vec<(Mode, Entity)>>,
}

impl Versions {
    fn of(answers: Vec<Answered>) -> Self {
        let mut versions = Self::default();
        let (last, first): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.mode == Mode::Auxiliary);
        for answer in first.into_iter().chain(last) {
            for entity in answer.entities {
                let there = versions.by_id.entry(entity.id.clone()).or_default();
                if there.is_empty() {
                    versions.order.push(entity.id.clone());
                }
                there.push((answer.mode, entity));
            }
        }
        versions
    }

    /// The entity with all that sources know of it.
    fn merged(&self, id: &EntityId, here: Option<&Entity>) -> Option<Entity> {
        let mut merged = here.cloned();
        for (mode, version) in self.by_id.get(id).into_iter().flatten() {
            match &mut merged {
                Some(entity) => merge(entity, version.clone(), *mode),
                None => merged = Some(version.clone()),
            }
        }
        merged
    }
}

impl Gathering<'_> {
    async fn page(&self, page: &Page, answers: Vec<Answered>) -> Result<Found, Problem> {
        let unfetched: u64 = answers.iter().map(Answered::unfetched).sum();
        let more_there = answers.iter().any(|answer| answer.more);
        let versions = Versions::of(answers);
        let (call, hub) = (self.call, &self.call.face.hub);
        let only_there = self.only_there(&versions).await?;
        let after = page.after.as_ref().and_then(|id| only_there.iter().position(|e| e.id == *id));
        let here = if after.is_some() {
            Found { count: None, ..Found::default() }
        } else {
            let counted = Page { count: true, ..page.clone() };
            match hub.query(&call.hub, self.query, &counted).await {
                Err(problem) if problem.kind == ErrorKind::NoSuchTenant => {
                    Found { count: Some(0), ..Found::default() }
                }
                other => other?,
            }
        };
        let held = here.count.unwrap_or(0);
        let skip = match after {
            Some(place) => place + 1,
            None if page.after.is_some() => 0,
            None => page.offset.saturating_sub(usize::try_from(held).unwrap_or(usize::MAX)),
        };
        let room = if here.more { 0 } else { page.limit.saturating_sub(here.entities.len()) };
        let mut entities: Vec<Arc<Entity>> = here
            .entities
            .iter()
            .filter_map(|entity| self.fitting(versions.merged(&entity.id, Some(entity))?))
            .collect();
        let left = only_there.len().saturating_sub(skip);
        entities.extend(only_there.iter().skip(skip).take(room).cloned());
        let count = page.count.then(|| held + only_there.len() as u64 + unfetched);
        let more = here.more || left > room || (more_there && left >= room);
        // Only our own entities have places; pages of many brokers are counted.
        Ok(Found { entities, count, more, less: page.offset > 0, span: None })
    }

    fn fitting(&self, entity: Entity) -> Option<Arc<Entity>> {
        let entity = visible(self.call, entity)?;
        (!self.split || self.query.matches(&entity)).then(|| Arc::new(entity))
    }

    /// The entities that do not fit by what is here alone: those have their places among our own.
    async fn only_there(&self, versions: &Versions) -> Result<Vec<Arc<Entity>>, Problem> {
        let mut only = Vec::new();
        for id in &versions.order {
            let here = match self.call.face.hub.entity(&self.call.hub, id).await {
                Ok(entity) => Some(entity),
                Err(problem) if matches!(problem.kind, ErrorKind::NotFound | ErrorKind::NoSuchTenant) => None,
                Err(problem) => return Err(problem),
            };
            if here.as_ref().is_some_and(|entity| self.query.matches(entity)) {
                continue;
            }
            let merged = versions.merged(id, here.as_deref());
            only.extend(merged.and_then(|entity| self.fitting(entity)));
        }
        Ok(only)
    }
}

impl Answered {
    /// How many are at the source beyond those that it gave.
    fn unfetched(&self) -> u64 {
        self.count.map_or(0, |count| count.saturating_sub(self.entities.len() as u64))
    }
}
