//! SQL over HTTP: the question is the body, the answer JSON.

use axum::{
    Extension, Json as AxumJson,
    body::{Body, to_bytes},
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use senne_hub::{Action, Context, Principal};
use senne_model::{ErrorKind, Problem, TenantName};

use super::{Server, problem_response};

/// The longest question, in bytes.
const QUESTION_BYTES_MAX: usize = 256 * 1024;

/// The most rows of one answer.
const ROWS_MAX: usize = 1_000_000;

pub(super) async fn ask(
    State(server): State<Server>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match answer(&server, principal, &headers, body).await {
        Ok(response) => response,
        Err(problem) => problem_response(&problem),
    }
}

async fn answer(
    server: &Server,
    principal: Principal,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let rows = headers.get("senne-rows-max").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let context = Context::new(principal, tenant(headers)?);
    server.hub.decide(&context, Action::Sql)?;
    let long = |_| Problem::new(ErrorKind::TooLarge, "the question is longer than 256 KiB");
    let bytes = to_bytes(body, QUESTION_BYTES_MAX).await.map_err(long)?;
    let question = std::str::from_utf8(&bytes).map_err(|error| {
        Problem::new(ErrorKind::InvalidRequest, format!("the question is not UTF-8: {error}"))
    })?;
    let table = server.hub.sql(&context, question, rows.unwrap_or(10_000_usize).min(ROWS_MAX)).await?;
    let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    let body = serde_json::json!({ "columns": columns, "rows": table.rows, "truncated": table.truncated });
    Ok(AxumJson(body).into_response())
}

/// The tenant that the request names, as in NGSI-LD.
pub(super) fn tenant(headers: &HeaderMap) -> Result<TenantName, Problem> {
    match headers.get("ngsild-tenant").map(|value| value.to_str()) {
        None => Ok(TenantName::default()),
        Some(Ok(name)) => TenantName::parse(name),
        Some(Err(_)) => Err(Problem::bad("a tenant name is plain text").field("NGSILD-Tenant")),
    }
}
