//! `/v2/entities` and `/v2/entities/{id}`.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod retrieve;

use std::sync::Arc;

use senne_language::TypeExpression;
use senne_model::{Entity, Problem};

use crate::{call::Call, names::name_in};

/// Said of an entity that is not there, or is another than the one that is meant.
pub(crate) fn missing() -> Problem {
    Problem::not_found("The requested entity has not been found. Check type and id")
}

/// The entity that the path names, when it is of the type and in the service path that are asked for.
pub(crate) async fn entity_in_path(call: &Call) -> Result<Arc<Entity>, Problem> {
    let entity = call.face.hub.entity(&call.hub, &call.id()?).await?;
    let types = call
        .list("type")
        .into_iter()
        .map(|kind| name_in(&call.face.terms, kind, "type"))
        .collect::<Result<Vec<_>, _>>()?;
    let of_type = TypeExpression::one_of(types).is_none_or(|types| types.matches(&entity.types));
    if of_type && is_in_scope(call, &entity)? { Ok(entity) } else { Err(missing()) }
}

/// Whether an entity is in the service path of a request.
pub(crate) fn is_in_scope(call: &Call, entity: &Entity) -> Result<bool, Problem> {
    Ok(crate::query::scope(call)?.is_none_or(|scope| scope.matches(&entity.scopes)))
}
