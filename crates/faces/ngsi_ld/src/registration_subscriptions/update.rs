//! `PATCH /csourceSubscriptions/{id}` (clauses 5.11.3, 6.13.3.2). A moment that has passed is no error in
//! `expiresAt` here: it ends the subscription.

use senne_model::{Json, Problem, Timestamp};

use super::{document, registry::missing, state::Told, stored::Kept};
use crate::http::{Answer, Call, no_content};

pub(crate) async fn update(mut call: Call) -> Answer {
    call.administer()?;
    let id = call.id()?;
    let body = call.body().await?;
    let patch = document::read(&body)?;
    if patch.get("id").is_some_and(|own| own.as_str() != Some(&id)) {
        return Err(Problem::bad("the `id` in the body is not the one in the path").field("id").into());
    }
    let subscriptions = &call.face.registration_subscriptions;
    subscriptions.load().await?;
    loop {
        let before = subscriptions.find(&call.hub.tenant, &id).ok_or_else(missing)?;
        let merged = document::merge(&before.kept.document, &patch);
        document::check(&merged)?;
        // Expressions are read by the context with which they came; a fragment that brings none keeps the old one.
        let brings_names = ["q", "csf", "entities", "geoQ"].iter().any(|name| patch.get(name).is_some());
        let terms = if brings_names && only_terms_of(&merged, &patch) {
            body.terms.clone()
        } else {
            before.terms.clone()
        };
        let kept = Kept {
            document: merged,
            context: terms.to_json(),
            modified_at: Timestamp::now(),
            told: Told::new(),
            counters: before.counters.lock().clone(),
            ..before.kept.clone()
        };
        // When somebody else has changed it meanwhile, this change is put on top of that one.
        if subscriptions.replace(kept, terms, &before).await? {
            return Ok(no_content());
        }
    }
}

/// Whether no expression of the document stays from before the fragment.
fn only_terms_of(merged: &Json, patch: &Json) -> bool {
    ["q", "csf", "geoQ"].iter().all(|name| merged.get(name).is_none() || patch.get(name).is_some())
}
