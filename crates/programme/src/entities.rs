//! From entities to what a programme is made of: one reader for each type.
//!
//! A reader never fails. What does not fit is left out and listed with what it should be; an entity of which a part is missing that nothing
//! can stand for is left out whole.

mod actors;
mod calls;
mod effects;
mod evaluation;
mod follow;
mod indicator;
mod outcome;
mod papers;
mod project;
mod reader;

pub use effects::Basis;
pub use reader::Finding;
pub(crate) use reader::Findings;

pub(crate) use actors::{catalyst, objective, organisation, pillar};
pub(crate) use calls::{call, intervention};
pub(crate) use effects::{benefit, expected_effect};
pub(crate) use evaluation::evaluation;
pub(crate) use follow::{budget_line, milestone, risk};
pub(crate) use indicator::{area, indicator, level};
pub(crate) use papers::{decision, document, draft, memorandum};
pub(crate) use project::project;
pub(crate) use reader::Reader;
