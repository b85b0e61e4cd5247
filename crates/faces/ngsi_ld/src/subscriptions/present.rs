//! A subscription as it is shown: the document with names by the reader's context, and its counters.

use senne_model::{Json, Timestamp};

use super::{
    document::{Direction, member_mut, rename},
    runner::Runner,
};
use crate::{contexts::Terms, http::Call};

/// The document as a reader with these terms sees it; with the times and the state of delivery when the system's
/// attributes are asked for.
pub(super) fn present(call: &Call, runner: &Runner, terms: &Terms) -> Json {
    let sys_attrs = call.parameters.option("sysAttrs");
    let mut document = runner.kept.document.clone();
    rename(&mut document, terms, Direction::Compact);
    let (counters, compiled) = {
        let state = runner.state.lock();
        (state.counters.clone(), state.compiled.clone())
    };
    let expired =
        compiled.as_ref().and_then(|compiled| compiled.expires_at).is_some_and(|at| at <= Timestamp::now());
    let status = match (expired, document.get("isActive")) {
        (true, _) => "expired",
        (false, Some(Json::Bool(false))) => "paused",
        _ => "active",
    };
    if let Some(Json::Object(members)) = member_mut(&mut document, "notification") {
        let failing = counters.last_failure > counters.last_success;
        let count = |n: u64| Json::Int(i64::try_from(n).unwrap_or(i64::MAX));
        // Before the first notification there is nothing to say (clause 5.2.14.2).
        if counters.sent > 0 {
            members.push(("status".into(), Json::text(if failing { "failed" } else { "ok" })));
        }
        let counts = [
            ("timesSent", counters.sent),
            ("timesFailed", counters.failed),
            ("urn:senne:ns#givenUp", counters.given_up),
        ];
        let some = counts.into_iter().filter(|(_, n)| *n > 0);
        members.extend(some.map(|(name, n)| (name.into(), count(n))));
        let times = [
            ("lastNotification", counters.last_notification),
            ("lastSuccess", counters.last_success),
            ("lastFailure", counters.last_failure),
        ];
        let times =
            times.into_iter().filter_map(|(name, at)| Some((name.into(), Json::from(at?.to_string()))));
        members.extend(times);
    }
    if let Json::Object(members) = &mut document {
        members.retain(|(name, _)| &**name != "id" && &**name != "type");
        members.insert(0, ("type".into(), Json::text("Subscription")));
        members.insert(0, ("id".into(), Json::text(&runner.id)));
        members.push(("status".into(), Json::text(status)));
        if !members.iter().any(|(name, _)| &**name == "notificationTrigger") {
            let default = ["attributeCreated", "attributeUpdated"].map(Json::text);
            members.push(("notificationTrigger".into(), Json::Array(default.into())));
        }
        let named = members.iter().any(|(name, _)| &**name == "jsonldContext");
        if let Some(compiled) = compiled.filter(|_| !named) {
            let link = call.face.contexts.link(&compiled.terms, &runner.kept.origin);
            members.push(("jsonldContext".into(), Json::from(link)));
        }
        if sys_attrs {
            let count = |n: u64| Json::Int(i64::try_from(n).unwrap_or(i64::MAX));
            let position = runner.state.lock().cursor;
            members.push(("urn:senne:ns#position".into(), count(position.0)));
            members.push(("urn:senne:ns#lag".into(), count(call.face.subscriptions.lag(runner))));
            members.push(("createdAt".into(), Json::from(runner.kept.created_at.to_string())));
            members.push(("modifiedAt".into(), Json::from(runner.kept.modified_at.to_string())));
        }
    }
    document
}
