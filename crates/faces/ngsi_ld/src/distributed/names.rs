//! Entities as JSON from one context to another, and less of them.

use senne_model::{Json, Name};

use crate::{
    contexts::Terms,
    kind::{Kind, NULL_MARKER},
};

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

/// Members that tell, beside the value of each kind, that an object is an instance and no value.
const DESCRIBING: [&str; 4] = ["observedAt", "expiresAt", "unitCode", "datasetId"];

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
                        self.attribute(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// What stands behind the name of an attribute.
    pub(crate) fn attribute(&self, value: &mut Json) {
        match value {
            Json::Array(items) if !self.simplified && items.iter().all(is_one) => {
                items.iter_mut().for_each(|item| self.attribute(item));
            }
            Json::Object(members) if self.simplified => self.simple(members),
            // What is no instance is a value: a geometry, or any object in the concise form.
            Json::Object(members) if is_instance(members.as_slice()) => self.instance(members),
            _ => {}
        }
    }

    /// A fragment of an attribute: whatever stands in it is of an instance.
    pub(crate) fn fragment(&self, value: &mut Json) {
        match value {
            Json::Object(members) => self.instance(members),
            other => self.attribute(other),
        }
    }

    /// In a simplified value only the terms of a vocabulary are names (clause 4.5.4).
    fn simple(&self, members: &mut [(Box<str>, Json)]) {
        if let [(name, terms)] = members
            && &**name == "vocab"
        {
            self.texts(terms);
        }
    }

    fn instance(&self, members: &mut Vec<(Box<str>, Json)>) {
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

/// Whether an element of an array is an instance of an attribute: an array with any other is a value.
fn is_one(item: &Json) -> bool {
    item.as_object().is_some_and(is_instance)
}

/// Whether an object is an instance of an attribute: by its type, else by members that instances alone have.
fn is_instance(members: &[(Box<str>, Json)]) -> bool {
    let kind = members.iter().find(|(name, _)| matches!(&**name, "type" | "@type"));
    match kind {
        Some((_, kind)) => kind.as_str().is_some_and(|kind| Kind::parse(kind).is_some()),
        None => members.iter().any(|(name, _)| {
            DESCRIBING.contains(&&**name) || Kind::ALL.iter().any(|kind| kind.member() == &**name)
        }),
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
    fn what_stands_in_a_value_is_no_name_but_a_term_of_a_vocabulary() {
        let from = terms(r#"{"street":"https://x.org/street","T":"https://x.org/T"}"#);
        let to = terms(r#"{"rue":"https://x.org/street","Tee":"https://x.org/T"}"#);
        let renamed = |simplified: bool, text: &str| {
            let mut entity: Json = serde_json::from_str(text).unwrap();
            Renaming { from: &from, to: &to, simplified }.entity(&mut entity);
            entity.to_string()
        };
        assert_eq!(
            renamed(
                false,
                r#"{"id":"urn:x:1","street":{"street":"x"},"b":[{"street":1},{"value":1,"street":2}],"c":{"unitCode":"M","street":1}}"#
            ),
            r#"{"id":"urn:x:1","rue":{"street":"x"},"b":[{"street":1},{"value":1,"street":2}],"c":{"unitCode":"M","rue":1}}"#
        );
        assert_eq!(
            renamed(true, r#"{"id":"urn:x:1","street":{"vocab":["T","U"]},"b":{"street":"T","vocab":"T"}}"#),
            r#"{"id":"urn:x:1","rue":{"vocab":["Tee","U"]},"b":{"street":"T","vocab":"T"}}"#
        );
        let mut fragment: Json = serde_json::from_str(r#"{"street":{"value":1}}"#).unwrap();
        Renaming { from: &from, to: &to, simplified: false }.fragment(&mut fragment);
        assert_eq!(fragment.to_string(), r#"{"rue":{"value":1}}"#);
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
