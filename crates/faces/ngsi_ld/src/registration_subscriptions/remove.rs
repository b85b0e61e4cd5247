//! `DELETE /csourceSubscriptions/{id}` (clauses 5.11.6, 6.13.3.3).

use crate::http::{Answer, Call, no_content};

pub(crate) async fn remove(call: Call) -> Answer {
    call.administer()?;
    call.face.registration_subscriptions.remove(&call.hub.tenant, &call.id()?).await?;
    Ok(no_content())
}
