//! Milestones and money from files that others keep: tables (CSV), Microsoft Project and OpenProject.
//!
//! Everything is bounded: bytes, rows, and faults that are told. A file with a fault gives nothing but its faults, each with its place and
//! what to do about it.

mod amount;
mod fault;
mod headers;
mod ms_project;
mod open_project;
mod table;
mod tasks;
mod xml;

pub use fault::{ImportFault, ImportLimits, Imported, Note, Place};
pub use ms_project::ms_project;
pub use open_project::open_project;
pub use table::{budget_lines_csv, milestones_csv};
