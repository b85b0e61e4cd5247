//! What would have been, as a weighted mean of units that were not treated.

mod block;
mod control;
mod difference;
mod frank_wolfe;
mod simplex;

pub use block::BlockPanel;
pub use control::{OutcomesOnly, SyntheticControl, synthetic_control};
pub use difference::{
    SyntheticDifference, SyntheticOptions, difference_in_differences, synthetic_difference,
};
