//! Whether a change matters to a subscription, and what it tells.

use std::sync::Arc;

use senne_model::{Attribute, Change, ChangeKind, ChangedAttribute, Effect, Entity, Name, Timestamp};

use super::{
    compiled::Compiled,
    later::{put_instance, remove_instance},
};

impl Compiled {
    /// Whether a change may matter, by the change alone: types, id, attributes, kind of event.
    pub(super) fn may_want(&self, change: &Change) -> bool {
        self.interval.is_none() && self.selects(change) && self.triggered(change)
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
                let named = match (&selector.ids[..], &selector.id_pattern) {
                    ([], Some(pattern)) => pattern.matches(&change.entity),
                    ([], None) => true,
                    (ids, _) => ids.contains(&change.entity),
                };
                named && selector.types.as_ref().is_none_or(|types| types.matches(&change.types))
            })
    }

    fn triggered(&self, change: &Change) -> bool {
        if change.kind == ChangeKind::Erased {
            return false;
        }
        let whole = self.triggers.tells_entity(change)
            && (self.watched.is_empty() || change.attributes.iter().any(|a| self.watches(&a.name)));
        whole || self.told_attributes(change).next().is_some()
    }

    fn watches(&self, name: &Name) -> bool {
        self.watched.is_empty() || self.watched.contains(name)
    }

    /// The changed attributes that it is told of.
    pub(super) fn told_attributes<'c>(
        &'c self,
        change: &'c Change,
    ) -> impl Iterator<Item = &'c ChangedAttribute> {
        let told = |changed: &&ChangedAttribute| {
            self.watches(&changed.name) && self.triggers.tells_attribute(changed)
        };
        change.attributes.iter().filter(told)
    }

    /// Whether there are conditions that the entity alone can meet, without those that it links to.
    pub(super) fn has_own_condition(&self) -> bool {
        let links = self.condition.filter.as_ref().is_some_and(senne_language::Filter::follows_links);
        !links && !self.condition.needs_nothing()
    }

    /// Whether a notification of this change says more than the entity as it stands: what went, or what was before.
    pub(super) fn tells_change(&self, change: &Change) -> bool {
        change.kind == ChangeKind::Deleted
            || self.shows_changes && change.attributes.iter().any(|a| a.previous.is_some())
            || self.told_attributes(change).any(|a| a.effect == Effect::Deleted)
    }
}

/// The entity as the change left it. `present` is as it stands now, without the later changes that are known: each of several quick
/// changes is told with its own values. To whom may not see everything, only what is visible in `present` is told.
pub(super) fn as_changed(present: Arc<Entity>, change: &Change, sees_all: bool) -> Arc<Entity> {
    // Changes of one commit have one moment: a later one of them may stand in the entity already.
    let newest = change.recorded_at > present.modified_at
        || (change.recorded_at == present.modified_at && stands_in(&present, change));
    if newest {
        return present;
    }
    let mut entity = Entity::clone(&present);
    for changed in &change.attributes {
        match changed.effect {
            Effect::Created | Effect::Updated if sees_all || entity.attribute(&changed.name).is_some() => {
                put_instance(&mut entity, &changed.name, &changed.instance);
            }
            Effect::Deleted => remove_instance(&mut entity, &changed.name, &changed.instance),
            Effect::Created | Effect::Updated | Effect::Past => {}
        }
    }
    entity.modified_at = change.recorded_at;
    Arc::new(entity)
}

/// Whether an entity is, in what the change wrote, as the change left it.
fn stands_in(present: &Entity, change: &Change) -> bool {
    change.attributes.iter().all(|changed| {
        let attribute = present.attribute(&changed.name);
        let there = attribute
            .and_then(|all| all.instances.iter().find(|one| one.dataset_id == changed.instance.dataset_id));
        match changed.effect {
            Effect::Deleted => there.is_none(),
            Effect::Created | Effect::Updated => there == Some(&changed.instance),
            Effect::Past => true,
        }
    })
}

/// What the change alone tells of an entity that is no longer there: what it wrote, or what a removal took away.
pub(super) fn from_change(change: &Change) -> Arc<Entity> {
    let kind = change.types.first().cloned().unwrap_or_else(|| Name::new("urn:senne:unknown"));
    let mut entity = Entity::new(change.entity.clone(), kind);
    entity.types.clone_from(&change.types);
    entity.created_at = change.recorded_at;
    entity.modified_at = change.recorded_at;
    if let Some(before) = &change.before {
        entity.created_at = before.created_at;
        entity.modified_at = before.modified_at;
        entity.scopes.clone_from(&before.scopes);
    }
    let gone = change.kind == ChangeKind::Deleted;
    for changed in &change.attributes {
        let shown = match changed.effect {
            Effect::Created | Effect::Updated => true,
            Effect::Deleted => gone,
            Effect::Past => false,
        };
        if !shown {
            continue;
        }
        match entity.attribute_mut(&changed.name) {
            Some(attribute) => attribute.instances.push(changed.instance.clone()),
            None => entity.attributes.push(Attribute::new(changed.name.clone(), changed.instance.clone())),
        }
    }
    Arc::new(entity)
}
