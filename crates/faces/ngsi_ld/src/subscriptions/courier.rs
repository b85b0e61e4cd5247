//! The task of one subscription: takes changes, looks at entities, sends notifications.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use http::header;
use senne_hub::Hub;
use senne_model::{
    Change, ChangeKind, ChangeNo, Entity, EntityId, ErrorKind, Json, Problem, TenantName, Timestamp,
};

use super::{
    compiled::{Compiled, compile},
    matching::{as_changed, from_change},
    notification::Notification,
    runner::{Next, Runner},
    stored::Kept,
};
use crate::{
    contexts::{Contexts, reasons},
    http::Media,
    options::DeliveryOptions,
};

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
    pub(super) client: reqwest::Client,
    pub(super) options: DeliveryOptions,
    pub(super) backlog_max: u64,
    pub(super) allow_private: bool,
    /// Tells the registry that the subscription can be indexed by its types.
    pub(super) compiled_now: Box<dyn Fn() + Send + Sync>,
    /// Entities held back by throttling, each as its newest change left it.
    pub(super) held: BTreeMap<EntityId, Arc<Entity>>,
    pub(super) held_last: ChangeNo,
    pub(super) last_sent: Option<Instant>,
}

/// Why a piece of work ended early.
enum Stopped {
    /// The subscription was removed or replaced.
    Removed,
}

