//! Problems as NGSI-v2 tells them: `error` and `description`, and besides the members of RFC 9457.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use senne_model::{ErrorKind, Json, Problem};

/// A problem on its way out.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, word) = words(self.0.kind);
        let detail = match self.0.kind {
            ErrorKind::Internal => {
                tracing::error!(detail = %self.0.detail, "an operation of NGSI-v2 failed inside");
                "something failed inside; the server's log says what".to_owned()
            }
            _ => String::from(&*self.0.detail),
        };
        let mut members: Vec<(Box<str>, Json)> = vec![
            ("error".into(), Json::text(word)),
            ("description".into(), Json::text(&detail)),
            ("status".into(), Json::Int(i64::from(status.as_u16()))),
        ];
        members.extend(self.0.field.as_deref().map(|field| ("field".into(), Json::text(field))));
        let mut response = Response::new(Body::from(Json::Object(members).to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match self.0.kind {
            ErrorKind::Overloaded => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            ErrorKind::Unauthenticated => {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

/// The status and the word of NGSI-v2 for a kind of problem.
fn words(kind: ErrorKind) -> (StatusCode, &'static str) {
    match kind {
        ErrorKind::InvalidRequest => (StatusCode::BAD_REQUEST, "ParseError"),
        ErrorKind::NotFound | ErrorKind::NoSuchTenant => (StatusCode::NOT_FOUND, "NotFound"),
        ErrorKind::AlreadyExists | ErrorKind::Conflict => (StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable"),
        ErrorKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge"),
        ErrorKind::TooComplex => (StatusCode::FORBIDDEN, "TooComplex"),
        ErrorKind::NotSupported => (StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
        ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, "Unauthorized"),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "Forbidden"),
        ErrorKind::StorageFull => (StatusCode::PAYLOAD_TOO_LARGE, "NoResourcesAvailable"),
        ErrorKind::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "Overloaded"),
        ErrorKind::Timeout | ErrorKind::ContextUnavailable => (StatusCode::GATEWAY_TIMEOUT, "Timeout"),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
        ErrorKind::BadRequest => (StatusCode::BAD_REQUEST, "BadRequest"),
    }
}
