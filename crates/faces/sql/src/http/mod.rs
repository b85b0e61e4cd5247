//! `GET` and `POST /sql`.

mod asked;
mod format;
mod parameters;
mod refusal;
mod respond;

use axum::{
    Extension, Router,
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderMap, Method},
    response::{IntoResponse, Response},
    routing::get,
};
use senne_hub::{Action, Context, Principal};

pub(crate) use self::format::Format;
use self::refusal::Refusal;
use crate::{face::Face, feed::Feed, tenant::tenant};

/// The routes.
pub(crate) fn routes(face: Face) -> Router {
    let sql = get(ask).post(ask).fallback(async || Refusal::MethodNotAllowed);
    Router::new().route("/sql", sql).with_state(face)
}

async fn ask(
    State(face): State<Face>,
    Extension(principal): Extension<Principal>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let request = asked::Request { method, query: query.unwrap_or_default(), headers, body };
    answer(&face, principal, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(face: &Face, principal: Principal, request: asked::Request) -> Result<Response, Refusal> {
    let context = Context::new(principal, tenant(&request.headers)?);
    // Before the body is read: who may not ask is not listened to.
    face.hub.decide(&context, Action::Sql)?;
    let asked = asked::read(request).await?;
    let feed = Feed::open(face, &context, asked.question, asked.format.wire()).await?;
    Ok(respond::respond(asked.format, feed, asked.may_be_cut).await?)
}
