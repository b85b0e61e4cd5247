//! Differences in differences when units begin at different times (Callaway and Sant'Anna 2021).

mod aggregate;
mod bootstrap;
mod comparison;
mod data;
mod effects;
mod long;
mod placebo;

pub use aggregate::{Aggregate, Aggregation, Partial};
pub use bootstrap::{Bands, Bootstrap};
pub use data::StaggeredPanel;
pub use effects::{Comparison, Estimator, GroupTime, GroupTimeEffects, StaggeredOptions, group_time_effects};
pub use placebo::placebo_sureness;
