//! What is not public yet.

use jiff::civil::Date;
use senne_model::Json;
use serde::{Deserialize, Serialize};

use super::DraftId;
use crate::from_simple::is_removed;

/// How far a draft has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DraftState {
    /// Being written.
    #[default]
    Draft,
    /// Waiting for somebody to look at it.
    Review,
    /// Written on the entity.
    Published,
    /// Not to be written.
    Refused,
}

/// A change to an entity, or an entity that does not exist: what somebody would write. For those inside only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Its identifier.
    pub id: DraftId,
    /// The draft that it belongs to: both are handed in, published or refused at once. See [`DraftSet`].
    pub part_of: Option<DraftId>,
    /// The identifier of the entity that it would change or create.
    pub about: String,
    /// The type of that entity, by its term: `Project`.
    pub kind: String,
    /// From attributes to values, simplified; see [`crate::from_simple`]. `urn:ngsi-ld:null` takes an attribute away.
    pub content: Json,
    /// How far it has come.
    pub state: DraftState,
    /// Who wrote it.
    pub author: Option<String>,
    /// Who looks at it.
    pub reviewer: Option<String>,
    /// What they wrote about it.
    pub note: Option<String>,
    /// The day on which it was last changed.
    pub changed_on: Option<Date>,
}

impl Draft {
    /// The entity as it would be written, to go through [`crate::from_simple::from_simple`].
    pub fn entity(&self) -> Json {
        let mut members: Vec<(Box<str>, Json)> =
            vec![("id".into(), Json::text(&self.about)), ("type".into(), Json::text(&self.kind))];
        let content = self.content.as_object().unwrap_or_default();
        members.extend(content.iter().filter(|(term, _)| !matches!(&**term, "id" | "type")).cloned());
        Json::Object(members)
    }

    /// What it would write at a term; nothing for what it would take away.
    pub fn value(&self, term: &str) -> Option<&Json> {
        self.content.get(term).filter(|json| **json != Json::Null && !is_removed(json))
    }

    /// Whether it would take away what stands at a term.
    pub fn removes(&self, term: &str) -> bool {
        self.content.get(term).is_some_and(is_removed)
    }

    /// Whether it may still be changed.
    pub fn is_open(&self) -> bool {
        matches!(self.state, DraftState::Draft | DraftState::Review)
    }
}

/// Drafts that belong together, as a project that is proposed with its money does. One alone is a set too.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftSet<'a> {
    /// The draft that the others name.
    pub first: &'a Draft,
    /// The others, in the order of their identifiers.
    pub parts: Vec<&'a Draft>,
}

impl<'a> DraftSet<'a> {
    /// All of them, the first before the others.
    pub fn all(&self) -> impl Iterator<Item = &'a Draft> {
        std::iter::once(self.first).chain(self.parts.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_is_no_value() {
        let content = r#"{"name": {"en": "a"}, "endsOn": "urn:ngsi-ld:null", "kind": null}"#;
        let draft = Draft {
            id: "urn:ngsi-ld:Draft:a".into(),
            part_of: None,
            about: "urn:ngsi-ld:Project:a".to_owned(),
            kind: "Project".to_owned(),
            content: serde_json::from_str(content).unwrap(),
            state: DraftState::Draft,
            author: None,
            reviewer: None,
            note: None,
            changed_on: None,
        };
        assert!(draft.value("name").is_some() && !draft.removes("name"));
        assert!(draft.value("endsOn").is_none() && draft.removes("endsOn"));
        assert!(draft.value("kind").is_none() && !draft.removes("kind"));
        assert!(draft.value("other").is_none() && !draft.removes("other"));
    }
}
