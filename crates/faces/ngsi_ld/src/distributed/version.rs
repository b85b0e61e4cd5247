//! Older versions of NGSI-LD: what a source of that version understands of an entity (clause 4.3.6.8).

use senne_model::Json;

/// A version of the specification, e.g. 1.5.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Version {
    major: u16,
    minor: u16,
}

const V1_3: Version = Version { major: 1, minor: 3 };
const V1_4: Version = Version { major: 1, minor: 4 };
const V1_8: Version = Version { major: 1, minor: 8 };
const V1_9: Version = Version { major: 1, minor: 9 };

impl Version {
    /// Reads `major.minor`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        let number =
            |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        Some(Self { major: number(major)?, minor: number(minor)? })
    }

    /// Changes entities (one, several, or fragments of them) into what this version knows. A subscription or a query
    /// stays as it is: its members are no attributes.
    pub(crate) fn amend(self, body: &mut Json) {
        if is_question(body) {
            return;
        }
        match body {
            Json::Array(items) => items.iter_mut().for_each(|item| self.amend(item)),
            Json::Object(members) if self < V1_9 => self.amend_entity(members),
            _ => {}
        }
    }

    fn amend_entity(self, members: &mut Vec<(Box<str>, Json)>) {
        members.retain(|(name, _)| match &**name {
            "expiresAt" => false,
            "scope" => self >= V1_4,
            _ => true,
        });
        for (name, value) in members {
            match (&**name, value) {
                ("type", Json::Array(types)) if self < V1_3 => types.truncate(1),
                ("id" | "type" | "scope" | "@context", _) => {}
                (_, value) => self.amend_attribute(value),
            }
        }
    }

    fn amend_attribute(self, value: &mut Json) {
        match value {
            Json::Array(instances) => {
                // Found before `datasetId` is taken from them.
                let plain = instances.iter().position(|instance| instance.get("datasetId").is_none());
                instances.iter_mut().for_each(|instance| self.amend_attribute(instance));
                if self < V1_3 && instances.iter().any(|instance| instance.as_object().is_some()) {
                    *value = instances.swap_remove(plain.unwrap_or(0));
                }
            }
            Json::Object(members) => self.amend_instance(members),
            _ => {}
        }
    }

    fn amend_instance(self, members: &mut Vec<(Box<str>, Json)>) {
        let word = |members: &[(Box<str>, Json)]| {
            members
                .iter()
                .find(|(name, _)| &**name == "type")
                .and_then(|(_, kind)| kind.as_str().map(str::to_owned))
        };
        let Some(kind) = word(members) else { return };
        let (since, member, becomes, value_member) = match &*kind {
            "LanguageProperty" => (V1_4, "languageMap", "Property", "value"),
            "JsonProperty" => (V1_8, "json", "Property", "value"),
            "VocabProperty" => (V1_8, "vocab", "Property", "value"),
            "ListProperty" => (V1_8, "valueList", "Property", "value"),
            "ListRelationship" => (V1_8, "objectList", "Relationship", "object"),
            _ => (V1_9, "", "", ""),
        };
        if !member.is_empty() && self < since {
            for (name, value) in members.iter_mut() {
                if &**name == "type" {
                    *value = Json::text(becomes);
                } else if &**name == member {
                    *name = value_member.into();
                    unwrap_objects(value);
                }
            }
        }
        members.retain(|(name, _)| match &**name {
            "expiresAt" | "valueType" => self >= V1_9,
            "objectType" => self >= V1_8,
            "datasetId" | "observedAt" | "unitCode" => self >= V1_3,
            _ => true,
        });
        members
            .iter_mut()
            .filter(|(name, _)| !is_value(name))
            .for_each(|(_, inner)| self.amend_attribute(inner));
    }
}

/// Whether a body is a subscription or a query, not an entity whose type has such a name.
fn is_question(body: &Json) -> bool {
    let member = |name: &str| body.get(name);
    match member("type").and_then(Json::as_str) {
        Some("Subscription") => {
            let notification = member("notification");
            notification.is_some_and(|one| one.get("endpoint").is_some() && one.get("type").is_none())
        }
        Some("Query") => member("id").is_none() && member("entities").and_then(Json::as_array).is_some(),
        _ => false,
    }
}

/// Members that hold a value, not a part of the attribute.
fn is_value(name: &str) -> bool {
    matches!(name, "value" | "object" | "languageMap" | "vocab" | "json" | "valueList" | "objectList")
}

/// A list of relationships as plain objects: `[{"object": x}]` becomes `[x]`.
fn unwrap_objects(value: &mut Json) {
    if let Json::Array(items) = value {
        for item in items {
            if let Some(object) = item.get("object").cloned() {
                *item = object;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amended(version: &str, text: &str) -> String {
        let mut json: Json = serde_json::from_str(text).unwrap();
        Version::parse(version).unwrap().amend(&mut json);
        json.to_string()
    }

    #[test]
    fn what_is_too_new_falls_back() {
        let entity = r#"{"id":"urn:a:1","type":["A","B"],"scope":"/x","expiresAt":"2030-01-01T00:00:00Z",
            "n":{"type":"LanguageProperty","languageMap":{"fr":"x"},"expiresAt":"2030-01-01T00:00:00Z"},
            "r":{"type":"ListRelationship","objectList":[{"object":"urn:b:1"}],"objectType":"B"},
            "p":[{"type":"Property","value":1,"datasetId":"urn:d:1"},{"type":"Property","value":2}]}"#;
        assert_eq!(
            amended("1.5", entity),
            r#"{"id":"urn:a:1","type":["A","B"],"scope":"/x","n":{"type":"LanguageProperty","languageMap":{"fr":"x"}},"r":{"type":"Relationship","object":["urn:b:1"]},"p":[{"type":"Property","value":1,"datasetId":"urn:d:1"},{"type":"Property","value":2}]}"#
        );
        assert_eq!(
            amended("1.0", entity),
            r#"{"id":"urn:a:1","type":["A"],"n":{"type":"Property","value":{"fr":"x"}},"r":{"type":"Relationship","object":["urn:b:1"]},"p":{"type":"Property","value":2}}"#
        );
    }

    #[test]
    fn subscriptions_and_queries_stay_as_they_are() {
        let subscription = r#"{"id":"urn:s:1","type":"Subscription","entities":[{"type":"A"},{"type":"B"}],"expiresAt":"2030-01-01T00:00:00Z","notification":{"endpoint":{"uri":"http://a.org"}}}"#;
        let query = r#"{"type":"Query","entities":[{"type":"A"},{"type":"B"}],"q":"n>1"}"#;
        for body in [subscription, query] {
            assert_eq!(amended("1.0", body), body);
        }
        let entity = r#"{"id":"urn:a:1","type":"Query","entities":[{"type":"Property","value":1}]}"#;
        assert_eq!(
            amended("1.0", entity),
            r#"{"id":"urn:a:1","type":"Query","entities":{"type":"Property","value":1}}"#
        );
    }

    #[test]
    fn versions_are_two_numbers() {
        assert!(Version::parse("1.10") > Version::parse("1.9"));
        for bad in ["1", "1.", "a.b", "1.2.3", "-1.2"] {
            assert_eq!(Version::parse(bad), None, "{bad}");
        }
    }
}
