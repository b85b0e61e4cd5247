//! `DELETE /v2/entities/{id}`.

use http::StatusCode;
use senne_model::{Operation, Write};

use super::entity_to_write;
use crate::call::{Answer, Call, bare};

pub(crate) async fn delete(call: Call) -> Answer {
    call.writes()?;
    let entity = entity_to_write(&call).await?;
    call.face.write(&call.hub, Write::new(entity.id.clone(), Operation::Delete)).await?;
    Ok(bare(StatusCode::NO_CONTENT))
}
