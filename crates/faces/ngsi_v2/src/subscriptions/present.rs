//! A subscription as JSON.

use senne_model::{Json, Timestamp};

use super::{compiled::Standing, runner::Runner};

/// Members of a notification that the broker sets.
const OF_DELIVERY: [&str; 7] = [
    "timesSent",
    "failsCounter",
    "lastNotification",
    "lastSuccess",
    "lastFailure",
    "lastSuccessCode",
    "lastFailureReason",
];

pub(super) fn present(runner: &Runner) -> Json {
    let (kept, counters) = (&runner.kept, runner.counters());
    let mut members: Vec<(Box<str>, Json)> = vec![("id".into(), Json::text(&kept.id))];
    for (name, value) in kept.document.as_object().unwrap_or_default() {
        let value = match (&**name, value) {
            ("id" | "status", _) => continue,
            ("notification", Json::Object(told)) => {
                let mut told = told.clone();
                told.retain(|(name, _)| !OF_DELIVERY.contains(&&**name));
                let mut put = |name: &str, value: Json| told.push((name.into(), value));
                put("timesSent", Json::Int(i64::try_from(counters.sent).unwrap_or(i64::MAX)));
                put("failsCounter", Json::Int(i64::try_from(counters.failed).unwrap_or(i64::MAX)));
                for (name, at) in [
                    ("lastNotification", counters.last),
                    ("lastSuccess", counters.last_success),
                    ("lastFailure", counters.last_failure),
                ] {
                    if let Some(at) = at {
                        put(name, Json::from(at.to_string()));
                    }
                }
                if let Some(code) = counters.code {
                    put("lastSuccessCode", Json::Int(i64::from(code)));
                }
                if let Some(reason) = &counters.reason {
                    put("lastFailureReason", Json::text(reason));
                }
                Json::Object(told)
            }
            (_, value) => value.clone(),
        };
        members.push((name.clone(), value));
    }
    members.push(("status".into(), Json::text(status(runner))));
    Json::Object(members)
}

fn status(runner: &Runner) -> &'static str {
    let compiled = &runner.compiled;
    if compiled.expires.is_some_and(|at| at <= Timestamp::now()) {
        return "expired";
    }
    match compiled.standing {
        Standing::Active if !runner.is_done() => "active",
        Standing::Once if !runner.is_done() => "oneshot",
        _ => "inactive",
    }
}
