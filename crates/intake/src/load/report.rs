//! What a load is told, shows on its way, and comes to.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use senne_model::Problem;

use crate::Refusal;

use super::read::FileJob;

/// How to load.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// How many rows one transaction holds at most.
    pub batch_rows: usize,
    /// How many batches may wait for the one that is being committed.
    pub batches_ahead: usize,
    /// How many refusals the report lists; the rest are counted.
    pub refusals_max: usize,
    /// How often progress is shown.
    pub progress_every: Duration,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            batch_rows: 2000,
            batches_ahead: 4,
            refusals_max: 100,
            progress_every: Duration::from_millis(200),
        }
    }
}

/// Why a load stopped. What was committed before stays, and a second load goes on after it.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No file fits the patterns of the feed.
    #[error("no file in {folder} fits the feed `{feed}` ({patterns}); is `--from` the right folder?")]
    NoFiles {
        /// The feed.
        feed: String,
        /// The folder that was searched.
        folder: String,
        /// The patterns of the feed.
        patterns: String,
    },
    /// A folder cannot be read.
    #[error("the folder cannot be read: {0}")]
    Folder(String),
    /// The sink did not take a batch.
    #[error("writing failed: {0}")]
    Sink(#[from] ProblemError),
    /// A defect of ours.
    #[error("the load broke off by a defect of the program: {0}")]
    Defect(String),
}

/// A problem as the source of a [`LoadError`].
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ProblemError(pub Problem);

impl From<Problem> for LoadError {
    fn from(problem: Problem) -> Self {
        Self::Sink(ProblemError(problem))
    }
}

/// How far a load is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Progress {
    /// The feed.
    pub feed: String,
    /// Rows committed in this load.
    pub rows: u64,
    /// Attribute values committed in this load.
    pub values: u64,
    /// Bytes read from disk, of files that were skipped too.
    pub bytes: u64,
    /// Bytes of all files.
    pub bytes_total: u64,
    /// Rows a second since the start.
    pub rows_per_second: f64,
    /// How long it will take from now; `None` while that cannot be told.
    pub remaining: Option<Duration>,
}

/// What a load came to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LoadReport {
    /// The feed.
    pub feed: String,
    /// Files that the feed's patterns found.
    pub files: u64,
    /// Files that were as they were when they were last loaded.
    pub files_unchanged: u64,
    /// Rows that gave at least one write.
    pub rows: u64,
    /// Attribute values in those rows; what is fixed about an entity does not count.
    pub values: u64,
    /// Values of changed files that were known already and were not written again.
    pub values_known: u64,
    /// Entities that came to be.
    pub created: u64,
    /// Writes that changed something.
    pub updated: u64,
    /// Writes that said what was known.
    pub unchanged: u64,
    /// How many rows or values were refused.
    pub refused: u64,
    /// The first of them.
    pub refusals: Vec<Refusal>,
    /// How long it took.
    pub took: Duration,
}

/// Keeps the count during a load.
pub(crate) struct Counter {
    report: LoadReport,
    progress: Progress,
    refusals_max: usize,
    start: Instant,
}

impl Counter {
    pub(crate) fn new(feed: &str, options: &LoadOptions, jobs: &[FileJob]) -> Self {
        let feed = feed.to_owned();
        let bytes_total = jobs.iter().map(|job| job.input.bytes).sum();
        Self {
            report: LoadReport { feed: feed.clone(), files: jobs.len() as u64, ..LoadReport::default() },
            progress: Progress { feed, bytes_total, ..Progress::default() },
            refusals_max: options.refusals_max,
            start: Instant::now(),
        }
    }

    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        self.report.refused += 1;
        if self.report.refusals.len() < self.refusals_max {
            self.report.refusals.push(refusal);
        }
    }

    pub(crate) fn refused_unlisted(&mut self, more: u64) {
        self.report.refused += more;
    }

    pub(crate) fn skip_file(&mut self) {
        self.report.files_unchanged += 1;
    }

    pub(crate) fn known(&mut self, values: u64) {
        self.report.values_known += values;
    }

    pub(crate) fn written(&mut self, created: u64, updated: u64, unchanged: u64) {
        self.report.created += created;
        self.report.updated += updated;
        self.report.unchanged += unchanged;
    }

    pub(crate) fn read(&mut self, rows: u64, values: u64) {
        self.report.rows += rows;
        self.report.values += values;
    }

    pub(crate) fn bytes(&mut self, bytes: &AtomicU64) {
        self.progress.bytes = bytes.load(Ordering::Relaxed).min(self.progress.bytes_total);
    }

    pub(crate) fn progress(&mut self) -> &Progress {
        let elapsed = self.start.elapsed().as_secs_f64();
        let done = self.progress.bytes as f64;
        let left = self.progress.bytes_total.saturating_sub(self.progress.bytes) as f64;
        self.progress.rows = self.report.rows;
        self.progress.values = self.report.values;
        self.progress.rows_per_second = if elapsed > 0.0 { self.report.rows as f64 / elapsed } else { 0.0 };
        self.progress.remaining =
            (done > 0.0).then(|| Duration::try_from_secs_f64(elapsed * left / done).unwrap_or_default());
        &self.progress
    }

    pub(crate) fn report(mut self) -> LoadReport {
        self.report.took = self.start.elapsed();
        self.report
    }
}
