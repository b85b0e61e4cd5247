//! `DELETE /entities/{id}` (clause 6.5.3.2).

use senne_model::{Operation, Write};

use crate::http::{Answer, Call, no_content};

pub(crate) async fn delete(call: Call) -> Answer {
    call.need_type_in_path().await?;
    call.face.write(&call.hub, Write::new(call.id()?, Operation::Delete)).await?;
    Ok(no_content())
}
