//! What a change tells: the entity as the change left it, and what befell it.

use std::sync::Arc;

use senne_model::{Attribute, Change, ChangedAttribute, Effect, Entity, Instance, Name};

/// What befell an entity (Orion, "Subscriptions based in alteration type").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Alteration {
    Create,
    /// Something of it is other than before.
    Change,
    /// It was written, and is as before.
    Update,
    Delete,
}

impl Alteration {
    /// The word of NGSI-v2.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Create => "entityCreate",
            Self::Change => "entityChange",
            Self::Update => "entityUpdate",
            Self::Delete => "entityDelete",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Create, Self::Change, Self::Update, Self::Delete].into_iter().find(|one| one.word() == word)
    }
}

/// What waits to be told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) entity: Arc<Entity>,
    pub(super) alteration: Alteration,
    /// The attributes that are other than before, where no others are told.
    pub(super) changed: Option<Vec<Name>>,
}

/// The entity as the change left it: as it is now, with what the change wrote, so that each of several quick changes is told with its
/// own values. To whom may not see everything, only what is visible in `present` is told.
pub(super) fn as_changed(present: Arc<Entity>, change: &Change, sees_all: bool) -> Arc<Entity> {
    if change.attributes.iter().all(|changed| stands_in(&present, changed)) {
        return present;
    }
    let mut entity = Entity::clone(&present);
    for changed in &change.attributes {
        match changed.effect {
            Effect::Created | Effect::Updated if sees_all || entity.attribute(&changed.name).is_some() => {
                put(&mut entity, &changed.name, &changed.instance);
            }
            Effect::Deleted => remove(&mut entity, changed),
            Effect::Created | Effect::Updated | Effect::Past => {}
        }
    }
    entity.modified_at = change.recorded_at;
    Arc::new(entity)
}

/// Whether an entity is, in one attribute, as the change left it.
fn stands_in(present: &Entity, changed: &ChangedAttribute) -> bool {
    let attribute = present.attribute(&changed.name);
    let there = attribute.and_then(|all| all.instance(changed.instance.dataset_id.as_ref()));
    match changed.effect {
        Effect::Deleted => there.is_none(),
        Effect::Created | Effect::Updated => there == Some(&changed.instance),
        Effect::Past => true,
    }
}

/// An entity that is there no more: what a removal took away, or what a creation wrote.
pub(super) fn from_change(change: &Change) -> Arc<Entity> {
    let kind = change.types.first().cloned().unwrap_or_else(|| Name::new("urn:senne:unknown"));
    let mut entity = Entity::new(change.entity.clone(), kind);
    entity.types.clone_from(&change.types);
    (entity.created_at, entity.modified_at) = (change.recorded_at, change.recorded_at);
    if let Some(before) = &change.before {
        entity.created_at = before.created_at;
        entity.scopes.clone_from(&before.scopes);
    }
    for changed in change.attributes.iter().filter(|changed| changed.effect != Effect::Past) {
        put(&mut entity, &changed.name, &changed.instance);
    }
    Arc::new(entity)
}

/// Puts an instance in the place of that of its data set, or beside the others.
fn put(entity: &mut Entity, name: &Name, instance: &Instance) {
    let Some(attribute) = entity.attribute_mut(name) else {
        entity.attributes.push(Attribute::new(name.clone(), instance.clone()));
        return;
    };
    match attribute.instances.iter_mut().find(|there| there.dataset_id == instance.dataset_id) {
        Some(there) => *there = instance.clone(),
        None => attribute.instances.push(instance.clone()),
    }
}

/// Removes the instance of the same data set, and the attribute with its last.
fn remove(entity: &mut Entity, changed: &ChangedAttribute) {
    if let Some(attribute) = entity.attribute_mut(&changed.name) {
        attribute.instances.retain(|there| there.dataset_id != changed.instance.dataset_id);
    }
    entity.attributes.retain(|attribute| !attribute.instances.is_empty());
}
