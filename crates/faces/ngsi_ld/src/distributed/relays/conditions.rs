//! What a subscription asks of entities and of registrations, read as it is read where entities change here (clauses 4.9,
//! 5.2.12, 5.8.1.4).

use senne_language::Query;
use senne_model::{Json, Name, Problem};

use super::kept::Subscription;
use crate::{
    contexts::Terms,
    distributed::operation::percent_decoded,
    http::{Ask, AskGeo},
    registration_subscriptions::wanted,
    registrations::{Matched, Wanted},
};

/// What every entity must meet.
pub(super) fn conditions(document: &Json, terms: &Terms) -> Result<Query, Problem> {
    let text = |name: &str| document.get(name).and_then(Json::as_str);
    let expanding = text("expandValues").unwrap_or_default().split(',').map(str::trim);
    let mut ask = Ask {
        // A query is percent-encoded wherever it stands (clause 4.9).
        q: text("q").map(percent_decoded),
        expand_values: expanding.filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        scope: text("scopeQ").map(str::to_owned),
        geo: document.get("geoQ").map(AskGeo::from_document).transpose()?,
        ..Ask::default()
    };
    ask.select(document.get("entities"))?;
    ask.into_query(terms)
}

/// What registrations must be of. One that says nothing of a place or of scopes may have what is asked for there.
pub(super) fn of_registrations(document: &Json, terms: &Terms) -> Result<Vec<Wanted>, Problem> {
    let all = wanted(document, terms)?.into_iter();
    Ok(all.map(|one| Wanted { place_may_be_unknown: true, scope: None, ..one }).collect())
}

/// Whether what is of a registration is watched at all: else nothing that changes there is told.
pub(super) fn watches(subscription: &Subscription, found: &Matched) -> bool {
    let document = &subscription.document;
    let watched = document.get("watchedAttributes").and_then(Json::as_array);
    watched
        .is_none_or(|names| names.iter().filter_map(Json::as_str).any(|name| found.covers(&Name::new(name))))
}
