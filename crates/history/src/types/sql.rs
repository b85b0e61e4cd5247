//! What SQL is asked with and answers.

use std::{fmt, sync::Arc, time::Duration};

use datafusion::arrow::{array::RecordBatch, datatypes::SchemaRef};
use senne_model::{ChangeNo, Entity, ErrorKind, Json, Name, Problem};

use super::Areas;

/// How much one SQL query may use.
#[derive(Clone, Copy, Debug)]
pub struct SqlLimits {
    /// The most rows in the answer; when there are more, it is cut and says so.
    pub rows_max: usize,
    /// How long it may take, until its last row is taken.
    pub time_max: Duration,
    /// How many bytes of memory it may use for sorting, grouping and joining, within what all queries together may; beyond that it
    /// goes to disk where it can.
    pub memory_bytes_max: usize,
}

impl Default for SqlLimits {
    /// 10,000 rows, 30 seconds, 512 MiB.
    fn default() -> Self {
        Self { rows_max: 10_000, time_max: Duration::from_secs(30), memory_bytes_max: 512 << 20 }
    }
}

/// A question in SQL.
#[derive(Clone, Debug)]
pub struct Question {
    /// One statement that reads: `SELECT`, `EXPLAIN`, `SHOW`, `DESCRIBE`.
    pub text: String,
    /// What stands for `$1`, `$2` … or `$name`.
    pub parameters: Parameters,
    /// How much it may use.
    pub limits: SqlLimits,
    /// Only what was recorded up to this change counts: observations, and roll-ups computed from them anew. Entities and areas are always
    /// those of now.
    pub as_of: Option<ChangeNo>,
    /// Whether it is one of many that are asked at once: it is planned for one core, which takes less work in all.
    pub beside_others: bool,
}

impl Question {
    /// A question without parameters, with the usual limits.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            parameters: Parameters::None,
            limits: SqlLimits::default(),
            as_of: None,
            beside_others: false,
        }
    }
}

/// The values of a question's parameters.
#[derive(Clone, Debug, Default)]
pub enum Parameters {
    /// It has none.
    #[default]
    None,
    /// In order; each takes the type that its place asks for.
    Values(Vec<Json>),
    /// By name.
    Named(Vec<(String, Json)>),
    /// The first row of a batch, by position.
    Row(RecordBatch),
}

/// Who answers for the rest of what a query may name, and for what its caller may see.
#[derive(Clone)]
pub struct Surroundings {
    /// The present entities.
    pub entities: Arc<dyn EntitySource>,
    /// What the caller may see of the past.
    pub sight: Arc<dyn Sight>,
    /// The views with one column for each attribute, by contract.
    pub contracts: Arc<[ContractView]>,
    /// The areas that the caller may see, and who was in them.
    pub areas: Arc<Areas>,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("contracts", &self.contracts.len()).finish_non_exhaustive()
    }
}

/// Who gives the present entities to the SQL view `entity`.
pub trait EntitySource: Send + Sync {
    /// Calls `each` once for every entity that the caller of the query may see, with what may be seen of it, in any order.
    fn scan(&self, each: &mut dyn FnMut(Arc<Entity>)) -> Result<(), Problem>;
}

/// What the caller of a query may see of the past.
pub trait Sight: Send + Sync + fmt::Debug {
    /// The types of which anything may be seen, expanded; `None` when that is everything of every type.
    fn types(&self) -> Option<Vec<Name>>;

    /// Whether this attribute of an entity with these types may be seen. Asked only when [`Sight::types`] gives a list.
    fn sees(&self, types: &[Name], attribute: &Name) -> bool;
}

/// A sight without limits.
#[derive(Clone, Copy, Debug)]
pub struct Everything;

impl Sight for Everything {
    fn types(&self) -> Option<Vec<Name>> {
        None
    }

    fn sees(&self, _types: &[Name], _attribute: &Name) -> bool {
        true
    }
}

/// A view of one type with a column for each attribute.
#[derive(Clone, Debug)]
pub struct ContractView {
    /// Its name, lower case with underscores.
    pub name: String,
    /// What it is about, for people.
    pub title: String,
    /// The type, expanded.
    pub type_name: Name,
    /// The columns after `entity` and `observed_at`.
    pub columns: Vec<ContractColumn>,
}

/// One attribute as a column.
#[derive(Clone, Debug)]
pub struct ContractColumn {
    /// The name of the column, lower case with underscores.
    pub name: String,
    /// The attribute, expanded, and the names that it had before.
    pub attributes: Vec<Name>,
    /// What its cells are: numbers, texts, or other (JSON as text).
    pub kind: ColumnKind,
    /// The unit in which values should come, a UN/CEFACT common code.
    pub unit: Option<String>,
    /// What it is, for people.
    pub title: String,
}

/// Rows as they come. Dropping it ends the query.
pub struct Rows {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: tokio::sync::mpsc::Receiver<Result<RecordBatch, Problem>>,
    pub(crate) truncated: Arc<std::sync::atomic::AtomicBool>,
    pub(crate) deadline: Deadline,
    pub(crate) _work: EndOnDrop,
}

/// Until when an answer may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: tokio::time::Instant,
    limit: Duration,
}

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        Self { at: tokio::time::Instant::now() + limit, limit }
    }

    /// Waits for something, at most until the deadline. The waiting is done by who asked: a step of the engine may compute for
    /// long without a pause.
    pub(crate) async fn within<T>(self, work: impl Future<Output = T>) -> Result<T, Problem> {
        tokio::time::timeout_at(self.at, work).await.map_err(|_| {
            let seconds = self.limit.as_secs_f64();
            let detail =
                format!("the query took longer than {seconds} s; narrow it by entity, attribute or time");
            Problem::new(ErrorKind::Timeout, detail)
        })
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Rows {
    /// The columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The next rows; `None` at the end. After an error comes the end.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, Problem>> {
        match self.deadline.within(self.batches.recv()).await {
            Ok(next) => next,
            Err(late) => {
                self.batches.close();
                while self.batches.try_recv().is_ok() {}
                Some(Err(late))
            }
        }
    }

    /// Takes all that is left.
    pub async fn table(self) -> Result<Table, Problem> {
        crate::sql::table(self).await
    }

    /// Whether there were more rows than the limit. Known at the end.
    pub fn truncated(&self) -> bool {
        self.truncated.load(std::sync::atomic::Ordering::Acquire)
    }
}

/// Ends work that nobody waits for any more.
#[derive(Debug)]
pub(crate) struct EndOnDrop(pub(crate) tokio::task::AbortHandle);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The answer to an SQL query as a whole.
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

/// The columns that a question would answer with, and the parameters that it wants.
#[derive(Clone, Debug)]
pub struct Description {
    /// The columns of the answer.
    pub schema: SchemaRef,
    /// The parameters: names (`$1`, `$2` …, or `$name`) and types, nullable where it is not known.
    pub parameters: SchemaRef,
}
