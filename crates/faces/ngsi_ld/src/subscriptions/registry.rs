//! All subscriptions: loading them, starting and stopping their tasks, saving their cursors.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use senne_hub::{Hub, Principal};
use senne_model::{ChangeNo, EntityId, ErrorKind, Json, Problem, TenantName, Timestamp};
use tokio::sync::OnceCell;

use super::{
    compiled::{Compiled, compile},
    courier::{Courier, Held},
    dead::DeadLetters,
    follower::Matcher,
    places::Places,
    progress,
    runner::{Counters, QueueLimits, Runner},
    sender::Sender,
    stored::Kept,
};
use crate::{
    contexts::{Contexts, Terms},
    options::{DeliveryOptions, NgsiLdOptions},
};

/// An idle cursor is stored when it has moved this far, in changes.
const IDLE_STRIDE: u64 = 20_000;

/// After a start the log is read for all at once so many changes back. Who is further behind reads it alone, so that one dead endpoint
/// does not keep the others waiting.
const TOGETHER: u64 = 10 * IDLE_STRIDE;

/// The most subscriptions of all tenants together.
const SUBSCRIPTIONS_MAX: usize = 100_000;

/// The subscriptions of all tenants.
pub(crate) struct Subscriptions {
    hub: Hub,
    pub(super) contexts: Arc<Contexts>,
    pub(super) sender: Arc<Sender>,
    pub(super) dead: Arc<DeadLetters>,
    options: DeliveryOptions,
    pub(super) allow_private: bool,
    matcher: Arc<Matcher>,
    /// Places for readers of streams.
    pub(super) streams: Places,
    /// How many changes wait in memory for all subscriptions.
    waiting: Arc<AtomicUsize>,
    loaded: OnceCell<()>,
    /// One change of the set of subscriptions at a time.
    changing: tokio::sync::Mutex<()>,
}

/// A new or changed subscription, checked.
pub(super) struct Draft {
    pub(super) id: EntityId,
    pub(super) tenant: TenantName,
    pub(super) document: Json,
    /// The context of its expressions, and the one of its notifications.
    pub(super) terms: Terms,
    pub(super) told_by: Terms,
    pub(super) origin: String,
    pub(super) owner: Principal,
}

impl Subscriptions {
    /// The subscriptions of a hub; they begin to work with [`Subscriptions::start`].
    pub(crate) fn new(
        hub: Hub,
        contexts: Arc<Contexts>,
        options: &NgsiLdOptions,
    ) -> Result<Arc<Self>, Problem> {
        let allow_private = options.allow_private_addresses;
        Ok(Arc::new(Self {
            sender: Arc::new(Sender::new(options.delivery, allow_private)?),
            dead: Arc::default(),
            matcher: Arc::new(Matcher::new(hub.clone(), &options.delivery)),
            hub,
            contexts,
            options: options.delivery,
            allow_private,
            streams: Places::default(),
            waiting: Arc::default(),
            loaded: OnceCell::new(),
            changing: tokio::sync::Mutex::new(()),
        }))
    }

    /// Loads what is kept and saves cursors from then on, until the face is dropped.
    pub(crate) fn start(self: &Arc<Self>) {
        let me = Arc::downgrade(self);
        let every = self.options.save_every;
        tokio::spawn(async move {
            while let Some(subscriptions) = me.upgrade() {
                match subscriptions.load().await {
                    Ok(()) => subscriptions.save_progress().await,
                    Err(problem) => {
                        tracing::error!(%problem, "subscriptions could not be loaded, it is tried again: {problem}");
                    }
                }
                drop(subscriptions);
                tokio::time::sleep(every).await;
            }
        });
    }

    /// Waits until the kept subscriptions are loaded.
    pub(super) async fn load(&self) -> Result<(), Problem> {
        self.loaded.get_or_try_init(|| self.load_once()).await.copied()
    }

