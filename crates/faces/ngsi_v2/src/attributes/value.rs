//! The value of one attribute alone.

use http::StatusCode;
use senne_model::{Json, Operation, Write};

use super::one::{missing, name_in_path};
use crate::{
    call::{Answer, Call, answer, bare, put},
    entities::{entity_in_path, entity_to_write},
    read, write,
};

/// Objects and arrays as JSON; others as text, where the caller takes it.
pub(crate) async fn retrieve(call: Call) -> Answer {
    let (entity, name) = (entity_in_path(&call).await?, name_in_path(&call)?);
    let main = entity.attribute(&name).and_then(senne_model::Attribute::main).ok_or_else(missing)?;
    let value = write::plain_type(main).1;
    let mut response = answer(StatusCode::OK, &value);
    if !matches!(value, Json::Object(_) | Json::Array(_)) {
        put(&mut response, http::header::CONTENT_TYPE, "text/plain");
    }
    Ok(response)
}

pub(crate) async fn replace(call: Call) -> Answer {
    call.writes()?;
    let (entity, name) = (entity_to_write(&call).await?, name_in_path(&call)?);
    let attribute = read::with_value(&entity, &name, call.value().await?)?;
    let mut fresh = Write::new(entity.id.clone(), Operation::ReplaceAttribute);
    fresh.attributes.push(attribute);
    call.face.write(&call.hub, fresh).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}
