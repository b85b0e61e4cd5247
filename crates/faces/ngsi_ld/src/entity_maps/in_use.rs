//! A query with an entity map (clauses 5.5.9.3, 5.5.14): the entities are those of the map, what no longer fits is left out of it, and
//! pages are filled as long as there are entities.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use senne_hub::{Found, Page};
use senne_language::{Period, Query};
use senne_model::{Entity, EntityId, ErrorKind, Problem};

use super::{chart::Chart, kept::ENTITIES_MAX};
use crate::{
    contexts::Terms,
    distributed,
    face::Face,
    http::{BASE, Call, MAP_HEADER, put},
    temporal::{self, Asked},
};

/// How many entities are asked for at once: their names go in one address to other brokers.
const STEP: usize = 100;

/// The map that a request uses.
#[derive(Clone, Debug)]
pub(crate) struct Mapped {
    id: EntityId,
    /// It was made by this request.
    created: bool,
}

impl Mapped {
    /// Says in the answer which map was used; one that was made makes it 201 (clause 6.4.3.2).
    pub(crate) fn mark(&self, response: &mut Response) {
        put(response, MAP_HEADER, &location(&self.id));
        if self.created && response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::CREATED;
        }
    }

    /// Its entities by now.
    pub(crate) fn ids(&self, call: &Call) -> Result<Vec<EntityId>, Problem> {
        Ok(self.chart(call)?.entities.to_vec())
    }

    fn chart(&self, call: &Call) -> Result<Chart, Problem> {
        let kept = call.face.entity_maps.find(&call.hub.tenant, &call.hub.principal, &self.id);
        Ok(kept.ok_or_else(super::missing)?.chart)
    }

    /// Leaves out of it those of `looked_at` that are not `left`; those that sources have only where those were asked.
    pub(crate) fn keep(&self, call: &Call, looked_at: &[EntityId], left: &[EntityId]) {
        let (tenant, owner) = (&call.hub.tenant, &call.hub.principal);
        call.face.entity_maps.keep(tenant, owner, &self.id, (looked_at, left), call.trip.is_some());
    }

    /// A page of its entities as they are now.
    async fn page(&self, call: &Call, terms: &Terms, query: &Query, page: &Page) -> Result<Found, Problem> {
        let chart = self.chart(call)?;
        let ids = &chart.entities;
        let start = if page.count { 0 } else { page.offset.min(ids.len()) };
        let (mut left, mut looked_at) = (Vec::new(), start);
        let end = page.offset.saturating_add(page.limit);
        while looked_at < ids.len() && (page.count || start + left.len() < end) {
            let step = &ids[looked_at..(looked_at + STEP).min(ids.len())];
            left.extend(fitting(call, terms, query, step, &chart).await?);
            looked_at += step.len();
        }
        let names: Vec<EntityId> = left.iter().map(|(id, _)| id.clone()).collect();
        self.keep(call, &ids[start..looked_at], &names);
        let more = start + left.len() > end || looked_at < ids.len();
        let count = page.count.then(|| left.iter().filter(|(_, entity)| entity.is_some()).count() as u64);
        let shown = left.into_iter().skip(page.offset - start).take(page.limit);
        let entities = shown.filter_map(|(_, entity)| entity).collect();
        Ok(Found { entities, count, more, less: page.offset > 0, span: None })
    }
}

/// An entity of a map that has its place; `None` within when the source that has it could not be asked.
type Placed = (EntityId, Option<Arc<Entity>>);

/// Of these entities those that are there and fit, in this order. Those of which nobody can tell keep their places,
/// so that neither the map nor its pages change by a source that fails for a moment.
async fn fitting(
    call: &Call,
    terms: &Terms,
    query: &Query,
    ids: &[EntityId],
    chart: &Chart,
) -> Result<Vec<Placed>, Problem> {
    let wanted = ids.iter().filter(|id| query.ids.is_empty() || query.ids.contains(id));
    let query = Query { ids: wanted.cloned().collect(), ..query.clone() };
    if query.ids.is_empty() {
        return Ok(Vec::new());
    }
    let held = chart.held(&query.ids);
    let distributed::FoundHeld { found, unheard } =
        distributed::find_held(call, terms, &query, &Page::first(STEP), &held).await?;
    let mut by_id: HashMap<EntityId, Arc<Entity>> =
        found.entities.into_iter().map(|entity| (entity.id.clone(), entity)).collect();
    let unsure: HashSet<&EntityId> =
        unheard.iter().filter_map(|source| held.get(source)).flat_map(|there| &there.entities).collect();
    let place = |id: &EntityId| match by_id.remove(id) {
        Some(entity) => Some((id.clone(), Some(entity))),
        None => unsure.contains(id).then(|| (id.clone(), None)),
    };
    Ok(query.ids.iter().filter_map(place).collect())
}

/// A page of a query, from a map where one is used or made.
pub(crate) async fn find(
    call: &Call,
    terms: &Terms,
    query: &Query,
    page: &Page,
) -> Result<(Found, Option<Mapped>), Problem> {
    let Some(mapped) = mapped(call, Making::Present(terms, query)).await? else {
        return Ok((distributed::find(call, terms, query, page).await?, None));
    };
    Ok((mapped.page(call, terms, query, page).await?, Some(mapped)))
}

