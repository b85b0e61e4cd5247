//! Synthetic control, corrected by ridge regression for what its weights leave (Ben-Michael, Feller and Rothstein 2021; the package
//! `augsynth`).

mod conformal;
mod control;
mod covariates;
mod jackknife;
mod mean;
mod options;
mod past;
mod penalty;
mod ridge;

pub use conformal::{
    Conformal, ConformalBounds, ConformalStatistic, ConformalStep, Reordering, conformal_bounds,
    conformal_mean_interval, conformal_p_value,
};
pub use control::{AugmentedControl, augmented_control};
pub use covariates::BlockCovariates;
pub use jackknife::{JackknifeBounds, jackknife_plus};
pub use mean::{ConformalMean, conformal_mean};
pub use options::{AugmentedOptions, CovariateUse, Penalty, PenaltySearch};
pub use penalty::PenaltyError;
