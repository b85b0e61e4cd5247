//! What every face says over HTTP in the same way: problems (RFC 9457), which form a caller wants (RFC 9110 §12.5.1), which tenant
//! is meant, which addresses are of the internet, and tags of what the asker may have already.
//!
//! It knows no standard of a partner and asks nobody; faces stand on it side by side.

pub mod accept;
pub mod address;
pub mod problem;
pub mod tag;
mod tenant;

pub use tenant::{TENANT_HEADER, tenant};