    async fn load_once(&self) -> Result<(), Problem> {
        let mut all = Kept::all(&self.hub).await?;
        progress::take_over(&self.hub, &mut all).await?;
        self.dead.load(&self.hub).await?;
        let head = self.hub.head();
        let oldest = all.iter().map(|kept| kept.cursor).min().unwrap_or(head);
        // Who is before the beginning of the log is told so when it reads it.
        let start = oldest.max(ChangeNo(head.0.saturating_sub(TOGETHER))).max(self.hub.log_begin()?);
        for kept in all {
            let behind = kept.cursor < start;
            self.begin(kept, None, behind);
        }
        let follower: Arc<Matcher> = Arc::clone(&self.matcher);
        self.hub.follow_from(follower, start)
    }

    /// Starts the task of a subscription. Its changes since the cursor are read from the log first.
    fn begin(&self, kept: Kept, compiled: Option<Arc<Compiled>>, behind: bool) {
        let limits = QueueLimits {
            own_max: self.options.queue_changes_max,
            all_max: self.options.queues_changes_max,
            all: Arc::clone(&self.waiting),
        };
        let runner = Arc::new(Runner::new(kept, compiled, limits, behind));
        let (matcher, mine) = (Arc::downgrade(&self.matcher), Arc::downgrade(&runner));
        self.matcher.insert(&runner);
        // Only now: what comes after this head is offered to it.
        runner.must_read_up_to(self.hub.head());
        let courier = Courier {
            runner,
            hub: self.hub.clone(),
            contexts: Arc::clone(&self.contexts),
            sender: Arc::clone(&self.sender),
            dead: Arc::clone(&self.dead),
            options: self.options,
            allow_private: self.allow_private,
            compiled_now: Box::new(move || {
                if let (Some(matcher), Some(runner)) = (matcher.upgrade(), mine.upgrade()) {
                    matcher.place(&runner);
                }
            }),
            held: Held::default(),
        };
        tokio::spawn(courier.run());
    }

    pub(super) async fn create(&self, draft: Draft) -> Result<(), Problem> {
        self.load().await?;
        let _turn = self.changing.lock().await;
        if self.find(&draft.tenant, &draft.id).is_some() {
            return Err(Problem::new(ErrorKind::AlreadyExists, "a subscription with this id exists already")
                .field("id"));
        }
        if self.matcher.count() >= SUBSCRIPTIONS_MAX {
            return Err(Problem::new(
                ErrorKind::Overloaded,
                format!("there are {SUBSCRIPTIONS_MAX} subscriptions already"),
            ));
        }
        let now = Timestamp::now();
        self.put(draft, now, self.hub.head(), Counters::default(), true).await
    }

    /// Puts a changed subscription in the place of what it was `before`; it goes on where that one was. Gives false when that one is
    /// no longer the present one.
    pub(super) async fn replace(&self, draft: Draft, before: &Arc<Runner>) -> Result<bool, Problem> {
        let _turn = self.changing.lock().await;
        let present = self.find(&draft.tenant, &draft.id).ok_or_else(missing)?;
        if !Arc::ptr_eq(&present, before) {
            return Ok(false);
        }
        let (cursor, counters, was_live) = {
            before.rest_at(self.matcher.taken());
            let state = before.state.lock();
            let live = state.compiled.as_ref().is_none_or(|compiled| compiled.is_live(Timestamp::now()));
            (state.cursor, state.counters.clone(), live)
        };
        // Changes during a pause are not told afterwards.
        let cursor = if was_live { cursor } else { self.hub.head() };
        self.put(draft, before.kept.created_at, cursor, counters, false).await?;
        Ok(true)
    }

