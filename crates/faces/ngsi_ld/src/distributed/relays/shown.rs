//! The subscriptions to registrations that relays stand for, as they are listed (clauses 5.8.1.4, 5.11.5).

use senne_model::Json;

use super::kept::{Key, Subscription};
use crate::http::object;

/// The id of the subscription to registrations that belongs to a subscription.
pub(super) fn id_of(key: &Key) -> String {
    format!(
        "urn:ngsi-ld:Subscription:registrations-of:{:016x}",
        crate::contexts::fingerprint(&format!("{} {}", key.0, key.1))
    )
}

/// The document with expanded names.
pub(super) fn document(key: &Key, subscription: &Subscription, endpoint: &str) -> Json {
    let mut members: Vec<(Box<str>, Json)> = vec![
        ("id".into(), Json::from(id_of(key))),
        ("type".into(), Json::text("Subscription")),
        ("description".into(), Json::from(format!("kept by the broker for the subscription {}", key.1))),
    ];
    for name in ["entities", "watchedAttributes", "geoQ", "scopeQ", "csf"] {
        members.extend(subscription.document.get(name).map(|value| (name.into(), value.clone())));
    }
    let endpoint = object([("uri", Json::text(endpoint))]);
    members.push(("notification".into(), object([("endpoint", endpoint)])));
    members.push(("status".into(), Json::text("active")));
    Json::Object(members)
}
