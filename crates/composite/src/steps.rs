//! From measured values to comparable ones, step by step. Each step is a function of values, and keeps what it did.

mod denominate;
mod expectation;
mod impute;
mod normalise;
mod panel;
mod scale;
mod screen;
mod treat;

pub use denominate::{Denominated, Division, denominate};
pub use expectation::ExpectationOptions;
pub use impute::{Filled, Grouping, Imputation, Imputed, impute};
pub use normalise::{Normalisation, NormaliseOptions, Normalised, Scale, normalise};
pub use panel::{Carried, CarriedForward, latest_known};
pub use screen::{Availability, Screened, Screening, screen};
pub use treat::{Logarithm, Shape, Side, Treated, TreatedIndicator, Treatment, Winsorised, treat};
