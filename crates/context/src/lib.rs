//! JSON-LD names: contexts, expansion and compaction of NGSI-LD terms.
//!
//! What NGSI-LD needs of JSON-LD 1.1 and no more: a context maps terms to IRIs and back. The core context of
//! NGSI-LD (ETSI GS CIM 009 clause 4.4 and annex B) is compiled in, protected, and always last, so its terms and its
//! default vocabulary win over every other context. Nothing here does I/O: [`resolve`] says which document is missing,
//! the caller fetches it and asks again.

mod backward;
mod catalog;
mod context;
mod core;
mod define;
mod definition;
mod documents;
mod resolve;
mod weight;

pub use catalog::{ContextCatalog, ContextKind, StoredContext};
pub use context::Context;
pub use core::{CORE_CONTEXT_URL, DEFAULT_VOCABULARY, NGSI_LD, core_document, is_core_url};
pub use definition::{Coercion, Container, Definition};
pub use resolve::{Missing, resolve};
