//! Which entities of a query there are at which broker, for an entity map (clauses 4.3.6.7, 5.14.4.4).

use senne_language::Query;
use senne_model::{EntityId, Json, Problem};

use super::{
    gather::{Source, answer, asking, query_sources, split_asked},
    together::together,
    trip::Trip,
};
use crate::{contexts::Terms, entity_maps::Chart, http::Call, registrations::Serves};

/// A source that makes no maps is asked for its entities instead.
const OFFERED: [Serves; 3] = [Serves::CreateEntityMapQueryEntity, Serves::QueryEntity, Serves::QueryBatch];

/// What one source has.
struct Part {
    registration: EntityId,
    entities: Vec<EntityId>,
    entity_map: Option<String>,
}

/// The candidates of a query by where they are. `here` finds those that are here; of entities that may be split only their
/// names and types are looked at, as no broker alone can tell whether they fit.
pub(crate) async fn chart<F>(
    call: &Call,
    terms: &Terms,
    query: &Query,
    here: impl FnOnce(Query) -> F,
) -> Result<Chart, Problem>
where
    F: Future<Output = Result<Vec<EntityId>, Problem>>,
{
    // A map tells identifiers without types: what sources have is for those who may see everything.
    let grant = senne_policy::decide(&call.hub.principal, &call.hub.tenant, senne_hub::Action::Read)?;
    let sees_all = grant == senne_hub::Grant::Everything;
    let Some(trip) = call.trip.as_deref().filter(|_| sees_all) else {
        return Ok(Chart::here(here(query.clone()).await?));
    };
    let split = split_asked(call)?;
    let sources = query_sources(call, trip, terms, query, &OFFERED)?;
    let local = if split && !sources.is_empty() { by_name(query) } else { query.clone() };
    let mut chart = Chart::here(here(local).await?);
    let asked = sources.iter().map(|source| part(call, trip, terms, source, split));
    for part in together(asked.collect()).await.into_iter().flatten() {
        chart.add(part.registration, part.entity_map, part.entities);
    }
    Ok(chart)
}

/// The query without what only whole entities can be asked.
fn by_name(query: &Query) -> Query {
    Query { any_attribute: Vec::new(), filter: None, geo: None, scope: None, ..query.clone() }
}

async fn part(call: &Call, trip: &Trip, terms: &Terms, source: &Source, split: bool) -> Option<Part> {
    let registration = source.matched.registration.id.clone();
    if let Some((entity_map, entities)) = by_map(call, trip, terms, source, split).await {
        return Some(Part { registration, entities, entity_map: Some(entity_map) });
    }
    let answered =
        answer(call, trip, terms, source, split, call.face.options.federation.entities_max).await?;
    if answered.more {
        trip.note(199, &format!("{registration}: it has more entities than are asked for"));
    }
    let entities = answered.entities.into_iter().map(|entity| entity.id).collect();
    Some(Part { registration, entities, entity_map: None })
}

/// The map that a source makes; `None` when it makes none, or what it says is no map.
async fn by_map(
    call: &Call,
    trip: &Trip,
    terms: &Terms,
    source: &Source,
    split: bool,
) -> Option<(String, Vec<EntityId>)> {
    let registration = &source.matched.registration;
    let naming = call.face.forwarder.naming(registration, terms).await;
    let outgoing = asking(call, source, &naming, split).map(split)?;
    let reply = call.face.forwarder.send(trip, registration, &naming, outgoing).await.ok()?;
    let document = reply.json().ok()?;
    let id = document.get("id").and_then(Json::as_str)?.to_owned();
    let members = document.get("entityMap")?.as_object()?;
    let entities = members.iter().filter_map(|(name, _)| EntityId::parse(name).ok()).collect();
    Some((id, entities))
}
