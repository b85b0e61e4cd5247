//! What a project could show, told from the past of its panel before it begins.

mod plan;
mod regions;
mod report;

pub use plan::{PlannedProject, foresee};
pub use report::{Foresight, PowerOf, RegionSet};