impl Courier {
    pub(super) async fn run(mut self) {
        let Ok(compiled) = self.ready().await else { return };
        loop {
            if self.runner.is_stopped() {
                return;
            }
            if !compiled.is_live(Timestamp::now()) {
                self.pause().await;
                continue;
            }
            if self.flush_if_due(&compiled).await.is_err() {
                return;
            }
            let step = match self.runner.next() {
                Next::Change(change) => self.settle(&compiled, &change).await,
                Next::ReadLog(after) => self.read_log(&compiled, after).await,
                Next::Wait => {
                    self.wait(&compiled).await;
                    Ok(())
                }
            };
            if step.is_err() {
                return;
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
    async fn pause(&mut self) {
        self.held.clear();
        self.runner.settle(self.hub.head(), false);
        let _ = tokio::time::timeout(IDLE, self.runner.wake.notified()).await;
    }

    async fn wait(&self, compiled: &Compiled) {
        let due = if self.held.is_empty() { IDLE } else { self.time_left(compiled) };
        let _ = tokio::time::timeout(due, self.runner.wake.notified()).await;
    }

    async fn sleep(&self, pause: Duration) -> Result<(), Stopped> {
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
        let floor = ChangeNo(self.hub.head().0.saturating_sub(self.backlog_max));
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
                self.settle(compiled, change).await?;
            }
            if self.runner.is_stopped() {
                return Err(Stopped::Removed);
            }
        }
        self.runner.settle(last, !self.held.is_empty());
        self.runner.caught_up(last);
        Ok(())
    }

    /// Decides on one change, sends if need be, and moves the cursor past it.
    async fn settle(&mut self, compiled: &Compiled, change: &Change) -> Result<(), Stopped> {
        let wanted = self.wanted(compiled, change).await?;
        let Some((entity, deleted_at)) = wanted else {
            self.runner.settle(change.no, !self.held.is_empty());
            return Ok(());
        };
        if compiled.throttling.is_some() && deleted_at.is_none() && !self.time_left(compiled).is_zero() {
            self.held.insert(entity.id.clone(), entity);
            self.held_last = change.no;
            self.runner.settle(change.no, true);
            return if self.held.len() >= HELD_MAX { self.flush(compiled).await } else { Ok(()) };
        }
        if !self.held.is_empty() {
            self.flush(compiled).await?;
        }
        self.send(compiled, &Notification { entities: vec![entity], change: change.no, deleted_at }).await?;
        self.runner.settle(change.no, false);
        Ok(())
    }

    /// The entity to tell of, when the change meets the subscription. Trouble with the store is waited out.
    async fn wanted(
        &self,
        compiled: &Compiled,
        change: &Change,
    ) -> Result<Option<(Arc<Entity>, Option<Timestamp>)>, Stopped> {
        if change.kind == ChangeKind::Deleted {
            let open = compiled.condition.needs_nothing();
            return Ok((compiled.triggers.tells_removal() && open)
                .then(|| (from_change(change), Some(change.recorded_at))));
        }
        loop {
            let context = senne_hub::Context::new(self.runner.kept.owner.clone(), self.runner.tenant.clone());
            match self.hub.entity(&context, &change.entity).await {
                Ok(present) => {
                    let entity = as_changed(present, change);
                    return Ok(compiled.accepts(&entity).then_some((entity, None)));
                }
                Err(problem)
                    if matches!(
                        problem.kind,
                        ErrorKind::Internal | ErrorKind::Overloaded | ErrorKind::Timeout
                    ) =>
                {
                    self.sleep(self.options.pause_first).await?;
                }
                Err(_) => {
                    let entity = self.may_see_all().then(|| from_change(change));
                    return Ok(entity.filter(|entity| compiled.accepts(entity)).map(|entity| (entity, None)));
                }
            }
        }
    }

    /// The present entity is not there: it was removed since, or the owner may not see it. Only an owner who
    /// may see everything is told from the change alone.
    fn may_see_all(&self) -> bool {
        let grant =
            senne_policy::decide(&self.runner.kept.owner, &self.runner.tenant, senne_hub::Action::Read);
        matches!(grant, Ok(senne_hub::Grant::Everything))
    }

    /// How long until the throttling period ends.
    fn time_left(&self, compiled: &Compiled) -> Duration {
        match (compiled.throttling, self.last_sent) {
            (Some(period), Some(sent)) => period.saturating_sub(sent.elapsed()),
            _ => Duration::ZERO,
        }
    }

    async fn flush_if_due(&mut self, compiled: &Compiled) -> Result<(), Stopped> {
        if self.held.is_empty() || !self.time_left(compiled).is_zero() {
            return Ok(());
        }
        self.flush(compiled).await
    }

    /// Sends what was held back, in one notification.
    async fn flush(&mut self, compiled: &Compiled) -> Result<(), Stopped> {
        let entities = std::mem::take(&mut self.held).into_values().collect();
        let last = self.held_last;
        self.send(compiled, &Notification { entities, change: last, deleted_at: None }).await?;
        self.runner.settle(last, false);
        Ok(())
    }

    /// Sends until it arrives. Only what the endpoint refuses as such is given up in the end.
    async fn send(&mut self, compiled: &Compiled, notification: &Notification) -> Result<(), Stopped> {
        let mut pause = self.options.pause_first;
        let mut refusals = 0;
        loop {
            if !compiled.is_live(Timestamp::now()) {
                return Ok(());
            }
            let outcome = self.try_once(compiled, notification).await;
            let now = Timestamp::now();
            self.last_sent = Some(Instant::now());
            self.runner.count(|counters| {
                counters.sent += 1;
                counters.last_notification = Some(now);
                if outcome.is_ok() {
                    counters.last_success = Some(now);
                } else {
                    counters.failed += 1;
                    counters.last_failure = Some(now);
                }
            });
            let Err(failure) = outcome else { return Ok(()) };
            tracing::warn!(subscription = %self.runner.id, "a notification did not arrive at {}: {}", compiled.endpoint.url, failure.reason);
            refusals += u32::from(failure.refused);
            if refusals >= self.options.refusals_max {
                self.runner.count(|counters| counters.given_up += 1);
                return Ok(());
            }
            self.sleep(pause.max(compiled.endpoint.cooldown)).await?;
            pause = (pause * 2).min(self.options.pause_max);
        }
    }

    async fn try_once(&self, compiled: &Compiled, notification: &Notification) -> Result<(), Failure> {
        let endpoint = &compiled.endpoint;
        let timeout = endpoint.timeout.map_or(self.options.timeout, |own| own.min(self.options.timeout));
        let mut request = self
            .client
            .post(endpoint.url.clone())
            .timeout(timeout)
            .header(header::CONTENT_TYPE, endpoint.media.text())
            .body(notification.to_bytes(&self.runner.id, compiled));
        if endpoint.media == Media::Json {
            let url = self.contexts.link(&compiled.terms, &self.runner.kept.origin);
            let link = format!(
                "<{url}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""
            );
            request = request.header(header::LINK, link);
        }
        if &*self.runner.tenant != TenantName::DEFAULT {
            request = request.header("NGSILD-Tenant", self.runner.tenant.as_str());
        }
        for (name, value) in &endpoint.headers {
            request = request.header(name.clone(), value.clone());
        }
        metrics::counter!("senne_notifications_tried").increment(1);
        let answer =
            request.send().await.map_err(|error| Failure { reason: reasons(&error), refused: false })?;
        let status = answer.status();
        if status.is_success() {
            metrics::counter!("senne_notifications_delivered").increment(1);
            return Ok(());
        }
        // These say "later", not "never": request timeout, too early, too many requests.
        let later = matches!(status.as_u16(), 408 | 425 | 429);
        Err(Failure {
            reason: format!("it was answered with {status}"),
            refused: status.is_client_error() && !later,
        })
    }
}

struct Failure {
    reason: String,
    /// The endpoint understood and said no.
    refused: bool,
}
