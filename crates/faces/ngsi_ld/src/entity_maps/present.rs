//! A map as JSON (clause 5.2.39).

use senne_model::{EntityId, Json};

use super::kept::Kept;

pub(super) fn present(id: &EntityId, kept: &Kept) -> Json {
    let here = || Json::Array(vec![Json::text("@none")]);
    let entities = kept.entities.iter().map(|entity| (entity.as_str().into(), here())).collect();
    Json::Object(vec![
        ("id".into(), Json::text(id)),
        ("type".into(), Json::text("EntityMap")),
        ("expiresAt".into(), Json::from(kept.expires_at.to_string())),
        ("entityMap".into(), Json::Object(entities)),
        ("linkedMaps".into(), Json::Object(Vec::new())),
    ])
}
