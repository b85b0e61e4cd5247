//! The history as its callers see it.
#![allow(clippy::unwrap_used, clippy::type_complexity, reason = "tests may fail")]

mod charts;
mod common;
mod concurrent;
mod corrections;
mod crash;
mod erase;
mod evolve;
mod faults;
mod kinds;
mod model;
mod questions;
mod reads;
mod rollups;
mod sql;
mod sql_limits;
mod volume;
