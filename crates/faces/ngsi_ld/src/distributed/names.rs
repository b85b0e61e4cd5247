//! Entities as JSON from one context to another, and less of them.

use senne_model::{Json, Name};

use crate::{contexts::Terms, kind::NULL_MARKER};

/// Members of an entity that are no attributes.
const ENTITY: [&str; 8] = ["id", "@id", "type", "@type", "scope", "@context", "createdAt", "modifiedAt"];

/// Members of an instance of an attribute that are no sub-attributes.
const INSTANCE: [&str; 22] = [
    "type",
    "@type",
    "value",
    "object",
    "languageMap",
    "json",
    "valueList",
    "objectList",
    "observedAt",
    "unitCode",
    "datasetId",
    "valueType",
    "createdAt",
    "modifiedAt",
    "deletedAt",
    "expiresAt",
    "instanceId",
    "lang",
    "entity",
    "entityList",
    "@context",
    "@value",
];

/// Whether a member of an entity is an attribute.
pub(crate) fn is_attribute(member: &str) -> bool {
    !ENTITY.contains(&member) && !matches!(member, "deletedAt" | "expiresAt")
}

/// Names by another context.
pub(crate) struct Renaming<'a> {
    pub(crate) from: &'a Terms,
    pub(crate) to: &'a Terms,
    /// Values stand alone: only the names of attributes change.
    pub(crate) simplified: bool,
}

impl Renaming<'_> {
    pub(crate) fn name(&self, term: &str) -> String {
        self.to.compact(&self.from.expand(term)).into_owned()
    }

    /// An entity, a fragment of one, or an array of them. Contexts in it are taken out.
    pub(crate) fn entity(&self, entity: &mut Json) {
        match entity {
            Json::Array(items) => items.iter_mut().for_each(|item| self.entity(item)),
            Json::Object(members) => {
                members.retain(|(name, _)| &**name != "@context");
                for (name, value) in members {
                    if matches!(&**name, "type" | "@type") {
                        self.texts(value);
                    } else if is_attribute(name) {
                        *name = self.name(name).into_boxed_str();
                        if !self.simplified {
                            self.attribute(value);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// What stands behind the name of an attribute.
    pub(crate) fn attribute(&self, value: &mut Json) {
        match value {
            Json::Array(items) => items.iter_mut().for_each(|item| self.attribute(item)),
            Json::Object(members) => self.instance(members),
            _ => {}
        }
    }

    fn instance(&self, members: &mut Vec<(Box<str>, Json)>) {
        let kind = members.iter().find(|(name, _)| matches!(&**name, "type" | "@type"));
        let reified = kind.is_none_or(|(_, kind)| {
            kind.as_str().is_some_and(|kind| crate::kind::Kind::parse(kind).is_some())
        });
        // An object with another type is a value, a geometry mostly.
        if !reified {
            return;
        }
        members.retain(|(name, _)| &**name != "@context");
        for (name, value) in members {
            match &**name {
                "vocab" | "objectType" => self.texts(value),
                known if INSTANCE.contains(&known) => {}
                _ => {
                    *name = self.name(name).into_boxed_str();
                    self.attribute(value);
                }
            }
        }
    }

    fn texts(&self, value: &mut Json) {
        match value {
            Json::Text(text) if &**text != NULL_MARKER => *value = Json::from(self.name(text)),
            Json::Array(items) => items.iter_mut().for_each(|item| self.texts(item)),
            _ => {}
        }
    }
}

/// The entity with those attributes alone that `keep` says.
pub(crate) fn reduced(entity: &Json, terms: &Terms, keep: &dyn Fn(&Name) -> bool) -> Json {
    let members = entity.as_object().unwrap_or_default().iter();
    let kept = members.filter(|(name, _)| !is_attribute(name) || keep(&terms.expand(name)));
    Json::Object(kept.cloned().collect())
}

/// The expanded names of the attributes of an entity.
pub(crate) fn attribute_names(entity: &Json, terms: &Terms) -> Vec<Name> {
    let members = entity.as_object().unwrap_or_default().iter();
    members.filter(|(name, _)| is_attribute(name)).map(|(name, _)| terms.expand(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Terms {
        senne_context::resolve(&serde_json::from_str(text).unwrap(), &|_| None).unwrap()
    }

    #[test]
    fn names_change_and_values_stay() {
        let from = terms(r#"{"a":"https://x.org/a","b":"https://x.org/b","T":"https://x.org/T"}"#);
        let to = terms(r#"{"alpha":"https://x.org/a","Tee":"https://x.org/T"}"#);
        let renaming = Renaming { from: &from, to: &to, simplified: false };
        let mut entity: Json = serde_json::from_str(
            r#"{"id":"urn:x:1","type":"T","@context":{},"a":{"type":"Property","value":{"a":1},"b":{"type":"VocabProperty","vocab":"T"}},
               "b":{"type":"Point","coordinates":[1,2]}}"#,
        )
        .unwrap();
        renaming.entity(&mut entity);
        assert_eq!(
            entity.to_string(),
            r#"{"id":"urn:x:1","type":"Tee","alpha":{"type":"Property","value":{"a":1},"https://x.org/b":{"type":"VocabProperty","vocab":"Tee"}},"https://x.org/b":{"type":"Point","coordinates":[1,2]}}"#
        );
    }

    #[test]
    fn a_part_keeps_what_is_no_attribute() {
        let core = Terms::default_core();
        let entity: Json =
            serde_json::from_str(r#"{"id":"urn:x:1","type":"T","scope":"/a","a":1,"b":2}"#).unwrap();
        let part = reduced(&entity, &core, &|name| name.local() == "a");
        assert_eq!(part.to_string(), r#"{"id":"urn:x:1","type":"T","scope":"/a","a":1}"#);
        assert_eq!(attribute_names(&entity, &core).len(), 2);
    }
}
