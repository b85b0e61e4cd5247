//! `PATCH /entities/{id}/attrs` (clause 6.6.3.2).

use senne_model::Operation;

use crate::{
    http::{Answer, Call},
    read::Mode,
};

pub(crate) async fn update(call: Call) -> Answer {
    // What is not there yet is added (clauses 5.5.8, 5.6.2).
    super::write_fragment(call, Operation::Append { keep: false }, Mode::update()).await
}
