//! `/v2/entities/{id}/attrs` and what is below it.

pub(crate) mod all;
pub(crate) mod one;
pub(crate) mod value;

use senne_hub::Written;
use senne_model::{ErrorKind, Problem};

/// What an update left is a refusal here: NGSI-v2 knows no half answers.
pub(crate) fn whole(written: &Written) -> Result<(), Problem> {
    match written.not_updated.first() {
        None => Ok(()),
        Some((name, reason)) => {
            let detail = format!("one or more of the attributes were left: {reason}");
            Err(Problem::new(ErrorKind::Conflict, detail).field(name.local()))
        }
    }
}
