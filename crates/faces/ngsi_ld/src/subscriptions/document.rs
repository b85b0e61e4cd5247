//! The subscription document: checked for its form, its names expanded, so that it can be kept and be
//! shown by any context (clauses 5.2.12–5.2.15, 5.2.22, 5.2.33).

use senne_model::{Json, Problem, Timestamp, is_iri};

use super::endpoint::check_endpoint;
use crate::{
    contexts::Terms,
    http::{IDS_MAX, NAMES_MAX, PATTERNS_MAX, SELECTORS_MAX, check_count},
    kind::NULL_MARKER,
};

/// The members of a subscription (table 5.2.12-1). What else stands in a document, and what the server sets itself, is
/// left out.
const MEMBERS: [&str; 24] = [
    "id",
    "type",
    "subscriptionName",
    "description",
    "entities",
    "watchedAttributes",
    "notificationTrigger",
    "timeInterval",
    "q",
    "geoQ",
    "scopeQ",
    "temporalQ",
    "csf",
    "datasetId",
    "expandValues",
    "jsonKeys",
    "jsonldContext",
    "lang",
    "localOnly",
    "ngsildConformance",
    "splitEntities",
    "isActive",
    "expiresAt",
    "throttling",
];

/// The member with the parameters of notifications.
const NOTIFICATION: &str = "notification";

/// Members of `notification` that the server sets.
const COUNTERS: [&str; 6] =
    ["status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure"];

/// The deepest that linked entities are followed in a notification.
const JOIN_LEVEL_MAX: f64 = 5.0;

/// Which names stand in a list of the document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Terms to IRIs.
    Expand,
    /// IRIs to terms.
    Compact,
}

/// Checks a new document and expands its names.
pub(super) fn accept(document: Json, terms: &Terms) -> Result<Json, Problem> {
    check_expiry(&document)?;
    let mut document = settle(document)?;
    rename(&mut document, terms, Direction::Expand);
    Ok(document)
}

/// Checks a document that has been put together from a kept one and a fragment. The moment at which it expires was
/// checked when it was given, and may have passed since.
pub(super) fn settle(document: Json) -> Result<Json, Problem> {
    let Json::Object(members) = document else {
        return Err(Problem::bad("a JSON object is needed here: a subscription"));
    };
    let kept = members.into_iter().filter(|(name, _)| MEMBERS.contains(&&**name) || **name == *NOTIFICATION);
    let mut document = Json::Object(kept.collect());
    check(&document)?;
    if let Some(Json::Object(members)) = member_mut(&mut document, "notification") {
        members.retain(|(name, _)| !COUNTERS.contains(&&**name));
    }
    Ok(document)
}

/// The document after a fragment has been merged into it: each member is replaced as a whole, the null marker removes
/// (clause 5.5.8).
pub(super) fn merge(target: &Json, patch: &Json) -> Json {
    let (Json::Object(there), Json::Object(changes)) = (target, patch) else { return patch.clone() };
    let mut members = there.clone();
    for (name, change) in changes {
        let removes = *change == Json::Null || change.as_str() == Some(NULL_MARKER);
        let place = members.iter().position(|(there, _)| there == name);
        match (place, removes) {
            (Some(place), true) => drop(members.remove(place)),
            (None, true) => {}
            (Some(place), false) => members[place].1 = change.clone(),
            (None, false) => members.push((name.clone(), change.clone())),
        }
    }
    Json::Object(members)
}

/// Expands or compacts the names in the lists of attributes and the plain types of selectors. Expressions
/// (`q`, types with operators) stay as they were written.
pub(super) fn rename(document: &mut Json, terms: &Terms, direction: Direction) {
    let one = |name: &str| match direction {
        Direction::Expand => terms.expand(name).to_string(),
        Direction::Compact => terms.compact(name).into_owned(),
    };
    let list = |value: &mut Json, keep: &[&str]| {
        if let Json::Array(items) = value {
            for item in items {
                let plain = item.as_str().filter(|name| !keep.contains(name) && !name.contains('{'));
                if let Some(name) = plain {
                    *item = Json::from(one(name));
                }
            }
        }
    };
    if let Some(watched) = member_mut(document, "watchedAttributes") {
        list(watched, &[]);
    }
    if let Some(notification) = member_mut(document, "notification") {
        for name in ["attributes", "pick", "omit"] {
            if let Some(names) = member_mut(notification, name) {
                list(names, &["id", "type", "scope"]);
            }
        }
    }
    if let Some(Json::Array(selectors)) = member_mut(document, "entities") {
        for selector in selectors {
            if let Some(kind) = member_mut(selector, "type") {
                let plain = kind
                    .as_str()
                    .filter(|text| *text != "*" && !text.contains([',', '|', ';', '&', '(', ')']));
                if let Some(text) = plain.map(&one) {
                    *kind = Json::from(text);
                }
            }
        }
    }
}

