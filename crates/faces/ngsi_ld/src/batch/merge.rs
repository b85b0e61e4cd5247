//! `POST /entityOperations/merge` (clause 6.31).

use senne_model::Operation;

use crate::{
    http::{Answer, Call},
    read::Mode,
};

pub(crate) async fn merge(call: Call) -> Answer {
    super::simple(call, Operation::Merge, Mode::merge()).await
}
