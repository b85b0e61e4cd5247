//! The newest changes in memory, so that followers that keep up need not read the log.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use parking_lot::RwLock;
use senne_model::{Change, ChangeNo, EntityId, TenantName};
use tokio::sync::watch;

/// At most this many attribute values are kept.
const TAIL_VALUES_MAX: usize = 400_000;

pub(crate) struct Tail {
    ring: RwLock<Ring>,
    head: watch::Sender<ChangeNo>,
}

#[derive(Default)]
struct Ring {
    changes: VecDeque<Arc<Change>>,
    values: usize,
}

impl Tail {
    pub(crate) fn new(head: ChangeNo) -> Self {
        Self { ring: RwLock::default(), head: watch::Sender::new(head) }
    }

    /// Adds the changes of a commit and wakes who waits.
    pub(crate) fn push(&self, changes: Vec<Arc<Change>>) {
        let Some(last) = changes.last().map(|c| c.no) else { return };
        let mut ring = self.ring.write();
        for change in changes {
            ring.values += change.attributes.len() + 1;
            ring.changes.push_back(change);
        }
        while ring.values > TAIL_VALUES_MAX && ring.changes.len() > 1 {
            if let Some(old) = ring.changes.pop_front() {
                ring.values -= old.attributes.len() + 1;
            }
        }
        drop(ring);
        self.head.send_replace(last);
    }

    /// Leaves of the changes of these entities what the log leaves of them.
    pub(crate) fn erase(&self, tenant: &TenantName, entities: &HashSet<EntityId>) {
        let mut ring = self.ring.write();
        for change in &mut ring.changes {
            if change.tenant == *tenant && entities.contains(&change.entity) {
                *change = Arc::new(change.erased());
            }
        }
        ring.values = ring.changes.iter().map(|change| change.attributes.len() + 1).sum();
    }

    /// Up to `max` changes after `after`; `None` when the memory does not reach back that far.
    pub(crate) fn after(&self, after: ChangeNo, max: usize) -> Option<Vec<Arc<Change>>> {
        let ring = self.ring.read();
        let first = ring.changes.front()?.no;
        if first.0 > after.0 + 1 {
            return None;
        }
        let skip = usize::try_from(after.0 + 1 - first.0).ok()?;
        Some(ring.changes.iter().skip(skip).take(max).map(Arc::clone).collect())
    }

    /// Tells when there are newer changes.
    pub(crate) fn watch(&self) -> watch::Receiver<ChangeNo> {
        self.head.subscribe()
    }
}
