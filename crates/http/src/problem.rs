//! Problems as RFC 9457 wants them. What went wrong inside is logged, not told.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use senne_model::{ErrorKind, Problem};
use serde_json::Value;

/// What may be told of a problem.
pub fn told(problem: &Problem) -> String {
    if problem.kind == ErrorKind::Internal {
        tracing::error!("something failed inside: {problem}");
        return "something went wrong inside; it has been logged".to_owned();
    }
    problem.detail.clone()
}

/// A problem as a JSON object: `type`, `title`, `status`, `detail`, and the `field` where one is to blame.
pub fn document(problem: &Problem) -> Value {
    let mut document = plain(problem.kind.word(), problem.kind.http_status(), &told(problem));
    if let Some(field) = &problem.field {
        document["field"] = Value::from(field.as_str());
    }
    document
}

/// A problem of HTTP itself, for which there is no kind.
pub fn plain(word: &str, status: u16, detail: &str) -> Value {
    serde_json::json!({
        "type": format!("https://uri.senne.brussels/problems/{word}"),
        "title": word.replace('-', " "),
        "status": status,
        "detail": detail,
    })
}

/// The answer that a problem is, with the headers that its status calls for.
pub fn response(problem: &Problem) -> Response {
    let mut response = answer(&document(problem));
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

/// A document as an answer with the status that it names.
pub fn answer(document: &Value) -> Response {
    let status = document["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    (
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        [(header::CONTENT_TYPE, "application/problem+json")],
        document.to_string(),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_inside_is_not_told() {
        let document = document(&Problem::internal("the secret of /var/senne"));
        assert_eq!(document["status"], 500);
        assert!(!document.to_string().contains("secret"), "{document}");
    }

    #[test]
    fn an_answer_says_what_to_do() {
        let late = response(&Problem::new(ErrorKind::Overloaded, "later"));
        assert_eq!(
            (late.status().as_u16(), &late.headers()["retry-after"]),
            (503, &HeaderValue::from_static("1"))
        );
        let who = response(&Problem::new(ErrorKind::Unauthenticated, "who?"));
        assert_eq!(
            (who.status().as_u16(), &who.headers()["www-authenticate"]),
            (401, &HeaderValue::from_static("Bearer"))
        );
        assert_eq!(document(&Problem::bad("no").field("x"))["field"], "x");
        assert_eq!(answer(&plain("not-acceptable", 406, "")).status().as_u16(), 406);
    }
}
