//! Subscriptions that are told by the clock (`timeInterval`, clause 5.8.6).

use std::{collections::HashSet, time::Duration};

use senne_hub::Page;
use senne_model::{EntityId, Problem, Timestamp};

use super::{
    compiled::Compiled,
    courier::{Courier, Stopped},
    notification::{Mark, Notification, Told},
};

/// The shortest interval: less would be no interval at all.
const INTERVAL_LEAST: Duration = Duration::from_millis(100);

/// How many entities one notification tells at most; more are told in further ones.
const ENTITIES_MAX: usize = 1000;

impl Courier {
    /// Sends what matches each time that the interval has passed. A notification that does not arrive is not sent again:
    /// the next one says what is so then.
    pub(super) async fn run_by_clock(
        &mut self,
        compiled: &Compiled,
        interval: Duration,
    ) -> Result<(), Stopped> {
        let interval = interval.max(INTERVAL_LEAST);
        // Changes are of no interest to it: it has nothing to read in the log, and must not keep it.
        self.runner.clear_queue();
        self.runner.settle(self.hub.head(), false);
        self.runner.caught_up(self.hub.head());
        let mut next = tokio::time::Instant::now() + interval;
        loop {
            let left = next.saturating_duration_since(tokio::time::Instant::now());
            self.sleep(left).await?;
            let now = tokio::time::Instant::now();
            // Intervals that went by while something was being sent are passed over.
            while next <= now {
                next += interval;
            }
            self.runner.settle(self.hub.head(), false);
            if !compiled.is_live(Timestamp::now()) {
                continue;
            }
            if let Err(problem) = self.tell_all(compiled).await {
                tracing::warn!(subscription = %self.runner.id, %problem, "`{}` could not be told by the clock: {problem}", self.runner.id);
            }
        }
    }

    async fn tell_all(&self, compiled: &Compiled) -> Result<(), Problem> {
        let at = Timestamp::now();
        let mut seen: HashSet<EntityId> = HashSet::new();
        let mut part = 0;
        let queries = match compiled.selectors.as_slice() {
            [] => vec![compiled.condition.clone()],
            selectors => selectors.iter().map(|one| one.query(&compiled.condition)).collect(),
        };
        for query in queries {
            let mut page = Page { limit: ENTITIES_MAX, ..Page::default() };
            loop {
                let context =
                    senne_hub::Context::new(self.runner.kept.owner.clone(), self.runner.tenant.clone());
                let found = self.hub.query(&context, &query, &page).await?;
                page.after = found.entities.last().map(|entity| entity.id.clone());
                let fresh = found.entities.into_iter().filter(|entity| seen.insert(entity.id.clone()));
                let entities: Vec<Told> = fresh.map(|entity| Told { entity, change: None }).collect();
                if !entities.is_empty() {
                    let linked = self.linked(compiled, &entities).await;
                    let notification = Notification { entities, linked, mark: Mark::Clock(at, part) };
                    part += 1;
                    self.send_once(compiled, &notification).await;
                }
                if !found.more {
                    break;
                }
            }
        }
        Ok(())
    }
}
