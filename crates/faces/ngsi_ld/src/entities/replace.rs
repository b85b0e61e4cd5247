//! `PUT /entities/{id}` (clause 6.5.3.3).

use senne_model::Operation;

use crate::{
    http::{Answer, Call, no_content},
    read::{Mode, read_entity},
};

pub(crate) async fn replace(mut call: Call) -> Answer {
    let id = call.id()?;
    call.need_type_in_path().await?;
    let body = call.body().await?;
    let mode = body.mode(Mode { simplified: call.is_simplified(), ..Mode::whole() });
    let entity = read_entity(&body.bytes, mode, &mut body.names(), &body.limits)?;
    call.face.write(&call.hub, entity.into_write_to(id, Operation::Replace)?).await?;
    Ok(no_content())
}
