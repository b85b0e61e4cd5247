//! One subscription at work: what waits for it, what was sent.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use senne_context::Context as Terms;
use senne_hub::Hub;
use senne_model::Timestamp;
use tokio::sync::Notify;

use super::{
    compiled::{Compiled, Standing},
    kept::Kept,
    letter::Letter,
    told::Told,
};

/// How often a notification is tried.
const TRIES: u32 = 4;

/// How long a task sleeps when nothing wakes it.
const IDLE: Duration = Duration::from_secs(60);

/// What was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Counters {
    pub(super) sent: u64,
    pub(super) failed: u64,
    /// Left out, because too much waited.
    pub(super) left_out: u64,
    pub(super) last: Option<Timestamp>,
    pub(super) last_success: Option<Timestamp>,
    pub(super) last_failure: Option<Timestamp>,
    /// The status with which the last one that arrived was answered.
    pub(super) code: Option<u16>,
    /// Why the last one that failed did so.
    pub(super) reason: Option<String>,
}

/// What waits for a subscription, and what was sent: it outlives every change of the subscription.
#[derive(Debug, Default)]
pub(super) struct Line {
    queue: Mutex<VecDeque<Told>>,
    counters: Mutex<Counters>,
    wake: Notify,
}

/// A subscription with what waits for it.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) kept: Kept,
    pub(super) compiled: Compiled,
    pub(super) line: Arc<Line>,
    queue_max: usize,
    stopped: AtomicBool,
    /// A subscription for one notification has had it.
    done: AtomicBool,
}

/// What a task sends with.
pub(super) struct Post {
    pub(super) client: reqwest::Client,
    pub(super) terms: Terms,
    pub(super) pause: Duration,
    pub(super) hub: Hub,
    /// Held while what is kept of a subscription is changed.
    pub(super) changing: tokio::sync::Mutex<()>,
}

impl Runner {
    pub(super) fn new(kept: Kept, compiled: Compiled, line: Arc<Line>, queue_max: usize) -> Self {
        Self {
            kept,
            compiled,
            line,
            queue_max,
            stopped: AtomicBool::new(false),
            done: AtomicBool::new(false),
        }
    }

    pub(super) fn counters(&self) -> Counters {
        self.line.counters.lock().clone()
    }

    pub(super) fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.line.wake.notify_one();
    }

    /// Lets something wait to be told. When too much waits, the oldest is left out.
    pub(super) fn push(&self, told: Told) {
        let mut queue = self.line.queue.lock();
        if queue.len() >= self.queue_max {
            queue.pop_front();
            self.line.counters.lock().left_out += 1;
            metrics::counter!("senne_ngsi_v2_left_out_total").increment(1);
        }
        queue.push_back(told);
        drop(queue);
        self.line.wake.notify_one();
    }

    /// Sends what waits, one after the other, until it is stopped. What could not be sent by then waits on, for whoever takes its
    /// place.
    pub(super) async fn run(self: Arc<Self>, post: Arc<Post>) {
        let mut last: Option<Instant> = None;
        while !self.is_stopped() {
            let next = self.line.queue.lock().pop_front();
            let Some(told) = next else {
                let _ = tokio::time::timeout(IDLE, self.line.wake.notified()).await;
                continue;
            };
            // What comes within the period is left out (NGSI-v2 "Subscription": throttling).
            let early = last.is_some_and(|last| last.elapsed() < self.compiled.throttling);
            if early || self.is_done() || !self.compiled.is_live(Timestamp::now()) {
                continue;
            }
            last = Some(Instant::now());
            let arrived = self.send(&post, &told).await;
            if !arrived && self.is_stopped() {
                self.line.queue.lock().push_front(told);
            } else if self.has_had_it(arrived) {
                self.finish(&post).await;
            }
        }
        self.line.wake.notify_one();
    }

    /// Whether a subscription is told no more: it was told once and that was all, or it failed too often.
    fn has_had_it(&self, arrived: bool) -> bool {
        let too_often = self.compiled.fails_max.is_some_and(|max| self.line.counters.lock().failed > max);
        if arrived { self.compiled.standing == Standing::Once } else { too_often }
    }

    /// Notes on disk that a subscription has had it, so that a restart does not make it new.
    async fn finish(&self, post: &Post) {
        let _turn = post.changing.lock().await;
        if !self.is_stopped() {
            let saved = self.kept.with_status("inactive").save(&post.hub).await;
            if let Err(problem) = saved {
                tracing::warn!(subscription = self.kept.id, %problem, "it may be told once more after a restart: {problem}");
            }
        }
        self.done.store(true, Ordering::Release);
    }

    /// Tells a change; gives whether it arrived.
    async fn send(&self, post: &Post, told: &Told) -> bool {
        let letter = match Letter::write(&self.kept, &self.compiled, told, &post.terms) {
            Ok(letter) => letter,
            Err(reason) => {
                tracing::warn!(subscription = self.kept.id, "a notification cannot be sent: {reason}");
                self.note(Err(reason));
                return false;
            }
        };
        let mut pause = post.pause;
        for attempt in 1..=TRIES {
            let outcome = try_once(post, &letter).await;
            if let Err(reason) = &outcome {
                tracing::warn!(subscription = self.kept.id, attempt, "a notification failed: {reason}");
            }
            let arrived = outcome.is_ok();
            self.note(outcome);
            if arrived {
                return true;
            }
            if attempt == TRIES || self.is_stopped() {
                break;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        false
    }

    fn note(&self, outcome: Result<u16, String>) {
        let now = Some(Timestamp::now());
        let mut counters = self.line.counters.lock();
        counters.sent += 1;
        counters.last = now;
        match outcome {
            Ok(code) => {
                counters.last_success = now;
                counters.code = Some(code);
                counters.failed = 0;
            }
            Err(reason) => {
                counters.last_failure = now;
                counters.reason = Some(reason);
                counters.failed += 1;
            }
        }
    }
}

/// Sends once; gives the status of the answer, or why there is none that will do.
async fn try_once(post: &Post, letter: &Letter) -> Result<u16, String> {
    let mut request = post.client.request(letter.method.clone(), letter.url.clone());
    request = request.headers(letter.headers.clone());
    if let Some(body) = &letter.body {
        request = request.body(body.clone());
    }
    if let Some(timeout) = letter.timeout {
        request = request.timeout(timeout);
    }
    match request.send().await {
        Ok(response) if response.status().is_success() => Ok(response.status().as_u16()),
        Ok(response) => Err(format!("the receiver answered {}", response.status())),
        Err(error) => Err(error.to_string()),
    }
}
