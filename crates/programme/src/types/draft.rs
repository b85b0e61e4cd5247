//! What is not public yet.

use jiff::civil::Date;
use senne_model::Json;
use serde::{Deserialize, Serialize};

use super::DraftId;

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
    /// The identifier of the entity that it would change or create.
    pub about: String,
    /// The type of that entity, by its term: `Project`.
    pub kind: String,
    /// From attributes to values, simplified; see [`crate::from_simple`].
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
}
