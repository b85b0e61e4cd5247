//! The entities that others link to (clause 4.5.23): within a relationship, as its member `entity` or `entityList`.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use senne_language::Projection;
use senne_model::{AttributeValue, Entity, EntityId, Instance, Iri, Name};

use super::{Format, Pen, Shape, entity::write_entity};

/// So often entities are written within others in one answer: those that link to each other stand there in every order.
pub(crate) const WITHIN_MAX: usize = 200_000;

/// So many bytes an answer has at most when another entity is written within one.
const WITHIN_BYTES_MAX: usize = 64 << 20;

/// Entities that are linked to, to be written where they are.
#[derive(Debug, Default)]
pub(crate) struct Linked {
    pub(crate) entities: HashMap<EntityId, Arc<Entity>>,
    /// How many relationships are followed one after the other.
    pub(crate) level: usize,
    /// Those that the reader has already.
    pub(crate) contained_by: HashSet<EntityId>,
    /// How often one was written within another.
    pub(crate) written: AtomicUsize,
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

    /// Whether one more may be written here. Once there is no room, there is none for any other.
    fn has_room(&self, pen: &Pen<'_>) -> bool {
        let full = pen.written() > WITHIN_BYTES_MAX;
        let more = if full { WITHIN_MAX + 1 } else { 1 };
        self.linked.written.fetch_add(more, Ordering::Relaxed).saturating_add(more) <= WITHIN_MAX
    }

    /// Whether something was left out because there was no room; then what was written is of no use.
    pub(crate) fn overflowed(&self) -> bool {
        self.linked.written.load(Ordering::Relaxed) > WITHIN_MAX
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
        return if within.has_room(pen) { write_entity(pen, only, &inner) } else { pen.text("") };
    }
    pen.open_array();
    for target in targets {
        if !within.has_room(pen) {
            break;
        }
        write_entity(pen, target, &inner);
    }
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
        Some(target) if within.has_room(pen) => write_entity(pen, target, &inner),
        _ => pen.text(id),
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
