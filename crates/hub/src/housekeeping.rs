//! What must be done from time to time: flush history, store cursors, prune the log; join and remove old files.

use std::time::{Duration, Instant};

use senne_contract::Period;
use senne_model::{Name, Timestamp};

use crate::Hub;

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

const EVERY: Duration = Duration::from_secs(1);

/// How often it is looked whether small files of history are to be joined.
const COMPACT_EVERY: Duration = Duration::from_secs(60);

/// How often files that no version of history names any more are removed.
const VACUUM_EVERY: Duration = Duration::from_hours(6);

impl Hub {
    pub(crate) async fn keep_house(self) {
        loop {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            self.flush_when_due().await;
            if !self.can_write() {
                // Nobody may be writing any more: the way back is looked for from here too.
                self.inner.commit.work(|_| Ok(())).await.ok();
            }
            if let Err(error) = self.sweep_expired().await {
                tracing::warn!(%error, "what has expired could not be taken away, it will be tried again: {error}");
            }
            self.store_cursors().await;
            self.publish_metrics();
        }
    }

    /// Apart from [`Hub::keep_house`], since joining files takes seconds. What has begun is brought to its end.
    pub(crate) async fn keep_history(self) {
        let mut vacuumed: Option<Instant> = None;
        loop {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = tokio::time::sleep(COMPACT_EVERY) => {}
            }
            self.clone().go_on_erasing().await;
            match self.inner.history.compact().await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(files = gone, "{gone} small files of history were joined"),
                Err(error) => tracing::warn!(%error, "files of history could not be joined: {error}"),
            }
            if vacuumed.is_none_or(|last| last.elapsed() >= VACUUM_EVERY) {
                vacuumed = Some(Instant::now());
                match self.inner.history.retire(&self.retention()).await {
                    Ok(0) => {}
                    Ok(gone) => tracing::info!(files = gone, "{gone} files were let go of, as contracts say"),
                    Err(error) => tracing::warn!(%error, "nothing could be let go of: {error}"),
                }
                match self.inner.history.vacuum().await {
                    Ok(0) => {}
                    Ok(gone) => tracing::info!(files = gone, "{gone} old files of history were removed"),
                    Err(error) => tracing::warn!(%error, "old files of history stay: {error}"),
                }
            }
        }
    }

    /// Until when values of each type have been kept long enough.
    fn retention(&self) -> Vec<(Name, Timestamp)> {
        let now = Timestamp::now();
        let kept =
            self.inner.contracts.iter().filter_map(|contract| {
                Some((contract.type_name.clone(), kept_until(now, contract.retention?)))
            });
        kept.collect()
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

/// What is older has been kept long enough. A period longer than time itself lets go of nothing.
fn kept_until(now: Timestamp, keep: Period) -> Timestamp {
    // A month counts as 31 days: rather a little too long than too short.
    let days = i64::from(keep.months) * 31 + i64::from(keep.days);
    let micros = days.saturating_mul(DAY).saturating_add(i64::try_from(keep.micros).unwrap_or(i64::MAX));
    Timestamp::from_micros(now.micros().saturating_sub(micros)).max(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_kept_for_ever_is_kept() {
        let now = Timestamp::parse("2026-03-01T00:00:00Z").unwrap();
        let until = |text: &str| kept_until(now, Period::parse(text).unwrap());
        assert_eq!(until("P1D"), Timestamp::parse("2026-02-28T00:00:00Z").unwrap());
        assert_eq!(until("P1M"), Timestamp::parse("2026-01-29T00:00:00Z").unwrap());
        for ever in ["P9999Y", "P999999Y"] {
            assert_eq!(until(ever), Timestamp::MIN, "{ever}");
        }
    }
}
