//! Counts and fingerprints the bytes that a row reader has consumed, and stops rows without end.

use std::io::{self, Read};

use twox_hash::XxHash3_128;

use super::Checkpoint;

/// Between the source and the row reader, which reads ahead: bytes are kept until a row has used them.
pub(crate) struct Tally<R> {
    inner: R,
    hasher: XxHash3_128,
    /// Bytes handed out and not yet fingerprinted.
    pending: Vec<u8>,
    delivered: u64,
    hashed: u64,
    /// Where the last complete row ended.
    consumed: u64,
    row_bytes_max: u64,
}

/// How much a row reader may read ahead of the row that it is in.
const READ_AHEAD: u64 = 64 * 1024;

/// The word by which the row reader tells this from other failures.
pub(crate) const ROW_TOO_LONG: &str = "the row is too long";

impl<R: Read> Tally<R> {
    pub(crate) fn new(inner: R, row_bytes_max: u64) -> Self {
        Self {
            inner,
            hasher: XxHash3_128::new(),
            pending: Vec::new(),
            delivered: 0,
            hashed: 0,
            consumed: 0,
            row_bytes_max,
        }
    }

    /// A row ended at this offset.
    pub(crate) fn consumed(&mut self, offset: u64) {
        self.consumed = offset;
        if self.pending.len() > 1 << 20 {
            self.settle();
        }
    }

    /// The fingerprint of all rows so far.
    pub(crate) fn checkpoint(&mut self, rows: u64) -> Checkpoint {
        self.settle();
        Checkpoint { rows, bytes: self.hashed, hash: self.hasher.finish_128() }
    }

    /// How many lines lie between the end of the last row and the next one's first cell: the second half of a
    /// line ending, empty lines, comments. The row reader skips them without counting. To be asked before
    /// [`Tally::consumed`] says that the next row is over.
    pub(crate) fn lines_before_row(&self, start: u64, comment: Option<u8>) -> u64 {
        let skip = start.saturating_sub(self.hashed) as usize;
        let mut rest = self.pending.get(skip..).unwrap_or_default();
        let mut lines = 0;
        while let Some((first, after)) = rest.split_first() {
            match *first {
                b'\n' => {
                    lines += 1;
                    rest = after;
                }
                b'\r' => rest = after,
                c if Some(c) == comment => {
                    let end = after.iter().position(|b| *b == b'\n').unwrap_or(after.len());
                    rest = &after[end..];
                }
                _ => break,
            }
        }
        lines
    }

    fn settle(&mut self) {
        let ready = (self.consumed.saturating_sub(self.hashed) as usize).min(self.pending.len());
        self.hasher.write(&self.pending[..ready]);
        self.pending.drain(..ready);
        self.hashed += ready as u64;
    }
}

impl<R: Read> Read for Tally<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.delivered.saturating_sub(self.consumed) > self.row_bytes_max + READ_AHEAD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, ROW_TOO_LONG));
        }
        let n = self.inner.read(buffer)?;
        self.pending.extend_from_slice(&buffer[..n]);
        self.delivered += n as u64;
        Ok(n)
    }
}