    async fn put(
        &self,
        draft: Draft,
        created_at: Timestamp,
        cursor: ChangeNo,
        counters: Counters,
        new: bool,
    ) -> Result<(), Problem> {
        let compiled = Arc::new(compile(&draft.document, &draft.terms, draft.told_by, self.allow_private)?);
        let kept = Kept {
            context: draft.terms.to_json(),
            id: draft.id,
            tenant: draft.tenant,
            document: draft.document,
            origin: draft.origin,
            owner: draft.owner,
            created_at,
            modified_at: Timestamp::now(),
            cursor,
            counters,
        };
        if new {
            kept.create(&self.hub).await?;
        } else {
            kept.replace(&self.hub).await?;
        }
        self.matcher.remove(&kept.tenant, &kept.id);
        self.begin(kept, Some(compiled), true);
        Ok(())
    }

    /// Begins a subscription anew after a change of the log.
    pub(super) async fn replay(
        &self,
        tenant: &TenantName,
        id: &EntityId,
        after: ChangeNo,
    ) -> Result<(), Problem> {
        let _turn = self.changing.lock().await;
        let before = self.find(tenant, id).ok_or_else(missing)?;
        let (compiled, counters) = {
            let state = before.state.lock();
            (state.compiled.clone(), state.counters.clone())
        };
        let kept = Kept { cursor: after, counters, modified_at: Timestamp::now(), ..before.kept.clone() };
        kept.replace(&self.hub).await?;
        self.matcher.remove(tenant, id);
        self.begin(kept, compiled, true);
        Ok(())
    }

    pub(super) async fn remove(&self, tenant: &TenantName, id: &EntityId) -> Result<(), Problem> {
        self.load().await?;
        let _turn = self.changing.lock().await;
        self.find(tenant, id).ok_or_else(missing)?;
        Kept::delete(&self.hub, tenant, id).await?;
        self.matcher.remove(tenant, id);
        self.dead.remove(&self.hub, tenant, id, None).await?;
        Ok(())
    }

    pub(super) fn find(&self, tenant: &TenantName, id: &EntityId) -> Option<Arc<Runner>> {
        self.matcher.find(tenant, id)
    }

    /// The subscriptions of a tenant, in the order in which they were created.
    pub(super) fn of(&self, tenant: &TenantName) -> Vec<Arc<Runner>> {
        let mut own = self.matcher.all();
        own.retain(|runner| runner.tenant == *tenant);
        own.sort_by(|a, b| (a.kept.created_at, &a.id).cmp(&(b.kept.created_at, &b.id)));
        own
    }

    /// How many changes a subscription has yet to settle.
    pub(super) fn lag(&self, runner: &Runner) -> u64 {
        if !runner.holds_the_log() {
            return 0;
        }
        self.hub.head().0.saturating_sub(runner.rest_at(self.matcher.taken()).0)
    }

    async fn save_progress(&self) {
        let taken = self.matcher.taken();
        let all = self.matcher.all();
        let due = |runner: &&Arc<Runner>| {
            let cursor = runner.rest_at(taken);
            let state = runner.state.lock();
            state.dirty || cursor.0 > state.stored_cursor.0 + IDLE_STRIDE
        };
        let due: Vec<Arc<Runner>> = all.iter().filter(due).map(Arc::clone).collect();
        self.publish_metrics(&all);
        self.sender.tidy();
        if due.is_empty() {
            return;
        }
        if let Err(problem) = progress::save(&self.hub, &all, &due).await {
            tracing::warn!(%problem, "the progress of subscriptions could not be saved: {problem}");
        }
    }

    fn publish_metrics(&self, all: &[Arc<Runner>]) {
        let lag = all.iter().map(|runner| self.lag(runner)).max().unwrap_or_default();
        let waiting = self.waiting.load(Ordering::Relaxed);
        metrics::gauge!("senne_subscriptions").set(all.len() as f64);
        metrics::gauge!("senne_subscription_lag_max_changes").set(lag as f64);
        metrics::gauge!("senne_subscription_waiting_changes").set(waiting as f64);
        metrics::gauge!("senne_dead_letters").set(self.dead.count() as f64);
    }
}

impl Drop for Subscriptions {
    fn drop(&mut self) {
        self.matcher.let_go();
    }
}

pub(super) fn missing() -> Problem {
    Problem::not_found("there is no such subscription")
}
