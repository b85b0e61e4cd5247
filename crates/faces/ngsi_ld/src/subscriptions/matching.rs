//! Whether a change matters to a subscription.

use std::sync::Arc;

use senne_model::{Attribute, Change, ChangeKind, Effect, Entity, Name, Timestamp};

use super::compiled::{Compiled, Triggers};

impl Compiled {
    /// Whether a change may matter, by the change alone: types, id, attributes, kind of event.
    pub(super) fn may_want(&self, change: &Change) -> bool {
        self.selects(change) && self.triggered(change)
    }

    /// Whether it is active and has not expired.
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.is_active && self.expires_at.is_none_or(|at| now < at)
    }

    /// The types that it watches, when they are all plainly named.
    pub(super) fn plain_types(&self) -> Option<Vec<Name>> {
        let mut types = Vec::new();
        for selector in &self.selectors {
            types.extend(selector.types.as_ref()?.any_of()?);
        }
        types.sort();
        types.dedup();
        (!types.is_empty()).then_some(types)
    }

    fn selects(&self, change: &Change) -> bool {
        self.selectors.is_empty()
            || self.selectors.iter().any(|selector| {
                selector.id.as_ref().is_none_or(|id| *id == change.entity)
                    && selector.types.as_ref().is_none_or(|types| types.matches(&change.types))
                    && selector.id_pattern.as_ref().is_none_or(|pattern| pattern.matches(&change.entity))
            })
    }

    fn triggered(&self, change: &Change) -> bool {
        let Triggers { entity_created, entity_updated, entity_deleted, .. } = self.triggers;
        let whole = match change.kind {
            ChangeKind::Created => entity_created,
            ChangeKind::Updated => entity_updated,
            ChangeKind::Deleted => entity_deleted,
            ChangeKind::Erased => false,
        };
        let watched = |name| self.watched.is_empty() || self.watched.contains(name);
        if whole && (self.watched.is_empty() || change.attributes.iter().any(|a| watched(&a.name))) {
            return true;
        }
        change.attributes.iter().any(|attribute| {
            let wanted = match attribute.effect {
                Effect::Created => self.triggers.attribute_created,
                Effect::Updated => self.triggers.attribute_updated,
                Effect::Deleted => self.triggers.attribute_deleted,
                Effect::Past => false,
            };
            wanted && watched(&attribute.name)
        })
    }

    /// Whether the entity meets the conditions on values, place and scope.
    pub(super) fn accepts(&self, entity: &Entity) -> bool {
        self.condition.matches(entity)
    }
}

/// The entity as the change left it. `present` is as it stands now, which may be later: each of several quick
/// changes is told with its own values. Only what is visible in `present` is taken over.
pub(super) fn as_changed(present: Arc<Entity>, change: &Change) -> Arc<Entity> {
    if change.recorded_at >= present.modified_at {
        return present;
    }
    let mut entity = Entity::clone(&present);
    for changed in &change.attributes {
        if !matches!(changed.effect, Effect::Created | Effect::Updated) {
            continue;
        }
        let Some(attribute) = entity.attribute_mut(&changed.name) else { continue };
        let there = attribute.instances.iter_mut().find(|i| i.dataset_id == changed.instance.dataset_id);
        if let Some(there) = there {
            *there = changed.instance.clone();
        }
    }
    entity.modified_at = change.recorded_at;
    Arc::new(entity)
}

/// What the change alone tells of an entity that is no longer there.
pub(super) fn from_change(change: &Change) -> Arc<Entity> {
    let mut entity = Entity {
        id: change.entity.clone(),
        types: change.types.clone(),
        scopes: Vec::new(),
        created_at: change.recorded_at,
        modified_at: change.recorded_at,
        attributes: Vec::new(),
    };
    for changed in &change.attributes {
        if matches!(changed.effect, Effect::Created | Effect::Updated) {
            match entity.attribute_mut(&changed.name) {
                Some(attribute) => attribute.instances.push(changed.instance.clone()),
                None => {
                    entity.attributes.push(Attribute::new(changed.name.clone(), changed.instance.clone()));
                }
            }
        }
    }
    Arc::new(entity)
}
