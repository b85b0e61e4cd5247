//! A simulated city: Brussels as it could be, for trying Senne out and for measuring it.
//!
//! Everything is a pure function of a seed: the same seed and the same stretch of time give the same writes,
//! wherever one starts. So a past of months can be filled in and then gone on live. What it makes is labelled:
//! every write is marked simulated, ids of stations carry `:Simulated:`, `dataProvider` says "Senne simulator".
//!
//! The communes, their populations and the streets are facts; their boundaries are schematic (`schematic` is
//! true on them) until the real ones are loaded. The rest is made up, in shapes as real sensors show them: two
//! peaks on working days, calm nights and Sundays, winters with stale air, fronts that pass, rain that keeps
//! cyclists away, traffic that one smells in the same street.
//!
//! ```
//! use senne_intake::simulator::{City, CitySettings};
//! use senne_model::Timestamp;
//!
//! let city = City::brussels(CitySettings::default());
//! let noon = Timestamp::parse("2026-05-04T12:00:00Z").unwrap();
//! let later = Timestamp::parse("2026-05-04T12:10:00Z").unwrap();
//! assert!(city.step(noon, later).len() > 100);
//! ```

mod air;
mod calendar;
mod city;
mod communes;
mod family;
mod faults;
mod noise;
mod outline;
mod places;
mod project;
mod scene;
mod statics;
mod station;
mod storage;
mod traffic;
mod weather;

pub use city::{City, CitySettings};
pub use communes::{COMMUNES, Commune};
pub use family::Family;
pub use faults::{Fault, FaultKind};
pub use outline::{OUTLINE, area_km2, cell};
pub use places::{PLACES, Place, Street};
pub use project::{Project, ProjectEffect};
pub use scene::World;
pub use statics::DATA_PROVIDER;
pub use station::Station;
