//! `/entities/{id}/attrs` (clauses 6.6 and 6.7).

pub(crate) mod append;
pub(crate) mod delete;
pub(crate) mod partial;
pub(crate) mod replace;
pub(crate) mod retrieve;
pub(crate) mod update;
pub(crate) mod value;

use std::sync::Arc;

use senne_model::{Attribute, Entity, EntityId, Instance, Name, Operation, Problem, Write};

use crate::{
    http::{Answer, Call, Refusal, no_content, update_result},
    kind::{Kind, NULL_MARKER},
    read::{Mode, read_attribute_body, read_entity},
};

/// Writes the attributes of a body to the entity of the path.
async fn write_fragment(mut call: Call, operation: Operation, mode: Mode) -> Answer {
    let id = call.id()?;
    call.need_type_in_path().await?;
    let body = call.body().await?;
    let mode = body.mode(Mode { simplified: call.is_simplified(), ..mode });
    let entity = read_entity(&body.bytes, mode, &mut body.names(), &body.limits)?;
    if entity.attributes.is_empty() && entity.scopes.is_none() && entity.types.is_empty() {
        return Err(Problem::bad("there is nothing to write in it").into());
    }
    let write = entity.into_write_to(id, operation)?;
    let asked: Vec<Name> = write.attributes.iter().map(|attribute| attribute.name.clone()).collect();
    let written = call.face.write(&call.hub, write).await?;
    Ok(update_result(&asked, &written))
}

/// Writes one attribute, named by the path, to the entity of the path.
async fn write_one(mut call: Call, operation: Operation, mode: Mode) -> Answer {
    let id = call.id()?;
    if call.path("attr") == "scope" {
        let detail = "a scope is no attribute: write it with PATCH or POST to attrs, or with the entity";
        return Err(Problem::bad(detail).field("scope").into());
    }
    call.need_type_in_path().await?;
    let body = call.body().await?;
    let mode = body.mode(Mode { simplified: call.is_simplified(), ..mode });
    let attribute =
        read_attribute_body(&body.bytes, call.path("attr"), mode, &mut body.names(), &body.limits)?;
    if operation == Operation::PartialUpdate {
        need_same_kind(&call, &id, &attribute).await?;
    }
    let mut write = Write::new(id, operation);
    write.attributes.push(attribute);
    call.face.write(&call.hub, write).await?;
    Ok(no_content())
}

/// A part of an attribute cannot make it another kind of attribute (clause 5.6.4).
async fn need_same_kind(call: &Call, id: &EntityId, new: &Attribute) -> Result<(), Problem> {
    let given =
        |instance: &&Instance| !instance.value.is_absent() && instance.value.as_text() != Some(NULL_MARKER);
    if !new.instances.iter().any(|instance| given(&instance)) {
        return Ok(());
    }
    // What is missing is told by the write.
    let Ok(entity) = call.face.hub.entity(&call.hub, id).await else { return Ok(()) };
    let Some(old) = entity.attribute(&new.name) else { return Ok(()) };
    let other = new.instances.iter().filter(given).find(|instance| {
        let there = old.instance(instance.dataset_id.as_ref());
        there.is_some_and(|there| Kind::of(&there.value).member() != Kind::of(&instance.value).member())
    });
    match other {
        Some(instance) => {
            let detail =
                format!("the attribute is no {}; replace it with PUT", Kind::of(&instance.value).word());
            Err(Problem::bad(detail).field(format!("{}.type", new.name.local())))
        }
        None => Ok(()),
    }
}

/// The entity of the path, and the name of the attribute of the path.
async fn find(call: &Call) -> Result<(Arc<Entity>, Name), Refusal> {
    let name = name_in_path(call).await?;
    Ok((call.face.hub.entity(&call.hub, &call.id()?).await?, name))
}

fn no_attribute(entity: &EntityId, name: &Name) -> Problem {
    Problem::not_found(format!("the entity `{entity}` has no attribute `{name}` (or no such instance of it)"))
}

/// The attribute that the path names, expanded by the context of the Link header.
async fn name_in_path(call: &Call) -> Result<Name, Refusal> {
    let mut names = crate::read::Names::new(call.terms().await?);
    Ok(names.expand(call.path("attr")).map_err(|problem| problem.field("attr"))?)
}
