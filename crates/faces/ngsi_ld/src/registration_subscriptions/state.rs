//! What a subscription to registrations has been told, and how telling it has gone.

use std::collections::BTreeMap;

use senne_model::{EntityId, Json, Timestamp};

use crate::http::object;

/// The counters of a notification (clause 5.2.14.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Counters {
    pub(super) sent: u64,
    pub(super) failed: u64,
    pub(super) last_notification: Option<Timestamp>,
    pub(super) last_success: Option<Timestamp>,
    pub(super) last_failure: Option<Timestamp>,
}

/// The registrations that the receiver was told to fit, each as it was when it was told.
pub(super) type Told = BTreeMap<EntityId, Timestamp>;

/// How many told registrations are kept on disk per subscription; of more, some are told again after a restart.
const TOLD_KEPT_MAX: usize = 10_000;

impl Counters {
    pub(super) fn count(&mut self, arrived: bool) {
        let now = Some(Timestamp::now());
        self.sent += 1;
        self.last_notification = now;
        if arrived {
            self.last_success = now;
        } else {
            self.failed += 1;
            self.last_failure = now;
        }
    }

    /// The members that `notification` gets; none before the first one was sent.
    pub(super) fn members(&self) -> Vec<(Box<str>, Json)> {
        if self.sent == 0 {
            return Vec::new();
        }
        let count = |n: u64| Json::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let failing = self.last_failure > self.last_success;
        let mut members: Vec<(Box<str>, Json)> = vec![
            ("status".into(), Json::text(if failing { "failed" } else { "ok" })),
            ("timesSent".into(), count(self.sent)),
        ];
        if self.failed > 0 {
            members.push(("timesFailed".into(), count(self.failed)));
        }
        let times = [
            ("lastNotification", self.last_notification),
            ("lastSuccess", self.last_success),
            ("lastFailure", self.last_failure),
        ];
        members.extend(
            times.into_iter().filter_map(|(name, at)| Some((name.into(), Json::from(at?.to_string())))),
        );
        members
    }

    pub(super) fn to_json(&self) -> Json {
        let time = |at: Option<Timestamp>| at.map_or(Json::Int(0), |at| Json::Int(at.micros()));
        let count = |n: u64| Json::Int(i64::try_from(n).unwrap_or(i64::MAX));
        object([
            ("sent", count(self.sent)),
            ("failed", count(self.failed)),
            ("lastNotification", time(self.last_notification)),
            ("lastSuccess", time(self.last_success)),
            ("lastFailure", time(self.last_failure)),
        ])
    }

    pub(super) fn from_json(json: &Json) -> Self {
        let number = |name: &str| match json.get(name) {
            Some(Json::Int(n)) => *n,
            _ => 0,
        };
        let count = |name: &str| u64::try_from(number(name)).unwrap_or_default();
        let time = |name: &str| (number(name) != 0).then(|| Timestamp::from_micros(number(name)));
        Self {
            sent: count("sent"),
            failed: count("failed"),
            last_notification: time("lastNotification"),
            last_success: time("lastSuccess"),
            last_failure: time("lastFailure"),
        }
    }
}

pub(super) fn told_to_json(told: &Told) -> Json {
    let kept = told.iter().take(TOLD_KEPT_MAX);
    Json::Object(kept.map(|(id, at)| (id.as_str().into(), Json::Int(at.micros()))).collect())
}

pub(super) fn told_from_json(json: &Json) -> Told {
    let one = |(id, at): &(Box<str>, Json)| match at {
        Json::Int(micros) => Some((EntityId::trusted(id), Timestamp::from_micros(*micros))),
        _ => None,
    };
    json.as_object().unwrap_or_default().iter().filter_map(one).collect()
}
