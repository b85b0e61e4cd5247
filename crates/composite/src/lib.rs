//! Composite indices and multi-criteria choice: from indicators of many units to one number each, and back to what it is made of.
//!
//! No I/O, no async, no randomness but from a seed that is given. Every step is a function of values that keeps what it did, names its
//! source, and is tested on published results. The ten steps are those of the *Handbook on Constructing Composite Indicators* (OECD and
//! Joint Research Centre 2008); where details are left open there, they are those of the package COINr (Becker and others 2022).

mod aggregate;
pub mod choice;
mod coherence;
mod composite;
mod decomposition;
mod error;
mod hierarchy;
pub mod robustness;
mod search;
pub mod statistics;
mod steps;
mod strengths;
mod table;
mod weights;

pub use aggregate::{
    Aggregated, Aggregation, Group, LevelPlan, Outranking, Penalty, Plan, aggregate, outranking,
};
pub use coherence::{
    Correlation, Correlations, Flag, Limits, Principal, Profile, alpha, correlations, principal, profile,
};
pub use composite::{Composite, Inputs, Method, Trail, build};
pub use decomposition::{Contribution, Decomposition, Exactness, decompose, difference};
pub use error::CompositeError;
pub use hierarchy::{Direction, Element, Hierarchy, Role};
pub use steps::{
    Availability, Carried, CarriedForward, Denominated, Division, ExpectationOptions, Filled, Grouping,
    Imputation, Imputed, Logarithm, Normalisation, NormaliseOptions, Normalised, Scale, Screened, Screening,
    Shape, Side, Treated, TreatedIndicator, Treatment, Winsorised, denominate, impute, latest_known,
    normalise, screen, treat,
};
pub use strengths::{Standing, StrengthOptions, Strengths, strengths};
pub use table::{Table, Value};
pub use weights::{
    Aim, BalanceOptions, Balanced, Benefit, BenefitOptions, Judgements, PrincipalWeights, Priorities,
    Weights, balance, benefit_of_the_doubt, principal_weights,
};
