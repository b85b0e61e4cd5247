//! `/temporal/entities` (clauses 6.18–6.20, 6.24).

pub(crate) mod add;
pub(crate) mod delete;
pub(crate) mod query;
pub(crate) mod query_document;
pub(crate) mod retrieve;

mod answer;
mod asked;
