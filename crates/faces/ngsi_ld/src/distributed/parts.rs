//! The parts of one write that several brokers carried out, as one answer (clauses 5.2.16–5.2.19, 6.3.17).

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::StatusCode;
use senne_model::{EntityId, ErrorKind, Json, Name, Problem};

use super::failure::Failure;
use crate::{
    http::{created, no_content, object, plain_json, problem_json},
    registrations::{Mode, Registration},
};

/// What became of the part of one broker.
pub(super) struct Part {
    /// The source; `None` is this broker.
    pub(super) registration: Option<Arc<Registration>>,
    /// The attributes that it was asked to write.
    pub(super) names: Vec<Name>,
    pub(super) outcome: Result<(), Fault>,
}

/// Why a part failed.
pub(super) enum Fault {
    Source(Failure),
    /// Here: the status and the problem.
    Here(u16, Json),
}

/// How an operation answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Manner {
    /// 201 with the place of what was made.
    Creates(&'static str),
    /// 204; failures by entity.
    Whole,
    /// 204; failures by attribute.
    Attributes,
}

impl Part {
    /// The part of this broker, from its own answer.
    pub(super) async fn of_answer(names: Vec<Name>, answer: Response) -> Self {
        let (head, body) = answer.into_parts();
        match bytes_of(body).await {
            Ok(bytes) => Self::here(names, head.status, &bytes),
            Err(problem) => {
                let fault = Fault::Here(problem.kind.http_status(), problem_json(&problem));
                Self { registration: None, names, outcome: Err(fault) }
            }
        }
    }

    /// Whether the request came round to this source: what it shares with others it writes where the request passed it
    /// first (table 6.3.18-2).
    pub(super) fn went_round(&self) -> bool {
        let shares = self.registration.as_ref().is_some_and(|one| one.mode == Mode::Inclusive);
        shares && matches!(self.outcome, Err(Fault::Source(Failure::Loop)))
    }

    fn here(names: Vec<Name>, status: StatusCode, body: &[u8]) -> Self {
        let json = || serde_json::from_slice(body).unwrap_or(Json::Null);
        let outcome = match status {
            StatusCode::MULTI_STATUS => Err(Fault::Source(partial(&json()))),
            status if status.is_success() => Ok(()),
            status => Err(Fault::Here(status.as_u16(), json())),
        };
        Self { registration: None, names, outcome }
    }

    fn error(&self) -> Option<Json> {
        match &self.outcome {
            Ok(()) => None,
            Err(Fault::Source(failure)) => Some(failure.problem_json()),
            Err(Fault::Here(_, problem)) => Some(problem.clone()),
        }
    }

    fn id(&self) -> Option<(Box<str>, Json)> {
        self.registration.as_ref().map(|one| ("registrationId".into(), Json::text(&one.id)))
    }
}

/// What a 207 of another broker says that was not done.
pub(super) fn partial(body: &Json) -> Failure {
    let list = |name: &str| body.get(name).and_then(Json::as_array).unwrap_or_default();
    let text = |item: &Json, name: &str| item.get(name).and_then(Json::as_str).map(str::to_owned);
    let attributes = list("notUpdated").iter().filter_map(|item| text(item, "attributeName")).collect();
    let mut reasons: Vec<String> =
        list("notUpdated").iter().filter_map(|item| text(item, "reason")).collect();
    reasons.extend(list("errors").iter().filter_map(|item| text(item.get("error")?, "detail")));
    let detail = if reasons.is_empty() { "it does not say which".to_owned() } else { reasons.join("; ") };
    Failure::Partial { detail, attributes }
}

/// One answer from all parts; there is one at least.
pub(super) fn combine(parts: &[Part], id: &EntityId, manner: Manner) -> Response {
    let failed: Vec<&Part> = parts.iter().filter(|part| part.outcome.is_err()).collect();
    if failed.is_empty() {
        return match manner {
            Manner::Creates(kind) => created(kind, id),
            Manner::Whole | Manner::Attributes => no_content(),
        };
    }
    if failed.len() == parts.len()
        && let Some(response) = whole(&failed)
    {
        return response;
    }
    match manner {
        Manner::Creates(_) | Manner::Whole => by_entity(parts, id),
        Manner::Attributes => by_attribute(parts),
    }
}

