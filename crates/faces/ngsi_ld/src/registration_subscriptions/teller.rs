//! The task of one subscription: compares what fits with what was told, and tells the difference.
//!
//! It works from states, not from events: what could not be told, or was held back by throttling, stays a difference, so that
//! nothing is lost through a restart of either side, several changes are told as one, and memory is bounded.

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

/// What the task keeps in mind from one look to the next.
struct Memory {
    told: Told,
    /// What fitted last, and of what was told to fit what it was when it did so last.
    last: Fitting,
    /// When everything is to be told again.
    due: Instant,
    /// What was told last, and when it arrived.
    said: Option<(Reason, Instant)>,
}

impl Memory {
    fn of(told: Told) -> Self {
        Self { told, last: Fitting::new(), due: Instant::now(), said: None }
    }

    /// Takes in what fits now. What no longer fits is kept until that was told.
    fn remember(&mut self, fitting: Fitting) {
        let mut before = std::mem::replace(&mut self.last, fitting);
        before.retain(|id, _| self.told.contains_key(id) && !self.last.contains_key(id));
        self.last.append(&mut before);
    }
}

impl Teller {
    pub(super) async fn run(self) {
        let mut changes = self.registrations.changes();
        let mut memory = Memory::of(self.runner.kept.told.clone());
        let (first_pause, mut pause) = (self.options.pause_first * PAUSES, Duration::ZERO);
        while !self.runner.is_stopped() {
            if !self.runner.compiled.is_live() {
                // A change begins another task, which tells everything: nothing that happens now is told afterwards.
                let _ = tokio::time::timeout(IDLE, self.runner.wake.notified()).await;
                continue;
            }
            changes.borrow_and_update();
            let fitting = self.fitting();
            let arrived = self.tell(&fitting, &mut memory).await;
            memory.remember(fitting);
            pause = if arrived {
                Duration::ZERO
            } else {
                (pause * 2).clamp(first_pause, self.options.pause_max.max(first_pause))
            };
            let silence = self.silence(&memory);
            let wait = match (arrived, silence.is_zero()) {
                (false, _) => pause.max(self.runner.compiled.cooldown),
                // What happens until then is told with the rest.
                (true, false) => silence,
                (true, true) => self.until_due(memory.due),
            };
            let by_changes = arrived && silence.is_zero() && self.runner.compiled.every.is_none();
            let wake = async {
                tokio::select! {
                    () = self.runner.wake.notified() => {}
                    _ = changes.changed(), if by_changes => {}
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

    /// How long the throttling goes on after what was told last.
    fn silence(&self, memory: &Memory) -> Duration {
        let told = memory.said.filter(|_| self.runner.compiled.every.is_none());
        told.map_or(Duration::ZERO, |(_, at)| self.runner.compiled.throttling.saturating_sub(at.elapsed()))
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

    /// Tells what differs, one reason after the other as throttling allows; with an interval, tells everything when it is due.
    /// Whether what was sent arrived.
    async fn tell(&self, fitting: &Fitting, memory: &mut Memory) -> bool {
        let compiled = &self.runner.compiled;
        if let Some(every) = compiled.every {
            if memory.due > Instant::now() {
                return true;
            }
            // Both stood together in documents of before.
            memory.due = Instant::now() + every.max(compiled.throttling);
            // Where everything is told each time, what is gone need not be remembered.
            memory.told.retain(|id, _| fitting.contains_key(id));
            let all: Vec<&Matched> = fitting.values().collect();
            let reason = if memory.told.is_empty() { Reason::NewlyMatching } else { Reason::Updated };
            return self.send(reason, all, &[], memory).await;
        }
        for reason in self.reasons(memory) {
            if !self.silence(memory).is_zero() {
                return true;
            }
            if !self.tell_of(reason, fitting, memory).await {
                return false;
            }
        }
        true
    }

    /// The reasons in their order. Where one notification holds back the next, the one that was told last comes last: else what is
    /// always new would be all that is ever told.
    fn reasons(&self, memory: &Memory) -> [Reason; 3] {
        let mut all = Reason::ALL;
        let last = memory.said.and_then(|(said, _)| all.iter().position(|reason| *reason == said));
        if let (Some(place), false) = (last, self.runner.compiled.throttling.is_zero()) {
            all.rotate_left((place + 1) % Reason::ALL.len());
        }
        all
    }

    /// Tells what differs for one reason.
    async fn tell_of(&self, reason: Reason, fitting: &Fitting, memory: &mut Memory) -> bool {
        let Memory { told, .. } = &*memory;
        let is_of = |found: &&Matched| {
            let registration = &found.registration;
            match (reason, told.get(&registration.id)) {
                (Reason::NewlyMatching, at) => at.is_none(),
                (Reason::Updated, Some(at)) => *at != registration.modified_at,
                _ => false,
            }
        };
        let shown: Vec<&Matched> = fitting.values().filter(is_of).collect();
        let gone: Vec<EntityId> = match reason {
            Reason::NoLongerMatching => {
                told.keys().filter(|id| !fitting.contains_key(*id)).cloned().collect()
            }
            _ => Vec::new(),
        };
        self.send(reason, shown, &gone, memory).await
    }

    /// Sends one notification and remembers what it told; nothing to tell counts as told.
    async fn send(
        &self,
        reason: Reason,
        fitting: Vec<&Matched>,
        gone: &[EntityId],
        memory: &mut Memory,
    ) -> bool {
        let mut shown: Vec<Shown> = fitting.iter().map(|found| Shown::Fitting((*found).clone())).collect();
        shown.extend(gone.iter().map(|id| self.last_seen(id, &memory.last)));
        if shown.is_empty() || self.runner.is_stopped() {
            return true;
        }
        let arrived = Notification { reason, registrations: shown }.send(self).await;
        self.runner.counters.lock().count(arrived);
        if arrived {
            memory.said = Some((reason, Instant::now()));
            let times =
                fitting.iter().map(|found| (found.registration.id.clone(), found.registration.modified_at));
            memory.told.extend(times);
            for id in gone {
                memory.told.remove(id);
            }
        }
        let counters = self.runner.counters.lock().clone();
        if let Err(problem) = self.runner.kept.save_progress(&self.hub, &memory.told, &counters).await
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
