//! `POST /temporal/entities` and `POST /temporal/entities/{id}/attrs` (clauses 6.18.3.1, 6.20.3.1):
//! observations of any time are added; the newest of each series stands in the present state.

use senne_model::{Operation, Outcome, Problem};

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
    let written = call.face.write(&call.hub, write).await?;
    Ok(if written.outcome == Outcome::Created { created("temporal/entities", &id) } else { no_content() })
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
