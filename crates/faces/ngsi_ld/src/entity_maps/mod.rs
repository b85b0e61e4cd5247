//! `/entityMaps` and `/temporal/entityMaps` (clauses 4.5.25, 5.14, 6.32, 6.34, 6.35): which entities a sequence of requests is about,
//! fixed once.

pub(crate) mod create;
pub(crate) mod remove;
pub(crate) mod retrieve;
pub(crate) mod update;

mod chart;
mod in_use;
mod kept;
mod present;

pub(crate) use chart::Chart;
pub(crate) use in_use::{Mapped, find, given, given_to, one, span_of, temporal};
pub(crate) use kept::EntityMaps;

use senne_model::{EntityId, Problem};

use crate::http::Call;

/// The map that the path names.
fn id_in_path(call: &Call) -> Result<EntityId, Problem> {
    EntityId::parse(call.path("id"))
}

fn missing() -> Problem {
    Problem::not_found("there is no such entity map here; it may have expired")
}
