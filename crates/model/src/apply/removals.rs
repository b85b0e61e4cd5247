//! What a write removes.

use std::collections::HashSet;

use smallvec::SmallVec;

use super::{ApplyError, Pen};
use crate::{Attribute, ChangedAttribute, Effect, Instance, Iri, Name};

pub(super) fn removals(attributes: Vec<Attribute>) -> Vec<ChangedAttribute> {
    let each = |a: Attribute| {
        let name = a.name;
        a.instances.into_iter().map(move |instance| removal(name.clone(), instance))
    };
    attributes.into_iter().flat_map(each).collect()
}

pub(super) fn removal(name: Name, instance: Instance) -> ChangedAttribute {
    ChangedAttribute { name, effect: Effect::Deleted, instance, previous: None }
}

impl Pen<'_> {
    /// Removes what a replacement does not mention.
    pub(super) fn drop_absent(&mut self, kept: &[Attribute]) {
        let mut stays: HashSet<(&Name, Option<&Iri>)> = HashSet::new();
        for attribute in kept {
            stays.extend(attribute.instances.iter().map(|one| (&attribute.name, one.dataset_id.as_ref())));
        }
        for attribute in &mut self.entity.attributes {
            let name = attribute.name.clone();
            let (stay, go): (SmallVec<[Instance; 1]>, Vec<Instance>) = {
                let mut go = Vec::new();
                let mut stay = SmallVec::new();
                for instance in attribute.instances.drain(..) {
                    let stays = stays.contains(&(&name, instance.dataset_id.as_ref()));
                    if stays { stay.push(instance) } else { go.push(instance) }
                }
                (stay, go)
            };
            attribute.instances = stay;
            self.state_changed |= !go.is_empty();
            self.changed.extend(go.into_iter().map(|instance| removal(name.clone(), instance)));
        }
        self.entity.attributes.retain(|a| !a.instances.is_empty());
    }

    pub(super) fn delete_attribute(
        &mut self,
        name: &Name,
        dataset_id: Option<&Iri>,
        all: bool,
    ) -> Result<(), ApplyError> {
        let missing = || ApplyError::NoAttribute(name.clone());
        let attribute = self.entity.attribute(name).ok_or_else(missing)?;
        if all {
            let gone = attribute.instances.to_vec();
            self.entity.attributes.retain(|a| a.name != *name);
            self.state_changed = true;
            self.changed.extend(gone.into_iter().map(|instance| removal(name.clone(), instance)));
            return Ok(());
        }
        attribute.instance(dataset_id).ok_or_else(missing)?;
        self.remove_instance(name, dataset_id);
        Ok(())
    }

    pub(super) fn remove_instance(&mut self, name: &Name, dataset_id: Option<&Iri>) {
        let Some((i, j)) = self.spot(name, dataset_id) else { return };
        let gone = self.places.take_out(&mut self.entity.attributes[i], j);
        self.changed.push(removal(name.clone(), gone));
        self.state_changed = true;
    }

    /// The past may tell that an attribute was removed at some moment (5.6.11); what came later stays.
    pub(super) fn observe_removal(&mut self, name: &Name, mut instance: Instance) {
        if let Some((i, j)) = self.spot(name, instance.dataset_id.as_ref()) {
            let attribute = &mut self.entity.attributes[i];
            if attribute.instances[j].observed_at <= instance.observed_at {
                self.places.take_out(attribute, j);
                self.state_changed = true;
            }
        }
        (instance.created_at, instance.modified_at) = (self.at, self.at);
        self.changed.push(removal(name.clone(), instance));
    }
}
