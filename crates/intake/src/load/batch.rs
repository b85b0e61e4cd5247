//! What the reading thread hands to the committing task.

use senne_model::Write;

use crate::Refusal;

use super::Position;

/// One step of a load.
pub(crate) enum Message {
    /// A file that is as it was when it was loaded.
    Skipped,
    /// Rows to commit.
    Batch(Box<Batch>),
}

/// The writes of some rows of one file, and where the file stands after them.
pub(crate) struct Batch {
    pub(crate) file: String,
    pub(crate) source: String,
    pub(crate) writes: Vec<Write>,
    /// The line of each write.
    pub(crate) lines: Vec<u64>,
    pub(crate) rows: u64,
    pub(crate) values: u64,
    pub(crate) refusals: Vec<Refusal>,
    /// Refusals that are counted and not listed.
    pub(crate) refused_unlisted: u64,
    pub(crate) position: Position,
    /// Whether what the sink knows already has to be left out.
    pub(crate) compare: bool,
}
