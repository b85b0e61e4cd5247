//! The task of one subscription: takes changes, looks at entities, sends notifications.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use senne_hub::Hub;
use senne_model::{Change, ChangeNo, Entity, EntityId, Json, Later, Problem, Timestamp};

use super::{
    compiled::{Compiled, Join, compile},
    dead::DeadLetters,
    notification::{Mark, Notification, Told},
    runner::{Next, Runner, Waiting},
    sender::Sender,
    stored::Kept,
    told,
};
use crate::{contexts::Contexts, options::DeliveryOptions};

/// How many changes are read from the log at a time, and how many more are looked at to know entities as they were before them.
const HANDFUL: usize = 500;
const LOOKED_AHEAD: usize = 500;

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
    /// Something was erased: what was under way is read again from the log.
    Erased,
}

/// What is known of a change before its entity is looked at.
enum Known {
    /// It met the conditions when it came, and left the entity so.
    Met(Arc<Entity>),
    /// It left the entity so.
    Left(Arc<Entity>),
    /// It met the conditions when it came.
    Due,
    /// Nothing yet.
    Nothing,
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
            if self.runner.must_forget() {
                self.held.entities.clear();
                self.runner.forgotten();
            }
            if !compiled.is_live(Timestamp::now()) {
                self.pause().await;
                continue;
            }
            match self.step(compiled).await {
                Ok(()) | Err(Stopped::Erased) => {}
                removed => return removed,
            }
        }
    }

    async fn step(&mut self, compiled: &Compiled) -> Result<(), Stopped> {
        self.flush_if_due(compiled).await?;
        match self.runner.next() {
            Next::Change(Waiting { change, entity, met }) => {
                let known = entity.map_or(Known::Nothing, if met { Known::Met } else { Known::Left });
                // It may have been taken in before it could be told what the subscription watches.
                if compiled.may_want(&change) {
                    self.settle(compiled, &change, known, &Later::default()).await
                } else {
                    self.runner.settle(change.no, !self.held.entities.is_empty());
                    Ok(())
                }
            }
            Next::ReadLog(after) => self.read_log(compiled, after).await,
            Next::Wait => {
                self.wait(compiled).await;
                Ok(())
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
        self.runner.clear_queue();
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
        let (begin, changes) = match self.log_after(after).await {
            Ok(read) => read,
            Err(problem) => {
                tracing::error!(%problem, "the log could not be read for `{}`: {problem}", self.runner.id);
                return self.sleep(self.options.pause_first).await;
            }
        };
        if begin > after {
            let left_out = self.runner.jump(begin);
            tracing::error!(subscription = %self.runner.id, left_out, "`{}` is too far behind: {left_out} changes are left out", self.runner.id);
        }
        // Those that are only looked at ahead are read again the next time.
        let at_end = changes.len() < HANDFUL + LOOKED_AHEAD;
        let handful = if at_end { &changes[..] } else { changes.get(..HANDFUL).unwrap_or(&changes) };
        let Some(last) = handful.last().map(|change| change.no) else {
            self.runner.caught_up(after.max(begin));
            return Ok(());
        };
        let later = Later::of(&changes);
        for change in handful {
            if change.tenant == self.runner.tenant && compiled.may_want(change) {
                self.settle_read(compiled, change, &later).await?;
            }
            if self.runner.is_stopped() {
                return Err(Stopped::Removed);
            }
        }
        self.runner.settle(last, !self.held.entities.is_empty());
        self.runner.caught_up(last);
        Ok(())
    }

    /// Changes after one, as far as the log reaches back and the backlog may; and where that begins.
    async fn log_after(&self, after: ChangeNo) -> Result<(ChangeNo, Vec<Arc<Change>>), Problem> {
        let hub = self.hub.clone();
        let floor = ChangeNo(hub.head().0.saturating_sub(self.options.backlog_changes_max));
        let read = tokio::task::spawn_blocking(move || {
            let begin = floor.max(hub.log_begin()?);
            Ok((begin, hub.changes(after.max(begin), HANDFUL + LOOKED_AHEAD)?))
        });
        read.await.map_err(|error| Problem::internal(error.to_string()))?
    }

    async fn settle_read(
        &mut self,
        compiled: &Compiled,
        change: &Arc<Change>,
        later: &Later,
    ) -> Result<(), Stopped> {
        match self.runner.judged(change.no) {
            Some(false) => Ok(()),
            Some(true) => self.settle(compiled, change, Known::Due, later).await,
            None => self.settle(compiled, change, Known::Nothing, later).await,
        }
    }

    /// Decides on one change, sends if need be, and moves the cursor past it.
    async fn settle(
        &mut self,
        compiled: &Compiled,
        change: &Arc<Change>,
        known: Known,
        later: &Later,
    ) -> Result<(), Stopped> {
        let told = match known {
            Known::Met(entity) => Some(told::of_entity(compiled, change, entity)),
            Known::Left(entity) => {
                let met = told::meets(&self.hub, &self.context(), compiled, &entity);
                met.then(|| told::of_entity(compiled, change, entity))
            }
            Known::Due => self.told(compiled, change, later, true).await?,
            Known::Nothing => self.told(compiled, change, later, false).await?,
        };
        let Some(told) = told else {
            self.runner.settle(change.no, !self.held.entities.is_empty());
            return Ok(());
        };
        let period_is_over = self.time_left(compiled).is_zero();
        if period_is_over && self.held.entities.is_empty() {
            return self.tell(compiled, vec![told], change.no).await;
        }
        // What is held goes with it, in one notification: a period has one.
        self.held.entities.insert(told.entity.id.clone(), told);
        self.held.last = change.no;
        self.runner.settle(change.no, true);
        let full = self.held.entities.len() >= HELD_MAX;
        if period_is_over || full { self.flush(compiled).await } else { Ok(()) }
    }

    /// The entity to tell of, when the change meets the subscription. Trouble with the store is waited out.
    async fn told(
        &self,
        compiled: &Compiled,
        change: &Arc<Change>,
        later: &Later,
        is_due: bool,
    ) -> Result<Option<Told>, Stopped> {
        loop {
            let context = self.context();
            match told::of_change(&self.hub, &context, compiled, change, later, is_due).await {
                Ok(told) => return Ok(told),
                Err(_) => self.sleep(self.options.pause_first).await?,
            }
        }
    }

    /// The owner asks.
    fn context(&self) -> senne_hub::Context {
        senne_hub::Context::new(self.runner.kept.owner.clone(), self.runner.tenant.clone())
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
        let context = self.context();
        told::linked(&self.hub, &context, compiled, entities).await
    }
}
