//! SQL for people and tools: HTTP in five formats, and Arrow Flight SQL.
//!
//! Both ways ask the hub row by row and hold no answer in memory. Who may ask, what is seen and how much may be used is decided
//! there; this crate only translates.

mod encode;
mod face;
mod feed;
mod flight;
mod http;
mod places;
mod shape;
mod tenant;

pub use face::{SqlOptions, router};
pub use flight::{FLIGHT_PATH, basic_password, grpc_refusal};
