//! What is answered when there is no answer.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use senne_model::{ErrorKind, Problem};
use serde_json::Value;

use super::Format;
use crate::problem;

/// A problem on its way out.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// With a status that follows from its kind.
    Problem(Problem),
    /// 405; the router adds `Allow`.
    MethodNotAllowed,
    /// 406.
    NotAcceptable,
    /// 415.
    UnknownMedia,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => of_kind(&problem),
            Self::MethodNotAllowed => {
                let detail = "ask with GET or POST";
                answer(StatusCode::METHOD_NOT_ALLOWED, &problem::plain("method-not-allowed", 405, detail))
            }
            Self::NotAcceptable => {
                let formats = Format::ALL.map(|format| format!("{} ({})", format.name(), format.media()));
                let detail = format!("this can be answered as {}", formats.join(", "));
                answer(StatusCode::NOT_ACCEPTABLE, &problem::plain("not-acceptable", 406, &detail))
            }
            Self::UnknownMedia => {
                let detail = "a question is sent as text/plain, application/sql, application/json or \
                              application/x-www-form-urlencoded";
                answer(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    &problem::plain("unsupported-media-type", 415, detail),
                )
            }
        }
    }
}

fn of_kind(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.kind.http_status());
    let mut response = answer(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &problem::body(problem));
    let headers = response.headers_mut();
    match problem.kind {
        ErrorKind::Overloaded => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        ErrorKind::Unauthenticated => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
