//! RFC 9457 problems of the server's own routes.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use senne_model::{ErrorKind, Problem};

/// A problem as `application/problem+json`. What went wrong inside is logged, not told.
pub(crate) fn problem_response(problem: &Problem) -> Response {
    let detail = if problem.kind == ErrorKind::Internal {
        tracing::error!("{problem}");
        "something went wrong inside; it has been logged".to_owned()
    } else {
        problem.detail.clone()
    };
    let status = problem.kind.http_status();
    let mut body = serde_json::json!({
        "type": format!("https://uri.senne.brussels/problems/{}", problem.kind.word()),
        "title": problem.kind.word().replace('-', " "),
        "status": status,
        "detail": detail,
    });
    if let Some(field) = &problem.field {
        body["field"] = serde_json::Value::from(field.as_str());
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response =
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
    if problem.kind == ErrorKind::Unauthenticated {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
    }
    response
}
