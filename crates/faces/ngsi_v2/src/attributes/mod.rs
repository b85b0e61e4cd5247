//! `/v2/entities/{id}/attrs` and what is below it.

pub(crate) mod all;
pub(crate) mod one;
pub(crate) mod value;
