//! The follower that hands the log over to history.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use senne_history::History;
use senne_model::{Change, ChangeNo, Problem};
use tokio::sync::watch;

use crate::{Inner, areas::AreaIndex, follow::Follower};

pub(crate) const NAME: &str = "history";

pub(crate) struct HistoryFollower {
    history: Arc<History>,
    areas: Arc<AreaIndex>,
    /// Everything up to here has been handed over, or is of no interest to history.
    handed: AtomicU64,
}

impl HistoryFollower {
    pub(crate) fn new(history: Arc<History>, areas: Arc<AreaIndex>) -> Self {
        Self { history, areas, handed: AtomicU64::new(0) }
    }
}

impl Follower for HistoryFollower {
    fn name(&self) -> &str {
        NAME
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            // The log on disk is the longer buffer: when memory is full, wait for the flush.
            while self.history.over_limit() {
                self.history.flush().await?;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            self.areas.take(changes);
            if changes.iter().any(|c| c.tenant.is_system()) {
                let outside: Vec<_> =
                    changes.iter().filter(|c| !c.tenant.is_system()).map(Arc::clone).collect();
                self.history.take_all(&outside)?;
            } else {
                self.history.take_all(changes)?;
            }
            if let Some(last) = changes.last() {
                self.handed.store(last.no.0, Ordering::Release);
            }
            Ok(())
        })
    }

    fn wants_system(&self) -> bool {
        true
    }

    /// With nothing in memory, all that was handed over is in the tables, whoever it belonged to.
    fn durable(&self) -> Option<ChangeNo> {
        let handed = ChangeNo(self.handed.load(Ordering::Acquire));
        let durable = self.history.durable();
        Some(if self.history.statistics().buffer_rows == 0 { handed.max(durable) } else { durable })
    }
}

impl Inner {
    /// Tells how far history has taken the log.
    pub(crate) fn history_taken(&self) -> watch::Receiver<ChangeNo> {
        let followers = self.followers.lock();
        let running = followers.iter().find(|running| running.follower.name() == NAME);
        running.map_or_else(|| watch::channel(ChangeNo(0)).1, |running| running.taken.subscribe())
    }
}