/// The answer when nothing was done, and for one reason: the status that clause 6.3.17 gives to it.
fn whole(failed: &[&Part]) -> Option<Response> {
    let status = |part: &&Part| match &part.outcome {
        Err(Fault::Source(Failure::Partial { .. })) | Ok(()) => None,
        Err(Fault::Source(failure)) => Some((failure.status(), failure.whole_json())),
        // With others, what failed here is told beside them.
        Err(Fault::Here(status, problem)) => (failed.len() == 1).then(|| (*status, problem.clone())),
    };
    let all: Vec<(u16, Json)> = failed.iter().map(status).collect::<Option<_>>()?;
    let (first, problem) = all.first()?;
    if all.iter().any(|(status, _)| status != first) {
        return None;
    }
    Some(plain_json(StatusCode::from_u16(*first).unwrap_or(StatusCode::BAD_GATEWAY), problem))
}

fn by_entity(parts: &[Part], id: &EntityId) -> Response {
    let error = |part: &Part| {
        let mut members = vec![("entityId".into(), Json::text(id)), ("error".into(), part.error()?)];
        members.extend(part.id());
        Some(Json::Object(members))
    };
    let done =
        parts.iter().any(|part| matches!(part.outcome, Ok(()) | Err(Fault::Source(Failure::Partial { .. }))));
    let success = if done { vec![Json::text(id)] } else { Vec::new() };
    let errors: Vec<Json> = parts.iter().filter_map(error).collect();
    let body = object([("success", Json::Array(success)), ("errors", Json::Array(errors))]);
    plain_json(StatusCode::MULTI_STATUS, &body)
}

fn by_attribute(parts: &[Part]) -> Response {
    let mut updated: Vec<&Name> = Vec::new();
    let mut left: Vec<Json> = Vec::new();
    for part in parts {
        let (reason, only) = match &part.outcome {
            Ok(()) => {
                updated.extend(&part.names);
                continue;
            }
            Err(Fault::Source(Failure::Partial { detail, attributes })) => {
                (detail.clone(), attributes.as_slice())
            }
            Err(Fault::Source(failure)) => (failure.to_string(), &[][..]),
            Err(Fault::Here(_, problem)) => {
                (problem.get("detail").and_then(Json::as_str).unwrap_or("it failed here").to_owned(), &[][..])
            }
        };
        for name in &part.names {
            let failed = only.is_empty() || only.iter().any(|one| **one == **name || *one == name.local());
            if !failed {
                updated.push(name);
                continue;
            }
            let mut members = vec![
                ("attributeName".into(), Json::text(name)),
                ("reason".into(), Json::from(reason.clone())),
            ];
            members.extend(part.id());
            left.push(Json::Object(members));
        }
    }
    updated.sort();
    updated.dedup();
    let updated = updated.into_iter().map(|name| Json::text(name)).collect();
    let body = object([("updated", Json::Array(updated)), ("notUpdated", Json::Array(left))]);
    plain_json(StatusCode::MULTI_STATUS, &body)
}

/// How large an answer of our own may be that others are joined with, in bytes.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// The bytes of our own answer to a write. Errors when it is too large: nobody can say then what became of it here.
pub(super) async fn bytes_of(body: Body) -> Result<bytes::Bytes, Problem> {
    axum::body::to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|_| {
        let detail = format!(
            "what became of it here takes more than {} MiB to tell; look at what is there, and send less at once",
            ANSWER_BYTES_MAX >> 20
        );
        Problem::new(ErrorKind::TooLarge, detail)
    })
}

/// Our own answer to a read. Errors when it is too large: what sources have would stand alone then.
pub(super) async fn answer_of(body: Body) -> Result<Json, Problem> {
    let bytes = axum::body::to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|_| {
        let detail = format!(
            "what is here alone is more than {} MiB; ask for less, or with local=true",
            ANSWER_BYTES_MAX >> 20
        );
        Problem::new(ErrorKind::TooComplex, detail)
    })?;
    Json::parse(&bytes).map_err(|error| Problem::internal(format!("our own answer cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_too_large_to_be_joined_is_an_error_and_no_success() {
        let large = || Body::from(vec![b' '; ANSWER_BYTES_MAX + 1]);
        assert_eq!(answer_of(large()).await.unwrap_err().kind, ErrorKind::TooComplex);
        let mut answer = Response::new(large());
        *answer.status_mut() = StatusCode::MULTI_STATUS;
        let part = Part::of_answer(Vec::new(), answer).await;
        assert!(matches!(part.outcome, Err(Fault::Here(413, _))));
    }
}
