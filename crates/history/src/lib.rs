//! The past: memory buffer and Delta Lake, queried as one by DataFusion.

mod aggregate;
mod buffer;
mod compact;
mod disk;
mod engine;
mod files;
mod filter;
mod flush;
mod gather;
mod history;
mod log_table;
mod month;
mod names;
mod parquet_file;
mod partial;
mod past;
mod rollup;
mod rollup_rows;
mod schema;
mod sql;
mod steps;
mod sub_attributes;
mod tenant;
mod texts;
mod types;
mod value;

pub use history::History;
pub use types::{
    Aggregation, Bucket, Column, ColumnKind, EntityPast, EntitySource, HistoryConfig, HistoryError,
    PastQuery, Point, SeriesBuckets, SeriesPast, SqlLimits, Statistics, Table,
};
