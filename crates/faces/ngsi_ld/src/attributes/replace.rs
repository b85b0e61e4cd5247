//! `PUT /entities/{id}/attrs/{attr}` (clause 6.7.3.3).

use senne_model::Operation;

use crate::{
    http::{Answer, Call},
    read::Mode,
};

pub(crate) async fn replace(call: Call) -> Answer {
    super::write_one(call, Operation::ReplaceAttribute, Mode::whole()).await
}
