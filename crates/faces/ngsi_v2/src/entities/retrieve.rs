//! `GET /v2/entities/{id}`.

use http::StatusCode;

use super::entity_in_path;
use crate::{
    call::{Answer, Call, answer},
    query, write,
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    let entity = entity_in_path(&call).await?;
    Ok(answer(StatusCode::OK, &write::entity(&entity, &query::shape(&call), &call.face.terms)))
}
