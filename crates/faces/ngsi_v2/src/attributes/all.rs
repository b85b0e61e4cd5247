//! All attributes of an entity: read, appended, updated, replaced.

use http::StatusCode;
use senne_model::{Operation, Problem};

use crate::{
    call::{Answer, Call, answer, bare},
    change::{appended, replaced, to, updated},
    entities::{entity_in_path, entity_to_write},
    query,
    read::{self, Fragment},
    write,
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    let entity = entity_in_path(&call).await?;
    Ok(answer(StatusCode::OK, &write::alone(&entity, &query::shape(&call), &call.face.terms)))
}

/// The attributes of the body.
async fn sent(call: &Call) -> Result<Fragment, crate::refusal::Refusal> {
    Ok(read::fragment(&call.json().await?, call.option("keyValues"), &call.face.terms)?)
}

/// `POST`: appended or overwritten; with `options=append` what is there is left, and refused.
pub(crate) async fn append(call: Call) -> Answer {
    call.writes()?;
    let entity = entity_to_write(&call).await?;
    let fragment = sent(&call).await?;
    let fresh = if call.option("append") {
        to(&entity, Operation::Append { keep: true }, fragment)
    } else {
        appended(&call, fragment, &entity)
    };
    call.face.write(&call.hub, fresh).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}

/// `PATCH`: attributes that are there get other values; nothing is done when one is not there.
pub(crate) async fn update(call: Call) -> Answer {
    call.writes()?;
    let entity = entity_to_write(&call).await?;
    let fragment = sent(&call).await?;
    let mut names = fragment.attributes.iter().map(|attribute| &attribute.name);
    if let Some(absent) = names.find(|name| entity.attribute(name).is_none()) {
        let detail = "one or more of the attributes in the request do not exist";
        return Err(Problem::not_found(detail).field(absent.local()).into());
    }
    call.face.write(&call.hub, updated(&call, fragment, &entity)).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}

/// `PUT`: these are all attributes from now on.
pub(crate) async fn replace(call: Call) -> Answer {
    call.writes()?;
    let entity = entity_to_write(&call).await?;
    let fragment = sent(&call).await?;
    call.face.write(&call.hub, replaced(fragment, &entity)).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}
