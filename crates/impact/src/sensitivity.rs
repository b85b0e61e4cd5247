//! How far from parallel trends may run before an effect is gone (Rambachan and Roth 2023; the package `HonestDiD`).

mod breakdown;
mod conditional;
mod folded;
mod magnitudes;
mod polytope;
mod smoothness;
mod study;
mod truncated;

pub use breakdown::{Breakdown, breakdown_curvature, breakdown_magnitude};
pub use magnitudes::{Hybrid, MagnitudeOptions, relative_magnitudes};
pub use smoothness::smoothness;
pub use study::EventStudy;
