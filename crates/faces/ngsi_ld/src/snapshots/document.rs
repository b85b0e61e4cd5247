//! What a caller may say of a snapshot (clause 5.2.41), checked.

use senne_model::{EntityId, Json, Problem};
use url::Url;

use crate::{contexts::check_url, entity_maps::span_of, kind::NULL_MARKER};

/// At most so many queries make one snapshot.
const QUERIES_MAX: usize = 20;

/// At most so many headers go with a notification.
const HEADERS_MAX: usize = 50;

/// The members that a caller may set at any time.
pub(super) const OF_CALLER: [&str; 4] = ["snapshotLifetime", "snapshotPriority", "endpoint", "receiverInfo"];

/// The members that say what is in a snapshot.
pub(super) const QUERIES: [&str; 2] = ["snapshotQueries", "snapshotTemporalQueries"];

/// What the document is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    Create,
    Clone,
    Update,
}

/// Checks a document; gives its own members, without those that only the broker sets.
pub(super) fn read(
    document: &Json,
    purpose: Purpose,
    allow_private: bool,
) -> Result<Vec<(Box<str>, Json)>, Problem> {
    let members =
        document.as_object().ok_or_else(|| Problem::bad("a JSON object is needed here: a snapshot"))?;
    match document.get("type").map(Json::as_str) {
        Some(Some("Snapshot")) => {}
        None if purpose == Purpose::Update => {}
        _ => return Err(Problem::bad("the type of a snapshot is \"Snapshot\"").field("type")),
    }
    if let Some(id) = document.get("id") {
        EntityId::parse(id.as_str().ok_or_else(|| Problem::bad("an `id` is an IRI").field("id"))?)?;
    }
    check_queries(document, purpose)?;
    let mut own = Vec::new();
    for (name, value) in members {
        if QUERIES.contains(&&**name) {
            own.push((name.clone(), value.clone()));
        } else if OF_CALLER.contains(&&**name) {
            if !(purpose == Purpose::Update && value.as_str() == Some(NULL_MARKER)) {
                check(name, value, allow_private).map_err(|problem| problem.field(&**name))?;
            }
            own.push((name.clone(), value.clone()));
        }
    }
    Ok(own)
}

fn check_queries(document: &Json, purpose: Purpose) -> Result<(), Problem> {
    let mut count = 0;
    for (name, temporal) in QUERIES.into_iter().zip([false, true]) {
        let Some(queries) = document.get(name) else { continue };
        if purpose != Purpose::Create {
            let detail = "what is in a snapshot is said when it is created, and not changed afterwards";
            return Err(Problem::bad(detail).field(name));
        }
        let wrong = || Problem::bad("an array of queries is needed here").field(name);
        for (place, query) in queries.as_array().ok_or_else(wrong)?.iter().enumerate() {
            let at = |problem: Problem| problem.within(&format!("[{place}]")).within(name);
            query.as_object().ok_or_else(wrong)?;
            if query.get("temporalQ").is_some() != temporal {
                let detail = "queries with temporalQ stand in snapshotTemporalQueries, those without in snapshotQueries";
                return Err(at(Problem::bad(detail).field("temporalQ")));
            }
            count += 1;
        }
    }
    if purpose == Purpose::Create && count == 0 {
        let detail = "a snapshot needs snapshotQueries or snapshotTemporalQueries";
        return Err(Problem::bad(detail).field("snapshotQueries"));
    }
    if count > QUERIES_MAX {
        let detail = format!("at most {QUERIES_MAX} queries make a snapshot");
        return Err(Problem::bad(detail).field("snapshotQueries"));
    }
    Ok(())
}

fn check(name: &str, value: &Json, allow_private: bool) -> Result<(), Problem> {
    let text = || value.as_str().ok_or_else(|| Problem::bad("a text is needed here"));
    match name {
        "snapshotLifetime" => span_of(text()?).map(|_| ()),
        "snapshotPriority" => match value {
            Json::Int(1..=10) => Ok(()),
            _ => Err(Problem::bad("a priority is a whole number from 1 to 10")),
        },
        "endpoint" => {
            let url =
                Url::parse(text()?).map_err(|_| Problem::bad("an http or https address is needed here"))?;
            check_url(&url, allow_private)
        }
        _ => headers(value).map(|_| ()),
    }
}

/// The pairs of `receiverInfo`: headers of a notification.
pub(super) fn headers(value: &Json) -> Result<Vec<(http::HeaderName, http::HeaderValue)>, Problem> {
    let wrong = || Problem::bad("an array of objects with `key` and `value` is needed here: HTTP headers");
    let list = value.as_array().filter(|list| list.len() <= HEADERS_MAX).ok_or_else(wrong)?;
    let one = |pair: &Json| {
        let text = |name: &str| pair.get(name).and_then(Json::as_str).ok_or_else(wrong);
        let name = http::HeaderName::try_from(text("key")?).map_err(|_| wrong())?;
        let value = http::HeaderValue::try_from(text("value")?).map_err(|_| wrong())?;
        Ok((name, value))
    };
    list.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str, purpose: Purpose) -> Option<String> {
        let document: Json = serde_json::from_str(text).unwrap();
        read(&document, purpose, false).err().map(|problem| problem.field.unwrap_or_default())
    }

    #[test]
    fn documents_are_checked_for_what_they_are_for() {
        let query = r#""snapshotQueries":[{"type":"Query","entities":[{"type":"V"}]}]"#;
        for (members, purpose, field) in [
            (query, Purpose::Create, None),
            ("", Purpose::Create, Some("snapshotQueries")),
            ("", Purpose::Clone, None),
            (query, Purpose::Clone, Some("snapshotQueries")),
            (query, Purpose::Update, Some("snapshotQueries")),
            (r#""snapshotPriority":11"#, Purpose::Update, Some("snapshotPriority")),
            (r#""snapshotPriority":"urn:ngsi-ld:null""#, Purpose::Update, None),
            (r#""snapshotPriority":"urn:ngsi-ld:null""#, Purpose::Clone, Some("snapshotPriority")),
            (r#""snapshotLifetime":"1 day""#, Purpose::Update, Some("snapshotLifetime")),
            (r#""endpoint":"http://127.0.0.1/""#, Purpose::Update, Some("endpoint")),
            (r#""receiverInfo":[{"key":"a b","value":"c"}]"#, Purpose::Update, Some("receiverInfo")),
            (r#""snapshotStatus":"success""#, Purpose::Update, None),
        ] {
            let comma = if members.is_empty() { "" } else { "," };
            let text = format!(r#"{{"type":"Snapshot"{comma}{members}}}"#);
            assert_eq!(fault(&text, purpose).as_deref(), field, "{text} {purpose:?}");
        }
        assert_eq!(fault(r#"{"type":"Query"}"#, Purpose::Update).as_deref(), Some("type"));
    }
}
