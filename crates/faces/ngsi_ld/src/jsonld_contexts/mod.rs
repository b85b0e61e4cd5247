//! `/jsonldContexts` (clauses 5.13, 6.29, 6.30).

pub(crate) mod add;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod serve;

use senne_context::{ContextKind, StoredContext};
use senne_model::Json;

use crate::http::{BASE, Call, object};

fn word(kind: ContextKind) -> &'static str {
    match kind {
        ContextKind::Hosted => "Hosted",
        ContextKind::Cached | ContextKind::Preloaded => "Cached",
        ContextKind::ImplicitlyCreated => "ImplicitlyCreated",
    }
}

/// The URL under which the outside finds a document.
fn url(call: &Call, stored: &StoredContext) -> String {
    match stored.kind {
        ContextKind::Cached | ContextKind::Preloaded => stored.url.to_string(),
        ContextKind::Hosted | ContextKind::ImplicitlyCreated => {
            format!("{}{BASE}/jsonldContexts/{}", call.origin(), stored.url)
        }
    }
}

/// What is known of a document (clause 5.13.3.5).
fn details(call: &Call, stored: &StoredContext) -> Json {
    let mut known = object([
        ("URL", Json::from(url(call, stored))),
        ("localId", Json::text(&stored.url)),
        ("kind", Json::text(word(stored.kind))),
        ("createdAt", Json::from(stored.stored_at.to_string())),
        ("lastUsage", Json::from(stored.last_used().to_string())),
        ("numberOfHits", Json::Int(i64::try_from(stored.uses()).unwrap_or(i64::MAX))),
    ]);
    if let Json::Object(members) = &mut known {
        if let Some(at) = call.face.contexts.expires_at(&stored.url) {
            members.push(("expiresAt".into(), Json::from(at.to_string())));
        }
        if stored.kind == ContextKind::Preloaded {
            members.push(("extraInfo".into(), Json::text("given by the operator; it is not fetched")));
        }
    }
    known
}

/// What is known of a core context: it is compiled in.
fn core_details(url: &str) -> Json {
    object([
        ("URL", Json::text(url)),
        ("localId", Json::text(url)),
        ("kind", Json::text("Cached")),
        ("createdAt", Json::from(senne_model::Timestamp::default().to_string())),
        ("extraInfo", Json::text("the core context is compiled in")),
    ])
}
