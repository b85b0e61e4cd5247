//! One subscription at work: its queue, its cursor, its counters.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use senne_model::{Change, ChangeNo, Entity, EntityId, Json, TenantName, Timestamp};
use tokio::sync::Notify;

use super::{compiled::Compiled, follower::Look, stored::Kept};
use crate::http::object;

/// How often, and how far apart, it is looked whether a subscription is ready: two seconds in all.
const READY_TRIES: u32 = 40;
const READY_PAUSE: Duration = Duration::from_millis(50);

/// A subscription in memory. The follower puts changes in, its own task takes them out.
pub(super) struct Runner {
    pub(super) id: EntityId,
    pub(super) tenant: TenantName,
    pub(super) kept: Kept,
    pub(super) state: Mutex<State>,
    pub(super) wake: Notify,
    stopped: AtomicBool,
    limits: QueueLimits,
    /// The owner may see everything: conditions can be put to what the store holds.
    sees_all: bool,
}

/// How many changes may wait in memory.
#[derive(Clone)]
pub(super) struct QueueLimits {
    /// For one subscription.
    pub(super) own_max: usize,
    /// For all together.
    pub(super) all_max: usize,
    /// How many wait for all together.
    pub(super) all: Arc<AtomicUsize>,
}

/// A change that waits, with the entity as it left it when that has met the conditions already.
pub(super) struct Waiting {
    pub(super) change: Arc<Change>,
    pub(super) entity: Option<Arc<Entity>>,
}

pub(super) struct State {
    /// Ready for matching; absent until its context could be resolved.
    pub(super) compiled: Option<Arc<Compiled>>,
    /// Changes that may matter, oldest first.
    queue: VecDeque<Waiting>,
    /// The queue overflowed, or is not yet filled: the task reads the log.
    behind: bool,
    /// The newest change that may matter and was not queued.
    skipped: ChangeNo,
    /// A change was taken out and is not yet settled, or something is held back for later.
    busy: bool,
    /// Everything up to here has been looked at.
    position: ChangeNo,
    /// Everything up to here is settled: delivered, or of no interest. Behind `position` while something is
    /// held back.
    pub(super) cursor: ChangeNo,
    pub(super) counters: Counters,
    /// Cursor or counters differ from what is stored.
    pub(super) dirty: bool,
    /// The cursor that is stored.
    pub(super) stored_cursor: ChangeNo,
}

/// What a subscription tells of its deliveries (clause 5.2.14.2).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Counters {
    pub(super) sent: u64,
    pub(super) failed: u64,
    /// Notifications that were given up, and changes that were left out because the backlog was too long.
    pub(super) given_up: u64,
    pub(super) last_notification: Option<Timestamp>,
    pub(super) last_success: Option<Timestamp>,
    pub(super) last_failure: Option<Timestamp>,
}

/// What the task is to do next.
pub(super) enum Next {
    Change(Waiting),
    ReadLog(ChangeNo),
    Wait,
}

