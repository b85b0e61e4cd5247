//! One attribute: read, written, removed.

use http::StatusCode;
use senne_model::{Name, Operation, Problem, Write};

use crate::{
    call::{Answer, Call, answer, bare},
    entities::entity_in_path,
    names::name_in,
    query, read, write,
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
    let (entity, name) = (entity_in_path(&call).await?, name_in_path(&call)?);
    entity.attribute(&name).ok_or_else(missing)?;
    let attribute = read::attribute(call.path("attr"), &call.json().await?, false, &call.face.terms)?;
    let mut fresh = Write::new(entity.id.clone(), Operation::ReplaceAttribute);
    fresh.attributes.push(attribute);
    call.face.write(&call.hub, fresh).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}

pub(crate) async fn delete(call: Call) -> Answer {
    let (entity, name) = (entity_in_path(&call).await?, name_in_path(&call)?);
    entity.attribute(&name).ok_or_else(missing)?;
    let operation = Operation::DeleteAttribute { name, dataset_id: None, all: true };
    call.face.write(&call.hub, Write::new(entity.id.clone(), operation)).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}
