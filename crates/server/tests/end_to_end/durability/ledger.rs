//! What was sent, and what was acknowledged.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// Every entity and every observation has a number of its own.
#[derive(Clone, Default)]
pub(super) struct Ledger {
    next: Arc<AtomicU64>,
    entities: Arc<Mutex<Vec<u64>>>,
    observations: Arc<Mutex<Vec<u64>>>,
}

impl Ledger {
    /// Numbers that nobody else has: the first of `count`.
    pub(super) fn take(&self, count: u64) -> u64 {
        self.next.fetch_add(count, Ordering::SeqCst)
    }

    pub(super) fn acknowledge_entity(&self, number: u64) {
        self.entities.lock().unwrap().push(number);
    }

    pub(super) fn acknowledge_observation(&self, number: u64) {
        self.observations.lock().unwrap().push(number);
    }

    pub(super) fn entities(&self) -> Vec<u64> {
        self.entities.lock().unwrap().clone()
    }

    pub(super) fn observations(&self) -> Vec<u64> {
        self.observations.lock().unwrap().clone()
    }

    /// What was acknowledged is there; nothing is there twice; nothing is there that was not sent.
    pub(super) fn check(&self, what: &str, acknowledged: &[u64], there: &BTreeMap<u64, u64>) {
        let lost: Vec<&u64> = acknowledged.iter().filter(|number| !there.contains_key(number)).collect();
        let twice: Vec<_> = there.iter().filter(|(_, times)| **times != 1).collect();
        let sent = self.next.load(Ordering::SeqCst);
        let invented: Vec<_> = there.keys().filter(|number| **number >= sent).collect();
        let some = |n: usize| if n == 0 { "none".to_owned() } else { n.to_string() };
        assert!(
            lost.is_empty() && twice.is_empty() && invented.is_empty(),
            "{what}: of {} acknowledged {} lost {:?}, {} twice {:?}, {} invented",
            acknowledged.len(),
            some(lost.len()),
            &lost[..lost.len().min(10)],
            some(twice.len()),
            &twice[..twice.len().min(10)],
            some(invented.len())
        );
    }
}
