//! `PATCH /csourceRegistrations/{id}` (clause 6.9.3.2).

use senne_model::{Json, Problem};

use super::{create::refuse_context, document};
use crate::{
    http::{Answer, Call, no_content},
    read::read_json,
};

pub(crate) async fn update(mut call: Call) -> Answer {
    call.administer()?;
    let id = call.id()?;
    let body = call.body().await?;
    let patch = read_json(&body.bytes)?;
    refuse_context(&patch, &body)?;
    let mut patch = document::expand(patch, &body.terms)?;
    if patch.get("id").is_some_and(|own| own.as_str() != Some(&id)) {
        return Err(Problem::bad("the `id` in the body is not the one in the path").field("id").into());
    }
    if let Json::Object(members) = &mut patch {
        members.retain(|(name, _)| &**name != "id");
    }
    call.face.registrations.update(&call.hub, &id, &patch).await?;
    Ok(no_content())
}
