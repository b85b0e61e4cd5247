//! Projects by criteria: what people hold to be important, and what each method makes of it.

mod agreement;
mod group;
mod matrix;
mod methods;
mod sample;

pub use agreement::{Agreement, agreement};
pub use group::{Elicitation, GroupWeights, Opinion, PersonWeights, Spread, group_weights};
pub use matrix::{Criterion, Matrix};
pub use methods::{CompareOptions, Comparison, Method, Ranking, Standing, compare, scores};
pub use sample::{WeightSamples, sampled_scores};
