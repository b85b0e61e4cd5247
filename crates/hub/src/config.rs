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
    /// How many entities are kept decoded in memory.
    pub cached_entities: usize,
    /// How many writes may wait for their commit; beyond it callers wait, then are told to come back.
    pub queued_writes_max: usize,
    /// The history is flushed to its tables when this many rows are in memory.
    pub flush_rows: usize,
    /// … or when the oldest row in memory is this old.
    pub flush_every: Duration,
    /// The most memory that rows of history may take before they are in the tables, in bytes.
    pub buffer_bytes_max: usize,
    /// How many changes followers may lag behind before writers are told to come back.
    pub lag_max: u64,
}

impl HubConfig {
    /// The defaults for a data folder, with the contracts that Senne brings.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            contracts: Arc::new(Contracts::builtin()),
            cached_entities: 100_000,
            queued_writes_max: 100_000,
            flush_rows: 1_000_000,
            flush_every: Duration::from_secs(600),
            buffer_bytes_max: 512 << 20,
            lag_max: 20_000_000,
        }
    }
}
