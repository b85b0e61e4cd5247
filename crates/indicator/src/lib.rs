//! What an indicator is: its declaration, parts that add up over areas and periods, values with intervals, civil periods, targets.
//!
//! No I/O, no async, no clock. What computes indicators and what shows them both speak in these terms.

mod bootstrap;
mod catalogue;
mod completeness;
mod composite;
mod declaration;
mod derived;
mod disaggregation;
mod entered;
mod export;
mod framework;
mod index_table;
mod inequality;
mod interval;
mod noise;
mod parts;
mod period;
mod pieces;
mod places;
mod read;
mod season;
mod survival;
mod target;
mod value;
mod weather;
mod what_if;

pub use bootstrap::{Drawn, block_length, bootstrap_interval, quantile, quantile_interval};
pub use catalogue::{Catalogue, PILLARS};
pub use completeness::Completeness;
pub use composite::{CompositeIndex, IndexAggregation, IndexGroup, IndexMember};
pub use declaration::{
    Baseline, Code, Computed, DataQuality, Declaration, Entered, Reads, TargetDeclaration,
};
pub use derived::{Derived, Shown};
pub use disaggregation::{Disaggregation, Slice, TOTAL};
pub use entered::{AreaCodes, EnteredError, EnteredForm, EnteredValue, read_entered};
pub use export::{
    CodeOf, composite_json, declaration_json, figure_json, figures_csv, figures_json, figures_sdmx,
    index_json, reproduction_json,
};
pub use framework::{Framework, Group};
pub use index_table::{
    IndexAssumption, IndexEffect, IndexPart, IndexQuery, IndexRemoval, IndexRow, IndexTable, Influence,
};
pub use inequality::gini;
pub use interval::{
    Interval, clustered_interval, mean_interval, poisson_interval, ratio_interval, wilson_interval,
};
pub use noise::day_evening_night;
pub use parts::{Estimate, Measure, Parts, Uncertainty};
pub use period::{Frequency, Period, PeriodError};
pub use pieces::{Piece, Pieces};
pub use places::{Measured, Places, places};
pub use read::{columns, read};
pub use season::{
    Decomposition, Season, SeasonRefusal, SeasonalAdjustment, SeasonalEffect, SeasonalMethod, SeasonalPoint,
    SeasonalSeries, decompose,
};
pub use survival::{Duration, median_duration, survival};
pub use target::{Band, Direction, Score, Target};
pub use value::{Entry, Figure, Latest, Reproduction, SeriesQuery, Status, Value, alike, entity_of, rounded};
pub use weather::{Weather, WeatherNormalisation, WeatherPoint, WeatherRefusal, WeatherSeries};
pub use what_if::{ChoiceError, IndexChoice};
