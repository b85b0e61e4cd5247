//! The registration document: checked for its form, its names expanded, so that it can be kept and be shown
//! by any context (clauses 5.2.8–5.2.11, 5.2.22, 5.2.34).

use senne_language::IdPattern;
use senne_model::{Geometry, Json, Problem, TenantName, Timestamp, is_iri};

use super::operations::Operations;
use crate::{contexts::Terms, kind::NULL_MARKER};

/// Members that the server sets; sent by a caller, they are left out.
const READ_ONLY: [&str; 8] = [
    "@context",
    "status",
    "createdAt",
    "modifiedAt",
    "timesSent",
    "timesFailed",
    "lastSuccess",
    "lastFailure",
];

/// Members that the standard names; every other one is a property of the source.
pub(super) const KNOWN: [&str; 22] = [
    "id",
    "type",
    "endpoint",
    "contextSourceInfo",
    "information",
    "contextSourceAlias",
    "description",
    "datasetId",
    "expiresAt",
    "location",
    "management",
    "managementInterval",
    "mode",
    "observationInterval",
    "observationSpace",
    "operations",
    "operationSpace",
    "refreshRate",
    "registrationName",
    "scope",
    "tenant",
    "localOnly",
];

/// How many elements a list of a registration may have.
const ITEMS_MAX: usize = 1000;

/// Which way names are changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Terms to IRIs.
    Expand,
    /// IRIs to terms.
    Compact,
}

/// A document without what the server sets, its names expanded; not yet checked.
pub(super) fn expand(document: Json, terms: &Terms) -> Result<Json, Problem> {
    let Json::Object(members) = document else {
        return Err(Problem::bad("a JSON object is needed here: a context source registration"));
    };
    let kept = members.into_iter().filter(|(name, _)| !READ_ONLY.contains(&&**name));
    let mut document = Json::Object(kept.collect());
    rename(&mut document, terms, Direction::Expand);
    Ok(document)
}

/// The document after a fragment took the place of its members; null removes one (clause 5.5.8).
pub(super) fn merge(target: &Json, patch: &Json) -> Json {
    let mut members = target.as_object().unwrap_or_default().to_vec();
    for (name, change) in patch.as_object().unwrap_or_default() {
        members.retain(|(there, _)| there != name);
        if *change != Json::Null && change.as_str() != Some(NULL_MARKER) {
            members.push((name.clone(), change.clone()));
        }
    }
    Json::Object(members)
}

/// Expands or compacts the types and names of the information, and the names of the source's properties.
pub(crate) fn rename(document: &mut Json, terms: &Terms, direction: Direction) {
    let one = |name: &str| match direction {
        Direction::Expand => terms.expand(name).to_string(),
        Direction::Compact => terms.compact(name).into_owned(),
    };
    let texts = |value: &mut Json| match value {
        Json::Text(text) if &**text != "*" => *value = Json::from(one(text)),
        Json::Array(items) => items.iter_mut().for_each(|item| {
            if let Json::Text(text) = item {
                *item = Json::from(one(text));
            }
        }),
        _ => {}
    };
    let Json::Object(members) = document else { return };
    for (name, value) in members {
        match (&**name, value) {
            ("information", Json::Array(infos)) => {
                infos.iter_mut().for_each(|info| rename_info(info, &texts));
            }
            (name_text, _) if KNOWN.contains(&name_text) || READ_ONLY.contains(&name_text) => {}
            (property, _) => *name = one(property).into_boxed_str(),
        }
    }
}

fn rename_info(info: &mut Json, texts: &impl Fn(&mut Json)) {
    let Json::Object(members) = info else { return };
    for (name, value) in members {
        match (&**name, value) {
            ("propertyNames" | "relationshipNames", names) => texts(names),
            ("entities", Json::Array(entities)) => {
                for entity in entities {
                    let Json::Object(parts) = entity else { continue };
                    parts.iter_mut().filter(|(part, _)| &**part == "type").for_each(|(_, kind)| texts(kind));
                }
            }
            _ => {}
        }
    }
}

