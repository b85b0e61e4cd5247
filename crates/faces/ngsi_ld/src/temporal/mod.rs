//! `/temporal/entities` (clauses 6.18–6.22, 6.24).

pub(crate) mod add;
pub(crate) mod amend;
pub(crate) mod delete;
pub(crate) mod delete_attribute;
pub(crate) mod delete_instance;
pub(crate) mod query;
pub(crate) mod query_document;
pub(crate) mod retrieve;

mod answer;
mod asked;
mod instance;
mod scoped;
mod scoped_sums;
mod select;
mod with_past;

pub(crate) use asked::Asked;
pub(crate) use instance::instance_id;
pub(crate) use query_document::take_time;
pub(crate) use select::every_id;
pub(crate) use with_past::WithPast;
