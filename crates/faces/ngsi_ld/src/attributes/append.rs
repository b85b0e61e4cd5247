//! `POST /entities/{id}/attrs` (clause 6.6.3.1).

use senne_model::Operation;

use crate::{
    http::{Answer, Call},
    read::Mode,
};

pub(crate) async fn append(call: Call) -> Answer {
    let keep = call.parameters.option("noOverwrite");
    super::write_fragment(call, Operation::Append { keep }, Mode::whole()).await
}
