//! Which events a subscription is told of (clause 5.2.12, `notificationTrigger`).

use senne_model::{Change, ChangeKind, ChangedAttribute, Effect, Json, Problem};

/// Which events are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a set of the events that the standard names")]
pub(super) struct Triggers {
    pub(super) entity_created: bool,
    pub(super) entity_deleted: bool,
    pub(super) attribute_created: bool,
    pub(super) attribute_updated: bool,
    pub(super) attribute_deleted: bool,
}

impl Triggers {
    /// Reads the list; without one, new attributes and new values are told. `entityUpdated` stands for the three of
    /// attributes.
    pub(super) fn read(document: &Json) -> Result<Self, Problem> {
        let Some(list) = document.get("notificationTrigger").and_then(Json::as_array) else {
            return Ok(Self { attribute_created: true, attribute_updated: true, ..Self::default() });
        };
        let mut triggers = Self::default();
        for word in list {
            match word.as_str().unwrap_or_default() {
                "entityCreated" => triggers.entity_created = true,
                "entityUpdated" => {
                    triggers.attribute_created = true;
                    triggers.attribute_updated = true;
                    triggers.attribute_deleted = true;
                }
                "entityDeleted" => triggers.entity_deleted = true,
                "attributeCreated" => triggers.attribute_created = true,
                "attributeUpdated" => triggers.attribute_updated = true,
                "attributeDeleted" => triggers.attribute_deleted = true,
                _ => {
                    let detail = "the triggers are entityCreated, entityUpdated, entityDeleted, attributeCreated, \
                                  attributeUpdated and attributeDeleted";
                    return Err(Problem::bad(detail).field("notificationTrigger"));
                }
            }
        }
        Ok(triggers)
    }

    /// Whether what happened to the entity as a whole is told.
    pub(super) fn tells_entity(self, change: &Change) -> bool {
        match change.kind {
            ChangeKind::Created => self.entity_created,
            ChangeKind::Deleted => self.entity_deleted,
            ChangeKind::Updated | ChangeKind::Erased => false,
        }
    }

    /// Whether what happened to an attribute is told. One that says again what was so does not count.
    pub(super) fn tells_attribute(self, changed: &ChangedAttribute) -> bool {
        match changed.effect {
            Effect::Created => self.attribute_created,
            Effect::Updated => self.attribute_updated && changed.is_news(),
            Effect::Deleted => self.attribute_deleted,
            Effect::Past => false,
        }
    }
}
