//! `PATCH /temporal/entities/{id}/attrs/{attr}/{instanceId}` (clauses 5.6.14, 6.22.3.1): a wrong value of the past is corrected. What was
//! known before can still be asked for with `asOf`.

use senne_model::{Attribute, Instance, Problem};

use super::instance::{find, name_in_path};
use crate::{
    http::{Answer, Call, Refusal, no_content},
    read::{Mode, read_attribute_body, read_entity, read_json},
};

pub(crate) async fn amend(mut call: Call) -> Answer {
    call.id()?;
    let name = name_in_path(&call).await?;
    let attribute = read(&mut call).await?;
    if attribute.name != name {
        return Err(Problem::bad("the attribute in the body is not the one in the path")
            .field("attr")
            .into());
    }
    let mut instances = attribute.instances.into_iter();
    let (Some(instance), None) = (instances.next(), instances.next()) else {
        return Err(Problem::bad("exactly one instance is needed here").field(call.path("attr")).into());
    };
    let target = find(&call, &name).await?;
    check_dataset(&instance, &target)?;
    call.face.write(&call.hub, target.replaced_by(instance)).await?;
    Ok(no_content())
}

/// The attribute of the body: a fragment of an entity, or the attribute alone.
async fn read(call: &mut Call) -> Result<Attribute, Refusal> {
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    let term = call.path("attr");
    let mode = body.mode(Mode::series());
    if document.get(term).is_none() {
        return Ok(read_attribute_body(&body.bytes, term, mode, &mut body.names(), &body.limits)?);
    }
    let entity = read_entity(&body.bytes, mode, &mut body.names(), &body.limits)?;
    let mut attributes = entity.attributes.into_iter();
    match (attributes.next(), attributes.next()) {
        (Some(attribute), None) => Ok(attribute),
        _ => Err(Problem::bad("exactly one attribute is needed here").field(term).into()),
    }
}

fn check_dataset(instance: &Instance, target: &super::instance::Target) -> Result<(), Problem> {
    let given = &instance.dataset_id;
    if given.is_some() && *given != target.dataset_id {
        return Err(Problem::bad("an instance stays in its data set").field("datasetId"));
    }
    Ok(())
}
