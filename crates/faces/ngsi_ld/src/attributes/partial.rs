//! `PATCH /entities/{id}/attrs/{attr}` (clause 6.7.3.1).

use senne_model::Operation;

use crate::{
    http::{Answer, Call},
    read::Mode,
};

pub(crate) async fn partial(call: Call) -> Answer {
    super::write_one(call, Operation::PartialUpdate, Mode::fragment()).await
}
