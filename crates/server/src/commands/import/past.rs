//! What of the past of one entity is copied.

use anyhow::{Context, bail};
use jiff::Timestamp;
use senne_model::Json;

/// Members that the broker sets anew.
const OF_THE_SYSTEM: [&str; 4] = ["instanceId", "createdAt", "modifiedAt", "deletedAt"];

/// The value that stands for a removal.
const NULL_MARKER: &str = "urn:ngsi-ld:null";

/// The past of one entity as far as an answer told it.
pub(super) struct Past {
    pub(super) id: String,
    /// The last moment of which it says anything, be it copied or not.
    pub(super) newest: Option<Timestamp>,
    /// How many values are copied.
    pub(super) values: usize,
    /// The entity with these values.
    pub(super) document: Json,
}

impl Past {
    /// Reads an entity of a temporal answer.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let Json::Object(members) = Json::parse(text.as_bytes()).context("it is no JSON")? else {
            bail!("it is no JSON object");
        };
        let mut newest: Option<Timestamp> = None;
        let (mut id, mut values, mut kept) = (None, 0, Vec::with_capacity(members.len()));
        for (name, value) in members {
            match &*name {
                "id" => {
                    id = value.as_str().map(str::to_owned);
                    kept.push((name, value));
                }
                "type" => kept.push((name, value)),
                _ => {
                    let instances = instances(value);
                    newest = newest.max(instances.iter().filter_map(moment).max());
                    let own: Vec<Json> = instances.into_iter().filter(is_a_value).map(own).collect();
                    if !own.is_empty() && &*name != "scope" {
                        values += own.len();
                        kept.push((name, Json::Array(own)));
                    }
                }
            }
        }
        let id = id.context("it has no id")?;
        Ok(Self { id, newest, values, document: Json::Object(kept) })
    }
}

fn instances(value: Json) -> Vec<Json> {
    match value {
        Json::Array(instances) => instances,
        single @ Json::Object(_) => vec![single],
        _ => Vec::new(),
    }
}

fn moment(instance: &Json) -> Option<Timestamp> {
    instance.get("observedAt").and_then(Json::as_str)?.parse().ok()
}

/// Whether an instance says something of a moment, and not that something was removed.
fn is_a_value(instance: &Json) -> bool {
    let removes = |member: &str| instance.get(member).and_then(Json::as_str) == Some(NULL_MARKER);
    instance.get("observedAt").is_some()
        && instance.get("deletedAt").is_none()
        && !["value", "object", "vocab", "json"].into_iter().any(removes)
}

/// An instance without what the broker sets anew.
fn own(instance: Json) -> Json {
    match instance {
        Json::Object(mut members) => {
            members.retain(|(name, _)| !OF_THE_SYSTEM.contains(&&**name));
            Json::Object(members)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removals_and_untimed_values_stay_behind() {
        let past = Past::read(
            r#"{"id":"urn:a","type":"A","scope":[{"type":"Property","value":"/a","observedAt":"2024-05-01T00:00:00Z"}],
            "x":[{"type":"Property","value":1,"observedAt":"2024-01-01T00:00:00Z","instanceId":"urn:i:1","modifiedAt":"2024-01-02T00:00:00Z"},
                 {"type":"Property","value":2},
                 {"type":"Property","value":"urn:ngsi-ld:null","observedAt":"2024-02-01T00:00:00Z"},
                 {"type":"Property","value":3,"observedAt":"2024-03-01T00:00:00Z","deletedAt":"2024-03-02T00:00:00Z"}],
            "y":{"type":"Relationship","object":"urn:b"}}"#,
        )
        .unwrap();
        let kept = r#"{"id":"urn:a","type":"A","x":[{"type":"Property","value":1,"observedAt":"2024-01-01T00:00:00Z"}]}"#;
        assert_eq!((past.document.to_string().as_str(), past.values, past.id.as_str()), (kept, 1, "urn:a"));
        assert_eq!(past.newest, "2024-05-01T00:00:00Z".parse().ok(), "what is not copied was seen too");
    }

    #[test]
    fn numbers_keep_all_their_digits() {
        let text = r#"{"id":"urn:a","type":"A","x":[{"value":123456789012345678901234567890,"observedAt":"2024-01-01T00:00:00Z"}]}"#;
        assert_eq!(Past::read(text).unwrap().document.to_string(), text);
    }

    #[test]
    fn what_is_no_entity_is_refused() {
        for wrong in ["7", "{", r#"{"type":"A"}"#, r#"{"id":"urn:a","x":1,"x":2}"#] {
            assert!(Past::read(wrong).is_err(), "{wrong}");
        }
    }
}
