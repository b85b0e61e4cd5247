//! Roll-outs that are drawn by lot: the lot itself is the model.

mod adjusted;
mod lots;
mod means;
mod trial;

pub use adjusted::adjusted_difference;
pub use lots::{LotOptions, LotTest, randomisation_test};
pub use means::difference_in_means;
pub use trial::{Trial, TrialEffect};
