//! Entities as a change left them, though later changes have come since: these are taken back.
//!
//! Conditions are put to an entity as the change left it. The store has it as it stands now, which may be later: by another change of
//! the same commit, or by many when a subscription is behind. The log says of each change what was there before.

use std::{collections::HashMap, sync::Arc};

use crate::{Attribute, Change, ChangeKind, ChangeNo, Effect, Entity, EntityId, Instance, Name};

/// Changes by their entity, in order.
#[derive(Debug, Default)]
pub struct Later {
    by_entity: HashMap<EntityId, Vec<Arc<Change>>>,
    newest: ChangeNo,
}

impl Later {
    /// Of changes in order.
    pub fn of<'c>(changes: impl IntoIterator<Item = &'c Arc<Change>>) -> Self {
        let mut later = Self::default();
        for change in changes {
            later.newest = later.newest.max(change.no);
            match later.by_entity.get_mut(&change.entity) {
                Some(own) => own.push(Arc::clone(change)),
                None => {
                    later.by_entity.insert(change.entity.clone(), vec![Arc::clone(change)]);
                }
            }
        }
        later
    }

    /// The newest change that is known, of whatever entity; 0 when none is.
    pub fn newest(&self) -> ChangeNo {
        self.newest
    }

    /// Whether later changes of the entity of a change are known.
    pub fn goes_on_after(&self, change: &Change) -> bool {
        self.after(change).next().is_some()
    }

    /// Whether all that came to an entity between a change and `present` (none when it is gone) is known: what is written this moment
    /// stands in the state a little before it stands in the log.
    pub fn reaches(&self, change: &Change, present: Option<&Entity>) -> bool {
        let newest = self.after(change).next();
        match present {
            Some(present) => {
                newest.map_or(change.recorded_at, |newest| newest.recorded_at) >= present.modified_at
            }
            None => {
                newest.is_some_and(|newest| matches!(newest.kind, ChangeKind::Deleted | ChangeKind::Erased))
            }
        }
    }

    /// The known later changes of the entity of a change, in order.
    pub fn of_entity(&self, change: &Change) -> Vec<Arc<Change>> {
        let mut own: Vec<Arc<Change>> = self.after(change).map(Arc::clone).collect();
        own.reverse();
        own
    }

    /// The known later changes of the entity of a change, the newest first.
    fn after<'l>(&'l self, change: &'l Change) -> impl Iterator<Item = &'l Arc<Change>> {
        let own = self.by_entity.get(&change.entity).map(Vec::as_slice).unwrap_or_default();
        own.iter().rev().filter(move |other| other.no > change.no && other.tenant == change.tenant)
    }

    /// The entity as `change` left it: what is `present` (none when it has been removed), with the later changes that are known taken
    /// back. None when nothing is known of it any more.
    ///
    /// What an instance was after `change` is what the first later change of it found, whatever came after that: so it does not matter
    /// which of the later changes the present entity has already.
    fn take_back(&self, present: Option<Arc<Entity>>, change: &Change) -> Option<Arc<Entity>> {
        let mut later = self.after(change);
        let Some(newest) = later.next() else { return present };
        let mut entity = match present {
            Some(present) => Entity::clone(&present),
            // It was there after the change, so a later one removed it, and tells what it was.
            None => Entity::new(change.entity.clone(), change.types.first()?.clone()),
        };
        take_back(&mut entity, newest);
        later.for_each(|other| take_back(&mut entity, other));
        entity.types.clone_from(&change.types);
        entity.modified_at = change.recorded_at;
        Some(Arc::new(entity))
    }
}

fn take_back(entity: &mut Entity, change: &Change) {
    for changed in change.attributes.iter().rev() {
        match (changed.effect, &changed.previous) {
            (Effect::Created, _) => remove_instance(entity, &changed.name, &changed.instance),
            (Effect::Updated, Some(previous)) => put_instance(entity, &changed.name, previous),
            (Effect::Deleted, _) => put_instance(entity, &changed.name, &changed.instance),
            (Effect::Updated, None) | (Effect::Past, _) => {}
        }
    }
    if let (ChangeKind::Deleted, Some(before)) = (change.kind, &change.before) {
        entity.scopes.clone_from(&before.scopes);
        entity.created_at = before.created_at;
    }
}

/// The entity as the change left it, for who may see everything. `present` is as it stands now; none when it has been removed.
pub fn as_it_was(present: Option<Arc<Entity>>, change: &Change, later: &Later) -> Arc<Entity> {
    match later.take_back(present, change) {
        Some(entity) => as_changed(entity, change, true),
        // Only the change itself is left to tell of it.
        None => from_change(change),
    }
}

