//! Followers: whoever does something because of changes.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use senne_model::{Change, ChangeNo, Problem};
use tokio::sync::watch;

use crate::Hub;

/// How many changes a follower is handed at once.
const HANDFUL: usize = 2_000;

/// The longest wait between two tries of a follower that fails.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Does something because of changes. It is handed every change once and in order, and again after a crash
/// from its durable cursor on: what it does must bear being done twice.
pub trait Follower: Send + Sync + 'static {
    /// The name of its cursor.
    fn name(&self) -> &str;

    /// Takes some changes. On an error it is handed the same changes again, after a while.
    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>>;

    /// Whether it wants the changes of system tenants too.
    fn wants_system(&self) -> bool {
        false
    }

    /// Up to where its work is on disk, when it knows better than "what it has taken".
    fn durable(&self) -> Option<ChangeNo> {
        None
    }
}

/// How a follower stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowerStatus {
    /// Its name.
    pub name: String,
    /// It has taken everything up to here.
    pub taken: ChangeNo,
    /// Its work is on disk up to here.
    pub durable: ChangeNo,
    /// How many changes it is behind the log.
    pub lag: u64,
}

/// A follower at work.
pub(crate) struct Running {
    pub(crate) follower: Arc<dyn Follower>,
    pub(crate) taken: watch::Sender<ChangeNo>,
    pub(crate) stored_cursor: AtomicU64,
}

impl Running {
    /// What breaks off is a defect of ours, and must not end the follower for good without a word.
    async fn take(&self, changes: &[Arc<Change>]) -> Result<(), Problem> {
        let taken = AssertUnwindSafe(self.follower.take(changes)).catch_unwind().await;
        taken.unwrap_or_else(|_| Err(Problem::internal("it broke off")))
    }

    pub(crate) fn durable(&self) -> ChangeNo {
        let taken = *self.taken.borrow();
        self.follower.durable().map_or(taken, |durable| durable.min(taken))
    }

    /// How many changes it has not taken.
    pub(crate) fn lag(&self, head: ChangeNo) -> u64 {
        head.0.saturating_sub(self.taken.borrow().0)
    }

    pub(crate) fn status(&self, head: ChangeNo) -> FollowerStatus {
        let taken = *self.taken.borrow();
        metrics::gauge!("senne_follower_lag", "follower" => self.follower.name().to_owned())
            .set(head.0.saturating_sub(taken.0) as f64);
        FollowerStatus {
            name: self.follower.name().to_owned(),
            taken,
            durable: self.durable(),
            lag: head.0.saturating_sub(taken.0),
        }
    }
}

impl Hub {
    /// Starts a follower from its durable cursor; a new one starts after the newest change.
    pub fn follow(&self, follower: Arc<dyn Follower>) -> Result<(), Problem> {
        let known = self.inner.store.cursor(follower.name())?;
        let start = match (follower.durable(), known) {
            (Some(durable), cursor) => durable.max(cursor.unwrap_or_default()),
            (None, Some(cursor)) => cursor,
            (None, None) => self.head(),
        };
        self.follow_from(follower, start)
    }

    /// Up to where a follower's work was on disk when it was last noted; none when it is new.
    pub fn cursor(&self, follower: &str) -> Result<Option<ChangeNo>, Problem> {
        Ok(self.inner.store.cursor(follower)?)
    }

    /// Notes where a follower that has not begun yet is to begin: the log is kept from there on.
    pub async fn begin_at(&self, follower: &str, after: ChangeNo) -> Result<(), Problem> {
        if self.cursor(follower)?.is_none() {
            let cursors = [(follower.to_owned(), after)];
            self.inner.commit.work(move |writer| writer.set_cursors(&cursors)).await?;
        }
        Ok(())
    }

    /// Whether the log no longer has all changes after a follower's cursor: somebody wrote while it was not there.
    pub fn has_missed(&self, follower: &str) -> Result<bool, Problem> {
        let pruned = self.inner.store.pruned()?;
        Ok(self.cursor(follower)?.is_some_and(|cursor| cursor < pruned))
    }

