//! `DELETE /temporal/entities/{id}` (clause 6.19.3.2): the past of an entity goes for good, the present state stays.

use senne_hub::{ErasureRequest, Extent, Target};

use crate::http::{Answer, Call, no_content};

pub(crate) async fn delete(call: Call) -> Answer {
    let id = call.id()?;
    call.face.with_past.forget(&call.hub.tenant, &id);
    let request = ErasureRequest {
        target: Target::Entity(id),
        extent: Extent::Past,
        reason: "DELETE of a temporal evolution".to_owned(),
        ground: "request of an administrator through NGSI-LD".to_owned(),
    };
    call.face.hub.erase(&call.hub, &request).await?;
    Ok(no_content())
}
