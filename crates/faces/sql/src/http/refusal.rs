//! What is answered when there is no answer.

use axum::response::{IntoResponse, Response};
use senne_http::problem;
use senne_model::Problem;

use super::Format;

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
        let document = match self {
            Self::Problem(problem) => return problem::response(&problem),
            Self::MethodNotAllowed => problem::plain("method-not-allowed", 405, "ask with GET or POST"),
            Self::NotAcceptable => {
                let formats = Format::ALL.map(|format| format!("{} ({})", format.name(), format.media()));
                let detail = format!("this can be answered as {}", formats.join(", "));
                problem::plain("not-acceptable", 406, &detail)
            }
            Self::UnknownMedia => {
                let detail = "a question is sent as text/plain, application/sql, application/json or \
                              application/x-www-form-urlencoded";
                problem::plain("unsupported-media-type", 415, detail)
            }
        };
        problem::answer(&document)
    }
}
