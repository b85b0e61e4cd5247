//! `POST /subscriptions/{id}/replay`: tells changes again, from a position of the log or from a moment. Not of the
//! standard (docs/ngsi-ld.md, "Replay").

use http::StatusCode;
use senne_hub::Hub;
use senne_model::{ChangeNo, Json, Problem, Timestamp};

use super::registry::missing;
use crate::{
    http::{Answer, Call, object, plain_json},
    read::read_json,
};

/// The body is `{"after": 1234}` (the number of the last change that is not told again) or `{"from": "2026-…"}`.
pub(crate) async fn replay(mut call: Call) -> Answer {
    call.administer()?;
    let id = call.id()?;
    let (bytes, _, _share) = call.bytes(call.face.options.entity_bytes_max).await?;
    let document = read_json(&bytes)?;
    let subscriptions = &call.face.subscriptions;
    subscriptions.load().await?;
    subscriptions.find(&call.hub.tenant, &id).ok_or_else(missing)?;
    let after = position(&call.face.hub, &document).await?;
    subscriptions.replay(&call.hub.tenant, &id, after).await?;
    let head = call.face.hub.head();
    let number = |no: u64| Json::Int(i64::try_from(no).unwrap_or(i64::MAX));
    let body = object([("after", number(after.0)), ("changes", number(head.0.saturating_sub(after.0)))]);
    Ok(plain_json(StatusCode::ACCEPTED, &body))
}

async fn position(hub: &Hub, document: &Json) -> Result<ChangeNo, Problem> {
    let begin = hub.log_begin()?;
    match (document.get("after"), document.get("from")) {
        (Some(Json::Int(after)), None) => {
            let after =
                u64::try_from(*after).map_err(|_| wrong("a number of 0 or more is needed", "after"))?;
            if after < begin.0 {
                let detail =
                    format!("the log begins after change {begin}; what was before is in the history");
                return Err(wrong(&detail, "after"));
            }
            if after > hub.head().0 {
                return Err(wrong("there is no such change yet", "after"));
            }
            Ok(ChangeNo(after))
        }
        (None, Some(from)) => {
            let at = from.as_str().and_then(|text| Timestamp::parse(text).ok());
            let at = at.ok_or_else(|| wrong("a date-time is needed here", "from"))?;
            let hub = hub.clone();
            let found = tokio::task::spawn_blocking(move || before(&hub, begin, at)).await;
            found.map_err(|error| Problem::internal(error.to_string()))?
        }
        _ => Err(wrong("say {\"after\": number of a change} or {\"from\": date-time}", "after")),
    }
}

fn wrong(detail: &str, field: &str) -> Problem {
    Problem::bad(detail).field(field)
}

/// The newest change that was recorded before a moment. Changes are recorded in the order of time, so the log is halved
/// until it is found.
fn before(hub: &Hub, begin: ChangeNo, at: Timestamp) -> Result<ChangeNo, Problem> {
    let (mut low, mut high) = (begin.0, hub.head().0);
    // Everything up to `low` was recorded before, everything after `high` was not.
    while low < high {
        let middle = low + (high - low) / 2;
        let next = hub.changes(ChangeNo(middle), 1)?;
        match next.first() {
            Some(change) if change.recorded_at < at => low = change.no.0.max(middle + 1),
            _ => high = middle,
        }
    }
    if low == begin.0 && low > 0 {
        let first = hub.changes(begin, 1)?;
        if let Some(first) = first.first().filter(|first| at < first.recorded_at) {
            let detail =
                format!("the log begins at {}; what was before is in the history", first.recorded_at);
            return Err(wrong(&detail, "from"));
        }
    }
    Ok(ChangeNo(low))
}
