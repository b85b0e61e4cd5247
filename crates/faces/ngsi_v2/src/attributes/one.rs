//! One attribute: read, written, removed.

use http::StatusCode;
use senne_model::{Name, Operation, Problem, Write};

use crate::{
    call::{Answer, Call, answer, bare},
    change::{kept_for_ever, updated},
    entities::{entity_in_path, entity_to_write},
    names::name_in,
    query,
    read::{self, EXPIRES},
    write,
};

/// The attribute that the path names.
pub(super) fn name_in_path(call: &Call) -> Result<Name, Problem> {
    name_in(&call.face.terms, call.path("attr"), "attr")
}

pub(super) fn missing() -> Problem {
    Problem::not_found("The entity does not have such an attribute")
}

pub(crate) async fn retrieve(call: Call) -> Answer {
    let (entity, name) = (entity_in_path(&call).await?, name_in_path(&call)?);
    let attribute = entity.attribute(&name).ok_or_else(missing)?;
    Ok(answer(StatusCode::OK, &write::attribute(attribute, &query::shape(&call), &call.face.terms)?))
}

pub(crate) async fn replace(call: Call) -> Answer {
    call.writes()?;
    let (entity, name) = (entity_to_write(&call).await?, name_in_path(&call)?);
    if call.path("attr") != EXPIRES {
        entity.attribute(&name).ok_or_else(missing)?;
    }
    let fragment = read::single(call.path("attr"), &call.json().await?, &call.face.terms)?;
    call.face.write(&call.hub, updated(&call, fragment, &entity)).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}

pub(crate) async fn delete(call: Call) -> Answer {
    call.writes()?;
    let (entity, name) = (entity_to_write(&call).await?, name_in_path(&call)?);
    let fresh = if call.path("attr") == EXPIRES {
        entity.expires_at.ok_or_else(missing)?;
        kept_for_ever(&entity.id)
    } else {
        entity.attribute(&name).ok_or_else(missing)?;
        let operation = Operation::DeleteAttribute { name, dataset_id: None, all: true };
        Write::new(entity.id.clone(), operation)
    };
    call.face.write(&call.hub, fresh).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}
