//! How far ranks hang on choices that might have been made otherwise.

mod assumption;
mod compare;
mod removal;
mod sensitivity;
mod sobol;
mod uncertainty;

pub use assumption::{Alternatives, Assumption, noisy_weights};
pub use compare::{Change, compare, what_if};
pub use removal::{Removal, removals};
pub use sensitivity::{Sensitivity, SensitivityOptions, sensitivity};
pub use sobol::{Effect, Interval, Saltelli, effects};
pub use uncertainty::{RankInterval, Uncertainty, UncertaintyOptions, uncertainty};
