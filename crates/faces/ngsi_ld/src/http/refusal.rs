//! Problems as HTTP answers (clauses 5.5.2, 6.3.2; RFC 9457). Their content type is application/json,
//! whatever was asked for (clause 6.3.6).

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use senne_model::{ErrorKind, Json, Problem};

/// A problem on its way out.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// With a body that explains.
    Problem(Problem),
    /// A bare status, where the standard wants no body (411, 415).
    Bare(StatusCode),
    /// 405; the router adds `Allow`.
    MethodNotAllowed,
    /// 406.
    NotAcceptable,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Bare(status) => status.into_response(),
            Self::MethodNotAllowed => {
                let detail =
                    "this resource does not know this method; the header Allow lists those that it knows";
                let body =
                    body("urn:senne:error:method-not-allowed", "Method not allowed", 405, detail, None);
                answer(StatusCode::METHOD_NOT_ALLOWED, &body)
            }
            Self::NotAcceptable => {
                let detail = "this operation answers application/json, application/ld+json and, for entities, \
                              application/geo+json";
                let body = body("urn:senne:error:not-acceptable", "Not acceptable", 406, detail, None);
                answer(StatusCode::NOT_ACCEPTABLE, &body)
            }
            Self::Problem(problem) => {
                let status = StatusCode::from_u16(problem.kind.http_status());
                let mut response =
                    answer(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &problem_json(&problem));
                match problem.kind {
                    ErrorKind::Overloaded => {
                        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                    }
                    ErrorKind::Unauthenticated => {
                        response
                            .headers_mut()
                            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                    }
                    _ => {}
                }
                response
            }
        }
    }
}

fn answer(status: StatusCode, body: &Json) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A problem as a JSON object; also inside the results of batch operations.
pub(crate) fn problem_json(problem: &Problem) -> Json {
    let (kind, title) = words(problem.kind);
    let status = i64::from(problem.kind.http_status());
    if problem.kind == ErrorKind::Internal {
        tracing::error!(detail = %problem.detail, field = problem.field.as_deref(), "an operation failed inside");
        return body(&kind, title, status, "something failed inside; the server's log says what", None);
    }
    body(&kind, title, status, &problem.detail, problem.field.as_deref())
}

fn body(kind: &str, title: &str, status: i64, detail: &str, field: Option<&str>) -> Json {
    let mut members: Vec<(Box<str>, Json)> = vec![
        ("type".into(), Json::text(kind)),
        ("title".into(), Json::text(title)),
        ("status".into(), Json::Int(status)),
        ("detail".into(), Json::text(detail)),
    ];
    members.extend(field.map(|field| ("field".into(), Json::text(field))));
    Json::Object(members)
}

fn words(kind: ErrorKind) -> (String, &'static str) {
    let (ours, title) = match kind {
        ErrorKind::InvalidRequest => ("InvalidRequest", "Invalid request"),
        ErrorKind::BadRequest => ("BadRequestData", "Bad request data"),
        ErrorKind::NotFound => ("ResourceNotFound", "Resource not found"),
        ErrorKind::NoSuchTenant => ("NonexistentTenant", "No such tenant"),
        ErrorKind::AlreadyExists => ("AlreadyExists", "Already exists"),
        ErrorKind::Conflict => ("Conflict", "Conflict"),
        ErrorKind::NotSupported => ("OperationNotSupported", "Operation not supported"),
        ErrorKind::TooComplex => ("TooComplexQuery", "Too complex query"),
        ErrorKind::ContextUnavailable => ("LdContextNotAvailable", "JSON-LD context not available"),
        ErrorKind::Internal => ("InternalError", "Internal error"),
        ErrorKind::Unauthenticated => ("", "Authentication needed"),
        ErrorKind::Forbidden => ("", "Forbidden"),
        ErrorKind::TooLarge => ("", "Too large"),
        ErrorKind::Overloaded => ("", "Overloaded"),
        ErrorKind::StorageFull => ("", "Storage full"),
        ErrorKind::Timeout => ("", "Timeout"),
    };
    let uri = match ours {
        "" => format!("urn:senne:error:{}", kind.word()),
        standard => format!("https://uri.etsi.org/ngsi-ld/errors/{standard}"),
    };
    (uri, title)
}
