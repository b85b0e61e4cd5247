//! `DELETE /csourceRegistrations/{id}` (clause 6.9.3.3).

use crate::http::{Answer, Call, no_content};

pub(crate) async fn remove(call: Call) -> Answer {
    call.administer()?;
    call.face.registrations.remove(&call.hub.tenant, &call.id()?).await?;
    Ok(no_content())
}
