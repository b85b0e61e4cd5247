//! Subscriptions and their notifications (clauses 5.8, 5.2.12–5.2.15, 6.10, 6.11).
//!
//! Invariants: a change that a subscription asks for is delivered at least once as long as the subscription
//! is active, through crashes of either side; the id of a notification is the same each time; a slow or dead
//! endpoint delays nobody else; memory per subscription is bounded.
//!
//! One follower reads the log, finds by an index the few subscriptions that a change may matter to, puts their
//! conditions to the entity as the change left it, and the change into a bounded queue per subscription. Each subscription
//! has a task that takes from its queue, sends, and moves its cursor. When the queue is full it is noted which changes are
//! due, and the task reads the log itself until it has caught up. A gate per receiver sees to it that one that hangs takes few connections.

pub(crate) mod create;
pub(crate) mod dead_letters;
pub(crate) mod events;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod replay;
pub(crate) mod retrieve;
pub(crate) mod socket;
pub(crate) mod update;

mod by_clock;
mod cells;
mod changes;
mod compiled;
mod courier;
mod dead;
mod deliver;
mod document;
mod endpoint;
mod follower;
mod gate;
mod index;
mod judged;
mod matching;
mod mqtt;
mod notification;
mod places;
mod present;
mod progress;
mod registry;
mod relayed;
mod runner;
mod sender;
mod spot;
mod stored;
mod stream;
mod told;
mod triggers;

pub(crate) use registry::Subscriptions;
