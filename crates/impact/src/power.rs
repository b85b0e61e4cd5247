//! What an evaluation could show, told before a project begins: the project is laid into the past, where nothing happened, and the method is
//! run as it will be.

mod control;
mod detectable;
mod differences;
mod interruption;

pub use control::{ControlPower, detectable_by_control};
pub use detectable::Detectable;
pub use differences::{DifferencePower, detectable_by_differences};
pub use interruption::{InterruptionPower, detectable_by_interruption};
