//! Opening and stopping a hub.

use std::{collections::HashSet, sync::Arc};

use parking_lot::Mutex;
use senne_contract::Contracts;
use senne_history::{History, HistoryConfig};
use senne_model::{Name, Problem};
use senne_store::{Store, StoreSettings, sqlite::SqliteStore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Hub, HubConfig, Inner, clock::RecordingClock, commit::CommitQueue, history_follower::HistoryFollower,
    tail::Tail,
};

impl Hub {
    /// Opens the embedded store and the history in the folder and starts the followers of the house.
    pub async fn open(config: HubConfig) -> Result<Self, Problem> {
        let settings = StoreSettings {
            indexed: indexed(&config.contracts),
            cached_bytes: config.cached_bytes(),
            ..StoreSettings::default()
        };
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&config.folder, settings)?);
        let writer = store.writer().ok_or_else(|| Problem::internal("the store has a writer already"))?;
        let history = History::open(HistoryConfig {
            flush_rows: config.flush_rows,
            flush_every: config.flush_every,
            ..HistoryConfig::new(config.folder.join("history")).within(config.memory_bytes_max)
        })
        .await?;
        let tail = Arc::new(Tail::new(store.head(), config.tail_bytes()));
        let commit = CommitQueue::start(
            writer,
            Arc::clone(&config.contracts),
            Arc::clone(&tail),
            RecordingClock::after(&*store, &history)?,
            config.queued_writes_max,
        )
        .map_err(|error| Problem::internal(error.to_string()))?;
        let areas = Arc::new(crate::areas::AreaIndex::default());
        let inner = Inner {
            contracts: Arc::clone(&config.contracts),
            config,
            store,
            history: Arc::clone(&history),
            commit,
            tail,
            sql_turns: crate::sql::Turns::default(),
            areas: Arc::clone(&areas),
            erasing: tokio::sync::Mutex::new(()),
            erasures_wait: std::sync::atomic::AtomicBool::new(false),
            followers: Mutex::new(Vec::new()),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let hub = Self { inner: Arc::new(inner) };
        // Before anybody reads, and before the log is handed over.
        let unfinished = hub.hide_unfinished_erasures()?;
        hub.follow(Arc::new(HistoryFollower::new(history, areas)))?;
        hub.inner.tasks.spawn(hub.clone().keep_house());
        hub.inner.tasks.spawn(hub.clone().keep_history());
        if unfinished {
            hub.inner.tasks.spawn(hub.clone().go_on_erasing());
        }
        Ok(hub)
    }

    /// Stops followers, flushes history, waits for the last commit. Nothing is lost without it: what was
    /// acknowledged is on disk; the next start is quicker with it.
    pub async fn stop(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        if let Err(error) = self.inner.history.flush().await {
            tracing::warn!(%error, "history could not be flushed at the end: {error}");
        }
        self.store_cursors().await;
        self.close_writer().await;
        let store = Arc::clone(&self.inner.store);
        let sealed = tokio::task::spawn_blocking(move || store.seal()).await;
        if let Ok(Err(error)) = sealed {
            tracing::warn!(%error, "checksums of the state could not be noted: {error}");
        }
    }

    /// Lets go of everything as a crash would: nothing is flushed, no cursor is stored. For tests.
    pub async fn abandon(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.close_writer().await;
    }

    async fn close_writer(&self) {
        let Some(thread) = self.inner.commit.close().await else { return };
        tokio::task::spawn_blocking(move || thread.join().ok()).await.ok();
    }

    /// Writes what history holds in memory to its tables.
    pub async fn flush(&self) -> Result<(), Problem> {
        self.inner.history.flush().await?;
        self.store_cursors().await;
        Ok(())
    }
}

/// The attributes that contracts want to be found by value.
fn indexed(contracts: &Contracts) -> HashSet<Name> {
    let attributes = contracts.iter().flat_map(|contract| &contract.attributes);
    attributes.filter(|attribute| attribute.indexed).map(|attribute| attribute.name.clone()).collect()
}
