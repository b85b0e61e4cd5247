//! What an indicator is: its declaration, parts that add up over areas and periods, values with intervals, civil periods, targets.
//!
//! No I/O, no async, no clock. What computes indicators and what shows them both speak in these terms.

mod catalogue;
mod completeness;
mod declaration;
mod entered;
mod export;
mod framework;
mod inequality;
mod interval;
mod noise;
mod parts;
mod period;
mod read;
mod survival;
mod target;
mod value;

pub use catalogue::{Catalogue, PILLARS};
pub use completeness::Completeness;
pub use declaration::{
    Baseline, Code, Computed, DataQuality, Declaration, Entered, Reads, TargetDeclaration,
};
pub use entered::{AreaCodes, EnteredError, EnteredForm, EnteredValue, read_entered};
pub use export::{
    CodeOf, declaration_json, figure_json, figures_csv, figures_json, figures_sdmx, reproduction_json,
};
pub use framework::{Framework, Group};
pub use inequality::gini;
pub use interval::{Interval, mean_interval, poisson_interval, ratio_interval, wilson_interval};
pub use noise::day_evening_night;
pub use parts::{Estimate, Measure, Parts, Uncertainty};
pub use period::{Frequency, Period, PeriodError};
pub use read::{columns, read};
pub use survival::{Duration, median_duration, survival};
pub use target::{Band, Direction, Score, Target};
pub use value::{Entry, Figure, Latest, Reproduction, SeriesQuery, Status, Value, entity_of, rounded};
