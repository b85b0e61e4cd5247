//! `DELETE /entityMaps/{id}` (clause 5.14.3).

use super::{id_in_path, missing};
use crate::http::{Answer, Call, no_content};

pub(crate) async fn remove(call: Call) -> Answer {
    let id = id_in_path(&call)?;
    if !call.face.entity_maps.remove(&call.hub.tenant, &call.hub.principal, &id) {
        return Err(missing().into());
    }
    Ok(no_content())
}
