//! What `senne load --url` speaks: batches of writes in the compact form, each with the position that it brings
//! its source to.

use axum::{
    Extension, Json as AxumJson,
    body::{Body, to_bytes},
    extract::{Query, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use senne_hub::{Action, Context, Principal, WriteOptions};
use senne_model::{ErrorKind, Problem};
use serde::Deserialize;

use super::{Server, caller::tenant, problem_response};

/// The largest batch, in bytes.
const BATCH_BYTES_MAX: usize = 64 << 20;

#[derive(Deserialize)]
pub(super) struct Place {
    source: Option<String>,
    position: Option<String>,
}

pub(super) async fn batch(
    State(server): State<Server>,
    Extension(principal): Extension<Principal>,
    Query(place): Query<Place>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    take(&server, principal, place, &headers, body).await.unwrap_or_else(|problem| problem_response(&problem))
}

async fn take(
    server: &Server,
    principal: Principal,
    place: Place,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let context = Context::new(principal, tenant(headers)?);
    // Before the body is read: a stranger may not make us hold 64 MiB.
    server.hub.decide(&context, Action::Write)?;
    let bytes = to_bytes(body, BATCH_BYTES_MAX).await.map_err(|_| {
        Problem::new(ErrorKind::TooLarge, format!("a batch has at most {} MiB", BATCH_BYTES_MAX >> 20))
    })?;
    let writes = senne_model::decode_writes(&bytes).map_err(|error| {
        Problem::new(ErrorKind::InvalidRequest, format!("the batch cannot be read: {error}"))
    })?;
    let options = WriteOptions { position: place.source.zip(place.position), all_or_nothing: false };
    let results = server.hub.write(&context, writes, options).await?;
    Ok(AxumJson(crate::sink::to_json(&crate::sink::receipt(results))).into_response())
}

pub(super) async fn position(
    State(server): State<Server>,
    Extension(principal): Extension<Principal>,
    Query(place): Query<Place>,
    headers: HeaderMap,
) -> Response {
    let found = async {
        let context = Context::new(principal, tenant(&headers)?);
        let source = place.source.ok_or_else(|| Problem::bad("name the source").field("source"))?;
        server.hub.position(&context, &source).await
    };
    match found.await {
        Ok(position) => AxumJson(serde_json::json!({ "position": position })).into_response(),
        Err(problem) => problem_response(&problem),
    }
}
