//! What a type of entity promises: units, ranges, cadence, class, publication, and the quality tests that follow.
//!
//! A contract is one YAML file (`contracts/*.yaml`, described in `docs/contracts.md`). [`Contracts`] holds them
//! all, refuses writes whose kinds or units do not fit ([`Contracts::check`]), and judges each value inside the
//! commit ([`senne_model::Judge`], described in `docs/quality.md`). Everything here is pure: no I/O, no clock.

mod check;
mod contracts;
mod judge;
mod names;
mod period;
mod raw;
mod read;
mod rule;
mod schema;
mod source;
mod types;
mod unit;
mod words;

pub use contracts::Contracts;
pub use period::Period;
pub use source::Source as YamlFile;
pub use types::{
    AttributeContract, Contract, Guideline, Publication, Range, SensorFailed, Shown, Spike, Stuck, ValueKind,
};
pub use unit::Unit;
pub use words::{Class, Finding, Localised};
