//! `/snapshots` (clauses 5.2.41, 5.5.15, 5.16, 6.36–6.38): copies of what queries find, which stay as they are.
//!
//! The copy stands in a companion tenant that nobody can name from outside. A request with the header `NGSILD-Snapshot` is put to it, so
//! that every operation on entities and their past works on a snapshot as it does elsewhere, and by the same rules of who may.

pub(crate) mod create;
pub(crate) mod duplicate;
pub(crate) mod purge;
pub(crate) mod remove;
pub(crate) mod retrieve;
pub(crate) mod update;

mod document;
mod fill;
mod kept;
mod notify;
mod past;
mod present;
mod registry;

pub(crate) use registry::Snapshots;

use senne_model::{EntityId, Problem};

use crate::http::Call;

/// The snapshot that the path names.
fn id_in_path(call: &Call) -> Result<EntityId, Problem> {
    EntityId::parse(call.path("id"))
}

fn missing() -> Problem {
    Problem::not_found("there is no such snapshot here; it may have expired")
}

#[cfg(test)]
mod tests;
