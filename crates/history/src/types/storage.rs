//! What the past takes on disk and in memory, for the operator.

use senne_model::{TenantName, Timestamp};

/// What all tenants take.
#[derive(Clone, Debug, Default)]
pub struct Storage {
    /// Each tenant, by name.
    pub tenants: Vec<TenantStorage>,
    /// What rows in memory may take before writers wait, in bytes.
    pub buffer_bytes_max: usize,
    /// What is free on the disk of the history, in bytes; `None` where the system does not say.
    pub free_bytes: Option<u64>,
    /// When memory was last written to the tables since the start; `None` when it was not.
    pub flushed_at: Option<Timestamp>,
    /// When files were last joined since the start; `None` when none were.
    pub compacted_at: Option<Timestamp>,
}

/// What one tenant takes.
#[derive(Clone, Debug)]
pub struct TenantStorage {
    /// The tenant.
    pub tenant: TenantName,
    /// Rows in memory that no table has yet.
    pub buffer_rows: usize,
    /// What they take, in bytes.
    pub buffer_bytes: usize,
    /// The four tables.
    pub tables: Vec<TableStorage>,
}

/// What one table takes.
#[derive(Clone, Debug)]
pub struct TableStorage {
    /// The folder of the table.
    pub name: &'static str,
    /// Rows in its files.
    pub rows: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// Its partitions, newest part first.
    pub partitions: Vec<PartitionStorage>,
    /// When its newest file was written.
    pub written_at: Option<Timestamp>,
    /// Files that no version names any more and that are kept for a while.
    pub removed_files: usize,
    /// Their bytes.
    pub removed_bytes: u64,
    /// When the oldest of them was written.
    pub removed_since: Option<Timestamp>,
}

impl TableStorage {
    /// How many files it has.
    pub fn files(&self) -> usize {
        self.partitions.iter().map(|part| part.run_files + part.beside).sum()
    }
}

/// The files of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionStorage {
    /// The type, as the tables show it.
    pub type_name: String,
    /// The month or year; `all` where there is one part only.
    pub part: String,
    /// The files of its sorted run.
    pub run_files: usize,
    /// The files that stand beside the run.
    pub beside: usize,
}
