//! `GET` and `POST` of `/entityMaps` and `/temporal/entityMaps` (clauses 5.14.4, 5.14.5): a query that is answered by a map.

use axum::response::Response;
use http::StatusCode;
use senne_language::Query;
use senne_model::EntityId;

use super::{
    chart::Chart,
    in_use::{every_present, lifetime, location},
    kept::{ENTITIES_MAX, Kept},
    present::present,
};
use crate::{
    contexts::Terms,
    http::{Answer, Ask, Call, MAP_HEADER, Media, Offer, plain_json, put, read_query, read_shape},
    read::read_json,
    temporal::{self, Asked},
};

pub(crate) async fn by_parameters(call: Call) -> Answer {
    call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let query = read_query(&call, &terms)?;
    of_present(&call, &terms, &query).await
}

pub(crate) async fn by_document(mut call: Call) -> Answer {
    call.media(Offer::Plain)?;
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    call.take_shape(&document)?;
    let query = Ask::from_document(&document)?.into_query(&body.terms)?;
    of_present(&call, &body.terms, &query).await
}

pub(crate) async fn by_temporal_parameters(call: Call) -> Answer {
    call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let query = read_query(&call, &terms)?;
    of_past(&call, &terms, &query).await
}

pub(crate) async fn by_temporal_document(mut call: Call) -> Answer {
    call.media(Offer::Plain)?;
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    call.take_shape(&document)?;
    temporal::take_time(&mut call, &document)?;
    let query = Ask::from_document(&document)?.into_query(&body.terms)?;
    of_past(&call, &body.terms, &query).await
}

async fn of_present(call: &Call, terms: &Terms, query: &Query) -> Answer {
    let lifetime = lifetime(call)?;
    let chart = every_present(call, terms, query).await?;
    let (id, kept) = call.face.entity_maps.create(&call.hub.tenant, &call.hub.principal, chart, lifetime)?;
    Ok(answer(&id, &kept))
}

async fn of_past(call: &Call, terms: &Terms, query: &Query) -> Answer {
    let lifetime = lifetime(call)?;
    let shape = read_shape(call, terms, Media::Json)?;
    let asked = Asked::read_for_query(call, terms, &shape)?;
    let chart = Chart::here(temporal::every_id(call, query, &asked, ENTITIES_MAX).await?);
    let (id, kept) = call.face.entity_maps.create(&call.hub.tenant, &call.hub.principal, chart, lifetime)?;
    Ok(answer(&id, &kept))
}

fn answer(id: &EntityId, kept: &Kept) -> Response {
    let mut response = plain_json(StatusCode::CREATED, &present(id, kept));
    put(&mut response, MAP_HEADER, &location(id));
    response
}
