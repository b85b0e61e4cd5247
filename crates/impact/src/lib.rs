//! Statistics of measured effect: what an indicator would have been without a project, and how sure that is.
//!
//! No I/O, no async, no randomness but from a seed that is given. Every method names its source, and is tested on published results.

mod augmented;
mod bacon;
pub mod bsts;
mod chance;
mod choice;
mod covariance;
mod discontinuity;
mod error;
mod few_clusters;
mod fixed_effects;
mod geo;
mod glm;
mod interrupted;
mod least_squares;
mod matrix;
mod memory;
mod multiplicity;
mod power;
mod quantile;
mod randomised;
mod reference;
mod sensitivity;
mod spillover;
mod staggered;
pub mod state_space;
mod sun_abraham;
mod synthetic;
mod verdict;

pub use augmented::{
    AugmentedControl, AugmentedOptions, BlockCovariates, Conformal, ConformalBounds, ConformalMean,
    ConformalStatistic, ConformalStep, CovariateUse, JackknifeBounds, Penalty, PenaltyError, PenaltySearch,
    Reordering, augmented_control, conformal_bounds, conformal_mean, conformal_mean_interval,
    conformal_p_value, jackknife_plus,
};
pub use bacon::{Decomposition, Pairing, Part, decompose};
pub use chance::{normal_quantile, student_quantile, two_sided};
pub use choice::{Choice, Grade, Method, Reason, Situation, choose};
pub use covariance::{Cluster, Correction, Errors};
pub use discontinuity::{
    BandwidthRule, Bandwidths, DensityJump, DiscontinuityEffect, DiscontinuityOptions, Jump, Kernel,
    LocalVariance, PlaceboThreshold, ThresholdData, bandwidths, density_jump, discontinuity,
    placebo_thresholds,
};
pub use error::StatisticsError;
pub use few_clusters::Sureness;
pub use fixed_effects::{Absorbed, within};
pub use geo::{
    Cell, CellComparison, CellEffect, CellEffects, GeoOptions, LiftPower, RankedRegions, RegionDraw,
    RegionPower, RegionRules, TestSide, candidate_regions, evaluate_cells, rank_regions, region_power,
};
pub use glm::{Family, GeneralFit, fit_general};
pub use interrupted::{
    Foreseen, InterruptedEffect, InterruptedOptions, Interruption, Memory, SeriesKind, Term, interrupted,
};
pub use least_squares::{Design, Fit, fit};
pub use memory::{RememberingFit, fit_remembering};
pub use multiplicity::{MultipleCorrection, adjusted_p_values};
pub use power::{
    ControlPower, Detectable, DifferencePower, InterruptionPower, detectable_by_control,
    detectable_by_differences, detectable_by_interruption,
};
pub use randomised::{
    LotOptions, LotTest, Trial, TrialEffect, adjusted_difference, difference_in_means, randomisation_test,
};
pub use reference::{Conditions, InReference, ReferenceOptions, ReferenceValue, in_reference_conditions};
pub use sensitivity::{
    Breakdown, EventStudy, Hybrid, MagnitudeOptions, breakdown_curvature, breakdown_magnitude,
    relative_magnitudes, smoothness,
};
pub use spillover::{
    Exposure, Exposures, Places, RingEffect, RingEffects, RingStep, exposures, ring_course, ring_effects,
};
pub use staggered::{
    Aggregate, Aggregation, Bands, Bootstrap, Comparison, Estimator, GroupTime, GroupTimeEffects, Partial,
    StaggeredOptions, StaggeredPanel, group_time_effects, placebo_sureness,
};
pub use sun_abraham::{CohortEffect, CohortEffects, Mean, PanelRows, cohort_effects};
pub use synthetic::{
    BlockPanel, CohortDifference, ControlByPredictors, Importance, LeftOut, Placebo, Placebos, Predictors,
    Resampling, StaggeredDifference, SyntheticControl, SyntheticDifference, SyntheticOptions,
    difference_in_differences, difference_sureness, leave_one_out, placebo_in_time, placebos_in_space,
    staggered_difference, staggered_standard_error, staggered_sureness, standard_error, synthetic_control,
    synthetic_control_by_predictors, synthetic_difference,
};
pub use verdict::{Answer, Direction, Evidence, Verdict, detectable_by_reach, smallest_detectable, verdict};