/// The entity as the change left it, as far as it is visible in `present`, which is what may be seen of it now.
pub fn as_seen(present: Arc<Entity>, change: &Change) -> Arc<Entity> {
    as_changed(present, change, false)
}

/// Without the later changes that are not known, each of several quick changes has its own values at least.
fn as_changed(present: Arc<Entity>, change: &Change, sees_all: bool) -> Arc<Entity> {
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
pub fn from_change(change: &Change) -> Arc<Entity> {
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

/// Puts an instance in the place of that of its data set, or beside the others.
fn put_instance(entity: &mut Entity, name: &Name, instance: &Instance) {
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
fn remove_instance(entity: &mut Entity, name: &Name, instance: &Instance) {
    if let Some(attribute) = entity.attribute_mut(name) {
        attribute.instances.retain(|there| there.dataset_id != instance.dataset_id);
    }
    entity.attributes.retain(|attribute| !attribute.instances.is_empty());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{AttributeValue, Before, ChangedAttribute, Json, TenantName, Timestamp};

    const NAMES: [&str; 3] = ["urn:v", "urn:status", "urn:colour"];

    fn instance(value: i64) -> Instance {
        Instance::new(AttributeValue::Property(Json::Int(value)))
    }

    /// Carries a write out as the store does: `None` removes; gives the change.
    fn write(state: &mut Option<Entity>, no: u64, name: usize, value: Option<i64>) -> Option<Change> {
        let name = Name::new(NAMES[name]);
        let id = EntityId::trusted("urn:e");
        let kind = if state.is_some() { ChangeKind::Updated } else { ChangeKind::Created };
        let entity = state.get_or_insert_with(|| Entity::new(id.clone(), Name::new("urn:T")));
        let there = entity.attribute(&name).and_then(|all| all.main().cloned());
        let (effect, new, previous) = match (value, there) {
            (Some(value), None) => (Effect::Created, instance(value), None),
            (Some(value), Some(old)) => (Effect::Updated, instance(value), Some(Box::new(old))),
            (None, Some(old)) => (Effect::Deleted, old, None),
            (None, None) => return None,
        };
        if value.is_some() {
            put_instance(entity, &name, &new);
        } else {
            remove_instance(entity, &name, &new);
        }
        entity.modified_at = Timestamp::from_micros(no as i64);
        Some(change(no, kind, vec![ChangedAttribute { name, effect, instance: new, previous }]))
    }

    /// Removes the entity, of which all instances are told.
    fn remove(state: &mut Option<Entity>, no: u64) -> Option<Change> {
        let entity = state.take()?;
        let gone = |attribute: &Attribute| ChangedAttribute {
            name: attribute.name.clone(),
            effect: Effect::Deleted,
            instance: attribute.main().unwrap().clone(),
            previous: None,
        };
        let mut change = change(no, ChangeKind::Deleted, entity.attributes.iter().map(gone).collect());
        change.before = Some(Box::new(Before::from(&entity)));
        Some(change)
    }

    fn change(no: u64, kind: ChangeKind, attributes: Vec<ChangedAttribute>) -> Change {
        Change {
            no: ChangeNo(no),
            tenant: TenantName::default(),
            actor: "test".into(),
            recorded_at: Timestamp::from_micros(no as i64),
            entity: EntityId::trusted("urn:e"),
            types: [Name::new("urn:T")].into_iter().collect(),
            kind,
            before: None,
            attributes,
        }
    }

    /// What an entity says, in whatever order.
    fn said(entity: &Entity) -> Vec<(Name, AttributeValue)> {
        let each = entity.attributes.iter();
        let mut all: Vec<_> = each.map(|one| (one.name.clone(), one.main().unwrap().value.clone())).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    proptest! {
        #[test]
        fn each_change_finds_the_entity_as_it_left_it(
            steps in prop::collection::vec((0..4_usize, prop::option::of(0..9_i64)), 1..30),
            known in 0..30_usize,
        ) {
            let (mut state, mut past) = (None, Vec::new());
            for (no, (name, value)) in steps.into_iter().enumerate() {
                let no = no as u64 + 1;
                let change =
                    if name == 3 { remove(&mut state, no) } else { write(&mut state, no, name, value) };
                past.extend(change.map(|change| (Arc::new(change), state.clone())));
            }
            let later = Later::of(past.iter().map(|(change, _)| change));
            // Whichever of the later states is present, the same comes out.
            for (place, (change, after)) in past.iter().enumerate() {
                let Some(after) = after else { continue };
                let present = past[place..].iter().cycle().nth(known).and_then(|(_, state)| state.clone());
                let found = later.take_back(present.map(Arc::new), change).unwrap();
                prop_assert_eq!(said(&found), said(after));
                prop_assert_eq!(found.modified_at, change.recorded_at);
            }
        }
    }
}
