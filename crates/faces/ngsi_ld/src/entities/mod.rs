//! `/entities` (clauses 6.4 and 6.5).

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod merge;
pub(crate) mod purge;
pub(crate) mod query;
pub(crate) mod replace;
pub(crate) mod retrieve;

mod export;
mod linked;
mod present;

pub(crate) use merge::Common;
pub(crate) use present::Look;
