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
    object([
        ("URL", Json::from(url(call, stored))),
        ("localId", Json::text(&stored.url)),
        ("kind", Json::text(word(stored.kind))),
        ("timestamp", Json::from(stored.stored_at.to_string())),
        ("lastUsage", Json::from(stored.last_used().to_string())),
        ("numberOfHits", Json::Int(i64::try_from(stored.uses()).unwrap_or(i64::MAX))),
    ])
}
