//! `POST /entityOperations/create` (clause 6.14).

use senne_model::Operation;

use crate::{
    http::{Answer, Call},
    read::Mode,
};

pub(crate) async fn create(call: Call) -> Answer {
    super::simple(call, Operation::Create, Mode::whole()).await
}
