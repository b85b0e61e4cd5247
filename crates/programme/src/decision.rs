//! A decision that anybody can make again: what it read, how it was made, what came out, and a digest of all three.

mod canonical;
mod record;
mod replay;
mod voices;

pub use canonical::{canonical, digest, steady};
pub use record::{
    Applicant, Decision, DecisionInputs, DecisionOutcome, DecisionSettings, ScoredProject, WayOfChoice,
    decide,
};
pub use replay::{Again, Difference, Replay, replay};
pub use voices::{Voice, Voices, numbered};
