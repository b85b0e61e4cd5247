//! The task of one subscription: compares what fits with what was told, and tells the difference.
//!
//! It works from states, not from events: what could not be told stays a difference, so that nothing is lost
//! through a restart of either side, several changes are told as one, and memory is bounded.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use senne_hub::Hub;
use senne_model::EntityId;
use tokio::sync::Notify;

use super::{
    compiled::Compiled,
    notification::{Notification, Reason, Told as Shown},
    state::{Counters, Told},
    stored::Kept,
};
use crate::{
    contexts::{Contexts, Terms},
    options::DeliveryOptions,
    registrations::{Matched, Registrations},
};

/// How long an idle task waits before it looks around on its own.
const IDLE: Duration = Duration::from_secs(30);

/// The pause after a failure, in first pauses of entity notifications: registrations change seldom.
const PAUSES: u32 = 10;

/// One subscription at work.
pub(super) struct Runner {
    pub(super) kept: Kept,
    pub(super) compiled: Compiled,
    pub(super) terms: Terms,
    pub(super) counters: Mutex<Counters>,
    wake: Notify,
    stopped: AtomicBool,
}

impl Runner {
    pub(super) fn new(kept: Kept, compiled: Compiled, terms: Terms) -> Self {
        let counters = Mutex::new(kept.counters.clone());
        Self { kept, compiled, terms, counters, wake: Notify::new(), stopped: AtomicBool::new(false) }
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

/// What the task works with.
pub(super) struct Teller {
    pub(super) runner: Arc<Runner>,
    pub(super) hub: Hub,
    pub(super) contexts: Arc<Contexts>,
    pub(super) registrations: Arc<Registrations>,
    pub(super) client: reqwest::Client,
    pub(super) options: DeliveryOptions,
}

/// The registrations that fit now, by id.
type Fitting = BTreeMap<EntityId, Matched>;

impl Teller {
    pub(super) async fn run(self) {
        let mut changes = self.registrations.changes();
        let mut told = self.runner.kept.told.clone();
        let mut last = Fitting::new();
        let (first_pause, mut pause) = (self.options.pause_first * PAUSES, Duration::ZERO);
        let mut due = Instant::now();
        while !self.runner.is_stopped() {
            if !self.runner.compiled.is_live() {
                // A change begins another task, which tells everything: nothing that happens now is told afterwards.
                let _ = tokio::time::timeout(IDLE, self.runner.wake.notified()).await;
                continue;
            }
            changes.borrow_and_update();
            let fitting = self.fitting();
            let arrived = self.tell(&fitting, &mut last, &mut told, &mut due).await;
            last = fitting;
            pause = if arrived {
                Duration::ZERO
            } else {
                (pause * 2).clamp(first_pause, self.options.pause_max.max(first_pause))
            };
            let wait = if arrived { self.until_due(due) } else { pause.max(self.runner.compiled.cooldown) };
            let wake = async {
                tokio::select! {
                    () = self.runner.wake.notified() => {}
                    _ = changes.changed(), if arrived && self.runner.compiled.every.is_none() => {}
                }
            };
            let _ = tokio::time::timeout(wait, wake).await;
        }
    }

    fn until_due(&self, due: Instant) -> Duration {
        match self.runner.compiled.every {
            Some(_) => due.saturating_duration_since(Instant::now()),
            None => IDLE,
        }
    }

    fn fitting(&self) -> Fitting {
        let Runner { kept, compiled, .. } = &*self.runner;
        let mut fitting = Fitting::new();
        for found in self.registrations.matching_any(&kept.tenant, &compiled.wanted) {
            match fitting.get_mut(&found.registration.id) {
                None => {
                    fitting.insert(found.registration.id.clone(), found);
                }
                Some(there) => {
                    there.infos.extend(found.infos);
                    there.infos.sort_unstable();
                    there.infos.dedup();
                }
            }
        }
        fitting
    }

    /// Tells what differs; with an interval, tells everything when it is due. Whether all of it arrived.
    async fn tell(&self, fitting: &Fitting, last: &mut Fitting, told: &mut Told, due: &mut Instant) -> bool {
        if let Some(every) = self.runner.compiled.every {
            if *due > Instant::now() {
                return true;
            }
            *due = Instant::now() + every;
            // Where everything is told each time, what is gone need not be remembered.
            told.retain(|id, _| fitting.contains_key(id));
            let all: Vec<&Matched> = fitting.values().collect();
            let reason = if told.is_empty() { Reason::NewlyMatching } else { Reason::Updated };
            return self.send(reason, all, &[], told, last).await;
        }
        let known = |found: &&Matched| told.contains_key(&found.registration.id);
        let new: Vec<&Matched> = fitting.values().filter(|found| !known(found)).collect();
        let changed = |found: &&Matched| {
            told.get(&found.registration.id).is_some_and(|at| *at != found.registration.modified_at)
        };
        let updated: Vec<&Matched> = fitting.values().filter(changed).collect();
        let gone: Vec<EntityId> = told.keys().filter(|id| !fitting.contains_key(*id)).cloned().collect();
        self.send(Reason::NewlyMatching, new, &[], told, last).await
            && self.send(Reason::Updated, updated, &[], told, last).await
            && self.send(Reason::NoLongerMatching, Vec::new(), &gone, told, last).await
    }

    /// Sends one notification and remembers what it told; nothing to tell counts as told.
    async fn send(
        &self,
        reason: Reason,
        fitting: Vec<&Matched>,
        gone: &[EntityId],
        told: &mut Told,
        last: &Fitting,
    ) -> bool {
        let mut shown: Vec<Shown> = fitting.iter().map(|found| Shown::Fitting((*found).clone())).collect();
        shown.extend(gone.iter().map(|id| self.last_seen(id, last)));
        if shown.is_empty() || self.runner.is_stopped() {
            return true;
        }
        let arrived = Notification { reason, registrations: shown }.send(self).await;
        self.runner.counters.lock().count(arrived);
        if arrived {
            let times =
                fitting.iter().map(|found| (found.registration.id.clone(), found.registration.modified_at));
            told.extend(times);
            told.retain(|id, _| !gone.contains(id));
        }
        let counters = self.runner.counters.lock().clone();
        if let Err(problem) = self.runner.kept.save_progress(&self.hub, told, &counters).await
            && !self.runner.is_stopped()
        {
            tracing::warn!(%problem, "the progress of `{}` could not be saved: {problem}", self.runner.kept.id);
        }
        arrived
    }

    /// What is known of a registration that no longer fits: as it is now, else as it was.
    fn last_seen(&self, id: &EntityId, last: &Fitting) -> Shown {
        let now = self.registrations.find(&self.runner.kept.tenant, id);
        match (now, last.get(id)) {
            (Some(now), _) => Shown::Unfitting(now),
            (None, Some(before)) => Shown::Unfitting(Arc::clone(&before.registration)),
            (None, None) => Shown::Unknown(id.clone()),
        }
    }
}
