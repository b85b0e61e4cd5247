//! The document of a subscription to registrations: checked, its names expanded (clauses 5.2.12–5.2.15, 5.11.2).

use senne_model::{Json, Problem, Timestamp, is_iri};

use crate::{contexts::Terms, kind::NULL_MARKER, registrations::refuse_context};

pub(super) use crate::registrations::Direction;

/// Members that the server sets; sent by a caller, they are left out.
const READ_ONLY: [&str; 4] = ["status", "createdAt", "modifiedAt", "@context"];

/// Members of `notification` that the server sets.
const COUNTERS: [&str; 6] =
    ["status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure"];

/// Reads a body: a whole document or a fragment of one, its names expanded.
pub(super) fn read(body: &crate::http::Body) -> Result<Json, Problem> {
    let document = crate::read::read_json(&body.bytes)?;
    refuse_context(&document, body)?;
    let Json::Object(members) = document else {
        return Err(Problem::bad("a JSON object is needed here: a subscription"));
    };
    let kept = members.into_iter().filter(|(name, _)| !READ_ONLY.contains(&&**name));
    let mut document = Json::Object(kept.collect());
    if let Some(Json::Object(members)) = member_mut(&mut document, "notification") {
        members.retain(|(name, _)| !COUNTERS.contains(&&**name));
    }
    rename(&mut document, &body.terms, Direction::Expand);
    Ok(document)
}

/// The document after a partial update: members are replaced as a whole; null removes (clause 5.5.8).
pub(super) fn merge(target: &Json, patch: &Json) -> Json {
    let mut members = target.as_object().unwrap_or_default().to_vec();
    for (name, change) in patch.as_object().unwrap_or_default() {
        members.retain(|(there, _)| there != name);
        let removes = *change == Json::Null || change.as_str() == Some(NULL_MARKER);
        if !removes {
            members.push((name.clone(), change.clone()));
        }
    }
    Json::Object(members)
}

/// Expands or compacts the names in lists of attributes and the plain types of selectors.
pub(super) fn rename(document: &mut Json, terms: &Terms, direction: Direction) {
    let one = |name: &str| match direction {
        Direction::Expand => terms.expand(name).to_string(),
        Direction::Compact => terms.compact(name).into_owned(),
    };
    let list = |value: &mut Json| {
        let Json::Array(items) = value else { return };
        for item in items {
            if let Some(name) = item.as_str().filter(|name| !matches!(*name, "id" | "type" | "scope")) {
                *item = Json::from(one(name));
            }
        }
    };
    if let Some(names) = member_mut(document, "watchedAttributes") {
        list(names);
    }
    for name in ["attributes", "pick", "omit"] {
        let names = member_mut(document, "notification").and_then(|inner| member_mut(inner, name));
        if let Some(names) = names {
            list(names);
        }
    }
    if let Some(Json::Array(selectors)) = member_mut(document, "entities") {
        for kind in selectors.iter_mut().filter_map(|selector| member_mut(selector, "type")) {
            let plain =
                kind.as_str().filter(|text| *text != "*" && !text.contains([',', '|', ';', '(', ')']));
            if let Some(text) = plain.map(&one) {
                *kind = Json::from(text);
            }
        }
    }
}

fn member_mut<'j>(object: &'j mut Json, name: &str) -> Option<&'j mut Json> {
    let Json::Object(members) = object else { return None };
    members.iter_mut().find(|(there, _)| &**there == name).map(|(_, value)| value)
}

/// Checks an expanded document.
pub(super) fn check(document: &Json) -> Result<(), Problem> {
    let member = |name: &str| document.get(name);
    if member("type").and_then(Json::as_str) != Some("Subscription") {
        return Err(Problem::bad("the type of a subscription is \"Subscription\"").field("type"));
    }
    if member("id").is_some_and(|id| !id.as_str().is_some_and(is_iri)) {
        return Err(Problem::bad("an `id` is an IRI").field("id"));
    }
    if member("entities").is_none() && member("watchedAttributes").is_none() {
        return Err(Problem::bad("a subscription needs entities or watchedAttributes").field("entities"));
    }
    names(document, "watchedAttributes")?;
    for name in ["q", "csf", "scopeQ", "subscriptionName", "description", "lang", "jsonldContext"] {
        if member(name).is_some_and(|value| value.as_str().is_none_or(str::is_empty)) {
            return Err(Problem::bad("a text is needed here").field(name));
        }
    }
    if member("isActive").is_some_and(|value| !matches!(value, Json::Bool(_))) {
        return Err(Problem::bad("true or false is needed here").field("isActive"));
    }
    positive(document, "timeInterval")?;
    positive(document, "throttling")?;
    if member("timeInterval").is_some() && member("throttling").is_some() {
        return Err(Problem::bad("this does not go together with timeInterval").field("throttling"));
    }
    let moment = |value: &Json| {
        value.as_str().is_some_and(|text| text.ends_with('Z') && Timestamp::parse(text).is_ok())
    };
    if member("expiresAt").is_some_and(|value| !moment(value)) {
        return Err(Problem::bad("a date-time is needed here").field("expiresAt"));
    }
    let notification = member("notification").filter(|value| value.as_object().is_some());
    let notification = notification
        .ok_or_else(|| Problem::bad("a subscription needs a notification").field("notification"))?;
    notified(notification).map_err(|problem| problem.within("notification"))
}

fn notified(notification: &Json) -> Result<(), Problem> {
    for name in ["attributes", "pick", "omit"] {
        names(notification, name)?;
    }
    let endpoint = notification.get("endpoint").filter(|endpoint| endpoint.as_object().is_some());
    let endpoint =
        endpoint.ok_or_else(|| Problem::bad("a notification needs an endpoint").field("endpoint"))?;
    let within = |problem: Problem| problem.within("endpoint");
    let media = |value: &Json| matches!(value.as_str(), Some("application/json" | "application/ld+json"));
    if endpoint.get("accept").is_some_and(|accept| !media(accept)) {
        let detail = "registrations are told as application/json or application/ld+json";
        return Err(within(Problem::bad(detail).field("accept")));
    }
    positive(endpoint, "timeout").map_err(within)?;
    positive(endpoint, "cooldown").map_err(within)
}

fn positive(object: &Json, name: &str) -> Result<(), Problem> {
    match object.get(name).map(Json::as_f64) {
        None => Ok(()),
        Some(Some(number)) if number > 0.0 && number < 1.0e10 => Ok(()),
        Some(_) => Err(Problem::bad("a number greater than 0 is needed here").field(name)),
    }
}

fn names(object: &Json, name: &str) -> Result<(), Problem> {
    let Some(value) = object.get(name) else { return Ok(()) };
    let text = |item: &Json| item.as_str().is_some_and(|text| !text.is_empty());
    let fits = value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(text));
    fits.then_some(()).ok_or_else(|| Problem::bad("an array of at least one text is needed here").field(name))
}
