//! Fetching what entities link to, level by level.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, atomic::AtomicUsize},
};

use senne_language::Projection;
use senne_model::{AttributeValue, Entity, EntityId, ErrorKind, Problem};

use crate::{
    http::{Call, Join},
    write::{Linked, linked_members},
};

/// At most this many linked entities are given beside those of one answer.
const LINKED_MAX: usize = 10_000;

/// Linked entities: as they are looked up, and in the order in which they are met with what is wanted of each.
pub(super) struct Gathered {
    pub(super) linked: Linked,
    pub(super) met: Vec<(Arc<Entity>, Projection)>,
}

/// Follows the relationships that are shown, at most `join.level` one after the other.
pub(super) async fn gather(
    call: &Call,
    entities: &[Arc<Entity>],
    join: &Join,
    members: &Projection,
) -> Result<Gathered, Problem> {
    let known = |entity: &Arc<Entity>| (entity.id.clone(), Arc::clone(entity));
    let mut linked = Linked {
        entities: entities.iter().map(known).collect(),
        level: join.level,
        contained_by: join.contained_by.clone(),
        written: AtomicUsize::new(0),
    };
    let mut met = Vec::new();
    let mut frontier: Vec<(Arc<Entity>, Projection)> =
        entities.iter().map(|entity| (Arc::clone(entity), members.clone())).collect();
    let mut asked: HashSet<EntityId> = linked.entities.keys().cloned().collect();
    for _ in 0..join.level {
        let wanted = targets(&frontier, &mut asked, &join.contained_by, LINKED_MAX - met.len())?;
        if wanted.is_empty() {
            break;
        }
        let mut projections: HashMap<EntityId, Projection> = wanted.iter().cloned().collect();
        let ids = wanted.into_iter().map(|(id, _)| id).collect();
        let found = call.face.hub.entities(&call.hub, ids).await?;
        frontier = Vec::with_capacity(found.len());
        for entity in found {
            let projection = projections.remove(&entity.id).unwrap_or_default();
            linked.entities.insert(entity.id.clone(), Arc::clone(&entity));
            met.push((Arc::clone(&entity), projection.clone()));
            frontier.push((entity, projection));
        }
    }
    Ok(Gathered { linked, met })
}

/// What some entities link to and nobody asked for yet. Refused when that is more than `most`, before all of it is gathered.
fn targets(
    frontier: &[(Arc<Entity>, Projection)],
    asked: &mut HashSet<EntityId>,
    contained_by: &HashSet<EntityId>,
    most: usize,
) -> Result<Vec<(EntityId, Projection)>, Problem> {
    let mut wanted = Vec::new();
    for (entity, members) in frontier {
        for attribute in entity.attributes.iter().filter(|a| members.keeps(&a.name)) {
            for instance in &attribute.instances {
                let (AttributeValue::Relationship { objects, .. }
                | AttributeValue::ListRelationship(objects)) = &instance.value
                else {
                    continue;
                };
                for object in objects {
                    let id = EntityId::trusted(object);
                    if contained_by.contains(&id) || !asked.insert(id.clone()) {
                        continue;
                    }
                    if wanted.len() == most {
                        let detail = format!(
                            "more than {LINKED_MAX} entities are linked to; ask for a smaller page or level"
                        );
                        return Err(Problem::new(ErrorKind::TooComplex, detail).field("joinLevel"));
                    }
                    wanted.push((id, linked_members(members, &attribute.name)));
                }
            }
        }
    }
    Ok(wanted)
}
