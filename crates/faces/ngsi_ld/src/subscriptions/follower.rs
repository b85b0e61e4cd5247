//! Reads the log and hands each change to the subscriptions that may want it.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::{FutureExt, future::BoxFuture};
use parking_lot::{Mutex, RwLock};
use senne_hub::{Ahead, Context, Follower, Hub, Principal};
use senne_model::{
    Change, ChangeKind, ChangeNo, Entity, EntityId, ErrorKind, Later, Problem, TenantName, Timestamp,
    as_it_was, from_change,
};

use super::{index::Index, runner::Runner};
use crate::options::DeliveryOptions;

/// The follower of all subscriptions.
pub(super) struct Matcher {
    /// Taken away when the face goes, so that the hub does not hold itself.
    hub: Mutex<Option<Hub>>,
    index: RwLock<Index>,
    runners: RwLock<HashMap<(TenantName, EntityId), Arc<Runner>>>,
    taken: AtomicU64,
    ahead: Ahead,
    /// The log is kept so many changes back, for replays.
    replay_changes: u64,
    /// It is kept for nobody further back than so many changes.
    backlog_max: u64,
    /// What was erased before is in no memory.
    since: Timestamp,
}

impl Matcher {
    pub(super) fn new(hub: Hub, options: &DeliveryOptions) -> Self {
        Self {
            hub: Mutex::new(Some(hub)),
            index: RwLock::default(),
            runners: RwLock::default(),
            taken: AtomicU64::new(0),
            ahead: Ahead::default(),
            replay_changes: options.replay_changes_kept,
            backlog_max: options.backlog_changes_max,
            since: Timestamp::now(),
        }
    }

    /// Every change up to here has been handed on.
    pub(super) fn taken(&self) -> ChangeNo {
        ChangeNo(self.taken.load(Ordering::Acquire))
    }

    pub(super) fn count(&self) -> usize {
        self.runners.read().len()
    }

    pub(super) fn all(&self) -> Vec<Arc<Runner>> {
        self.runners.read().values().map(Arc::clone).collect()
    }

    pub(super) fn find(&self, tenant: &TenantName, id: &EntityId) -> Option<Arc<Runner>> {
        self.runners.read().get(&(tenant.clone(), id.clone())).map(Arc::clone)
    }

    pub(super) fn insert(&self, runner: &Arc<Runner>) {
        self.index.write().insert(runner);
        self.runners.write().insert((runner.tenant.clone(), runner.id.clone()), Arc::clone(runner));
    }

    /// Takes a subscription out and stops its task.
    pub(super) fn remove(&self, tenant: &TenantName, id: &EntityId) -> Option<Arc<Runner>> {
        let runner = self.runners.write().remove(&(tenant.clone(), id.clone()))?;
        self.index.write().remove(&runner);
        runner.stop();
        Some(runner)
    }

    /// Puts a subscription into its place once it is ready.
    pub(super) fn place(&self, runner: &Arc<Runner>) {
        let mut index = self.index.write();
        index.remove(runner);
        if !runner.is_stopped() {
            index.insert(runner);
        }
    }

    /// Stops all tasks and lets go of the hub.
    pub(super) fn let_go(&self) {
        self.all().iter().for_each(|runner| runner.stop());
        *self.hub.lock() = None;
    }
}

/// The entity of a change, looked up when the first subscription asks for it.
pub(super) struct Look<'h> {
    hub: Option<&'h Hub>,
    change: &'h Change,
    later: &'h Later,
    entity: Option<Option<Arc<Entity>>>,
}

impl<'h> Look<'h> {
    fn new(hub: Option<&'h Hub>, change: &'h Change, later: &'h Later) -> Self {
        Self { hub, change, later, entity: None }
    }

    /// The entity as the change left it, or as it was before a removal; none when it cannot be had now.
    pub(super) fn entity(&mut self) -> Option<Arc<Entity>> {
        let Self { hub, change, later, entity } = self;
        entity.get_or_insert_with(|| look_up((*hub)?, change, later)).clone()
    }
}

fn look_up(hub: &Hub, change: &Change, later: &Later) -> Option<Arc<Entity>> {
    if change.kind == ChangeKind::Deleted {
        return Some(from_change(change));
    }
    let context = Context::new(Principal::System, change.tenant.clone());
    // A look by key never waits.
    let present = match hub.entity(&context, &change.entity).now_or_never()? {
        Ok(present) => Some(present),
        Err(problem) if problem.kind == ErrorKind::NotFound => None,
        Err(_) => return None,
    };
    // What was written or removed this moment is not in the log yet, and only the log says what was before it.
    later.reaches(change, present.as_deref()).then(|| as_it_was(present, change, later))
}

impl Matcher {
    /// What is known of the changes after some.
    async fn later(&self, changes: &[Arc<Change>]) -> Result<Later, Problem> {
        let hub = self.hub.lock().clone();
        match hub {
            Some(hub) => self.ahead.later(&hub, changes).await,
            None => Ok(Later::default()),
        }
    }

    /// Hands changes on to the subscriptions that may want them.
    fn hand_on(&self, changes: &[Arc<Change>], later: &Later) {
        let hub = self.hub.lock().clone();
        let index = self.index.read();
        let mut found: Vec<&Arc<Runner>> = Vec::new();
        let mut erased: HashSet<&TenantName> = HashSet::new();
        for change in changes {
            if change.kind == ChangeKind::Erased && change.recorded_at >= self.since {
                erased.insert(&change.tenant);
            }
            let mut look = Look::new(hub.as_ref(), change, later);
            index.find(change, &mut || look.entity(), &mut |runner| found.push(runner));
            found.drain(..).for_each(|runner| runner.offer(change, &mut look));
        }
        drop(index);
        let Some(last) = changes.last() else { return };
        if !erased.is_empty() {
            let runners = self.runners.read();
            let touched = runners.values().filter(|runner| erased.contains(&runner.tenant));
            touched.for_each(|runner| runner.read_again(last.no));
        }
        self.taken.fetch_max(last.no.0, Ordering::AcqRel);
    }
}

impl Follower for Matcher {
    fn name(&self) -> &'static str {
        "ngsi-ld-notifications"
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            let later = self.later(changes).await?;
            self.hand_on(changes, &later);
            Ok(())
        })
    }

    /// The log must be kept from the oldest cursor on, but not without end, and a while for replays.
    fn durable(&self) -> Option<ChangeNo> {
        let taken = self.taken();
        let runners = self.runners.read();
        let held = runners.values().filter(|runner| runner.holds_the_log());
        let oldest = held.map(|runner| runner.rest_at(taken)).min()?;
        let newest = taken.0.max(oldest.0);
        let oldest = oldest.0.max(newest.saturating_sub(self.backlog_max));
        Some(ChangeNo(oldest.min(newest.saturating_sub(self.replay_changes))))
    }
}
