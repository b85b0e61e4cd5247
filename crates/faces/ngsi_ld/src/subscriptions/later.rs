//! Entities as a change left them, though later changes have come since: these are taken back.
//!
//! Conditions are put to an entity as the change left it. The store has it as it stands now, which may be later: by another change of
//! the same commit, or by many when a subscription is behind. The log says of each change what was there before.

use std::{collections::HashMap, sync::Arc};

use senne_model::{Attribute, Change, ChangeKind, Effect, Entity, EntityId, Instance, Name};

/// Changes by their entity, in order.
#[derive(Default)]
pub(super) struct Later {
    by_entity: HashMap<EntityId, Vec<Arc<Change>>>,
}

impl Later {
    /// Of changes in order.
    pub(super) fn of<'c>(changes: impl IntoIterator<Item = &'c Arc<Change>>) -> Self {
        let mut later = Self::default();
        for change in changes {
            match later.by_entity.get_mut(&change.entity) {
                Some(own) => own.push(Arc::clone(change)),
                None => {
                    later.by_entity.insert(change.entity.clone(), vec![Arc::clone(change)]);
                }
            }
        }
        later
    }

    /// The entity as `change` left it: what is `present` (none when it has been removed), with the later changes that are known taken
    /// back. None when nothing is known of it any more.
    ///
    /// What an instance was after `change` is what the first later change of it found, whatever came after that: so it does not matter
    /// which of the later changes the present entity has already.
    pub(super) fn take_back(&self, present: Option<Arc<Entity>>, change: &Change) -> Option<Arc<Entity>> {
        let own = self.by_entity.get(&change.entity).map(Vec::as_slice).unwrap_or_default();
        let mut later =
            own.iter().rev().filter(|other| other.no > change.no && other.tenant == change.tenant);
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

/// Puts an instance in the place of that of its data set, or beside the others.
pub(super) fn put_instance(entity: &mut Entity, name: &Name, instance: &Instance) {
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
pub(super) fn remove_instance(entity: &mut Entity, name: &Name, instance: &Instance) {
    if let Some(attribute) = entity.attribute_mut(name) {
        attribute.instances.retain(|there| there.dataset_id != instance.dataset_id);
    }
    entity.attributes.retain(|attribute| !attribute.instances.is_empty());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use senne_model::{AttributeValue, Before, ChangeNo, ChangedAttribute, Json, TenantName, Timestamp};

    use super::*;

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
