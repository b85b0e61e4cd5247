//! `POST /entityOperations/update` (clause 6.16): attributes are appended; those that are there are
//! overwritten, unless `options=noOverwrite`.

use senne_model::Operation;

use crate::{
    http::{Answer, Call},
    read::Mode,
};

pub(crate) async fn update(call: Call) -> Answer {
    let keep = call.parameters.option("noOverwrite");
    super::simple(call, Operation::Append { keep }, Mode::whole()).await
}
