//! Files into a sink, exactly once.
//!
//! A file is read in batches on a thread of its own while the batches before are being committed. Each batch
//! commits its position in the same transaction as its writes, so a load that was interrupted goes on after
//! the last batch. What happens to a file that was loaded before is decided by fingerprints:
//!
//! 1. the same content: nothing is read;
//! 2. the content so far is the same and more follows: only what follows is loaded;
//! 3. anything else, or the feed changed: all of it is read, and what the sink knows already is left out.

mod batch;
mod files;
mod news;
mod position;
mod read;
mod report;

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicU64},
    time::Instant,
};

use tokio::sync::mpsc;

use crate::{PreparedFeed, Sink, SinkReceipt};

use batch::{Batch, Message};
use position::Position;
use read::FileJob;
use report::Counter;

pub(crate) use news::{only_news, part_of, same};
pub use report::{LoadError, LoadOptions, LoadReport, ProblemError, Progress};

/// Loads the files of one feed.
pub struct Loader {
    prepared: PreparedFeed,
    from: PathBuf,
    sink: Arc<dyn Sink>,
    options: LoadOptions,
}

impl Loader {
    /// A loader of a feed's files under the folder `from`.
    pub fn new(
        prepared: PreparedFeed,
        from: impl Into<PathBuf>,
        sink: Arc<dyn Sink>,
        options: LoadOptions,
    ) -> Self {
        Self { prepared, from: from.into(), sink, options }
    }

    /// Loads all files. Dropping the future stops the load between two batches; another one goes on there.
    /// `progress` is called some times a second.
    pub async fn run(&self, mut progress: impl FnMut(&Progress) + Send) -> Result<LoadReport, LoadError> {
        let (jobs, unreadable) = self.jobs().await?;
        let mut counter = Counter::new(&self.prepared.feed.id, &self.options, &jobs);
        unreadable.into_iter().for_each(|refusal| counter.refuse(refusal));
        let (sender, mut receiver) = mpsc::channel(self.options.batches_ahead.max(1));
        let bytes = Arc::new(AtomicU64::new(0));
        let reader = read::Reader {
            prepared: self.prepared.clone(),
            batch_rows: self.options.batch_rows.max(1),
            bytes: Arc::clone(&bytes),
            sender,
        };
        let thread = tokio::task::spawn_blocking(move || reader.run(jobs));
        let mut shown = Instant::now();
        while let Some(message) = receiver.recv().await {
            match message {
                Message::Skipped => counter.skip_file(),
                Message::Batch(batch) => self.commit(*batch, &mut counter).await?,
            }
            counter.bytes(&bytes);
            if shown.elapsed() >= self.options.progress_every {
                shown = Instant::now();
                progress(counter.progress());
            }
        }
        thread.await.map_err(|e| LoadError::Defect(e.to_string()))?;
        counter.bytes(&bytes);
        progress(counter.progress());
        Ok(counter.report())
    }

    /// The files with their positions, and those that cannot be opened.
    async fn jobs(&self) -> Result<(Vec<FileJob>, Vec<crate::Refusal>), LoadError> {
        let feed = &self.prepared.feed;
        let (inputs, unreadable) = files::find(feed, &self.from)?;
        let mut jobs = Vec::with_capacity(inputs.len());
        for input in inputs {
            let source = Position::source(&feed.id, &input.name);
            let position = self.sink.position(&source).await?;
            jobs.push(FileJob { position: position.as_deref().and_then(Position::parse), source, input });
        }
        Ok((jobs, unreadable))
    }

    async fn commit(&self, batch: Batch, counter: &mut Counter) -> Result<(), LoadError> {
        let Batch { mut writes, mut lines, position, source, compare, .. } = batch;
        if compare && let Some(part) = part_of(&writes) {
            let known = self.sink.known(part).await?;
            let left_out = only_news(&mut writes, &mut lines, &known);
            counter.known(left_out);
        }
        let receipt = self.sink.write(writes, Some((source, position.to_string()))).await?;
        let SinkReceipt { created, updated, unchanged, refused } = receipt;
        counter.written(created, updated, unchanged);
        counter.read(batch.rows, batch.values);
        batch.refusals.into_iter().for_each(|refusal| counter.refuse(refusal));
        counter.refused_unlisted(batch.refused_unlisted);
        for (i, problem) in refused {
            counter.refuse(crate::Refusal {
                file: batch.file.clone(),
                line: lines.get(i).copied().unwrap_or_default(),
                column: problem.field.clone(),
                reason: problem.detail,
            });
        }
        Ok(())
    }
}
