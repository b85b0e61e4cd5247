//! What the rest of Senne sees of the past: questions, answers, configuration. Plain data only.

mod areas;
mod chart;
mod config;
mod query;
mod sql;
mod storage;

pub use areas::{Area, Areas, Membership};
pub use chart::{ChartBucket, ChartPoint, ChartQuery, ChartSeries, ChartSource, PIXELS_MAX};
pub(crate) use config::{GONE, is_gone};
pub use config::{HistoryConfig, HistoryError, Statistics};
pub use query::{Aggregation, Bucket, EntityPast, InstanceKey, PastQuery, Point, SeriesBuckets, SeriesPast};
pub use sql::{
    Column, ColumnKind, ContractColumn, ContractView, Description, EntitySource, Everything, Parameters,
    Question, Rows, Sight, SqlLimits, Surroundings, Table,
};
pub(crate) use sql::{Deadline, EndOnDrop};
pub use storage::{PartitionStorage, Storage, TableStorage, TenantStorage};
