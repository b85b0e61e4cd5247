//! `/types` and `/attributes` (clauses 6.25–6.28).

pub(crate) mod attribute;
pub(crate) mod attributes;
pub(crate) mod entity_type;
pub(crate) mod entity_types;

mod survey;
