//! `POST /entityOperations/upsert` (clause 6.15).

use senne_model::Operation;

use crate::{
    http::{Answer, Call},
    read::Mode,
};

pub(crate) async fn upsert(call: Call) -> Answer {
    let operation =
        if call.parameters.option("update") { Operation::CreateOrAppend } else { Operation::CreateOrReplace };
    super::simple(call, operation, Mode::whole()).await
}
