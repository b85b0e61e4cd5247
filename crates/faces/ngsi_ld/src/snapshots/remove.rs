//! `DELETE /snapshots/{id}` (clause 5.16.5).

use super::id_in_path;
use crate::http::{Answer, Call, no_content};

pub(crate) async fn remove(call: Call) -> Answer {
    call.administer()?;
    call.face.snapshots.remove(&call.hub.tenant, &id_in_path(&call)?).await?;
    Ok(no_content())
}