/// Checks an expanded document. Errors name the member.
pub(super) fn check(document: &Json) -> Result<(), Problem> {
    let member = |name: &str| document.get(name);
    if member("type").and_then(Json::as_str) != Some("ContextSourceRegistration") {
        let detail = "the type of a context source registration is \"ContextSourceRegistration\"";
        return Err(Problem::bad(detail).field("type"));
    }
    if member("id").is_some_and(|id| !id.as_str().is_some_and(is_iri)) {
        return Err(Problem::bad("an `id` is an IRI").field("id"));
    }
    for name in ["description", "registrationName", "tenant"] {
        text(document, name)?;
    }
    for name in ["location", "observationSpace", "operationSpace"] {
        if let Some(value) = member(name) {
            Geometry::from_geojson(value).map_err(|problem| problem.within(name))?;
        }
    }
    for name in ["managementInterval", "observationInterval"] {
        member(name).map_or(Ok(()), interval).map_err(|problem| problem.within(name))?;
    }
    if let Some(tenant) = member("tenant").and_then(Json::as_str) {
        TenantName::parse(tenant).map_err(|problem| problem.field("tenant"))?;
    }
    if member("localOnly").is_some_and(|value| !matches!(value, Json::Bool(_))) {
        return Err(Problem::bad("true or false is needed here").field("localOnly"));
    }
    if member("refreshRate").is_some_and(|value| !is_duration(value)) {
        return Err(Problem::bad("an ISO 8601 duration is needed here, e.g. \"PT10M\"").field("refreshRate"));
    }
    if let Some(alias) = member("contextSourceAlias") {
        let fits = alias.as_str().is_some_and(is_token);
        let detail = "a token of RFC 7230 is needed here: letters, digits and !#$%&'*+-.^_`|~";
        fits.then_some(()).ok_or_else(|| Problem::bad(detail).field("contextSourceAlias"))?;
    }
    member("datasetId").map_or(Ok(()), datasets)?;
    member("scope").map_or(Ok(()), scopes)?;
    member("contextSourceInfo").map_or(Ok(()), source_info)?;
    member("management").map_or(Ok(()), management).map_err(|problem| problem.within("management"))?;
    expires(document)?;
    information(member("information"))?;
    mode(document)
}

fn text(document: &Json, name: &str) -> Result<(), Problem> {
    let wrong = document.get(name).is_some_and(|value| value.as_str().is_none_or(str::is_empty));
    if wrong { Err(Problem::bad("a text is needed here").field(name)) } else { Ok(()) }
}

fn interval(value: &Json) -> Result<(), Problem> {
    let moment = |name: &str| {
        let at = value.get(name).and_then(Json::as_str).and_then(utc);
        at.ok_or_else(|| {
            Problem::bad("a date-time is needed here, e.g. \"2024-01-31T12:00:00Z\"").field(name)
        })
    };
    let start = moment("startAt")?;
    if value.get("endAt").is_some() && moment("endAt")? < start {
        return Err(Problem::bad("the end is before the start; exchange them").field("endAt"));
    }
    Ok(())
}

/// Whether a value is an ISO 8601 duration.
pub(super) fn is_duration(value: &Json) -> bool {
    value.as_str().is_some_and(|text| senne_language::Period::parse(text).is_ok())
}

fn is_token(text: &str) -> bool {
    let sign = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.len() <= 256 && text.bytes().all(sign)
}

fn datasets(value: &Json) -> Result<(), Problem> {
    let one = |item: &Json| item.as_str().is_some_and(|text| text == "@none" || is_iri(text));
    let fits = match value {
        Json::Array(items) => !items.is_empty() && items.iter().all(one),
        single => one(single),
    };
    let detail = "an array of IRIs, or of \"@none\" for default instances, is needed here";
    fits.then_some(()).ok_or_else(|| Problem::bad(detail).field("datasetId"))
}

fn scopes(value: &Json) -> Result<(), Problem> {
    let level =
        |level: &str| !level.is_empty() && level.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
    let one = |item: &Json| {
        item.as_str().is_some_and(|text| text.strip_prefix('/').unwrap_or(text).split('/').all(level))
    };
    let fits = match value {
        Json::Array(items) => !items.is_empty() && items.iter().all(one),
        single => one(single),
    };
    let detail = "a scope is a text such as \"/Brussels/Ixelles\", or an array of them";
    fits.then_some(()).ok_or_else(|| Problem::bad(detail).field("scope"))
}

