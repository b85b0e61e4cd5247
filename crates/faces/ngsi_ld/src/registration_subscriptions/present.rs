//! A subscription to registrations as it is shown.

use senne_model::Json;

use super::{
    document::{Direction, rename},
    teller::Runner,
};
use crate::contexts::Terms;

pub(super) fn present(runner: &Runner, terms: &Terms, sys_attrs: bool) -> Json {
    let mut document = runner.kept.document.clone();
    rename(&mut document, terms, Direction::Compact);
    let Json::Object(members) = &mut document else { return document };
    for (name, value) in members.iter_mut() {
        if let ("notification", Json::Object(inner)) = (&**name, value) {
            inner.extend(runner.counters.lock().members());
        }
    }
    let compiled = &runner.compiled;
    let status = match (compiled.is_expired(), compiled.is_active) {
        (true, _) => "expired",
        (false, true) => "active",
        (false, false) => "paused",
    };
    members.retain(|(name, _)| &**name != "id" && &**name != "type");
    members.insert(0, ("type".into(), Json::text("Subscription")));
    members.insert(0, ("id".into(), Json::text(&runner.kept.id)));
    members.push(("status".into(), Json::text(status)));
    if sys_attrs {
        members.push(("createdAt".into(), Json::from(runner.kept.created_at.to_string())));
        members.push(("modifiedAt".into(), Json::from(runner.kept.modified_at.to_string())));
    }
    document
}
