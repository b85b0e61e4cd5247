//! Subscriptions to context source registrations (clauses 5.3.2, 5.3.3, 5.11, 6.12, 6.13).
//!
//! Invariants: what was told is kept, so that after a restart the difference is told and nothing twice; a
//! notification that does not arrive is tried again, as it then is; a slow receiver delays nobody else.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod retrieve;
pub(crate) mod update;

mod compiled;
mod document;
mod notification;
mod present;
mod registry;
mod state;
mod stored;
mod teller;

pub(crate) use compiled::wanted;
pub(crate) use registry::RegistrationSubscriptions;
