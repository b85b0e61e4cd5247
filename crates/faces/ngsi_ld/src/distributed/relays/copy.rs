//! The copy of a subscription for one source (clause 5.8.1.4).

use senne_language::Filter;
use senne_model::Json;

use super::kept::Subscription;
use crate::{
    contexts::Terms,
    distributed::{asking::renamed, forward::Naming},
    http::object,
    kind::NULL_MARKER,
    registrations::{Matched, Wanted},
};

/// Members that go along as they are.
const AS_IT_IS: [&str; 7] = [
    "notificationTrigger",
    "expiresAt",
    "throttling",
    "timeInterval",
    "isActive",
    "splitEntities",
    "datasetId",
];

/// The members that a copy may have, beside those that it always has.
pub(super) const MEMBERS: [&str; 12] = [
    "entities",
    "watchedAttributes",
    "notificationTrigger",
    "expiresAt",
    "throttling",
    "timeInterval",
    "isActive",
    "splitEntities",
    "datasetId",
    "q",
    "geoQ",
    "scopeQ",
];

/// Those of them that a copy has.
pub(super) fn members_of(copy: &Json) -> Vec<String> {
    MEMBERS.into_iter().filter(|name| copy.get(name).is_some()).map(str::to_owned).collect()
}

/// What changes a copy that may have these members into `copy`: a member that it has no longer is removed
/// (clause 5.5.8).
pub(super) fn change(copy: &Json, before: &[String]) -> Json {
    let mut members = copy.as_object().unwrap_or_default().to_vec();
    let gone = before.iter().filter(|name| copy.get(name).is_none());
    members.extend(gone.map(|name| (name.as_str().into(), Json::text(NULL_MARKER))));
    Json::Object(members)
}

/// Whether every attribute that the filter asks about is of what the source registered. `None` when the filter can
/// no longer be read.
pub(super) fn covers_filter(subscription: &Subscription, terms: &Terms, matched: &Matched) -> Option<bool> {
    let Some(q) = subscription.document.get("q").and_then(Json::as_str) else { return Some(true) };
    let filter = Filter::parse(q, &|term| terms.expand(term)).ok()?;
    Some(filter.attributes().iter().all(|name| matched.covers(name)))
}

/// The copy, reduced to what the source registered; `wanted` has one element for each selector of entities.
/// `None` when an expression of the subscription can no longer be read.
pub(super) fn copy(
    subscription: &Subscription,
    terms: &Terms,
    naming: &Naming,
    matched: &Matched,
    wanted: &[Wanted],
    told: (&str, &str),
    split: bool,
) -> Option<Json> {
    let document = &subscription.document;
    let (remote, endpoint) = told;
    let mut members: Vec<(Box<str>, Json)> =
        vec![("id".into(), Json::text(remote)), ("type".into(), Json::text("Subscription"))];
    members.extend(entities(document, naming, matched, wanted).map(|list| ("entities".into(), list)));
    let watched = names(document.get("watchedAttributes"), naming, matched);
    members.extend(watched.map(|list| ("watchedAttributes".into(), list)));
    for name in AS_IT_IS {
        members.extend(document.get(name).map(|value| (name.into(), value.clone())));
    }
    if !split {
        if let Some(q) = document.get("q").and_then(Json::as_str) {
            let filter = Filter::parse(q, &|term| terms.expand(term)).ok()?;
            members.push(("q".into(), Json::from(renamed(&filter, naming).to_string())));
        }
        for name in ["geoQ", "scopeQ"] {
            members.extend(document.get(name).map(|value| (name.into(), value.clone())));
        }
    }
    let mut notification: Vec<(Box<str>, Json)> = vec![(
        "endpoint".into(),
        object([("uri", Json::text(endpoint)), ("accept", Json::text("application/json"))]),
    )];
    let attributes = document.get("notification").and_then(|notification| notification.get("attributes"));
    if let (false, Some(list)) = (split, names(attributes, naming, matched)) {
        notification.push(("attributes".into(), list));
    }
    members.push(("notification".into(), Json::Object(notification)));
    Some(Json::Object(members))
}

/// The selectors that fit, by the source's names; what was registered when there are none.
fn entities(document: &Json, naming: &Naming, matched: &Matched, wanted: &[Wanted]) -> Option<Json> {
    let Some(selectors) = document.get("entities").and_then(Json::as_array) else {
        let infos = matched.infos().flat_map(|info| &info.entities);
        let registered = infos.filter_map(|entity| {
            let kind = entity.types.first()?;
            let mut parts: Vec<(Box<str>, Json)> = vec![("type".into(), Json::from(naming.name(kind)))];
            parts.extend(entity.id.as_ref().map(|id| ("id".into(), Json::text(id))));
            parts.extend(entity.pattern.as_ref().map(|one| ("idPattern".into(), Json::text(one.as_str()))));
            Some(Json::Object(parts))
        });
        let list: Vec<Json> = registered.collect();
        return (!list.is_empty()).then_some(Json::Array(list));
    };
    let fits =
        |place: usize| wanted.get(place).is_none_or(|wanted| wanted.matches(&matched.registration).is_some());
    let fitting = selectors.iter().enumerate().filter(|(place, _)| fits(*place));
    let one = |selector: &Json| {
        let members = selector.as_object().unwrap_or_default().iter();
        let renamed = members.map(|(name, value)| match (&**name, value) {
            ("type", Json::Text(kind)) if !kind.contains([',', '|', ';', '(', ')', '*']) => {
                (name.clone(), Json::from(naming.name(kind)))
            }
            _ => (name.clone(), value.clone()),
        });
        Json::Object(renamed.collect())
    };
    Some(Json::Array(fitting.map(|(_, selector)| one(selector)).collect()))
}

/// Those of a list of names that were registered; the registered ones when there is no list.
fn names(list: Option<&Json>, naming: &Naming, matched: &Matched) -> Option<Json> {
    let registered = matched.names();
    let named = list.and_then(Json::as_array).unwrap_or_default().iter().filter_map(Json::as_str);
    let mut kept: Vec<Json> = named
        .filter(|name| registered.is_empty() || registered.iter().any(|one| **one == **name))
        .map(|name| Json::from(naming.name(name)))
        .collect();
    if list.is_none() {
        kept = registered.iter().map(|name| Json::from(naming.name(name))).collect();
    }
    (!kept.is_empty()).then_some(Json::Array(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_copy_has_no_longer_is_removed() {
        let copy: Json = serde_json::from_str(r#"{"id":"urn:c:1","geoQ":{},"isActive":true}"#).unwrap();
        assert_eq!(members_of(&copy), ["isActive", "geoQ"]);
        let changed = change(&copy, &["q".to_owned(), "geoQ".to_owned()]);
        assert_eq!(
            changed.to_string(),
            r#"{"id":"urn:c:1","geoQ":{},"isActive":true,"q":"urn:ngsi-ld:null"}"#
        );
        assert!(AS_IT_IS.iter().all(|name| MEMBERS.contains(name)));
    }
}
