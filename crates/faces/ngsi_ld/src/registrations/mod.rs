//! Context source registrations (clauses 5.2.9–5.2.11, 5.9, 5.10, 5.12, 6.8, 6.9).
//!
//! Invariants: a registration is on disk before it is acknowledged; what one registers by itself, no other may
//! register and no entity here may hold; one that has expired is never found. Each tenant has an index by
//! type and id, so that neither a request nor a change looks at all of them.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod retrieve;
pub(crate) mod update;

mod conflict;
mod document;
mod health;
mod index;
mod matching;
mod operations;
mod present;
mod registration;
mod registry;
mod stored;

pub(crate) use create::refuse_context;
pub(crate) use document::Direction;
pub(crate) use health::Kept;
pub(crate) use list::csf;
pub(crate) use matching::{Matched, Wanted, WantedTypes};
pub(crate) use operations::Serves;
pub(crate) use present::present;
pub(crate) use registration::{EntityInfo, Info, Mode, Registration, Said};
pub(crate) use registry::Registrations;
