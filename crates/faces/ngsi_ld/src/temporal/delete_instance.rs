//! `DELETE /temporal/entities/{id}/attrs/{attr}/{instanceId}` (clauses 5.6.15, 6.22.3.2): one value of the past is withdrawn.

use super::instance::{find, name_in_path};
use crate::http::{Answer, Call, no_content};

pub(crate) async fn delete_instance(call: Call) -> Answer {
    call.id()?;
    let name = name_in_path(&call).await?;
    let target = find(&call, &name).await?;
    call.face.write(&call.hub, target.withdrawn()).await?;
    Ok(no_content())
}
