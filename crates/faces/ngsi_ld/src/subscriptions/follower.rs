//! Reads the log and hands each change to the subscriptions that may want it.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::{FutureExt, future::BoxFuture};
use parking_lot::{Mutex, RwLock};
use senne_hub::{Context, Follower, Hub, Principal};
use senne_model::{Change, ChangeKind, ChangeNo, Entity, EntityId, ErrorKind, Problem, TenantName};

use super::{
    index::Index,
    matching::{as_changed, from_change},
    runner::Runner,
};

/// The follower of all subscriptions.
pub(super) struct Matcher {
    /// Taken away when the face goes, so that the hub does not hold itself.
    hub: Mutex<Option<Hub>>,
    index: RwLock<Index>,
    runners: RwLock<HashMap<(TenantName, EntityId), Arc<Runner>>>,
    taken: AtomicU64,
    /// The log is kept so many changes back, for replays.
    replay_changes: u64,
}

impl Matcher {
    pub(super) fn new(hub: Hub, replay_changes: u64) -> Self {
        Self {
            hub: Mutex::new(Some(hub)),
            index: RwLock::default(),
            runners: RwLock::default(),
            taken: AtomicU64::new(0),
            replay_changes,
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
    entity: Option<Option<Arc<Entity>>>,
}

impl<'h> Look<'h> {
    fn new(hub: Option<&'h Hub>, change: &'h Change) -> Self {
        Self { hub, change, entity: None }
    }

    /// The entity as the change left it, or as it was before a removal; none when it cannot be had now.
    pub(super) fn entity(&mut self) -> Option<Arc<Entity>> {
        let (hub, change) = (self.hub, self.change);
        self.entity.get_or_insert_with(|| look_up(hub?, change)).clone()
    }
}

fn look_up(hub: &Hub, change: &Change) -> Option<Arc<Entity>> {
    if change.kind == ChangeKind::Deleted {
        return Some(from_change(change));
    }
    let context = Context::new(Principal::System, change.tenant.clone());
    // A look by key never waits.
    match hub.entity(&context, &change.entity).now_or_never()? {
        Ok(present) => Some(as_changed(present, change)),
        Err(problem) if problem.kind == ErrorKind::NotFound => Some(from_change(change)),
        Err(_) => None,
    }
}

impl Follower for Matcher {
    fn name(&self) -> &'static str {
        "ngsi-ld-notifications"
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        let hub = self.hub.lock().clone();
        let index = self.index.read();
        let mut found: Vec<&Arc<Runner>> = Vec::new();
        for change in changes {
            let mut look = Look::new(hub.as_ref(), change);
            index.find(change, &mut || look.entity(), &mut |runner| found.push(runner));
            found.drain(..).for_each(|runner| runner.offer(change, &mut look));
        }
        if let Some(last) = changes.last() {
            self.taken.fetch_max(last.no.0, Ordering::AcqRel);
        }
        Box::pin(std::future::ready(Ok(())))
    }

    /// The log must be kept from the oldest cursor on, and a while for replays.
    fn durable(&self) -> Option<ChangeNo> {
        let taken = self.taken();
        let runners = self.runners.read();
        let held = runners.values().filter(|runner| runner.holds_the_log());
        let oldest = held.map(|runner| runner.rest_at(taken)).min()?;
        Some(oldest.min(ChangeNo(taken.0.max(oldest.0).saturating_sub(self.replay_changes))))
    }
}