pub(super) fn member_mut<'j>(object: &'j mut Json, name: &str) -> Option<&'j mut Json> {
    match object {
        Json::Object(members) => {
            members.iter_mut().find(|(there, _)| &**there == name).map(|(_, value)| value)
        }
        _ => None,
    }
}

/// A moment of expiry that is given must lie ahead.
pub(super) fn check_expiry(document: &Json) -> Result<(), Problem> {
    let Some(text) = document.get("expiresAt").filter(|text| text.as_str() != Some(NULL_MARKER)) else {
        return Ok(());
    };
    if *text == Json::Null {
        return Ok(());
    }
    let at = text.as_str().and_then(|text| Timestamp::parse(text).ok());
    let at = at.ok_or_else(|| Problem::bad("a date-time is needed here").field("expiresAt"))?;
    if at <= Timestamp::now() {
        return Err(Problem::bad("this moment has passed; choose a later one").field("expiresAt"));
    }
    Ok(())
}

fn check(document: &Json) -> Result<(), Problem> {
    if document.get("type").and_then(Json::as_str) != Some("Subscription") {
        return Err(Problem::bad("the type of a subscription is \"Subscription\"").field("type"));
    }
    if let Some(id) = document.get("id") {
        let fits = id.as_str().is_some_and(is_iri);
        fits.then_some(()).ok_or_else(|| Problem::bad("an `id` is an IRI").field("id"))?;
    }
    for name in ["isActive", "localOnly", "splitEntities"] {
        flag(document, name)?;
    }
    check_subject(document)?;
    check_selectors(document)?;
    for name in ["watchedAttributes", "notificationTrigger", "datasetId"] {
        texts(document, name)?;
    }
    for name in [
        "q",
        "scopeQ",
        "csf",
        "lang",
        "subscriptionName",
        "description",
        "jsonldContext",
        "expandValues",
        "jsonKeys",
    ] {
        if document.get(name).is_some_and(|value| value.as_str().is_none_or(str::is_empty)) {
            return Err(Problem::bad("a text is needed here").field(name));
        }
    }
    check_version(document)?;
    for name in ["throttling", "timeInterval"] {
        positive(document, name)?;
    }
    let notification = document.get("notification");
    let notification = notification
        .ok_or_else(|| Problem::bad("a subscription needs a notification").field("notification"))?;
    check_notification(notification).map_err(|problem| problem.within("notification"))
}

/// What is watched, and when it is told of.
fn check_subject(document: &Json) -> Result<(), Problem> {
    let has = |name: &str| document.get(name).is_some();
    let local = document.get("localOnly") == Some(&Json::Bool(true));
    if !has("entities") && !has("watchedAttributes") && !local {
        let detail = "a subscription needs entities or watchedAttributes, or localOnly=true for everything that is here";
        return Err(Problem::bad(detail).field("entities"));
    }
    if has("temporalQ") {
        let detail = "a temporal query belongs to subscriptions to context source registrations";
        return Err(Problem::bad(detail).field("temporalQ"));
    }
    if !has("timeInterval") {
        return Ok(());
    }
    for name in ["watchedAttributes", "throttling"] {
        if has(name) {
            return Err(Problem::bad("this does not go together with timeInterval").field(name));
        }
    }
    if !has("entities") && !local {
        return Err(Problem::bad("with timeInterval the entities must be named").field("entities"));
    }
    Ok(())
}

/// Each change is put to each selector. What stands in one is looked at when it is made ready.
fn check_selectors(document: &Json) -> Result<(), Problem> {
    let selectors = document.get("entities").and_then(Json::as_array).unwrap_or_default();
    check_count("entities", selectors.len(), SELECTORS_MAX)?;
    let ids = selectors.iter().filter_map(|selector| selector.get("id")?.as_array());
    check_count("entities.id", ids.map(<[Json]>::len).sum(), IDS_MAX)?;
    let patterns = selectors.iter().filter(|selector| selector.get("idPattern").is_some());
    check_count("entities.idPattern", patterns.count(), PATTERNS_MAX)
}

