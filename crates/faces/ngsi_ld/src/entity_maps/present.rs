//! A map as JSON (clause 5.2.39).

use senne_model::{EntityId, Json};

use super::kept::Kept;

pub(super) fn present(id: &EntityId, kept: &Kept) -> Json {
    Json::Object(vec![
        ("id".into(), Json::text(id)),
        ("type".into(), Json::text("EntityMap")),
        ("expiresAt".into(), Json::from(kept.expires_at.to_string())),
        ("entityMap".into(), kept.chart.entity_map()),
        ("linkedMaps".into(), kept.chart.linked_maps()),
    ])
}
