//! What a write removes.

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
        let stays = |name: &Name, instance: &Instance| {
            kept.iter().any(|a| a.name == *name && a.instance(instance.dataset_id.as_ref()).is_some())
        };
        for attribute in &mut self.entity.attributes {
            let name = attribute.name.clone();
            let (stay, go): (SmallVec<[Instance; 1]>, Vec<Instance>) = {
                let mut go = Vec::new();
                let mut stay = SmallVec::new();
                for instance in attribute.instances.drain(..) {
                    if stays(&name, &instance) { stay.push(instance) } else { go.push(instance) }
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
        let Some(attribute) = self.entity.attribute_mut(name) else { return };
        let Some(place) = attribute.instances.iter().position(|i| i.dataset_id.as_ref() == dataset_id) else {
            return;
        };
        let gone = attribute.instances.remove(place);
        self.changed.push(removal(name.clone(), gone));
        self.state_changed = true;
        self.entity.attributes.retain(|a| !a.instances.is_empty());
    }
}
