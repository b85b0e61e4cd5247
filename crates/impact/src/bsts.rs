//! Bayesian structural time series: what a series would have been, from its own past and from series that the project does not touch
//! (Brodersen, Gallusser, Koehler, Remy and Scott 2015).

mod regression;
mod sampler;
mod summary;

pub use sampler::{BayesOptions, CausalSeries, Draws, draw};
pub use summary::{BayesEffect, Interval};