/// The map of a temporal query, when it uses or makes one.
pub(crate) async fn temporal(call: &Call, query: &Query, asked: &Asked) -> Result<Option<Mapped>, Problem> {
    mapped(call, Making::Past(query, asked)).await
}

/// Says in the answer which map is used for one entity, making one when that is asked for.
pub(crate) async fn one(call: &Call, id: &EntityId, response: &mut Response) -> Result<(), Problem> {
    if let Some(mapped) = mapped(call, Making::One(id)).await? {
        put(response, MAP_HEADER, &location(&mapped.id));
    }
    Ok(())
}

/// The map that a request names, which must be known: whoever takes things away must not take more because it has expired.
pub(crate) fn given(call: &Call) -> Result<Option<Mapped>, Problem> {
    Ok(given_to(&call.face, &call.hub, &call.headers)?.map(|(mapped, _)| mapped))
}

/// The same with what the map says, for a request that is on its way through brokers.
pub(crate) fn given_to(
    face: &Face,
    caller: &senne_hub::Context,
    headers: &HeaderMap,
) -> Result<Option<(Mapped, Chart)>, Problem> {
    if headers.get(MAP_HEADER).is_none() {
        return Ok(None);
    }
    let id = named(headers).ok_or_else(super::missing)?;
    let known = face.entity_maps.find(&caller.tenant, &caller.principal, &id).ok_or_else(super::missing)?;
    Ok(Some((Mapped { id, created: false }, known.chart)))
}

/// What a map that has to be made is made of.
enum Making<'a> {
    Present(&'a Terms, &'a Query),
    Past(&'a Query, &'a Asked),
    One(&'a EntityId),
}

async fn mapped(call: &Call, making: Making<'_>) -> Result<Option<Mapped>, Problem> {
    let (wants, named) = (call.parameters.flag("entityMap")?, named(&call.headers));
    if let Some(id) = &named {
        let known = call.face.entity_maps.find(&call.hub.tenant, &call.hub.principal, id);
        if known.is_some() {
            return Ok(Some(Mapped { id: id.clone(), created: false }));
        }
    }
    if !wants && call.headers.get(MAP_HEADER).is_none() {
        return Ok(None);
    }
    let lifetime = lifetime(call)?;
    let chart = match making {
        Making::Present(terms, query) => every_present(call, terms, query).await?,
        Making::Past(query, asked) => {
            Chart::here(temporal::every_id(call, query, asked, ENTITIES_MAX).await?)
        }
        Making::One(id) => Chart::here(vec![id.clone()]),
    };
    let (id, _) = call.face.entity_maps.create(&call.hub.tenant, &call.hub.principal, chart, lifetime)?;
    Ok(Some(Mapped { id, created: true }))
}

/// The map that the header names, by its place or by its identifier.
fn named(headers: &HeaderMap) -> Option<EntityId> {
    let text = headers.get(MAP_HEADER)?.to_str().ok()?;
    let last = text.rsplit_once("/entityMaps/").map_or(text, |(_, id)| id);
    let decoded = url::form_urlencoded::parse(format!("id={}", last.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, id)| id.into_owned())?;
    EntityId::parse(&decoded).ok()
}

/// Every entity that a query finds now, in order, here and at sources.
pub(super) async fn every_present(call: &Call, terms: &Terms, query: &Query) -> Result<Chart, Problem> {
    distributed::chart(call, terms, query, |local| every_here(call, local)).await
}

async fn every_here(call: &Call, query: Query) -> Result<Vec<EntityId>, Problem> {
    let mut page = Page::first(STEP);
    let mut all: Vec<EntityId> = Vec::new();
    loop {
        let found = match call.face.hub.query(&call.hub, &query, &page).await {
            // A tenant whose entities are all elsewhere.
            Err(problem) if call.trip.is_some() && problem.kind == ErrorKind::NoSuchTenant => return Ok(all),
            other => other?,
        };
        all.extend(found.entities.iter().map(|entity| entity.id.clone()));
        if !found.more || all.len() > ENTITIES_MAX {
            return Ok(all);
        }
        page.after = all.last().cloned();
    }
}

/// How long a map is to live, as the request suggests.
pub(super) fn lifetime(call: &Call) -> Result<Option<Duration>, Problem> {
    let Some(text) = call.parameters.get("entityMapLifetime") else { return Ok(None) };
    span_of(text).map(Some).map_err(|problem| problem.field("entityMapLifetime"))
}

/// A duration of ISO 8601.
pub(crate) fn span_of(text: &str) -> Result<Duration, Problem> {
    let micros = Period::parse(text)?.approximate_micros();
    Ok(Duration::from_micros(u64::try_from(micros).unwrap_or_default()))
}

/// Where a map is.
pub(super) fn location(id: &EntityId) -> String {
    format!("{BASE}/entityMaps/{id}")
}
