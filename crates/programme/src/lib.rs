//! The logic of a city's programme: what it is for, which projects are chosen, how they fare, and what they brought about.
//!
//! No I/O, no async, no clock (today is an argument), no randomness but from a seed that is given. What is decided about money is decided in
//! whole euros. What people judge stands beside what is computed; neither overrules the other. Progress is the work done, effect is what was
//! measured, and no function takes both.

pub mod asking;
pub mod decision;
pub mod effect;
pub mod entities;
mod error;
pub mod feeds;
pub mod following;
pub mod from_simple;
pub mod import;
pub mod portfolio;
mod programme;
pub mod rules;
pub mod says;
pub mod schedule;
pub mod scoring;
pub mod selection;
pub mod similar;
mod types;
mod view;

pub use error::ProgrammeError;
pub use programme::{Grouped, Links, Programme};
pub use types::*;
pub use view::View;

/// The types of entities that a programme is made of, by their terms.
pub const TYPES: [&str; 16] = [
    "Memorandum",
    "Pillar",
    "Objective",
    "Organisation",
    "Catalyst",
    "CallForProjects",
    "Intervention",
    "Project",
    "ExpectedEffect",
    "Milestone",
    "BudgetLine",
    "Risk",
    "Benefit",
    "Decision",
    "Document",
    "Draft",
];
