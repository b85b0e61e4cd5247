//! The entities that others link to (clause 4.5.23): within a relationship, as its member `entity` or `entityList`.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use senne_language::Projection;
use senne_model::{AttributeValue, Entity, EntityId, Instance, Iri, Name};

use super::{Format, Pen, Shape, entity::write_entity};

/// Entities that are linked to, to be written where they are.
#[derive(Debug, Default)]
pub(crate) struct Linked {
    pub(crate) entities: HashMap<EntityId, Arc<Entity>>,
    /// How many relationships are followed one after the other.
    pub(crate) level: usize,
    /// Those that the reader has already.
    pub(crate) contained_by: HashSet<EntityId>,
}

/// Where among linked entities something is written.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    pub(crate) linked: Arc<Linked>,
    /// The entities on the way here, outermost first.
    pub(crate) path: Vec<EntityId>,
}

impl PartialEq for Within {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.linked, &other.linked) && self.path == other.path
    }
}

impl Within {
    /// The target of a relationship, unless it is too far away, unknown, or was met on the way.
    fn target(&self, id: &Iri) -> Option<&Arc<Entity>> {
        if self.path.len() > self.linked.level {
            return None;
        }
        let (id, entity) = self.linked.entities.get_key_value(id.as_str())?;
        (!self.path.contains(id) && !self.linked.contained_by.contains(id)).then_some(entity)
    }
}

/// What an entity is written with when others may be written within it.
pub(super) fn on_the_way(shape: &Shape, entity: &Entity) -> Option<Shape> {
    let within = shape.within.as_ref()?;
    let mut path = within.path.clone();
    path.push(entity.id.clone());
    let within = Some(Within { linked: Arc::clone(&within.linked), path });
    Some(Shape { within, ..shape.clone() })
}

fn objects(instance: &Instance) -> Option<(&[Iri], &'static str)> {
    match &instance.value {
        AttributeValue::Relationship { objects, .. } => Some((objects, "entity")),
        AttributeValue::ListRelationship(objects) => Some((objects, "entityList")),
        _ => None,
    }
}

/// The shape of what a relationship leads to.
fn shape_of_target(shape: &Shape, relation: &Name) -> Shape {
    Shape { members: linked_members(&shape.members, relation), context_in_body: None, ..shape.clone() }
}

/// What is wanted of the entities that a relationship leads to.
pub(crate) fn linked_members(members: &Projection, relation: &Name) -> Projection {
    members.linked(relation)
}

/// Writes the member `entity` or `entityList`, when there is something to write.
pub(super) fn write_linked(pen: &mut Pen<'_>, relation: &Name, instance: &Instance, shape: &Shape) {
    let Some(within) = &shape.within else { return };
    let Some((objects, member)) = objects(instance) else { return };
    let targets: Vec<&Arc<Entity>> = objects.iter().filter_map(|id| within.target(id)).collect();
    if targets.is_empty() {
        return;
    }
    let inner = shape_of_target(shape, relation);
    pen.key(member);
    if let ([only], "entity", 1) = (targets.as_slice(), member, objects.len()) {
        return write_entity(pen, only, &inner);
    }
    pen.open_array();
    targets.into_iter().for_each(|target| write_entity(pen, target, &inner));
    pen.close_array();
}

/// In the simplified form the entities stand in the place of their ids. Says whether anything was written.
pub(super) fn write_linked_simplified(
    pen: &mut Pen<'_>,
    relation: &Name,
    instance: &Instance,
    shape: &Shape,
) -> bool {
    let (Some(within), Format::Simplified) = (&shape.within, shape.format) else { return false };
    let Some((objects, member)) = objects(instance) else { return false };
    if objects.iter().all(|id| within.target(id).is_none()) {
        return false;
    }
    let inner = shape_of_target(shape, relation);
    let one = |pen: &mut Pen<'_>, id: &Iri| match within.target(id) {
        Some(target) => write_entity(pen, target, &inner),
        None => pen.text(id),
    };
    match (objects, member) {
        ([only], "entity") => one(pen, only),
        (several, _) => {
            pen.open_array();
            several.iter().for_each(|id| one(pen, id));
            pen.close_array();
        }
    }
    true
}
