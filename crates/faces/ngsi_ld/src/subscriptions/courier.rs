//! The task of one subscription: takes changes, looks at entities, sends notifications.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use senne_hub::Hub;
use senne_model::{Change, ChangeNo, Entity, EntityId, Json, Problem, Timestamp};

use super::{
    compiled::{Compiled, Join, compile},
    dead::DeadLetters,
    notification::{Mark, Notification, Told},
    runner::{Next, Runner},
    sender::Sender,
    stored::Kept,
    told,
};
use crate::{contexts::Contexts, options::DeliveryOptions};

/// How many changes are read from the log at a time.
const HANDFUL: usize = 500;

/// How many entities wait for the end of a throttling period; beyond it they are sent at once.
const HELD_MAX: usize = 1000;

/// How long an idle task waits before it looks around on its own.
const IDLE: Duration = Duration::from_secs(30);

/// What the task works with.
pub(super) struct Courier {
    pub(super) runner: Arc<Runner>,
    pub(super) hub: Hub,
    pub(super) contexts: Arc<Contexts>,
    pub(super) sender: Arc<Sender>,
    pub(super) dead: Arc<DeadLetters>,
    pub(super) options: DeliveryOptions,
    pub(super) allow_private: bool,
    /// Tells the registry that the subscription can be indexed by what it watches.
    pub(super) compiled_now: Box<dyn Fn() + Send + Sync>,
    pub(super) held: Held,
}

/// Entities held back by throttling, each as its newest change left it.
#[derive(Default)]
pub(super) struct Held {
    entities: BTreeMap<EntityId, Told>,
    last: ChangeNo,
    last_sent: Option<Instant>,
}

/// Why a piece of work ended early.
pub(super) enum Stopped {
    /// The subscription was removed or replaced.
    Removed,
}

impl Courier {
    pub(super) async fn run(mut self) {
        let Ok(compiled) = self.ready().await else { return };
        let ended = match compiled.interval {
            Some(interval) => self.run_by_clock(&compiled, interval).await,
            None => self.run_by_changes(&compiled).await,
        };
        if ended.is_err() {
            tracing::debug!(subscription = %self.runner.id, "the task of `{}` has ended", self.runner.id);
        }
    }

    async fn run_by_changes(&mut self, compiled: &Compiled) -> Result<(), Stopped> {
        loop {
            if self.runner.is_stopped() {
                return Err(Stopped::Removed);
            }
            if !compiled.is_live(Timestamp::now()) {
                self.pause().await;
                continue;
            }
            self.flush_if_due(compiled).await?;
            match self.runner.next() {
                Next::Change(waiting) => self.settle(compiled, &waiting.change, waiting.entity).await?,
                Next::ReadLog(after) => self.read_log(compiled, after).await?,
                Next::Wait => self.wait(compiled).await,
            }
        }
    }

    /// Makes the subscription ready. A context that cannot be had now is asked for again: nothing is lost
    /// meanwhile, the log keeps it.
    async fn ready(&self) -> Result<Arc<Compiled>, Stopped> {
        let mut pause = self.options.pause_first;
        loop {
            if let Some(compiled) = &self.runner.state.lock().compiled {
                return Ok(Arc::clone(compiled));
            }
            let kept = &self.runner.kept;
            match self.compile(kept).await {
                Ok(compiled) => {
                    self.runner.state.lock().compiled = Some(Arc::new(compiled));
                    (self.compiled_now)();
                }
                Err(problem) => {
                    tracing::warn!(subscription = %self.runner.id, %problem, "`{}` cannot begin yet: {problem}", self.runner.id);
                    self.sleep(pause).await?;
                    pause = (pause * 2).min(self.options.pause_max);
                }
            }
        }
    }

    async fn compile(&self, kept: &Kept) -> Result<Compiled, Problem> {
        let terms = self.contexts.by_text(&kept.context.to_string()).await?;
        let told_by = match kept.document.get("jsonldContext").and_then(Json::as_str) {
            Some(url) => self.contexts.by_url(url).await?,
            None => terms.clone(),
        };
        compile(&kept.document, &terms, told_by, self.allow_private)
    }

    /// While a subscription is paused or has expired, nothing is of interest to it.
    pub(super) async fn pause(&mut self) {
        self.held.entities.clear();
        self.runner.settle(self.hub.head(), false);
        let _ = tokio::time::timeout(IDLE, self.runner.wake.notified()).await;
    }

    async fn wait(&self, compiled: &Compiled) {
        let due = if self.held.entities.is_empty() { IDLE } else { self.time_left(compiled) };
        let _ = tokio::time::timeout(due, self.runner.wake.notified()).await;
    }

