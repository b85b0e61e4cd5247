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

use super::{compiled::Compiled, follower::Look, judged::Judged, stored::Kept};
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

/// However many wait for others, so many may wait for one: else those that are stuck would send all others to the log.
const OWN_LEAST: usize = 8;

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

/// A change that waits, with the entity as it left it, when that was looked at.
pub(super) struct Waiting {
    pub(super) change: Arc<Change>,
    pub(super) entity: Option<Arc<Entity>>,
    /// The entity has met the conditions already.
    pub(super) met: bool,
}

pub(super) struct State {
    /// Ready for matching; absent until its context could be resolved.
    pub(super) compiled: Option<Arc<Compiled>>,
    /// Changes that may matter, oldest first.
    queue: VecDeque<Waiting>,
    /// The queue overflowed, or is not yet filled: the task reads the log.
    behind: bool,
    /// The log must be read up to here: the newest change that may matter and was not queued.
    skipped: ChangeNo,
    /// What was decided of those that were not queued.
    judged: Judged,
    hand: Hand,
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

/// What is known of a change when it comes.
struct Offer {
    entity: Option<Arc<Entity>>,
    /// The entity meets the conditions.
    met: bool,
    /// It is certain that the change is due.
    judged: bool,
}

/// What the task has in hand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hand {
    Nothing,
    /// A change was taken out and is not yet settled, or something is held back for later.
    Something,
    /// The same, and it must be forgotten: something was erased.
    ToForget,
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
            judged: Judged::default(),
            hand: Hand::Nothing,
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
        self.clear_queue();
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
        let Some(Offer { entity, met, judged }) = self.consider(compiled.as_deref(), change, look) else {
            return;
        };
        let mut state = self.state.lock();
        if change.no <= state.position || self.is_stopped() {
            return;
        }
        let crowded = self.limits.all.load(Ordering::Relaxed) >= self.limits.all_max;
        let waiting = state.queue.len();
        let full = waiting >= self.limits.own_max || crowded && waiting >= OWN_LEAST;
        if state.behind || full {
            state.behind = true;
            state.skipped = state.skipped.max(change.no);
            state.judged.note(change.no, judged);
        } else if state.queue.back().is_none_or(|last| last.change.no < change.no) {
            state.queue.push_back(Waiting { change: Arc::clone(change), entity, met });
            self.limits.all.fetch_add(1, Ordering::Relaxed);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// What can be told of a change when it comes; none when it does not matter.
    fn consider(
        &self,
        compiled: Option<&Compiled>,
        change: &Arc<Change>,
        look: &mut Look<'_>,
    ) -> Option<Offer> {
        let Some(compiled) = compiled else {
            // The conditions are put to the entity later, as it is now.
            let entity = self.sees_all.then(|| look.entity()).flatten();
            return Some(Offer { entity, met: false, judged: false });
        };
        if !compiled.may_want(change) || !compiled.is_live(Timestamp::now()) {
            return None;
        }
        if !self.sees_all || !compiled.has_own_condition() {
            let judged = self.sees_all && compiled.condition.needs_nothing();
            return Some(Offer { entity: None, met: false, judged });
        }
        let entity = look.entity();
        if entity.as_ref().is_some_and(|entity| !compiled.condition.matches(entity)) {
            return None;
        }
        let met = entity.is_some();
        Some(Offer { entity, met, judged: met })
    }

    /// What to do next. Changes that were settled by reading the log are passed over.
    pub(super) fn next(&self) -> Next {
        let mut state = self.state.lock();
        while let Some(waiting) = state.queue.pop_front() {
            self.limits.all.fetch_sub(1, Ordering::Relaxed);
            if waiting.change.no > state.position {
                state.hold(true);
                return Next::Change(waiting);
            }
        }
        if state.behind { Next::ReadLog(state.position) } else { Next::Wait }
    }

    /// The log has been read up to `read`: from here on the queue is enough, unless something was passed over
    /// in the meantime.
    pub(super) fn caught_up(&self, read: ChangeNo) {
        let mut state = self.state.lock();
        if state.skipped <= read {
            state.behind = false;
            state.judged = Judged::default();
        }
    }

    /// One that begins behind the log must read it up to here at least; what comes later is offered to it.
    pub(super) fn must_read_up_to(&self, head: ChangeNo) {
        let mut state = self.state.lock();
        if state.behind {
            state.skipped = state.skipped.max(head);
        }
    }

    /// What was decided of a change when it came, if that is known: whether it met the conditions.
    pub(super) fn judged(&self, no: ChangeNo) -> Option<bool> {
        self.state.lock().judged.of(no)
    }

    /// Forgets what waits in memory: nothing of it is of interest any more.
    pub(super) fn clear_queue(&self) {
        let mut state = self.state.lock();
        self.empty(&mut state);
    }

    fn empty(&self, state: &mut State) {
        self.limits.all.fetch_sub(state.queue.len(), Ordering::Relaxed);
        state.queue.clear();
    }

    /// Something was erased up to `no`. What stands in memory may tell of it and is read again from the log, where it no longer
    /// stands.
    pub(super) fn read_again(&self, no: ChangeNo) {
        let mut state = self.state.lock();
        // Who reads the log has some of it in hand.
        if state.queue.is_empty() && state.hand == Hand::Nothing && !state.behind {
            return;
        }
        self.empty(&mut state);
        state.behind = true;
        state.skipped = state.skipped.max(no);
        state.position = state.cursor;
        state.hand = Hand::ToForget;
        drop(state);
        self.wake.notify_one();
    }

    /// Whether the task must forget what it holds.
    pub(super) fn must_forget(&self) -> bool {
        self.state.lock().hand == Hand::ToForget
    }

    /// The task has forgotten what it held.
    pub(super) fn forgotten(&self) {
        let mut state = self.state.lock();
        state.hand = Hand::Nothing;
        state.position = state.cursor;
    }

    /// Everything up to `no` has been looked at; `holding` says that some of it is yet to be sent.
    pub(super) fn settle(&self, no: ChangeNo, holding: bool) {
        let mut state = self.state.lock();
        state.hold(holding);
        state.position = state.position.max(no);
        let position = state.position;
        state.judged.pass(position);
        if !holding && state.position > state.cursor {
            state.cursor = state.position;
            state.dirty = true;
        }
    }

    /// With nothing under way, everything that the follower has passed on is settled.
    pub(super) fn rest_at(&self, taken: ChangeNo) -> ChangeNo {
        let mut state = self.state.lock();
        let idle = state.queue.is_empty() && !state.behind && state.hand == Hand::Nothing;
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

impl State {
    /// The task has something in hand, or not. What is to be forgotten stays so until it is.
    fn hold(&mut self, something: bool) {
        if self.hand != Hand::ToForget {
            self.hand = if something { Hand::Something } else { Hand::Nothing };
        }
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
