//! What projects brought about: counted once, set beside what was promised, and learnt from.

mod benefits;
mod contributions;
mod groups;
mod independent;
mod meta;
mod ratio;
mod spread;
mod surest;
mod variance;

pub use benefits::{BenefitYear, Benefits, benefits};
pub use contributions::{Contributions, IndicatorTotal, PillarTotal, contributions};
pub use groups::{Contribution, EffectGroup, JointMeasure, MeasuredEffect, Overlap, ShareRule};
pub use meta::{HartungKnapp, Interval, Pooled, ShrunkenStudy, Study, pool, pool_by_kind};
pub use ratio::{CostRatio, Measured, RatioInterval, cost_per_unit};
pub use spread::standard_error;
pub use surest::{measured_effects, one_each};
pub use variance::Heterogeneity;
