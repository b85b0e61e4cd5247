//! The reading thread: files to batches.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use senne_model::Timestamp;
use tokio::sync::mpsc;
use twox_hash::XxHash3_128;

use crate::{PreparedFeed, Refusal, map::Mapper, prepared::Reading, rows::Input};

use super::{Batch, Message, Position};

/// How many refusals one batch lists; the rest are counted.
const REFUSALS_PER_BATCH_MAX: usize = 1000;

/// A file and how far it was loaded before.
pub(crate) struct FileJob {
    pub(crate) input: Input,
    pub(crate) source: String,
    pub(crate) position: Option<Position>,
}

/// Reads files and sends batches until there are no more, or until nobody listens.
pub(crate) struct Reader {
    pub(crate) prepared: PreparedFeed,
    pub(crate) batch_rows: usize,
    /// Bytes read from disk so far.
    pub(crate) bytes: Arc<AtomicU64>,
    pub(crate) sender: mpsc::Sender<Message>,
}

/// Nobody listens any more.
struct Stopped;

impl Reader {
    pub(crate) fn run(&self, jobs: Vec<FileJob>) {
        let mut mapper = Mapper::new(Arc::clone(&self.prepared.feed.plan));
        for job in jobs {
            let before = self.bytes.load(Ordering::Relaxed);
            if self.file(&job, &mut mapper).is_err() {
                return;
            }
            // A file that was skipped or read twice still counts as its size.
            self.bytes.store(before + job.input.bytes, Ordering::Relaxed);
        }
    }

    fn file(&self, job: &FileJob, mapper: &mut Mapper) -> Result<(), Stopped> {
        let whole = match fingerprint(&job.input.path) {
            Ok(whole) => whole,
            Err(e) => return self.refuse_file(job, &e),
        };
        let mut compare = false;
        if let Some(position) = &job.position {
            let same_feed = position.is_of_feed(self.prepared.feed.fingerprint);
            if same_feed && position.is_whole(whole) {
                return self.send(Message::Skipped);
            }
            compare = position.compare || !same_feed;
            if same_feed && let Some(reading) = self.resume(job, position, mapper) {
                return self.batches(job, reading, mapper, compare, whole);
            }
            compare = true;
        }
        match self.open(job) {
            Ok(reading) => self.batches(job, reading, mapper, compare, whole),
            Err(refusal) => self.refuse(job, refusal),
        }
    }

    fn open(&self, job: &FileJob) -> Result<Reading, Refusal> {
        let name = &job.input.name;
        let refuse =
            |e: io::Error| Refusal { file: name.clone(), line: 1, column: None, reason: e.to_string() };
        let counted = Counted { inner: job.input.open().map_err(refuse)?, bytes: Arc::clone(&self.bytes) };
        self.prepared.read(name, Box::new(counted), Timestamp::now())
    }

    /// Reads over what was loaded before; `None` when the file is not what it was.
    fn resume(&self, job: &FileJob, position: &Position, mapper: &mut Mapper) -> Option<Reading> {
        let mut reading = self.open(job).ok()?;
        for _ in 0..position.rows() {
            if !reading.pass(mapper) {
                return None;
            }
        }
        position.fits(reading.checkpoint()).then_some(reading)
    }

    fn batches(
        &self,
        job: &FileJob,
        mut reading: Reading,
        mapper: &mut Mapper,
        compare: bool,
        whole: u128,
    ) -> Result<(), Stopped> {
        let feed = self.prepared.feed.fingerprint;
        let mut batch = self.empty(job, compare);
        let mut in_batch = 0;
        let mut broken = false;
        while let Some(row) = reading.next(mapper) {
            in_batch += 1;
            batch.rows += u64::from(!row.mapped.writes.is_empty());
            batch.values += row.mapped.values;
            batch.lines.resize(batch.lines.len() + row.mapped.writes.len(), row.line);
            batch.writes.extend(row.mapped.writes);
            broken = row.ends_source;
            for refusal in row.refusals {
                batch.refuse(refusal);
            }
            if in_batch == self.batch_rows {
                batch.position = Position::new(feed, reading.checkpoint(), compare, None);
                self.send(Message::Batch(Box::new(batch)))?;
                batch = self.empty(job, compare);
                in_batch = 0;
            }
        }
        // A file that broke off is not whole: when it is completed, the rest is loaded.
        let ended = !broken;
        batch.position = Position::new(feed, reading.checkpoint(), compare && !ended, ended.then_some(whole));
        self.send(Message::Batch(Box::new(batch)))
    }

    fn empty(&self, job: &FileJob, compare: bool) -> Batch {
        Batch {
            file: job.input.name.clone(),
            source: job.source.clone(),
            writes: Vec::with_capacity(self.batch_rows),
            lines: Vec::with_capacity(self.batch_rows),
            rows: 0,
            values: 0,
            refusals: Vec::new(),
            refused_unlisted: 0,
            position: Position::new(0, crate::rows::Checkpoint::default(), true, None),
            compare,
        }
    }

    fn refuse_file(&self, job: &FileJob, error: &io::Error) -> Result<(), Stopped> {
        let reason = error.to_string();
        self.refuse(job, Refusal { file: job.input.name.clone(), line: 1, column: None, reason })
    }

    /// A file of which nothing can be read keeps the position that it had.
    fn refuse(&self, job: &FileJob, refusal: Refusal) -> Result<(), Stopped> {
        let mut batch = self.empty(job, false);
        if let Some(position) = &job.position {
            batch.position = position.clone();
        }
        batch.refuse(refusal);
        self.send(Message::Batch(Box::new(batch)))
    }

    fn send(&self, message: Message) -> Result<(), Stopped> {
        self.sender.blocking_send(message).map_err(|_| Stopped)
    }
}

impl Batch {
    fn refuse(&mut self, refusal: Refusal) {
        if self.refusals.len() < REFUSALS_PER_BATCH_MAX {
            self.refusals.push(refusal);
        } else {
            self.refused_unlisted += 1;
        }
    }
}

/// The fingerprint of a file as it lies on disk.
fn fingerprint(path: &Path) -> io::Result<u128> {
    let mut file = File::open(path)?;
    let mut hasher = XxHash3_128::new();
    let mut buffer = vec![0; 1 << 17];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish_128()),
            n => hasher.write(&buffer[..n]),
        }
    }
}

/// Counts what is read, for progress.
struct Counted {
    inner: Box<dyn Read + Send>,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
