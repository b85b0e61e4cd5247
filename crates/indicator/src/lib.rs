//! What an indicator is made of, as plain values: parts that add up over areas and periods, values with intervals, civil periods, targets.
//!
//! No I/O, no async, no clock.

mod completeness;
mod inequality;
mod interval;
mod noise;
mod parts;
mod period;
mod survival;
mod target;

pub use completeness::Completeness;
pub use inequality::gini;
pub use interval::{Interval, mean_interval, poisson_interval, ratio_interval, wilson_interval};
pub use noise::day_evening_night;
pub use parts::{Estimate, Measure, Parts, Uncertainty};
pub use period::{Frequency, Period, PeriodError};
pub use survival::{Duration, median_duration, survival};
pub use target::{Band, Direction, Score, Target};
