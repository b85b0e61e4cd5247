//! Neighbours that may feel a project: they are no donors, and what they feel is an effect of its own (Clarke 2017; Butts 2021).

mod effects;
mod exposure;
mod places;

pub use effects::{RingEffect, RingEffects, RingStep, ring_course, ring_effects};
pub use exposure::{Exposure, Exposures, exposures};
pub use places::Places;
