//! A snapshot as JSON (clause 5.2.41).

use senne_model::Json;

use super::kept::Kept;

/// Every member that a snapshot may have; purges ask about these alone.
pub(super) const MEMBERS: [&str; 15] = [
    "id",
    "type",
    "snapshotQueries",
    "snapshotTemporalQueries",
    "snapshotLifetime",
    "snapshotPriority",
    "endpoint",
    "receiverInfo",
    "snapshotStatus",
    "snapshotQueriesDetails",
    "snapshotTemporalQueriesDetails",
    "createdAt",
    "modifiedAt",
    "expiresAt",
    "lastUsedAt",
];

pub(super) fn present(kept: &Kept) -> Json {
    let mut members: Vec<(Box<str>, Json)> =
        vec![("id".into(), Json::text(&kept.id)), ("type".into(), Json::text("Snapshot"))];
    members.extend(kept.members.iter().filter(|(name, _)| &**name != "snapshotPriority").cloned());
    members.push(("snapshotPriority".into(), Json::Int(kept.priority())));
    members.push(("snapshotStatus".into(), Json::text(kept.status.word())));
    for (name, details) in [
        ("snapshotQueriesDetails", &kept.details),
        ("snapshotTemporalQueriesDetails", &kept.temporal_details),
    ] {
        if !details.is_empty() {
            members.push((name.into(), Json::Array(details.clone())));
        }
    }
    for (name, at) in [
        ("createdAt", kept.created_at),
        ("modifiedAt", kept.modified_at),
        ("expiresAt", kept.expires_at),
        ("lastUsedAt", kept.last_used_at),
    ] {
        members.push((name.into(), Json::from(at.to_string())));
    }
    Json::Object(members)
}
