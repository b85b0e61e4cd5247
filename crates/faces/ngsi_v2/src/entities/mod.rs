//! `/v2/entities` and `/v2/entities/{id}`.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod retrieve;

use std::sync::Arc;

use senne_language::{ScopeExpression, TypeExpression};
use senne_model::{Entity, Problem};

use crate::{call::Call, names::name_in, query};

/// Said of an entity that is not there, or is another than the one that is meant.
pub(crate) fn missing() -> Problem {
    Problem::not_found("The requested entity has not been found. Check type and id")
}

/// The entity that the path names, when it is of the type and in the service path that are asked for.
pub(crate) async fn entity_in_path(call: &Call) -> Result<Arc<Entity>, Problem> {
    entity_in(call, query::scope(call)?).await
}

/// The same for one that is to be written.
pub(crate) async fn entity_to_write(call: &Call) -> Result<Arc<Entity>, Problem> {
    entity_in(call, Some(query::place(call)?)).await
}

async fn entity_in(call: &Call, scope: Option<ScopeExpression>) -> Result<Arc<Entity>, Problem> {
    let entity = call.face.hub.entity(&call.hub, &call.id()?).await?;
    let types = call
        .list("type")
        .into_iter()
        .map(|kind| name_in(&call.face.terms, kind, "type"))
        .collect::<Result<Vec<_>, _>>()?;
    let of_type = TypeExpression::one_of(types).is_none_or(|types| types.matches(&entity.types));
    let in_place = scope.is_none_or(|scope| scope.matches(&entity.scopes));
    if of_type && in_place { Ok(entity) } else { Err(missing()) }
}
