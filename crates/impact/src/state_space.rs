//! One series as the sum of parts that move: level, trend, season (Durbin and Koopman 2012).
//!
//! What a part is at the start is not known at all, exactly so (their chapter 5), and values may be missing.

mod estimate;
mod filter;
mod model;
mod simulate;
mod smooth;

pub use estimate::{LocalLevel, local_level};
pub use filter::{Filtered, filter};
pub use model::{Part, StateSpace};
pub(crate) use simulate::{Simulator, normal};
pub use smooth::{Smoothed, smooth};
