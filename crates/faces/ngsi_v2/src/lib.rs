//! The NGSI-v2 face (FIWARE-NGSI v2, the API of Orion): the same entities for clients that have not moved to NGSI-LD yet.
//!
//! A face translates; it owns no data and no rule. `docs/ngsi-v2.md` says how the two forms meet: `names` (identifiers and names),
//! `read` and `value` (JSON → attributes), `change` (what is sent and what is there → writes), `write` (entities → JSON), `expression`
//! (their `q` and `mq` → ours), then one folder per resource.

mod attributes;
mod batch;
mod before;
mod call;
mod change;
mod entities;
mod expression;
mod face;
mod metadata;
mod names;
mod options;
mod pattern;
mod query;
mod read;
mod refusal;
mod registrations;
mod router;
mod subscriptions;
mod types;
mod value;
mod write;

pub use options::NgsiV2Options;
pub use router::router;

#[cfg(test)]
mod tests;
