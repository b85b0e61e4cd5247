//! What `senne erase` speaks with a server.

use axum::{
    Extension,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use senne_hub::{Action, Context, Principal};
use senne_model::{ErrorKind, Json, Problem};

use super::{Server, caller::tenant, problem_response};
use crate::erasure::{Order, PATIENCE, carry_out};

/// The largest order, in bytes.
const ORDER_BYTES_MAX: usize = 16 << 10;

pub(super) async fn erase(
    State(server): State<Server>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match take(&server, principal, &headers, body).await {
        Ok(answer) => ([(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response(),
        Err(problem) => problem_response(&problem),
    }
}

async fn take(
    server: &Server,
    principal: Principal,
    headers: &HeaderMap,
    body: Body,
) -> Result<Json, Problem> {
    let mut context = Context::new(principal, tenant(headers)?);
    context.deadline = std::time::Instant::now() + PATIENCE;
    server.hub.decide(&context, Action::Erase)?;
    let bytes = to_bytes(body, ORDER_BYTES_MAX).await.map_err(|_| {
        Problem::new(ErrorKind::TooLarge, format!("an order has at most {ORDER_BYTES_MAX} bytes"))
    })?;
    let json = serde_json::from_slice(&bytes).map_err(|error| {
        Problem::new(ErrorKind::InvalidRequest, format!("the order is not JSON: {error}"))
    })?;
    carry_out(&server.hub, &context, &Order::from_json(&json)?).await
}
