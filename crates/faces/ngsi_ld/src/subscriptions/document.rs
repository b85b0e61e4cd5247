//! The subscription document: checked for its form, its names expanded, so that it can be kept and be
//! shown by any context (clauses 5.2.12–5.2.15).

use senne_model::{ErrorKind, Json, Problem, Timestamp, is_iri};

use crate::{contexts::Terms, kind::NULL_MARKER};

/// Members that the server sets; sent by a caller, they are left out.
const READ_ONLY: [&str; 4] = ["status", "createdAt", "modifiedAt", "@context"];

/// Members of `notification` that the server sets.
const COUNTERS: [&str; 6] =
    ["status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure"];

/// Members that this face does not know yet and that would change what is delivered.
const NOT_YET: [&str; 4] = ["timeInterval", "csf", "temporalQ", "splitEntities"];

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
    let Json::Object(members) = document else {
        return Err(Problem::bad("a JSON object is needed here: a subscription"));
    };
    let kept = members.into_iter().filter(|(name, _)| !READ_ONLY.contains(&&**name));
    let mut document = Json::Object(kept.collect());
    check(&document)?;
    if let Some(Json::Object(members)) = member_mut(&mut document, "notification") {
        members.retain(|(name, _)| !COUNTERS.contains(&&**name));
    }
    rename(&mut document, terms, Direction::Expand);
    Ok(document)
}

/// The document after a fragment has been merged into it: objects member by member, the null marker removes.
pub(super) fn merge(target: &Json, patch: &Json) -> Json {
    let (Json::Object(there), Json::Object(changes)) = (target, patch) else { return patch.clone() };
    let mut members = there.clone();
    for (name, change) in changes {
        let removes = *change == Json::Null || change.as_str() == Some(NULL_MARKER);
        let place = members.iter().position(|(there, _)| there == name);
        match (place, removes) {
            (Some(place), true) => drop(members.remove(place)),
            (None, true) => {}
            (Some(place), false) => members[place].1 = merge(&members[place].1, change),
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
                if let Some(name) = item.as_str().filter(|name| !keep.contains(name)) {
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
                let plain =
                    kind.as_str().filter(|text| *text != "*" && !text.contains([',', '|', ';', '(', ')']));
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

fn check(document: &Json) -> Result<(), Problem> {
    if document.get("type").and_then(Json::as_str) != Some("Subscription") {
        return Err(Problem::bad("the type of a subscription is \"Subscription\"").field("type"));
    }
    for name in NOT_YET {
        if document.get(name).is_some() {
            return Err(Problem::new(ErrorKind::NotSupported, "this member is not supported yet").field(name));
        }
    }
    if let Some(id) = document.get("id") {
        let fits = id.as_str().is_some_and(is_iri);
        fits.then_some(()).ok_or_else(|| Problem::bad("an `id` is an IRI").field("id"))?;
    }
    if document.get("entities").is_none() && document.get("watchedAttributes").is_none() {
        return Err(Problem::bad("a subscription needs entities or watchedAttributes").field("entities"));
    }
    for name in ["watchedAttributes", "notificationTrigger"] {
        texts(document, name)?;
    }
    for name in ["q", "scopeQ", "lang", "subscriptionName", "description", "jsonldContext"] {
        if document.get(name).is_some_and(|value| value.as_str().is_none_or(str::is_empty)) {
            return Err(Problem::bad("a text is needed here").field(name));
        }
    }
    if document.get("isActive").is_some_and(|value| !matches!(value, Json::Bool(_))) {
        return Err(Problem::bad("true or false is needed here").field("isActive"));
    }
    positive(document, "throttling")?;
    if let Some(text) = document.get("expiresAt") {
        let at = text.as_str().and_then(|text| Timestamp::parse(text).ok());
        let at = at.ok_or_else(|| Problem::bad("a date-time is needed here").field("expiresAt"))?;
        if at <= Timestamp::now() {
            return Err(Problem::bad("this moment has passed; choose a later one").field("expiresAt"));
        }
    }
    let notification = document.get("notification");
    let notification = notification
        .ok_or_else(|| Problem::bad("a subscription needs a notification").field("notification"))?;
    check_notification(notification).map_err(|problem| problem.within("notification"))
}

fn check_notification(notification: &Json) -> Result<(), Problem> {
    for name in ["attributes", "pick", "omit"] {
        texts(notification, name)?;
    }
    for name in ["join", "showChanges"] {
        let asked =
            notification.get(name).is_some_and(|v| *v != Json::Bool(false) && v.as_str() != Some("@none"));
        if asked {
            return Err(Problem::new(ErrorKind::NotSupported, "this member is not supported yet").field(name));
        }
    }
    let format = notification.get("format");
    if format.is_some_and(|format| format.as_str().and_then(crate::write::Format::parse).is_none()) {
        return Err(
            Problem::bad("the formats are normalized, concise, simplified and keyValues").field("format")
        );
    }
    let endpoint = notification.get("endpoint").filter(|endpoint| endpoint.as_object().is_some());
    let endpoint =
        endpoint.ok_or_else(|| Problem::bad("a notification needs an endpoint").field("endpoint"))?;
    check_endpoint(endpoint).map_err(|problem| problem.within("endpoint"))
}

fn check_endpoint(endpoint: &Json) -> Result<(), Problem> {
    let uri = endpoint.get("uri").and_then(Json::as_str).unwrap_or_default();
    let url = url::Url::parse(uri)
        .map_err(|_| Problem::bad("the URL of the receiver is needed here").field("uri"))?;
    if !matches!(url.scheme(), "http" | "https") {
        let detail = "notifications are sent by http and https; other schemes are not supported yet";
        return Err(Problem::new(ErrorKind::NotSupported, detail).field("uri"));
    }
    let media = ["application/json", "application/ld+json", "application/geo+json"];
    if endpoint
        .get("accept")
        .is_some_and(|accept| accept.as_str().is_none_or(|accept| !media.contains(&accept)))
    {
        return Err(Problem::bad(format!("one of {} is needed here", media.join(", "))).field("accept"));
    }
    positive(endpoint, "timeout")?;
    positive(endpoint, "cooldown")
}

fn positive(object: &Json, name: &str) -> Result<(), Problem> {
    match object.get(name).map(Json::as_f64) {
        None => Ok(()),
        Some(Some(number)) if number > 0.0 && number < 1.0e10 => Ok(()),
        Some(_) => Err(Problem::bad("a number greater than 0 is needed here").field(name)),
    }
}

/// The texts of a list that is there; an empty list is refused.
fn texts(object: &Json, name: &str) -> Result<(), Problem> {
    let Some(value) = object.get(name) else { return Ok(()) };
    let fits = value.as_array().is_some_and(|items| {
        !items.is_empty() && items.iter().all(|item| item.as_str().is_some_and(|text| !text.is_empty()))
    });
    fits.then_some(()).ok_or_else(|| Problem::bad("an array of at least one text is needed here").field(name))
}
