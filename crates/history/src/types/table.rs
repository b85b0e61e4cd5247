//! What SQL is asked with and answers.

use std::{sync::Arc, time::Duration};

use senne_model::{Entity, Json, Problem};

/// How much one SQL query may use.
#[derive(Clone, Copy, Debug)]
pub struct SqlLimits {
    /// The most rows in the answer; when there are more, it is cut and says so.
    pub rows_max: usize,
    /// How long it may take.
    pub time_max: Duration,
}

impl Default for SqlLimits {
    /// 10,000 rows, 30 seconds.
    fn default() -> Self {
        Self { rows_max: 10_000, time_max: Duration::from_secs(30) }
    }
}

/// The answer to an SQL query.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, one cell per column. Times are RFC 3339 texts in UTC.
    pub rows: Vec<Vec<Json>>,
    /// Whether there were more rows than the limit.
    pub truncated: bool,
}

/// One column of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, as the query gave it.
    pub name: String,
    /// What its cells are.
    pub kind: ColumnKind,
}

/// What the cells of a column are; any cell may be `null`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// `true` or `false`.
    Boolean,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// A text.
    Text,
    /// An instant, as an RFC 3339 text in UTC.
    Time,
    /// Anything else: lists, structures, durations.
    Other,
}

/// Who gives the present entities to the SQL view `entity`.
pub trait EntitySource: Send + Sync {
    /// Calls `each` once for every entity that the caller of the query may see, in any order.
    fn scan(&self, each: &mut dyn FnMut(Arc<Entity>)) -> Result<(), Problem>;
}
