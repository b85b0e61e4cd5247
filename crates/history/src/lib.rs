//! The past: memory buffer and Delta Lake, queried as one by DataFusion.

mod aggregate;
mod background;
mod buffer;
mod chart;
mod check;
pub mod clock;
mod compact;
mod disk;
mod engine;
mod erase;
pub mod faults;
mod files;
mod filter;
mod flush;
mod fresh;
mod gather;
mod history;
mod log_sums;
mod log_table;
mod merge;
mod month;
mod names;
mod others;
mod parquet_file;
mod partial;
mod past;
mod ranges;
mod rebuild;
mod repair;
mod retention;
mod rollup;
mod rollup_check;
mod rollup_rows;
mod rollup_scan;
mod schema;
mod selected;
mod spread;
mod sql;
mod steps;
mod storage;
mod sub_attributes;
mod tenant;
mod texts;
mod types;
mod unrolled;
mod value;
pub mod versions;

pub use check::{Examination, Findings, examine};
pub use erase::{Look, RowsOf, Swept, ToErase};
pub use history::History;
pub use repair::{Repair, repair};
pub use selected::FoundEntity;
pub use types::{
    Aggregation, Area, Areas, Bucket, ChartBucket, ChartPoint, ChartQuery, ChartSeries, ChartSource, Column,
    ColumnKind, ContractColumn, ContractView, Description, EntityPast, EntitySource, Everything,
    HistoryConfig, HistoryError, InstanceKey, Membership, PIXELS_MAX, Parameters, PartitionStorage,
    PastQuery, Point, Question, Rows, SeriesBuckets, SeriesPast, Sight, SqlLimits, Statistics, Storage,
    Surroundings, Table, TableStorage, TenantStorage,
};

/// The form of SQL answers: Arrow record batches, in the version that the engine speaks.
pub mod arrow {
    pub use datafusion::arrow::{array::RecordBatch, *};
}
