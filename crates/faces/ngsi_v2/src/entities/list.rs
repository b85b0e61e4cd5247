//! `GET /v2/entities`.

use axum::response::Response;
use http::{HeaderName, StatusCode};
use senne_hub::Found;
use senne_model::Json;

use crate::{
    call::{Answer, Call, answer, put},
    query,
    write::{self, Shape},
};

pub(crate) async fn list(call: Call) -> Answer {
    let (query, page) = (query::read(&call)?, query::page(&call)?);
    let found = call.face.hub.query(&call.hub, &query, &page).await?;
    Ok(shown_as(&call, &found, &query::shape(&call)))
}

/// A page of entities; with `options=count` how many there are in all.
pub(crate) fn shown_as(call: &Call, found: &Found, shape: &Shape) -> Response {
    let list = found.entities.iter().map(|entity| write::entity(entity, shape, &call.face.terms)).collect();
    let mut response = answer(StatusCode::OK, &Json::Array(list));
    if let Some(count) = found.count {
        put(&mut response, HeaderName::from_static("fiware-total-count"), &count.to_string());
    }
    response
}
