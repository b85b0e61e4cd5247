//! What a hub is opened with.

use std::{path::PathBuf, sync::Arc, time::Duration};

use senne_contract::Contracts;

/// Where the data are, and the limits.
#[derive(Clone)]
pub struct HubConfig {
    /// The data folder.
    pub folder: PathBuf,
    /// The contracts in force.
    pub contracts: Arc<Contracts>,
    /// The most memory that Senne may take, in bytes; everything that keeps something in memory gets its share of this.
    pub memory_bytes_max: usize,
    /// How many writes may wait for their commit; beyond it callers wait, then are told to come back.
    pub queued_writes_max: usize,
    /// The history is flushed to its tables when this many rows are in memory.
    pub flush_rows: usize,
    /// … or when the oldest row in memory is this old.
    pub flush_every: Duration,
    /// How many changes followers may lag behind before writers are told to come back.
    pub lag_max: u64,
}

impl HubConfig {
    /// What Senne takes when nothing is said.
    pub const MEMORY_BYTES: usize = 2 << 30;
    /// With less there is no room for a flush beside a query.
    pub const MEMORY_BYTES_MIN: usize = 256 << 20;

    /// The defaults for a data folder, with the contracts that Senne brings.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            contracts: Arc::new(Contracts::builtin()),
            memory_bytes_max: Self::MEMORY_BYTES,
            queued_writes_max: 100_000,
            flush_rows: 1_000_000,
            flush_every: Duration::from_secs(600),
            lag_max: 20_000_000,
        }
    }

    /// What the newest changes may take in memory: a sixteenth.
    pub(crate) fn tail_bytes(&self) -> usize {
        self.memory_bytes_max / 16
    }

    /// What entities that are kept decoded may take in memory: a tenth.
    pub(crate) fn cached_bytes(&self) -> usize {
        self.memory_bytes_max / 10
    }
}