/// `ngsildConformance`: two numbers, e.g. `1.6`.
fn check_version(document: &Json) -> Result<(), Problem> {
    let Some(value) = document.get("ngsildConformance") else { return Ok(()) };
    let number = |text: &str| !text.is_empty() && text.len() < 4 && text.bytes().all(|b| b.is_ascii_digit());
    let fits = value
        .as_str()
        .and_then(|text| text.split_once('.'))
        .is_some_and(|(major, minor)| number(major) && number(minor));
    fits.then_some(()).ok_or_else(|| {
        Problem::bad("a version of NGSI-LD is needed here, e.g. 1.6").field("ngsildConformance")
    })
}

fn check_notification(notification: &Json) -> Result<(), Problem> {
    for name in ["attributes", "pick", "omit"] {
        texts(notification, name)?;
    }
    for name in ["showChanges", "sysAttrs"] {
        flag(notification, name)?;
    }
    check_projection(notification)?;
    let format = notification.get("format");
    let wrong =
        || Problem::bad("the formats are normalized, concise, simplified and keyValues").field("format");
    let format =
        format.map(|f| f.as_str().and_then(crate::write::Format::parse).ok_or_else(wrong)).transpose()?;
    let shows_changes = notification.get("showChanges") == Some(&Json::Bool(true));
    if shows_changes && format == Some(crate::write::Format::Simplified) {
        return Err(Problem::bad("the simplified format cannot show changes; take normalized or concise")
            .field("showChanges"));
    }
    check_join(notification)?;
    let endpoint = notification.get("endpoint").filter(|endpoint| endpoint.as_object().is_some());
    let endpoint =
        endpoint.ok_or_else(|| Problem::bad("a notification needs an endpoint").field("endpoint"))?;
    check_endpoint(endpoint).map_err(|problem| problem.within("endpoint"))
}

/// `attributes` stands alone; nothing is both picked and omitted (clause 4.21).
fn check_projection(notification: &Json) -> Result<(), Problem> {
    let list = |name: &str| notification.get(name).and_then(Json::as_array);
    if list("attributes").is_some() && (list("pick").is_some() || list("omit").is_some()) {
        return Err(Problem::bad("use pick and omit, or attributes, not both").field("attributes"));
    }
    let members = |item: &Json| matches!(item.as_str(), Some("id" | "type" | "scope"));
    if list("attributes").is_some_and(|items| items.iter().any(members)) {
        return Err(
            Problem::bad("id, type and scope are no attributes; use pick for them").field("attributes")
        );
    }
    if let (Some(pick), Some(omit)) = (list("pick"), list("omit"))
        && pick.iter().any(|item| omit.contains(item))
    {
        return Err(Problem::bad("a member is either picked or omitted").field("omit"));
    }
    Ok(())
}

fn check_join(notification: &Json) -> Result<(), Problem> {
    if notification
        .get("join")
        .is_some_and(|join| !matches!(join.as_str(), Some("flat" | "inline" | "@none")))
    {
        return Err(Problem::bad("flat, inline or @none is needed here").field("join"));
    }
    match notification.get("joinLevel").map(Json::as_f64) {
        None => Ok(()),
        Some(Some(level)) if (1.0..=JOIN_LEVEL_MAX).contains(&level) && level.fract() == 0.0 => Ok(()),
        Some(_) => {
            let detail = format!("a whole number from 1 to {JOIN_LEVEL_MAX} is needed here");
            Err(Problem::bad(detail).field("joinLevel"))
        }
    }
}

fn flag(object: &Json, name: &str) -> Result<(), Problem> {
    if object.get(name).is_some_and(|value| !matches!(value, Json::Bool(_))) {
        return Err(Problem::bad("true or false is needed here").field(name));
    }
    Ok(())
}

pub(super) fn positive(object: &Json, name: &str) -> Result<(), Problem> {
    match object.get(name).map(Json::as_f64) {
        None => Ok(()),
        Some(Some(number)) if number > 0.0 && number < 1.0e10 => Ok(()),
        Some(_) => Err(Problem::bad("a number greater than 0 is needed here").field(name)),
    }
}

/// The texts of a list that is there; an empty list is refused, and so is one that is too long.
fn texts(object: &Json, name: &str) -> Result<(), Problem> {
    let Some(value) = object.get(name) else { return Ok(()) };
    check_count(name, value.as_array().map_or(0, <[Json]>::len), NAMES_MAX)?;
    let fits = value.as_array().is_some_and(|items| {
        !items.is_empty() && items.iter().all(|item| item.as_str().is_some_and(|text| !text.is_empty()))
    });
    fits.then_some(()).ok_or_else(|| Problem::bad("an array of at least one text is needed here").field(name))
}
