//! Where the parts of an entity are, noted when so many are looked for that looking through all of them each time would take long:
//! one thread commits for everybody.

use std::collections::{HashMap, HashSet};

use super::{ApplyError, Pen};
use crate::{Attribute, AttributeValue, Entity, Instance, Iri, Name};

/// So few are looked for sooner than places are noted, among however many.
const FEW: usize = 16;

/// So many comparisons cost less than noting places does.
const LOOKS_MAX: usize = 4096;

/// Whether it pays to note the places of what is there, when so many are looked for and may come to them.
pub(crate) fn pays(there: usize, wanted: usize) -> bool {
    wanted > FEW && there.saturating_add(wanted).saturating_mul(wanted) > LOOKS_MAX
}

/// The places of the attributes of one entity, and of the instances of the attribute at hand.
#[derive(Debug, Default)]
pub(super) struct Places {
    attributes: Option<HashMap<Name, usize>>,
    instances: Option<HashMap<Option<Iri>, usize>>,
    /// Instances that were taken out: their places stay until the attribute is done, so that the places of others stay right.
    gone: HashSet<usize>,
}

impl Places {
    /// For a write of so many attributes.
    pub(super) fn of(there: &[Attribute], wanted: usize) -> Self {
        Self { attributes: pays(there.len(), wanted).then(|| places_of(there)), ..Self::default() }
    }

    pub(super) fn attribute(&self, entity: &Entity, name: &Name) -> Option<usize> {
        match &self.attributes {
            Some(places) => places.get(name).copied(),
            None => entity.attributes.iter().position(|attribute| attribute.name == *name),
        }
    }

    /// Turns to one attribute, of which so many instances are written.
    pub(super) fn turn_to(&mut self, entity: &Entity, name: &Name, wanted: usize) {
        self.instances = None;
        if wanted <= FEW {
            return;
        }
        // The attribute is looked for at each of its instances.
        if self.attributes.is_none() && pays(entity.attributes.len(), wanted) {
            self.attributes = Some(places_of(&entity.attributes));
        }
        let there = self.attribute(entity, name).map(|place| entity.attributes[place].instances.as_slice());
        let there = there.unwrap_or_default();
        let each = there.iter().enumerate().map(|(place, one)| (one.dataset_id.clone(), place));
        self.instances = pays(there.len(), wanted).then(|| each.collect());
    }

    pub(super) fn instance(&self, attribute: &Attribute, dataset_id: Option<&Iri>) -> Option<usize> {
        match &self.instances {
            Some(places) => places.get(&dataset_id.cloned()).copied(),
            None => attribute.instances.iter().position(|one| one.dataset_id.as_ref() == dataset_id),
        }
    }

    /// Notes an attribute that has come.
    pub(super) fn note_attribute(&mut self, name: &Name, place: usize) {
        if let Some(places) = &mut self.attributes {
            places.insert(name.clone(), place);
        }
    }

    /// Notes an instance that has come to the attribute at hand.
    pub(super) fn note_instance(&mut self, dataset_id: Option<&Iri>, place: usize) {
        if let Some(places) = &mut self.instances {
            places.insert(dataset_id.cloned(), place);
        }
    }

    /// Takes an instance out of the attribute at hand.
    pub(super) fn take_out(&mut self, attribute: &mut Attribute, place: usize) -> Instance {
        let Some(places) = &mut self.instances else { return attribute.instances.remove(place) };
        let stand_in = Instance::new(AttributeValue::ABSENT);
        let taken = std::mem::replace(&mut attribute.instances[place], stand_in);
        places.remove(&taken.dataset_id);
        self.gone.insert(place);
        taken
    }

    /// Leaves the attribute at hand as it is to be.
    pub(super) fn leave(&mut self, entity: &mut Entity, name: &Name) {
        self.instances = None;
        let gone = std::mem::take(&mut self.gone);
        let place = if gone.is_empty() { None } else { self.attribute(entity, name) };
        let Some(place) = place else { return };
        let mut at = 0;
        entity.attributes[place].instances.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
    }
}

fn places_of(attributes: &[Attribute]) -> HashMap<Name, usize> {
    attributes.iter().enumerate().map(|(place, one)| (one.name.clone(), place)).collect()
}

impl Pen<'_> {
    /// The place of an instance: that of its attribute, and its own there.
    pub(super) fn spot(&self, name: &Name, dataset_id: Option<&Iri>) -> Option<(usize, usize)> {
        let place = self.places.attribute(self.entity, name)?;
        Some((place, self.places.instance(&self.entity.attributes[place], dataset_id)?))
    }

    pub(super) fn there(&self, name: &Name, dataset_id: Option<&Iri>) -> Option<&Instance> {
        let (i, j) = self.spot(name, dataset_id)?;
        Some(&self.entity.attributes[i].instances[j])
    }

    pub(super) fn need_all(&self, attributes: &[Attribute]) -> Result<(), ApplyError> {
        let mut places = Places::of(&self.entity.attributes, attributes.len());
        let missing = attributes.iter().find(|wanted| {
            places.turn_to(self.entity, &wanted.name, wanted.instances.len());
            let there = places.attribute(self.entity, &wanted.name).map(|i| &self.entity.attributes[i]);
            let lacks = |one: &Instance| {
                there.and_then(|there| places.instance(there, one.dataset_id.as_ref())).is_none()
            };
            wanted.instances.iter().any(lacks)
        });
        missing.map_or(Ok(()), |wanted| Err(ApplyError::NoAttribute(wanted.name.clone())))
    }

    /// An attribute without instances is none.
    pub(super) fn drop_empty(&mut self) {
        self.entity.attributes.retain(|attribute| !attribute.instances.is_empty());
    }
}