    pub(super) async fn sleep(&self, pause: Duration) -> Result<(), Stopped> {
        let end = Instant::now() + pause;
        while !self.runner.is_stopped() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            // New changes wake the task too; they wait in the queue.
            let _ = tokio::time::timeout(left, self.runner.wake.notified()).await;
        }
        Err(Stopped::Removed)
    }

    /// Goes on through the log where the queue did not suffice.
    async fn read_log(&mut self, compiled: &Compiled, after: ChangeNo) -> Result<(), Stopped> {
        let floor = ChangeNo(self.hub.head().0.saturating_sub(self.options.backlog_changes_max));
        let after = if floor > after {
            let left_out = self.runner.jump(floor);
            tracing::error!(subscription = %self.runner.id, left_out, "`{}` is too far behind: {left_out} changes are left out", self.runner.id);
            floor
        } else {
            after
        };
        let hub = self.hub.clone();
        let read = tokio::task::spawn_blocking(move || hub.changes(after, HANDFUL)).await;
        let changes = match read
            .map_err(|error| Problem::internal(error.to_string()))
            .and_then(|changes| changes)
        {
            Ok(changes) => changes,
            Err(problem) => {
                tracing::error!(%problem, "the log could not be read for `{}`: {problem}", self.runner.id);
                return self.sleep(self.options.pause_first).await;
            }
        };
        let Some(last) = changes.last().map(|change| change.no) else {
            self.runner.caught_up(after);
            return Ok(());
        };
        for change in &changes {
            if change.tenant == self.runner.tenant && compiled.may_want(change) {
                self.settle(compiled, change, None).await?;
            }
            if self.runner.is_stopped() {
                return Err(Stopped::Removed);
            }
        }
        self.runner.settle(last, !self.held.entities.is_empty());
        self.runner.caught_up(last);
        Ok(())
    }

    /// Decides on one change, sends if need be, and moves the cursor past it.
    async fn settle(
        &mut self,
        compiled: &Compiled,
        change: &Arc<Change>,
        entity: Option<Arc<Entity>>,
    ) -> Result<(), Stopped> {
        let told = match entity {
            // It met the conditions when the change was taken in.
            Some(entity) => Some(told::of_entity(compiled, change, entity)),
            None => self.told(compiled, change).await?,
        };
        let Some(told) = told else {
            self.runner.settle(change.no, !self.held.entities.is_empty());
            return Ok(());
        };
        if compiled.throttling.is_some() && !self.time_left(compiled).is_zero() {
            self.held.entities.insert(told.entity.id.clone(), told);
            self.held.last = change.no;
            self.runner.settle(change.no, true);
            let full = self.held.entities.len() >= HELD_MAX;
            return if full { self.flush(compiled).await } else { Ok(()) };
        }
        if !self.held.entities.is_empty() {
            self.flush(compiled).await?;
        }
        self.tell(compiled, vec![told], change.no).await
    }

    /// The entity to tell of, when the change meets the subscription. Trouble with the store is waited out.
    async fn told(&self, compiled: &Compiled, change: &Arc<Change>) -> Result<Option<Told>, Stopped> {
        let kept = &self.runner.kept;
        loop {
            let context = senne_hub::Context::new(kept.owner.clone(), self.runner.tenant.clone());
            match told::of_change(&self.hub, &context, compiled, change).await {
                Ok(told) => return Ok(told),
                Err(_) => self.sleep(self.options.pause_first).await?,
            }
        }
    }

    /// How long until the throttling period ends.
    fn time_left(&self, compiled: &Compiled) -> Duration {
        match (compiled.throttling, self.held.last_sent) {
            (Some(period), Some(sent)) => period.saturating_sub(sent.elapsed()),
            _ => Duration::ZERO,
        }
    }

    async fn flush_if_due(&mut self, compiled: &Compiled) -> Result<(), Stopped> {
        if self.held.entities.is_empty() || !self.time_left(compiled).is_zero() {
            return Ok(());
        }
        self.flush(compiled).await
    }

    /// Sends what was held back, in one notification.
    async fn flush(&mut self, compiled: &Compiled) -> Result<(), Stopped> {
        let entities = std::mem::take(&mut self.held.entities).into_values().collect();
        self.tell(compiled, entities, self.held.last).await
    }

    /// Sends one notification and moves the cursor past what it tells.
    async fn tell(
        &mut self,
        compiled: &Compiled,
        entities: Vec<Told>,
        last: ChangeNo,
    ) -> Result<(), Stopped> {
        let linked = self.linked(compiled, &entities).await;
        self.send(compiled, &Notification { entities, linked, mark: Mark::Change(last) }).await?;
        self.held.last_sent = Some(Instant::now());
        self.runner.settle(last, false);
        Ok(())
    }

    /// The entities that the told ones link to, when they are told too.
    pub(super) async fn linked(&self, compiled: &Compiled, entities: &[Told]) -> Vec<Arc<Entity>> {
        if compiled.join == Join::No {
            return Vec::new();
        }
        let context = senne_hub::Context::new(self.runner.kept.owner.clone(), self.runner.tenant.clone());
        told::linked(&self.hub, &context, compiled, entities).await
    }
}
