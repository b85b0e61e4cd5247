//! `/info` (clause 6.33).

pub(crate) mod source_identity;