    /// Runs something beside the hub, until it ends or the hub stops.
    pub fn run_beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.inner.stop.clone();
        self.inner.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = work => {}
            }
        });
    }

    /// Starts a follower after a change that it names itself.
    pub fn follow_from(&self, follower: Arc<dyn Follower>, start: ChangeNo) -> Result<(), Problem> {
        let pruned = self.inner.store.pruned()?;
        if start < pruned {
            let name = follower.name();
            tracing::error!(
                follower = name,
                "`{name}` stands at change {start}, but the log begins after {pruned}; it goes on from there"
            );
        }
        let running = Arc::new(Running {
            follower,
            taken: watch::Sender::new(start.max(pruned)),
            // None is stored yet, also of one that stands before the first change.
            stored_cursor: AtomicU64::new(u64::MAX),
        });
        self.inner.followers.lock().push(Arc::clone(&running));
        let hub = self.clone();
        let stop = self.inner.stop.clone();
        self.inner.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = hub.run_follower(&running) => {}
            }
        });
        Ok(())
    }

    async fn run_follower(&self, running: &Running) {
        let mut news = self.inner.tail.watch();
        loop {
            let after = *running.taken.borrow();
            news.borrow_and_update();
            match self.next_changes(after).await {
                Ok(changes) if changes.is_empty() => {
                    if news.changed().await.is_err() {
                        return;
                    }
                }
                Ok(changes) => self.hand_over(running, &changes).await,
                Err(error) => {
                    tracing::error!(%error, "the log could not be read: {error}");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    async fn hand_over(&self, running: &Running, changes: &[Arc<Change>]) {
        let Some(last) = changes.last().map(|c| c.no) else { return };
        let system = running.follower.wants_system();
        let outside: Vec<Arc<Change>>;
        let wanted = if system || changes.iter().all(|c| !c.tenant.is_system()) {
            changes
        } else {
            outside = changes.iter().filter(|c| !c.tenant.is_system()).map(Arc::clone).collect();
            &outside
        };
        let mut wait = Duration::from_millis(100);
        while let Err(error) = running.take(wanted).await {
            let name = running.follower.name();
            tracing::warn!(follower = name, %error, "`{name}` could not take changes up to {last}, tries again: {error}");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(WAIT_MAX);
        }
        running.taken.send_replace(last);
    }

    /// Some changes after `after`: from memory when it reaches back that far, else from the log.
    async fn next_changes(&self, after: ChangeNo) -> Result<Vec<Arc<Change>>, Problem> {
        if after >= self.head() {
            return Ok(Vec::new());
        }
        if let Some(changes) = self.inner.tail.after(after, HANDFUL) {
            return Ok(changes);
        }
        let hub = self.clone();
        let read = tokio::task::spawn_blocking(move || hub.changes(after, HANDFUL));
        read.await.map_err(|e| Problem::internal(e.to_string()))?
    }

    /// Changes after `after`, at most about `max`, from the log. Blocking: call it off the async threads.
    pub fn changes(&self, after: ChangeNo, max: usize) -> Result<Vec<Arc<Change>>, Problem> {
        Ok(self.inner.store.changes(after, max)?)
    }

    /// The log has all changes after this one; older ones have been let go of, once everybody had them.
    pub fn log_begin(&self) -> Result<ChangeNo, Problem> {
        Ok(self.inner.store.pruned()?)
    }

    /// Tells when there are newer changes: the number of the newest.
    pub fn news(&self) -> watch::Receiver<ChangeNo> {
        self.inner.tail.watch()
    }

    /// Some changes after `after`, from memory when it reaches back that far, else from the log; none when there are none yet.
    pub async fn changes_after(&self, after: ChangeNo) -> Result<Vec<Arc<Change>>, Problem> {
        self.next_changes(after).await
    }

    /// The cursors that moved since they were last stored.
    pub(crate) fn moved_cursors(&self) -> Vec<(String, ChangeNo)> {
        let followers = self.inner.followers.lock();
        let moved = followers.iter().filter_map(|running| {
            let durable = running.durable();
            let before = running.stored_cursor.swap(durable.0, Ordering::Relaxed);
            (before != durable.0).then(|| (running.follower.name().to_owned(), durable))
        });
        moved.collect()
    }

    /// Up to where every follower's work is on disk.
    pub(crate) fn everybody_has(&self) -> ChangeNo {
        self.inner.followers.lock().iter().map(|running| running.durable()).min().unwrap_or_default()
    }
}
