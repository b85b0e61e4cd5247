//! The newest changes in memory, so that followers that keep up need not read the log.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use parking_lot::RwLock;
use senne_model::{Change, ChangeNo, EntityId, TenantName};
use tokio::sync::watch;

pub(crate) struct Tail {
    ring: RwLock<Ring>,
    /// The most bytes that are kept, about; the newest change whatever it takes.
    bytes_max: usize,
    head: watch::Sender<ChangeNo>,
}

#[derive(Default)]
struct Ring {
    /// Each with its weight.
    changes: VecDeque<(Arc<Change>, usize)>,
    bytes: usize,
}

impl Tail {
    pub(crate) fn new(head: ChangeNo, bytes_max: usize) -> Self {
        Self { ring: RwLock::default(), bytes_max, head: watch::Sender::new(head) }
    }

    /// Adds the changes of a commit and wakes who waits.
    pub(crate) fn push(&self, changes: Vec<Arc<Change>>) {
        let Some(last) = changes.last().map(|c| c.no) else { return };
        let changes: Vec<_> = changes.into_iter().map(weighed).collect();
        let mut ring = self.ring.write();
        for (change, weight) in changes {
            ring.bytes += weight;
            ring.changes.push_back((change, weight));
        }
        while ring.bytes > self.bytes_max && ring.changes.len() > 1 {
            if let Some((_, weight)) = ring.changes.pop_front() {
                ring.bytes -= weight;
            }
        }
        drop(ring);
        self.head.send_replace(last);
    }

    /// Forgets all changes, since some may be missing; who follows reads them in the log, which goes up to `head`.
    pub(crate) fn begin_anew(&self, head: ChangeNo) {
        *self.ring.write() = Ring::default();
        self.head.send_replace(head);
    }

    /// Leaves of the changes of these entities what the log leaves of them.
    pub(crate) fn erase(&self, tenant: &TenantName, entities: &HashSet<EntityId>) {
        let mut ring = self.ring.write();
        for kept in &mut ring.changes {
            if kept.0.tenant == *tenant && entities.contains(&kept.0.entity) {
                *kept = weighed(Arc::new(kept.0.erased()));
            }
        }
        ring.bytes = ring.changes.iter().map(|(_, weight)| weight).sum();
    }

    /// Up to `max` changes after `after`; `None` when the memory does not reach back that far.
    pub(crate) fn after(&self, after: ChangeNo, max: usize) -> Option<Vec<Arc<Change>>> {
        let ring = self.ring.read();
        let first = ring.changes.front()?.0.no;
        if first.0 > after.0 + 1 {
            return None;
        }
        let skip = usize::try_from(after.0 + 1 - first.0).ok()?;
        Some(ring.changes.iter().skip(skip).take(max).map(|(change, _)| Arc::clone(change)).collect())
    }

    /// Tells when there are newer changes.
    pub(crate) fn watch(&self) -> watch::Receiver<ChangeNo> {
        self.head.subscribe()
    }
}

fn weighed(change: Arc<Change>) -> (Arc<Change>, usize) {
    let weight = change.weight();
    (change, weight)
}

#[cfg(test)]
mod tests {
    use senne_model::{
        AttributeValue, ChangeKind, ChangedAttribute, Effect, Instance, Json, Name, Timestamp,
    };

    use super::*;

    fn change(no: u64, text: usize) -> Arc<Change> {
        let value = AttributeValue::Property(Json::text(&"a".repeat(text)));
        Arc::new(Change {
            no: ChangeNo(no),
            tenant: TenantName::default(),
            actor: "test".into(),
            recorded_at: Timestamp::now(),
            entity: EntityId::trusted("urn:a"),
            types: std::iter::once(Name::new("urn:t")).collect(),
            kind: ChangeKind::Updated,
            before: None,
            attributes: vec![ChangedAttribute {
                name: Name::new("urn:n"),
                effect: Effect::Updated,
                instance: Instance::new(value),
                previous: None,
            }],
        })
    }

    #[test]
    fn what_is_kept_is_bounded_by_what_it_takes() {
        let tail = Tail::new(ChangeNo(0), 100_000);
        for no in 1..=100 {
            tail.push(vec![change(no, 10_000)]);
        }
        assert_eq!(tail.after(ChangeNo(0), 500), None);
        let kept = tail.after(ChangeNo(92), 500).unwrap();
        assert_eq!(kept.iter().map(|change| change.no.0).collect::<Vec<_>>(), (93..=100).collect::<Vec<_>>());
        // One alone stays, whatever it takes.
        tail.push(vec![change(101, 1_000_000)]);
        assert_eq!(tail.after(ChangeNo(100), 500).unwrap().len(), 1);
        assert_eq!(tail.after(ChangeNo(99), 500), None);
        tail.erase(&TenantName::default(), &HashSet::from([EntityId::trusted("urn:a")]));
        for no in 102..=109 {
            tail.push(vec![change(no, 10_000)]);
        }
        assert_eq!(tail.after(ChangeNo(100), 500).unwrap().len(), 9, "what was erased weighs little");
    }
}
