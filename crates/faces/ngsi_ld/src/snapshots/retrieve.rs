//! `GET /snapshots/{id}` (clause 5.16.3).

use http::StatusCode;

use super::{id_in_path, present::present};
use crate::http::{Answer, Call, Offer, plain_json};

pub(crate) async fn retrieve(call: Call) -> Answer {
    call.administer()?;
    call.media(Offer::Plain)?;
    let kept = call.face.snapshots.find(&call.hub.tenant, &id_in_path(&call)?).await?;
    Ok(plain_json(StatusCode::OK, &present(&kept)))
}
