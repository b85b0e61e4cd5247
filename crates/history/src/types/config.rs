//! Configuration, errors and figures of the history.

use std::{path::PathBuf, time::Duration};

use senne_model::{ChangeNo, ErrorKind, Problem};

/// Where the history lives and how much it may use.
#[derive(Clone, Debug)]
pub struct HistoryConfig {
    /// The folder; each tenant has a folder of its own below it.
    pub dir: PathBuf,
    /// [`History::flush_due`](crate::History::flush_due) says yes at this many rows in memory.
    pub flush_rows: usize,
    /// … or when the oldest row in memory has waited this long.
    pub flush_every: Duration,
    /// [`History::over_limit`](crate::History::over_limit) says yes at this many bytes in memory.
    pub buffer_bytes_max: usize,
    /// The most memory that all queries together may use, in bytes.
    pub query_bytes_max: usize,
    /// The most memory that kept Parquet footers and page indexes may use, in bytes.
    pub footer_bytes_max: usize,
    /// Files that no version refers to are kept this long before vacuum removes them, so that a query that
    /// still reads them, and an outside reader of the same tables, ends well.
    pub keep_removed: Duration,
    /// A partition to which nothing came for this long becomes one sorted run.
    pub settle_after: Duration,
}

impl HistoryConfig {
    /// The defaults for a folder: flush at 1,000,000 rows or 10 minutes, 512 MiB of buffer, 1 GiB for queries,
    /// 128 MiB of footers, seven days before vacuum, one day before a partition settles.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            flush_rows: 1_000_000,
            flush_every: Duration::from_secs(600),
            buffer_bytes_max: 512 << 20,
            query_bytes_max: 1 << 30,
            footer_bytes_max: 128 << 20,
            keep_removed: Duration::from_hours(7 * 24),
            settle_after: Duration::from_hours(24),
        }
    }

    /// Shares out what the whole program may have of memory, in bytes: a fifth to rows that wait for a table, a third to queries, a
    /// twentieth to footers. What is left over is for entities, for writing and joining files, and for the program itself.
    #[must_use]
    pub fn within(self, memory_bytes: usize) -> Self {
        Self {
            buffer_bytes_max: memory_bytes / 5,
            query_bytes_max: memory_bytes / 3,
            footer_bytes_max: memory_bytes / 20,
            ..self
        }
    }
}

/// What can go wrong inside the history. The text names the table and the step.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// A file or folder could not be read or written.
    #[error("{step} {path}: {source}")]
    Disk {
        /// What was being done, e.g. `writing`.
        step: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The Delta table refused.
    #[error("{step} the Delta table `{table}`: {detail}")]
    Delta {
        /// What was being done, e.g. `committing to`.
        step: &'static str,
        /// The tenant and the table.
        table: String,
        /// The cause with its own causes.
        detail: String,
    },
    /// Reading or computing failed.
    #[error("{step}: {detail}")]
    Query {
        /// What was being done.
        step: &'static str,
        /// The cause with its own causes.
        detail: String,
    },
}

impl HistoryError {
    /// Whether the disk is full: waiting and trying again is right, data is safe in the log.
    pub fn is_storage_full(&self) -> bool {
        match self {
            Self::Disk { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            Self::Delta { detail, .. } | Self::Query { detail, .. } => {
                detail.contains("No space left on device")
            }
        }
    }
}

impl From<HistoryError> for Problem {
    fn from(error: HistoryError) -> Self {
        if matches!(&error, HistoryError::Query { detail, .. } if is_gone(detail)) {
            return Self::new(ErrorKind::Conflict, GONE);
        }
        let kind = if error.is_storage_full() { ErrorKind::StorageFull } else { ErrorKind::Internal };
        Self::new(kind, error.to_string())
    }
}

/// What is said to one whose files went while they were read.
pub(crate) const GONE: &str = "what was being read has been erased or removed meanwhile; ask again";

/// Whether the words of a failure tell of a file that is not there.
pub(crate) fn is_gone(detail: &str) -> bool {
    detail.contains("No such file or directory")
}

/// Figures of the whole history, for metrics and `senne doctor`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Tenants that have rows.
    pub tenants: usize,
    /// Observations in the tables.
    pub rows: u64,
    /// Their Parquet files: bytes on disk.
    pub bytes: u64,
    /// Their Parquet files: how many.
    pub files: usize,
    /// Roll-up rows in the tables (hours and days, before merging).
    pub rollup_rows: u64,
    /// Roll-up bytes on disk.
    pub rollup_bytes: u64,
    /// Rows in memory that no table has yet.
    pub buffer_rows: usize,
    /// What they take, in bytes.
    pub buffer_bytes: usize,
    /// Every change up to this one is in the tables.
    pub durable: ChangeNo,
    /// Every change up to this one can be read.
    pub buffered: ChangeNo,
}
