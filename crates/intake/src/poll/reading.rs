//! The rows of one answer, in batches of writes: read on a thread for such work, and no faster than they are written.

use std::io::{Cursor, Read as _};

use flate2::read::MultiGzDecoder;
use senne_model::{Timestamp, Write};
use tokio::sync::mpsc;

use crate::{PreparedFeed, Refusal, map::Mapper};

/// How many writes one transaction holds, about.
const BATCH_WRITES: usize = 2000;
/// How many refusals are listed.
pub(super) const REFUSALS_MAX: usize = 20;

/// An answer that is to be read.
pub(super) struct Reading {
    pub(super) prepared: PreparedFeed,
    pub(super) url: String,
    pub(super) body: Vec<u8>,
    /// The most bytes of the answer, unpacked.
    pub(super) bytes_max: u64,
    pub(super) mapper: Mapper,
}

/// What reading it came to.
pub(super) struct Done {
    pub(super) mapper: Mapper,
    /// How many rows or values were refused.
    pub(super) refused: u64,
    /// The first of them.
    pub(super) refusals: Vec<Refusal>,
    /// Why it is no use as a whole.
    pub(super) failure: Option<String>,
}

impl Reading {
    /// Sends the writes until there are no more, or until nobody takes them.
    pub(super) fn run(self, batches: &mpsc::Sender<Vec<Write>>) -> Done {
        let Self { prepared, url, body, bytes_max, mapper } = self;
        let mut done = Done { mapper, refused: 0, refusals: Vec::new(), failure: None };
        let body = match unpacked(body, bytes_max) {
            Ok(body) => body,
            Err(reason) => return Done { failure: Some(reason), ..done },
        };
        let mut rows = match prepared.read(&url, Box::new(Cursor::new(body)), Timestamp::now()) {
            Ok(rows) => rows,
            Err(refusal) => return Done { failure: Some(refusal.to_string()), ..done },
        };
        let mut writes = Vec::new();
        while let Some(row) = rows.next(&mut done.mapper) {
            done.refused += row.refusals.len() as u64;
            let room = REFUSALS_MAX.saturating_sub(done.refusals.len());
            done.refusals.extend(row.refusals.into_iter().take(room));
            writes.extend(row.mapped.writes);
            if writes.len() >= BATCH_WRITES && batches.blocking_send(std::mem::take(&mut writes)).is_err() {
                return done;
            }
        }
        if !writes.is_empty() {
            batches.blocking_send(writes).ok();
        }
        done
    }
}

/// The answer without gzip. One that is larger than it may be is no use: cut off, its last value would be another.
fn unpacked(body: Vec<u8>, bytes_max: u64) -> Result<Vec<u8>, String> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return Ok(body);
    }
    let mut plain = Vec::new();
    let mut packed = MultiGzDecoder::new(Cursor::new(body)).take(bytes_max.saturating_add(1));
    packed.read_to_end(&mut plain).map_err(|e| format!("the answer cannot be unpacked: {e}"))?;
    if plain.len() as u64 > bytes_max { Err(too_large(bytes_max)) } else { Ok(plain) }
}

pub(super) fn too_large(bytes_max: u64) -> String {
    format!("the answer is larger than {} MiB", bytes_max >> 20)
}
