//! `POST /temporal/entities` and `POST /temporal/entities/{id}/attrs` (clauses 6.18.3.1, 6.20.3.1):
//! observations of any time are added; the newest of each series stands in the present state.

use senne_hub::PastQuery;
use senne_language::TimeFilter;
use senne_model::{EntityId, Operation, Problem};

use crate::{
    http::{Answer, Call, created, no_content},
    read::{EntityIn, Mode, read_entity},
};

pub(crate) async fn add(mut call: Call) -> Answer {
    let entity = read(&mut call).await?;
    if entity.types.is_empty() {
        return Err(Problem::bad("an entity needs a `type`").field("type").into());
    }
    let write = entity.into_write(Operation::Observe)?;
    let id = write.entity.clone();
    let before = has_past(&call, &id).await?;
    call.face.write(&call.hub, write).await?;
    call.face.with_past.note(&call.hub.tenant, &id);
    Ok(if before { no_content() } else { created("temporal/entities", &id) })
}

/// Whether there is a past to be added to (clause 5.6.11.4); an entity may be there without one.
async fn has_past(call: &Call, id: &EntityId) -> Result<bool, Problem> {
    if call.face.with_past.knows(&call.hub.tenant, id) {
        return Ok(true);
    }
    let query = PastQuery::of(vec![id.clone()], TimeFilter::default());
    let found = call.face.hub.past_entities(&call.hub, &query).await?;
    if found.iter().any(|one| !one.doubtful) {
        return Ok(true);
    }
    Ok(!found.is_empty() && !call.face.hub.past(&call.hub, &query).await?.is_empty())
}

pub(crate) async fn add_attributes(mut call: Call) -> Answer {
    let id = call.id()?;
    let entity = read(&mut call).await?;
    let write = entity.into_write_to(id, Operation::Observe)?;
    // Observations create entities; this operation is for those that are there.
    call.face.hub.entity(&call.hub, &write.entity).await?;
    call.face.write(&call.hub, write).await?;
    Ok(no_content())
}

async fn read(call: &mut Call) -> Result<EntityIn, crate::http::Refusal> {
    let body = call.body().await?;
    Ok(read_entity(&body.bytes, body.mode(Mode::series()), &mut body.names(), &body.limits)?)
}
