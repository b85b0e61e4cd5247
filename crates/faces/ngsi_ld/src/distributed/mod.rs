//! Operations that several brokers carry out together (clauses 4.3.6, 4.20, 5.6, 5.7, 6.3.17, 6.3.18).
//!
//! [`distribute`] is a layer in front of the local operations. A write is cut into the parts of sources and our
//! own, and what became of them is told as one. Where entities are read, [`find`] and [`entity`] ask sources
//! too, and merge. Invariants: without registrations nothing is done; nothing is forwarded that the caller may
//! not do here; no source is asked more than it registered; a source that is slow, gone or talks nonsense costs
//! at most its timeout and a warning; memory for answers is bounded.

mod asking;
mod batch;
mod batch_result;
mod chart;
mod discovery;
mod dressed;
mod failure;
mod forward;
mod gather;
mod gathering;
mod identity;
mod incoming;
mod incoming_body;
mod layer;
mod merge;
mod names;
mod operation;
mod parts;
mod past;
mod past_again;
mod past_asking;
mod past_document;
mod past_instances;
mod past_members;
mod past_merge;
mod past_met;
mod past_page;
mod past_range;
mod past_sums;
mod past_value;
mod provision;
mod purge;
mod purge_shares;
mod relays;
mod singly;
mod together;
mod trip;
mod turns;
mod version;
mod via;
mod words;

pub(crate) use chart::chart;
pub(crate) use forward::Forwarder;
pub(crate) use gather::{FoundHeld, HeldAt, entity, find, find_held};
pub(crate) use identity::Identity;
pub(crate) use layer::distribute;
pub(crate) use operation::percent_decoded;
pub(crate) use relays::{Relays, notified};
pub(crate) use trip::Trip;
pub(crate) use version::Version;
