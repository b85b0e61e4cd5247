//! `PATCH /entities/{id}/attrs` (clause 6.6.3.2).

use senne_model::Operation;

use crate::{
    http::{Answer, Call},
    read::Mode,
};

pub(crate) async fn update(call: Call) -> Answer {
    super::write_fragment(call, Operation::Update, Mode::update()).await
}
