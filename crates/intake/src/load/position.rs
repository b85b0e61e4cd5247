//! How far a file has been loaded, as it is committed with the writes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::rows::Checkpoint;

/// The position in one file.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Position {
    /// The fingerprint of the feed that read it.
    feed: String,
    rows: u64,
    bytes: u64,
    /// The fingerprint of the text so far.
    hash: String,
    /// The file was changed: until its end, what is known already has to be left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) compare: bool,
    /// The fingerprint of the whole file on disk, once it was read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) whole: Option<String>,
}

impl Position {
    pub(crate) fn new(feed: u128, checkpoint: Checkpoint, compare: bool, whole: Option<u128>) -> Self {
        Self {
            feed: format!("{feed:032x}"),
            rows: checkpoint.rows,
            bytes: checkpoint.bytes,
            hash: format!("{:032x}", checkpoint.hash),
            compare,
            whole: whole.map(|hash| format!("{hash:032x}")),
        }
    }

    /// The name under which the position of a file is kept.
    pub(crate) fn source(feed: &str, file: &str) -> String {
        format!("feed/{feed}/{file}")
    }

    /// `None` for a text of another version: the file is then compared as a whole.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(crate) fn is_of_feed(&self, fingerprint: u128) -> bool {
        self.feed == format!("{fingerprint:032x}")
    }

    pub(crate) fn is_whole(&self, hash: u128) -> bool {
        self.whole.as_deref() == Some(&format!("{hash:032x}"))
    }

    /// How many rows were loaded.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether the text up to here is the one that was loaded.
    pub(crate) fn fits(&self, checkpoint: Checkpoint) -> bool {
        self.rows == checkpoint.rows
            && self.bytes == checkpoint.bytes
            && self.hash == format!("{:032x}", checkpoint.hash)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}
