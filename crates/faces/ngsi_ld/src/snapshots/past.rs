//! The past that a snapshot holds: values with the identifiers and the times of creation that they had.

use senne_hub::{Context, EntityPast, Hub, PastQuery, Principal};
use senne_language::TimeFilter;
use senne_model::{
    Amendment, Attribute, EntityId, ErrorKind, Instance, Json, Operation, Problem, TenantName, Write,
};

use super::{
    fill::{Outcome, copy},
    kept::Kept,
};
use crate::{
    contexts::Terms,
    http::{Ask, Call, Media, read_shape},
    temporal::{self, Asked},
};

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
    let ids = temporal::every_id(call, &query, &asked, ENTITIES_MAX).await?;
    if ids.len() > ENTITIES_MAX {
        let detail = format!("more than {ENTITIES_MAX} entities match; a snapshot takes at most so many");
        return Err(Problem::new(ErrorKind::TooComplex, detail));
    }
    for step in ids.chunks(STEP) {
        let question = asked.past_query(step.to_vec(), POINTS_MAX, &shape);
        let context = Context::new(call.hub.principal.clone(), call.hub.tenant.clone());
        let pasts = call.face.hub.past(&context, &question).await?;
        whole(&pasts)?;
        copy(&call.face.hub, &kept.copy, pasts.iter().map(copied).collect()).await?;
    }
    Ok(ids.len())
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