fn source_info(value: &Json) -> Result<(), Problem> {
    let wrong = |detail: &str| Problem::bad(detail).field("contextSourceInfo");
    let pairs = value.as_array().filter(|pairs| pairs.len() <= ITEMS_MAX);
    for pair in pairs.ok_or_else(|| wrong("an array of {\"key\": text, \"value\": text} is needed here"))? {
        let part = |name: &str| pair.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        let (Some(key), Some(value)) = (part("key"), part("value")) else {
            return Err(wrong("an array of {\"key\": text, \"value\": text} is needed here"));
        };
        match key {
            "accept" | "contentType" if !matches!(value, "application/json" | "application/ld+json") => {
                return Err(wrong("accept and contentType are application/json or application/ld+json"));
            }
            "jsonldContext" if url::Url::parse(value).is_err() => {
                return Err(wrong("jsonldContext is the URL of a JSON-LD context"));
            }
            "ngsildConformance" if crate::distributed::Version::parse(value).is_none() => {
                return Err(wrong("ngsildConformance is a version such as 1.5"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn management(value: &Json) -> Result<(), Problem> {
    if value.as_object().is_none() {
        return Err(Problem::bad("an object is needed here"));
    }
    for name in ["cooldown", "timeout"] {
        let fits = value.get(name).is_none_or(|v| v.as_f64().is_some_and(|ms| ms > 0.0 && ms < 1.0e12));
        let detail = "a number of milliseconds greater than 0 is needed here";
        fits.then_some(()).ok_or_else(|| Problem::bad(detail).field(name))?;
    }
    if value.get("localOnly").is_some_and(|value| !matches!(value, Json::Bool(_))) {
        return Err(Problem::bad("true or false is needed here").field("localOnly"));
    }
    let fits = value.get("cacheDuration").is_none_or(is_duration);
    let detail = "an ISO 8601 duration is needed here, e.g. \"PT10S\"";
    fits.then_some(()).ok_or_else(|| Problem::bad(detail).field("cacheDuration"))
}

/// A date-time, which is in UTC (clause 4.6.3).
fn utc(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).ok().filter(|_| text.ends_with('Z'))
}

fn expires(document: &Json) -> Result<(), Problem> {
    let Some(value) = document.get("expiresAt") else { return Ok(()) };
    let at = value.as_str().and_then(utc);
    let at = at.ok_or_else(|| Problem::bad("a date-time in UTC is needed here").field("expiresAt"))?;
    if at <= Timestamp::now() {
        return Err(Problem::bad("this moment has passed; choose a later one").field("expiresAt"));
    }
    Ok(())
}

fn information(value: Option<&Json>) -> Result<(), Problem> {
    let wrong = |detail: &str| Problem::bad(detail).field("information");
    let infos = value.and_then(Json::as_array).filter(|infos| (1..=ITEMS_MAX).contains(&infos.len()));
    let infos = infos.ok_or_else(|| wrong("an array of 1 to 1,000 objects is needed here"))?;
    for (place, info) in infos.iter().enumerate() {
        let within = |problem: Problem| problem.within(&format!("information[{place}]"));
        let parts = ["entities", "propertyNames", "relationshipNames"];
        if !parts.iter().any(|name| info.get(name).is_some()) {
            return Err(within(Problem::bad("entities, propertyNames or relationshipNames are needed here")));
        }
        for name in &parts[1..] {
            info.get(name).map_or(Ok(()), |list| names(list, name)).map_err(within)?;
        }
        info.get("entities").map_or(Ok(()), entities).map_err(within)?;
    }
    Ok(())
}

fn names(value: &Json, name: &str) -> Result<(), Problem> {
    let fits = value.as_array().is_some_and(|items| {
        (1..=ITEMS_MAX).contains(&items.len())
            && items.iter().all(|item| item.as_str().is_some_and(|text| !text.is_empty()))
    });
    fits.then_some(()).ok_or_else(|| Problem::bad("an array of at least one name is needed here").field(name))
}

fn entities(value: &Json) -> Result<(), Problem> {
    let wrong = |detail: &str| Problem::bad(detail).field("entities");
    let list = value.as_array().filter(|list| (1..=ITEMS_MAX).contains(&list.len()));
    for entity in list.ok_or_else(|| wrong("an array of 1 to 1,000 objects is needed here"))? {
        let kind = entity.get("type").ok_or_else(|| wrong("each needs a `type`"))?;
        match kind {
            Json::Text(text) if !text.is_empty() => {}
            list => names(list, "entities.type")?,
        }
        if entity.get("id").is_some_and(|id| !id.as_str().is_some_and(is_iri)) {
            return Err(wrong("an `id` is an IRI"));
        }
        if let Some(pattern) = entity.get("idPattern") {
            let text = pattern.as_str().ok_or_else(|| wrong("an `idPattern` is a text"))?;
            IdPattern::parse(text).map_err(|problem| problem.field("entities.idPattern"))?;
        }
    }
    Ok(())
}

fn mode(document: &Json) -> Result<(), Problem> {
    let operations = document.get("operations").map(Operations::read).transpose()?;
    let mode = match document.get("mode") {
        None => "inclusive",
        Some(mode) => mode.as_str().unwrap_or_default(),
    };
    match mode {
        "inclusive" | "redirect" => Ok(()),
        "auxiliary" if operations.is_none_or(Operations::only_retrieves) => Ok(()),
        "auxiliary" => {
            let detail = "an auxiliary source is only read: retrieveOps, retrieveEntity or queryEntity";
            Err(Problem::bad(detail).field("operations"))
        }
        "exclusive" => exclusive(document.get("information")),
        _ => Err(Problem::bad("the modes are inclusive, exclusive, redirect and auxiliary").field("mode")),
    }
}

/// An exclusive registration is of named attributes of named entities (clause 4.3.6.3).
fn exclusive(information: Option<&Json>) -> Result<(), Problem> {
    let infos = information.and_then(Json::as_array).unwrap_or_default();
    let fits = infos.iter().all(|info| {
        let list = |name: &str| info.get(name).and_then(Json::as_array).unwrap_or_default();
        let single = |entity: &Json| entity.get("id").is_some() && entity.get("idPattern").is_none();
        let named = !list("propertyNames").is_empty() || !list("relationshipNames").is_empty();
        named && !list("entities").is_empty() && list("entities").iter().all(single)
    });
    let detail = "an exclusive registration names entities by `id` (no idPattern) and their propertyNames or \
                  relationshipNames; use the mode redirect for more";
    fits.then_some(()).ok_or_else(|| Problem::bad(detail).field("information"))
}
