//! All attributes of an entity: read, appended, updated, replaced.

use http::StatusCode;
use senne_model::{Json, Operation, Problem, Write};

use crate::{
    call::{Answer, Call, answer, bare},
    entities::entity_in_path,
    query, read, write,
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    let entity = entity_in_path(&call).await?;
    let members = write::attributes(&entity, &query::shape(&call), &call.face.terms);
    Ok(answer(StatusCode::OK, &Json::Object(members)))
}

/// `POST`: appended or overwritten; with `options=append` what is there is left, and refused.
pub(crate) async fn append(call: Call) -> Answer {
    let keep = call.option("append");
    written(call, Operation::Append { keep }).await
}

/// `PATCH`: attributes that are there get other values; nothing is done when one is not there.
pub(crate) async fn update(call: Call) -> Answer {
    let entity = entity_in_path(&call).await?;
    let attributes = read::fragment(&call.json().await?, call.option("keyValues"), &call.face.terms)?;
    if let Some(absent) = attributes.iter().find(|attribute| entity.attribute(&attribute.name).is_none()) {
        let detail = "one or more of the attributes in the request do not exist";
        return Err(Problem::not_found(detail).field(absent.name.local()).into());
    }
    let mut fresh = Write::new(entity.id.clone(), Operation::ReplaceAttribute);
    fresh.attributes = attributes;
    call.face.write(&call.hub, fresh).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}

/// `PUT`: these are all attributes from now on.
pub(crate) async fn replace(call: Call) -> Answer {
    written(call, Operation::Replace).await
}

async fn written(call: Call, operation: Operation) -> Answer {
    let entity = entity_in_path(&call).await?;
    let attributes = read::fragment(&call.json().await?, call.option("keyValues"), &call.face.terms)?;
    let mut fresh = Write::new(entity.id.clone(), operation);
    // A replacement would take scopes away that it does not name.
    fresh.scopes = (!entity.scopes.is_empty()).then(|| entity.scopes.clone());
    fresh.attributes = attributes;
    call.face.write(&call.hub, fresh).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}
