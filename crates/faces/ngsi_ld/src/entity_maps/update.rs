//! `PATCH /entityMaps/{id}` (clause 5.14.2): when it expires is all that can be set; other members are left.

use senne_model::{Problem, Timestamp};

use super::{id_in_path, missing};
use crate::{
    http::{Answer, Call, no_content},
    read::read_json,
};

pub(crate) async fn update(mut call: Call) -> Answer {
    let id = id_in_path(&call)?;
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    if document.as_object().is_none() {
        return Err(Problem::bad("a JSON object is needed here: an entity map").into());
    }
    let (maps, tenant, owner) = (&call.face.entity_maps, &call.hub.tenant, &call.hub.principal);
    if maps.find(tenant, owner, &id).is_none() {
        return Err(missing().into());
    }
    if let Some(expires_at) = document.get("expiresAt") {
        let wrong = |detail: String| Problem::bad(detail).field("expiresAt");
        let text = expires_at
            .as_str()
            .ok_or_else(|| wrong("a date-time is needed here, e.g. \"2024-01-31T12:00:00Z\"".to_owned()))?;
        let at = Timestamp::parse(text).map_err(|error| wrong(error.to_string()))?;
        maps.expire_at(tenant, owner, &id, at);
    }
    Ok(no_content())
}
