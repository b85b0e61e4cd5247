//! Subscriptions that other brokers watch for too (clauses 5.8.1.4, 5.8.2.4, 5.8.5.4, 5.8.6).
//!
//! For each subscription that is not local there is a relay: a copy, reduced to what a source registered, stands
//! at each source that fits and notifies us; we pass on what it tells. Relays work from states: which copies
//! ought to stand, by the subscriptions and registrations as they are, and which do. A difference that cannot be
//! mended now is tried again. Invariants: which copy stands where is on disk before it counts, and until the source
//! has said that it is gone, or could not be reached for days after its registration went; a copy knows the brokers
//! that its subscription has passed, and goes to none of them; a source that notifies knows the random id of its copy;
//! we answer it with success once the receiver has taken what it told.

mod came;
mod conditions;
mod copy;
mod inbound;
mod keeper;
mod kept;
mod mending;
mod placing;
mod shown;
mod state;

pub(crate) use came::Came;
pub(crate) use inbound::notified;
pub(crate) use keeper::Relays;
