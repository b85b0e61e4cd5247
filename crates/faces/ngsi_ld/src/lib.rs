//! The NGSI-LD face (ETSI GS CIM 009 V1.9.1): the same entities, read and written as the standard says.
//!
//! A face translates; it owns no data and no rule. [`router`] gives the operations; `docs/ngsi-ld.md` says
//! what is covered and where it deviates. Inside: `read` (bytes → writes), `write` (entities → bytes), `http`
//! (what all operations share), then one folder per resource and one file per verb.

mod attributes;
mod batch;
mod contexts;
mod distributed;
mod entities;
mod entity_maps;
mod face;
mod house;
mod http;
mod info;
mod jsonld_contexts;
mod kind;
mod options;
mod read;
mod registration_subscriptions;
mod registrations;
mod router;
mod snapshots;
mod subscriptions;
mod temporal;
mod types;
mod write;

pub use options::{DeliveryOptions, FederationOptions, NgsiLdOptions};
pub use router::router;

#[cfg(test)]
mod tests;
