//! `POST /entities` (clause 6.4.3.1).

use senne_model::Operation;

use crate::{
    http::{Answer, Call, created},
    read::{Mode, read_entity},
};

pub(crate) async fn create(mut call: Call) -> Answer {
    let body = call.body().await?;
    let mode = body.mode(Mode { simplified: call.is_simplified(), ..Mode::whole() });
    let write =
        read_entity(&body.bytes, mode, &mut body.names(), &body.limits)?.into_write(Operation::Create)?;
    let id = write.entity.clone();
    call.face.write(&call.hub, write).await?;
    Ok(created("entities", &id))
}
