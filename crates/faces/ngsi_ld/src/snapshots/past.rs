//! The past that a snapshot holds: values with the identifiers and the times of creation that they had.

use senne_hub::{Context, EntityPast, FoundEntity, Hub, PastQuery, Principal};
use senne_language::{Query, TimeFilter};
use senne_model::{
    Amendment, Attribute, Entity, EntityId, ErrorKind, Instance, Json, Name, Operation, Problem, TenantName,
    Write,
};

use super::{
    fill::{Outcome, copy, renewed},
    kept::Kept,
};
use crate::{
    contexts::Terms,
    http::{Ask, Call, Media, read_shape},
    temporal::{self, Asked},
    write::Shape,
};

/// How many entities are looked at in one go.
const LOOK: usize = 500;

/// How many entities are copied at once, how many values of them, and how many entities one query may bring.
const STEP: usize = 50;
const POINTS_MAX: usize = 1_000_000;
const ENTITIES_MAX: usize = 100_000;

pub(super) async fn of_past(call: &mut Call, terms: &Terms, document: &Json, kept: &Kept) -> Outcome {
    call.take_shape(document)?;
    temporal::take_time(call, document)?;
    let query = Ask::from_document(document)?.into_query(terms)?;
    let shape = read_shape(call, terms, Media::Json)?;
    let asked = Asked::read_for_query(call, terms, &shape)?;
    let ids = meant(call, &query, &asked, &shape).await?;
    for step in ids.chunks(STEP) {
        let question = asked.past_query(step.to_vec(), POINTS_MAX, &shape);
        let context = Context::new(call.hub.principal.clone(), call.hub.tenant.clone());
        let pasts = call.face.hub.past(&context, &question).await?;
        whole(&pasts)?;
        copy(&call.face.hub, &kept.copy, pasts.iter().map(copied).collect()).await?;
    }
    Ok(ids.len())
}

/// The entities that a query means. They are looked at some at a time, each time with the patience of a request.
async fn meant(
    call: &mut Call,
    query: &Query,
    asked: &Asked,
    shape: &Shape,
) -> Result<Vec<EntityId>, Problem> {
    let question = PastQuery { dataset_id: None, ..asked.past_query(query.ids.clone(), POINTS_MAX, shape) };
    call.hub = renewed(&call.hub);
    let candidates = call.face.hub.past_entities(&call.hub, &question).await?;
    let named = Query {
        types: query.types.clone(),
        ids: query.ids.clone(),
        id_pattern: query.id_pattern.clone(),
        selectors: query.selectors.clone(),
        ..Query::default()
    };
    let candidates: Vec<EntityId> =
        candidates.into_iter().filter(|one| named.matches(&as_named(one))).map(|one| one.entity).collect();
    let mut ids = Vec::new();
    for some in candidates.chunks(LOOK) {
        call.hub = renewed(&call.hub);
        let among = Query { ids: some.to_vec(), ..query.clone() };
        ids.extend(temporal::every_id(call, &among, asked, some.len()).await?);
        if ids.len() > ENTITIES_MAX {
            let detail = format!("more than {ENTITIES_MAX} entities match; a snapshot takes at most so many");
            return Err(Problem::new(ErrorKind::TooComplex, detail));
        }
    }
    Ok(ids)
}

/// What an entity of the past is called and what it was.
fn as_named(one: &FoundEntity) -> Entity {
    let mut entity = Entity::new(one.entity.clone(), Name::new(""));
    entity.types = one.types.iter().cloned().collect();
    entity
}

/// Copies the whole past of one companion into another.
pub(super) async fn copy_past(hub: &Hub, from: &TenantName, to: &TenantName) -> Result<(), Problem> {
    let all = PastQuery { limit: POINTS_MAX, ..PastQuery::of(Vec::new(), TimeFilter::default()) };
    let context = || Context::new(Principal::System, from.clone());
    let found = hub.past_entities(&context(), &all).await?;
    let ids: Vec<EntityId> = found.into_iter().map(|one| one.entity).collect();
    for step in ids.chunks(STEP) {
        let question = PastQuery { entities: step.to_vec(), ..all.clone() };
        let pasts = hub.past(&context(), &question).await?;
        whole(&pasts)?;
        copy(hub, to, pasts.iter().map(copied).collect()).await?;
    }
    Ok(())
}

fn whole(pasts: &[EntityPast]) -> Result<(), Problem> {
    if pasts.iter().any(|past| past.truncated) {
        let detail =
            format!("{STEP} entities have more than {POINTS_MAX} values together; ask for a shorter time");
        return Err(Problem::new(ErrorKind::TooComplex, detail));
    }
    Ok(())
}

/// The write that puts values into the past of a copy as they were.
fn copied(past: &EntityPast) -> Write {
    let mut write = Write::new(past.entity.clone(), Operation::Amend);
    write.types = past.types.iter().cloned().collect();
    for series in &past.series {
        let instances = series.points.iter().filter(|point| !point.deleted).map(|point| {
            let mut instance = Instance {
                dataset_id: series.dataset_id.clone(),
                observed_at: point.observed_at,
                unit_code: point.unit_code.clone(),
                quality: point.quality,
                sub_attributes: point.sub_attributes.clone(),
                ..Instance::new(point.value.clone())
            };
            Amendment::new(&point.key.to_string(), point.created_at, false).mark(&mut instance);
            instance
        });
        let instances: Vec<Instance> = instances.collect();
        match write.attributes.iter_mut().find(|attribute| attribute.name == series.attribute) {
            Some(attribute) => attribute.instances.extend(instances),
            None => write
                .attributes
                .push(Attribute { name: series.attribute.clone(), instances: instances.into() }),
        }
    }
    write
}
