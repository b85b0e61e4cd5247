//! Problems as RFC 9457 wants them.

use senne_model::{ErrorKind, Problem};
use serde_json::Value;

/// A problem as JSON. What went wrong inside is logged, not told.
pub(crate) fn body(problem: &Problem) -> Value {
    let word = problem.kind.word();
    let mut body = plain(word, problem.kind.http_status(), &told(problem));
    if let Some(field) = &problem.field {
        body["field"] = Value::from(field.as_str());
    }
    body
}

/// What may be told of it.
pub(crate) fn told(problem: &Problem) -> String {
    if problem.kind == ErrorKind::Internal {
        tracing::error!("a question in SQL failed: {problem}");
        return "something went wrong inside; it has been logged".to_owned();
    }
    problem.detail.clone()
}

/// A problem of HTTP itself, for which there is no kind.
pub(crate) fn plain(word: &str, status: u16, detail: &str) -> Value {
    serde_json::json!({
        "type": format!("https://uri.senne.brussels/problems/{word}"),
        "title": word.replace('-', " "),
        "status": status,
        "detail": detail,
    })
}
