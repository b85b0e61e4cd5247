//! `GET /v2/entities`.

use axum::response::Response;
use http::{HeaderName, StatusCode};
use senne_hub::{Found, Page};
use senne_language::Query;
use senne_model::{Json, Problem};

use crate::{
    call::{Answer, Call, answer, put},
    query,
    write::{self, Shape},
};

pub(crate) async fn list(call: Call) -> Answer {
    let asked = query::read(&call).await?;
    let page = query::page_near(&call, asked.geo.as_ref())?;
    Ok(shown(&call, &asked, &page, &query::shape(&call)).await?)
}

/// A page of entities; with `options=count` how many there are in all.
pub(crate) async fn shown(
    call: &Call,
    asked: &Query,
    page: &Page,
    shape: &Shape,
) -> Result<Response, Problem> {
    let found: Found = call.face.hub.query(&call.hub, asked, page).await?;
    query::whole(&found, page)?;
    let list = found.entities.iter().map(|entity| write::entity(entity, shape, &call.face.terms)).collect();
    let mut response = answer(StatusCode::OK, &Json::Array(list));
    if let Some(count) = found.count {
        put(&mut response, HeaderName::from_static("fiware-total-count"), &count.to_string());
    }
    Ok(response)
}
