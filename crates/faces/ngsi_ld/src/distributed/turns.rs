//! Turns for requests to sources: so many at a time in all, and of one source its share of them alone, so that one that hangs
//! leaves the others theirs.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One source has one of so many turns.
const SHARES: usize = 4;

/// So many turns has each source, where there are as many.
const SHARE_LEAST: usize = 4;

/// How many sources are remembered without anybody asking them.
const REMEMBERED_MAX: usize = 10_000;

/// The turns of all sources.
pub(super) struct Turns {
    in_all: Arc<Semaphore>,
    by_source: Mutex<HashMap<String, Arc<Semaphore>>>,
    share: usize,
}

/// Leave to send one request; over when it is dropped.
pub(super) struct Turn {
    _places: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl Turns {
    pub(super) fn new(in_all: usize) -> Self {
        let share = (in_all / SHARES).max(SHARE_LEAST).min(in_all);
        Self { in_all: Arc::new(Semaphore::new(in_all)), by_source: Mutex::default(), share }
    }

    fn of(&self, source: String) -> Arc<Semaphore> {
        let mut sources = self.by_source.lock();
        if sources.len() >= REMEMBERED_MAX && !sources.contains_key(&source) {
            // Whoever has or waits for a turn holds the places of its source.
            sources.retain(|_, places| Arc::strong_count(places) > 1);
        }
        let places = sources.entry(source).or_insert_with(|| Arc::new(Semaphore::new(self.share)));
        Arc::clone(places)
    }

    /// Waits for a turn to ask a source, which is named by its scheme, host and port. Whoever waits for one that is slow holds
    /// nothing that others need.
    pub(super) async fn take(&self, source: String) -> Option<Turn> {
        let own = self.of(source).acquire_owned().await.ok()?;
        let common = Arc::clone(&self.in_all).acquire_owned().await.ok()?;
        Some(Turn { _places: (own, common) })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn taken(turns: &Turns, source: &str) -> Option<Turn> {
        let turn = turns.take(source.to_owned());
        tokio::time::timeout(Duration::from_millis(50), turn).await.ok().flatten()
    }

    #[tokio::test]
    async fn one_source_leaves_turns_to_others() {
        let turns = Turns::new(64);
        let mut held = Vec::new();
        for _ in 0..16 {
            held.push(taken(&turns, "http://a").await.unwrap());
        }
        assert!(taken(&turns, "http://a").await.is_none(), "its share is taken");
        assert!(taken(&turns, "http://b").await.is_some());
        held.pop();
        assert!(taken(&turns, "http://a").await.is_some(), "a turn that is over can be taken again");
    }

    #[tokio::test]
    async fn all_together_have_no_more_than_there_are() {
        let turns = Turns::new(6);
        let mut held = Vec::new();
        for source in ["a", "a", "a", "a", "b", "b"] {
            held.push(taken(&turns, source).await.unwrap());
        }
        assert!(taken(&turns, "c").await.is_none());
        // Who gave up has left nothing taken.
        held.pop();
        assert!(taken(&turns, "c").await.is_some());
        assert!(taken(&Turns::new(0), "a").await.is_none());
    }

    #[tokio::test]
    async fn sources_that_nobody_asks_are_forgotten() {
        let turns = Turns::new(8);
        let held = taken(&turns, "held").await.unwrap();
        for n in 0..=REMEMBERED_MAX {
            drop(taken(&turns, &format!("s{n}")).await.unwrap());
        }
        assert!(turns.by_source.lock().len() <= REMEMBERED_MAX);
        assert!(turns.by_source.lock().contains_key("held"));
        drop(held);
    }
}
