//! Feeds by declaration: sources, formats, expressions, loading; the simulator of a city.
//!
//! A feed is one YAML file and no code (`feeds/*.yaml`, described in `docs/feeds.md`). [`Feed`] is the file,
//! checked and compiled; [`PreparedFeed`] has its tables at hand and turns a source into writes; [`Loader`]
//! carries files through a [`Sink`] exactly once; [`Poller`] does so with a live source. This crate knows no
//! hub and no store: whatever it writes goes through [`Sink`].

mod builtin;
mod feed;
mod load;
mod map;
mod names;
mod poll;
mod prepared;
mod preset;
mod refusal;
mod rows;
mod sink;
mod yaml;

pub mod simulator;

pub use feed::{Feed, Http};
pub use load::{LoadError, LoadOptions, LoadReport, Loader, ProblemError, Progress};
pub use poll::{Poller, PollerStatus};
pub use prepared::{Parsed, PreparedFeed};
pub use preset::{Preset, PresetFeed};
pub use refusal::Refusal;
pub use sink::{KnownPart, KnownValue, Sink, SinkReceipt};
