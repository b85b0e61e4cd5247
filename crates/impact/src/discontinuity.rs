//! Regression discontinuity: units just above and just below a threshold are alike but for the treatment that it decides.

mod bandwidth;
mod data;
mod density;
mod effect;
mod kernel;
mod local;
mod placebo;
mod residuals;

pub use bandwidth::{BandwidthRule, Bandwidths, bandwidths};
pub use data::ThresholdData;
pub use density::{DensityJump, density_jump};
pub use effect::{DiscontinuityEffect, DiscontinuityOptions, Jump, discontinuity};
pub use kernel::Kernel;
pub use placebo::{PlaceboThreshold, placebo_thresholds};
pub use residuals::LocalVariance;
