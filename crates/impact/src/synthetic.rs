//! What would have been, as a weighted mean of units that were not treated.

mod block;
mod control;
mod difference;
mod errors;
mod frank_wolfe;
mod importance;
mod placebo;
mod predictors;
pub(crate) mod simplex;
mod staggered;

pub use block::BlockPanel;
pub use control::{SyntheticControl, synthetic_control};
pub use difference::{
    SyntheticDifference, SyntheticOptions, difference_in_differences, synthetic_difference,
};
pub use errors::{Resampling, difference_sureness, standard_error};
pub use placebo::{LeftOut, Placebo, Placebos, leave_one_out, placebo_in_time, placebos_in_space};
pub use predictors::{ControlByPredictors, Importance, Predictors, synthetic_control_by_predictors};
pub use staggered::{
    CohortDifference, StaggeredDifference, staggered_difference, staggered_standard_error, staggered_sureness,
};
