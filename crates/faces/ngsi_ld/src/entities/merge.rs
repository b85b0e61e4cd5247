//! `PATCH /entities/{id}` (clause 6.5.3.4): a deep merge.

use senne_model::{AttributeValue, Operation, Problem, Timestamp, Write};

use crate::{
    http::{Answer, Call, no_content},
    read::{Mode, read_entity},
};

pub(crate) async fn merge(mut call: Call) -> Answer {
    let id = call.id()?;
    let body = call.body().await?;
    let mode = body.mode(Mode { simplified: call.is_simplified(), ..Mode::merge() });
    let entity = read_entity(&body.bytes, mode, &mut body.names(), &body.limits)?;
    let mut write = entity.into_write_to(id, Operation::Merge)?;
    common_members(&call, &mut write)?;
    call.face.write(&call.hub, write).await?;
    Ok(no_content())
}

/// `observedAt` and `lang` as parameters hold for every attribute that does not say otherwise (clause 6.3.20).
fn common_members(call: &Call, write: &mut Write) -> Result<(), Problem> {
    let observed_at = call.parameters.get("observedAt").map(|text| {
        Timestamp::parse(text).map_err(|error| Problem::bad(error.to_string()).field("observedAt"))
    });
    let observed_at = observed_at.transpose()?;
    for instance in write.attributes.iter_mut().flat_map(|attribute| &mut attribute.instances) {
        instance.observed_at = instance.observed_at.or(observed_at);
        let is_marker = instance.value.as_text() == Some(crate::kind::NULL_MARKER);
        if let (AttributeValue::Property(senne_model::Json::Text(text)), Some(tag), false) =
            (&instance.value, call.parameters.get("lang"), is_marker)
        {
            instance.value =
                AttributeValue::Language(vec![(tag.into(), senne_model::Json::Text(text.clone()))]);
        }
    }
    Ok(())
}
