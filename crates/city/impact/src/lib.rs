//! Did it work? An evaluation takes observations of many units over time, a project that touches some of them, and a method; it gives an
//! estimate with its interval, what would have been, and a verdict in one sentence.
//!
//! The statistics are those of `senne_impact`; here they are asked with names of columns, and answered with names of units and times.

mod advice;
mod clock;
mod error;
mod evaluations;
mod foresight;
mod methods;
mod neighbours;
mod panel;
mod reason;
mod report;
mod request;
mod sentence;
mod table;
mod warning;
mod wording;

pub use advice::{Advice, advise};
pub use error::EvaluationError;
pub use evaluations::{EVALUATION, Evaluations, Outcome, Plan};
pub use foresight::{Foresight, PlannedProject, PowerOf, RegionSet, foresee};
pub use methods::evaluate;
pub use report::{CellOf, Comparison, CourseStep, GroupEffect, Report, Said, WeightOf};
pub use request::{ErrorWay, MethodName, Request};
pub use sentence::Language;
pub use table::Table;
pub use wording::Wording;