impl Runner {
    /// `behind` says that the log has changes after the cursor that nobody will offer.
    pub(super) fn new(
        kept: Kept,
        compiled: Option<Arc<Compiled>>,
        limits: QueueLimits,
        behind: bool,
    ) -> Self {
        let grant = senne_policy::decide(&kept.owner, &kept.tenant, senne_hub::Action::Read);
        let state = State {
            compiled,
            queue: VecDeque::new(),
            behind,
            skipped: ChangeNo(0),
            busy: false,
            position: kept.cursor,
            cursor: kept.cursor,
            counters: kept.counters.clone(),
            dirty: false,
            stored_cursor: kept.cursor,
        };
        Self {
            id: kept.id.clone(),
            tenant: kept.tenant.clone(),
            kept,
            state: Mutex::new(state),
            wake: Notify::new(),
            stopped: AtomicBool::new(false),
            limits,
            sees_all: matches!(grant, Ok(senne_hub::Grant::Everything)),
        }
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        let mut state = self.state.lock();
        self.limits.all.fetch_sub(state.queue.len(), Ordering::Relaxed);
        state.queue.clear();
        drop(state);
        self.wake.notify_one();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// What it was made ready as; waits a little when that is under way. None when its context cannot be had.
    pub(super) async fn ready(&self) -> Option<Arc<Compiled>> {
        for _ in 0..READY_TRIES {
            if let Some(compiled) = self.state.lock().compiled.clone() {
                return Some(compiled);
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
        None
    }

    /// Whether the log must be kept for it: it is active and has not expired.
    pub(super) fn holds_the_log(&self) -> bool {
        let state = self.state.lock();
        state.compiled.as_ref().is_none_or(|compiled| compiled.is_live(Timestamp::now()))
    }

    /// Takes a change in, if it matters as far as can be told here. Never waits.
    pub(super) fn offer(&self, change: &Arc<Change>, look: &mut Look<'_>) {
        let compiled = {
            let state = self.state.lock();
            if change.no <= state.position {
                return;
            }
            state.compiled.clone()
        };
        let mut met = None;
        if let Some(compiled) = compiled {
            if !compiled.may_want(change) {
                return;
            }
            if self.sees_all && compiled.has_own_condition() {
                met = look.entity();
                if met.as_ref().is_some_and(|entity| !compiled.condition.matches(entity)) {
                    return;
                }
            }
        }
        let mut state = self.state.lock();
        if change.no <= state.position || self.is_stopped() {
            return;
        }
        let full = state.queue.len() >= self.limits.own_max
            || self.limits.all.load(Ordering::Relaxed) >= self.limits.all_max;
        if state.behind || full {
            state.behind = true;
            state.skipped = state.skipped.max(change.no);
        } else if state.queue.back().is_none_or(|last| last.change.no < change.no) {
            state.queue.push_back(Waiting { change: Arc::clone(change), entity: met });
            self.limits.all.fetch_add(1, Ordering::Relaxed);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// What to do next. Changes that were settled by reading the log are passed over.
    pub(super) fn next(&self) -> Next {
        let mut state = self.state.lock();
        while let Some(waiting) = state.queue.pop_front() {
            self.limits.all.fetch_sub(1, Ordering::Relaxed);
            if waiting.change.no > state.position {
                state.busy = true;
                return Next::Change(waiting);
            }
        }
        if state.behind { Next::ReadLog(state.position) } else { Next::Wait }
    }

    /// The log has no more after `read`: from here on the queue is enough, unless something was passed over
    /// in the meantime.
    pub(super) fn caught_up(&self, read: ChangeNo) {
        let mut state = self.state.lock();
        if state.skipped <= read {
            state.behind = false;
        }
    }

    /// Everything up to `no` has been looked at; `holding` says that some of it is yet to be sent.
    pub(super) fn settle(&self, no: ChangeNo, holding: bool) {
        let mut state = self.state.lock();
        state.busy = holding;
        state.position = state.position.max(no);
        if !holding && state.position > state.cursor {
            state.cursor = state.position;
            state.dirty = true;
        }
    }

    /// With nothing under way, everything that the follower has passed on is settled.
    pub(super) fn rest_at(&self, taken: ChangeNo) -> ChangeNo {
        let mut state = self.state.lock();
        let idle = state.queue.is_empty() && !state.behind && !state.busy;
        if idle && taken > state.cursor {
            state.cursor = taken;
            state.position = state.position.max(taken);
        }
        state.cursor
    }

    /// Leaves out everything before `no`: the backlog is longer than may be kept.
    pub(super) fn jump(&self, no: ChangeNo) -> u64 {
        let mut state = self.state.lock();
        let left_out = no.0.saturating_sub(state.position.0);
        state.position = state.position.max(no);
        state.cursor = state.cursor.max(no);
        state.counters.given_up += left_out;
        state.dirty = true;
        left_out
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Counters)) {
        let mut state = self.state.lock();
        change(&mut state.counters);
        state.dirty = true;
    }
}

impl Counters {
    pub(super) fn to_json(&self) -> Json {
        let time = |at: Option<Timestamp>| at.map_or(Json::Int(0), |at| Json::Int(at.micros()));
        let count = |n: u64| Json::Int(i64::try_from(n).unwrap_or(i64::MAX));
        object([
            ("sent", count(self.sent)),
            ("failed", count(self.failed)),
            ("givenUp", count(self.given_up)),
            ("lastNotification", time(self.last_notification)),
            ("lastSuccess", time(self.last_success)),
            ("lastFailure", time(self.last_failure)),
        ])
    }

    pub(super) fn from_json(json: &Json) -> Self {
        let number = |name: &str| match json.get(name) {
            Some(Json::Int(n)) => *n,
            _ => 0,
        };
        let count = |name: &str| u64::try_from(number(name)).unwrap_or_default();
        let time = |name: &str| (number(name) != 0).then(|| Timestamp::from_micros(number(name)));
        Self {
            sent: count("sent"),
            failed: count("failed"),
            given_up: count("givenUp"),
            last_notification: time("lastNotification"),
            last_success: time("lastSuccess"),
            last_failure: time("lastFailure"),
        }
    }
}
