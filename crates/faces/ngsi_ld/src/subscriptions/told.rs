//! What a change tells a subscription: the entity as the change left it, when it meets the conditions.

use std::{collections::HashSet, sync::Arc};

use futures::FutureExt;
use senne_hub::{Context, Hub};
use senne_model::{Change, ChangeKind, Entity, EntityId, ErrorKind, Later, Problem, as_seen, from_change};

use super::{
    changes::objects,
    compiled::{Compiled, Join},
    notification::Told,
};

/// How many linked entities one notification tells at most.
const LINKED_MAX: usize = 1000;

/// The entity to tell of, when the change meets the subscription, or when it `is_due` in any case: it met the conditions when it
/// came. An error means: ask again later.
pub(super) async fn of_change(
    hub: &Hub,
    context: &Context,
    compiled: &Compiled,
    change: &Arc<Change>,
    later: &Later,
    is_due: bool,
) -> Result<Option<Told>, Problem> {
    let Some(entity) = entity(hub, context, change, later).await? else { return Ok(None) };
    let met = is_due || meets(hub, context, compiled, &entity);
    Ok(met.then(|| of_entity(compiled, change, entity)))
}

/// Whether an entity meets the conditions, those on entities that it links to as these stand now.
pub(super) fn meets(hub: &Hub, context: &Context, compiled: &Compiled, entity: &Entity) -> bool {
    let find = |id: &str| find(hub, context, id);
    compiled.condition.matches_with(entity, &find)
}

/// The entity as the change left it, as far as the owner may see it.
async fn entity(
    hub: &Hub,
    context: &Context,
    change: &Change,
    later: &Later,
) -> Result<Option<Arc<Entity>>, Problem> {
    let sees_all = may_see_all(context);
    if change.kind == ChangeKind::Deleted {
        return Ok(sees_all.then(|| from_change(change)));
    }
    if sees_all {
        return hub.entity_after(context, change, later).await;
    }
    match hub.entity(context, &change.entity).await {
        Ok(present) => Ok(Some(as_seen(present, change))),
        Err(problem) if is_trouble(&problem) => Err(problem),
        // It was removed since, or the owner may not see it.
        Err(_) => Ok(None),
    }
}

/// What is told of an entity that meets the conditions.
pub(super) fn of_entity(compiled: &Compiled, change: &Arc<Change>, entity: Arc<Entity>) -> Told {
    let change = compiled.tells_change(change).then(|| Arc::clone(change));
    Told { entity, change }
}

/// An entity by its id. A look by key never waits.
fn find(hub: &Hub, context: &Context, id: &str) -> Option<Arc<Entity>> {
    let id = EntityId::parse(id).ok()?;
    hub.entity(context, &id).now_or_never()?.ok()
}

fn is_trouble(problem: &Problem) -> bool {
    matches!(problem.kind, ErrorKind::Internal | ErrorKind::Overloaded | ErrorKind::Timeout)
}

fn may_see_all(context: &Context) -> bool {
    let grant = senne_policy::decide(&context.principal, &context.tenant, senne_hub::Action::Read);
    matches!(grant, Ok(senne_hub::Grant::Everything))
}

/// The entities that some entities link to, level by level, each once (clause 4.5.23).
pub(super) async fn linked(
    hub: &Hub,
    context: &Context,
    compiled: &Compiled,
    entities: &[Told],
) -> Vec<Arc<Entity>> {
    let levels = match compiled.join {
        Join::No => 0,
        Join::Flat(level) | Join::Inline(level) => level,
    };
    let mut seen: HashSet<EntityId> = entities.iter().map(|told| told.entity.id.clone()).collect();
    let mut edge: Vec<Arc<Entity>> = entities.iter().map(|told| Arc::clone(&told.entity)).collect();
    let mut found = Vec::new();
    for level in 0..levels {
        let kept = |name: &str| level > 0 || compiled.shape.members.keeps(name);
        let targets: Vec<EntityId> = edge
            .iter()
            .flat_map(|entity| &entity.attributes)
            .filter(|attribute| kept(&attribute.name))
            .flat_map(|attribute| &attribute.instances)
            .flat_map(|instance| objects(&instance.value))
            .filter_map(|iri| EntityId::parse(iri).ok())
            .collect();
        edge = Vec::new();
        for target in targets {
            if found.len() + edge.len() >= LINKED_MAX || !seen.insert(target.clone()) {
                continue;
            }
            if let Ok(entity) = hub.entity(context, &target).await {
                edge.push(entity);
            }
        }
        found.extend(edge.iter().cloned());
    }
    found
}
