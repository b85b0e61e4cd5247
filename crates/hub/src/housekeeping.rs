//! What must be done from time to time: flush history, store cursors, prune the log.

use std::time::Duration;

use crate::Hub;

const EVERY: Duration = Duration::from_secs(1);

impl Hub {
    pub(crate) async fn keep_house(self) {
        loop {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            self.flush_when_due().await;
            self.store_cursors().await;
            self.publish_metrics();
        }
    }

    async fn flush_when_due(&self) {
        if !self.inner.history.flush_due() {
            return;
        }
        if let Err(error) = self.inner.history.flush().await {
            tracing::warn!(%error, "history could not be flushed, it will be tried again: {error}");
        }
    }

    /// Stores the cursors that moved, and drops the part of the log that everybody has.
    pub(crate) async fn store_cursors(&self) {
        let moved = self.moved_cursors();
        if moved.is_empty() {
            return;
        }
        self.inner.commit.set_cursors(moved).await;
        self.inner.commit.prune(self.everybody_has()).await;
    }

    fn publish_metrics(&self) {
        let statistics = self.inner.history.statistics();
        metrics::gauge!("senne_history_buffer_bytes").set(statistics.buffer_bytes as f64);
        metrics::gauge!("senne_history_buffer_rows").set(statistics.buffer_rows as f64);
        metrics::gauge!("senne_log_head").set(self.head().0 as f64);
        self.followers();
    }
}
