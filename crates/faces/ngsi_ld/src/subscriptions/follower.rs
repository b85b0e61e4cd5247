//! Reads the log and hands each change to the subscriptions that may want it.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::future::BoxFuture;
use parking_lot::RwLock;
use senne_hub::Follower;
use senne_model::{Change, ChangeNo, Name, Problem, TenantName};

use super::runner::Runner;

/// The subscriptions by what they watch, rebuilt when one of them changes.
#[derive(Default)]
pub(super) struct Index {
    tenants: HashMap<TenantName, Watchers>,
}

#[derive(Default)]
struct Watchers {
    by_type: HashMap<Name, Vec<Arc<Runner>>>,
    any: Vec<Arc<Runner>>,
}

impl Index {
    pub(super) fn of(runners: &[Arc<Runner>]) -> Self {
        let mut index = Self::default();
        for runner in runners {
            let watchers = index.tenants.entry(runner.tenant.clone()).or_default();
            let types = runner.state.lock().compiled.as_ref().and_then(|compiled| compiled.plain_types());
            match types {
                None => watchers.any.push(Arc::clone(runner)),
                Some(types) => {
                    for kind in types {
                        watchers.by_type.entry(kind).or_default().push(Arc::clone(runner));
                    }
                }
            }
        }
        index
    }

    fn offer(&self, change: &Arc<Change>) {
        let Some(watchers) = self.tenants.get(&change.tenant) else { return };
        watchers.any.iter().for_each(|runner| runner.offer(change));
        for kind in &change.types {
            watchers.by_type.get(kind).into_iter().flatten().for_each(|runner| runner.offer(change));
        }
    }
}

/// The follower of all subscriptions.
#[derive(Default)]
pub(super) struct Matcher {
    pub(super) index: RwLock<Arc<Index>>,
    pub(super) runners: RwLock<Vec<Arc<Runner>>>,
    taken: AtomicU64,
}

impl Matcher {
    /// Every change up to here has been handed on.
    pub(super) fn taken(&self) -> ChangeNo {
        ChangeNo(self.taken.load(Ordering::Acquire))
    }

    pub(super) fn rebuild(&self) {
        let index = Arc::new(Index::of(&self.runners.read()));
        *self.index.write() = index;
    }
}

impl Follower for Matcher {
    fn name(&self) -> &'static str {
        "ngsi-ld-notifications"
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        let index = Arc::clone(&self.index.read());
        changes.iter().for_each(|change| index.offer(change));
        if let Some(last) = changes.last() {
            self.taken.fetch_max(last.no.0, Ordering::AcqRel);
        }
        Box::pin(std::future::ready(Ok(())))
    }

    /// The log must be kept from the oldest cursor on.
    fn durable(&self) -> Option<ChangeNo> {
        let taken = self.taken();
        let runners = self.runners.read();
        runners.iter().filter(|runner| runner.holds_the_log()).map(|runner| runner.rest_at(taken)).min()
    }
}
