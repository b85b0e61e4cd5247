//! `GET /entityMaps/{id}` (clause 5.14.1).

use http::StatusCode;

use super::{id_in_path, missing, present::present};
use crate::http::{Answer, Call, Offer, plain_json};

pub(crate) async fn retrieve(call: Call) -> Answer {
    call.media(Offer::Plain)?;
    let id = id_in_path(&call)?;
    let kept = call.face.entity_maps.find(&call.hub.tenant, &call.hub.principal, &id).ok_or_else(missing)?;
    Ok(plain_json(StatusCode::OK, &present(&id, &kept)))
}
