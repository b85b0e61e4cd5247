//! What a proxied registration may not meet: another one of the same attributes, or entities that are held
//! here (clauses 4.3.6.3, 5.9.2.4).

use std::sync::Arc;

use senne_hub::{Hub, Page};
use senne_language::{Query, TypeExpression};
use senne_model::{EntityId, ErrorKind, Problem};

use super::registration::{EntityInfo, Info, Mode, Registration};

/// Refuses a registration that conflicts with one of `others` or with what is held here.
pub(super) async fn check(
    hub: &Hub,
    caller: &senne_hub::Context,
    others: &[Arc<Registration>],
    new: &Registration,
) -> Result<(), Problem> {
    if !new.is_proxied() {
        return Ok(());
    }
    for other in others.iter().filter(|other| other.is_proxied()) {
        if (new.mode == Mode::Exclusive || other.mode == Mode::Exclusive) && overlap(new, other) {
            let detail =
                format!("the registration `{}` has the same attributes of the same entity", other.id);
            return Err(Problem::new(ErrorKind::Conflict, detail).field("information"));
        }
    }
    for info in &new.infos {
        if let Some(id) = held_here(hub, caller, info).await? {
            let detail =
                format!("the entity `{id}` is held here; remove it or what is registered of it first");
            return Err(Problem::new(ErrorKind::Conflict, detail).field("information"));
        }
    }
    Ok(())
}

/// Whether two registrations may speak of one attribute of one entity.
pub(super) fn overlap(one: &Registration, other: &Registration) -> bool {
    one.infos.iter().any(|a| {
        other.infos.iter().any(|b| {
            let named =
                a.names.is_empty() || b.names.is_empty() || a.names.iter().any(|n| b.names.contains(n));
            named && same_entities(a, b)
        })
    })
}

fn same_entities(a: &Info, b: &Info) -> bool {
    a.entities.is_empty()
        || b.entities.is_empty()
        || a.entities.iter().any(|a| b.entities.iter().any(|b| same_entity(a, b)))
}

fn same_entity(a: &EntityInfo, b: &EntityInfo) -> bool {
    let types = a.types.is_empty() || b.types.is_empty() || a.types.iter().any(|kind| b.types.contains(kind));
    let ids = match (&a.id, &b.id) {
        (Some(a), Some(b)) => a == b,
        (Some(id), None) => b.pattern.as_ref().is_none_or(|pattern| pattern.matches(id)),
        (None, Some(id)) => a.pattern.as_ref().is_none_or(|pattern| pattern.matches(id)),
        (None, None) => true,
    };
    types && ids
}

/// An entity that is held here and of which the information speaks.
async fn held_here(hub: &Hub, caller: &senne_hub::Context, info: &Info) -> Result<Option<EntityId>, Problem> {
    let anything = [EntityInfo { types: Vec::new(), id: None, pattern: None }];
    let entities = if info.entities.is_empty() { &anything[..] } else { &info.entities[..] };
    for entity in entities {
        let query = Query {
            types: TypeExpression::one_of(entity.types.iter().cloned()),
            ids: entity.id.iter().cloned().collect(),
            id_pattern: entity.pattern.clone(),
            any_attribute: info.names.clone(),
            ..Query::default()
        };
        let found = match hub.query(caller, &query, &Page::first(1)).await {
            Ok(found) => found,
            Err(problem) if problem.kind == ErrorKind::NoSuchTenant => return Ok(None),
            Err(problem) => return Err(problem),
        };
        if let Some(entity) = found.entities.first() {
            return Ok(Some(entity.id.clone()));
        }
    }
    Ok(None)
}
