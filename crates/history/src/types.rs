//! What the rest of Senne sees of the past: questions, answers, configuration. Plain data only.

mod config;
mod query;
mod table;

pub use config::{HistoryConfig, HistoryError, Statistics};
pub use query::{Aggregation, Bucket, EntityPast, PastQuery, Point, SeriesBuckets, SeriesPast};
pub use table::{Column, ColumnKind, EntitySource, SqlLimits, Table};
