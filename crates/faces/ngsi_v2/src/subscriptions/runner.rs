//! One subscription at work: what waits for it, what was sent.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use http::header;
use parking_lot::Mutex;
use senne_context::Context as Terms;
use senne_hub::Hub;
use senne_model::{Entity, Json, Timestamp};
use tokio::sync::Notify;

use super::{compiled::Compiled, kept::Kept};
use crate::write::Form;

/// How often a notification is tried.
const TRIES: u32 = 4;

/// How long a task sleeps when nothing wakes it.
const IDLE: Duration = Duration::from_secs(60);

/// What was sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counters {
    pub(super) sent: u64,
    pub(super) failed: u64,
    /// Left out, because too much waited.
    pub(super) left_out: u64,
    pub(super) last: Option<Timestamp>,
    pub(super) last_success: Option<Timestamp>,
    pub(super) last_failure: Option<Timestamp>,
}

/// What waits for a subscription, and what was sent: it outlives every change of the subscription.
#[derive(Debug, Default)]
pub(super) struct Line {
    queue: Mutex<VecDeque<Arc<Entity>>>,
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
        *self.line.counters.lock()
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

    /// Lets an entity wait. When too much waits, the oldest is left out.
    pub(super) fn push(&self, entity: Arc<Entity>) {
        let mut queue = self.line.queue.lock();
        if queue.len() >= self.queue_max {
            queue.pop_front();
            self.line.counters.lock().left_out += 1;
            metrics::counter!("senne_ngsi_v2_left_out_total").increment(1);
        }
        queue.push_back(entity);
        drop(queue);
        self.line.wake.notify_one();
    }

    /// Sends what waits, one after the other, until it is stopped. What could not be sent by then waits on, for whoever takes its
    /// place.
    pub(super) async fn run(self: Arc<Self>, post: Arc<Post>) {
        let mut last: Option<Instant> = None;
        while !self.is_stopped() {
            let next = self.line.queue.lock().pop_front();
            let Some(entity) = next else {
                let _ = tokio::time::timeout(IDLE, self.line.wake.notified()).await;
                continue;
            };
            // What comes within the period is left out (NGSI-v2 "Subscription": throttling).
            let early = last.is_some_and(|last| last.elapsed() < self.compiled.throttling);
            if early || self.is_done() || !self.compiled.is_live(Timestamp::now()) {
                continue;
            }
            last = Some(Instant::now());
            let arrived = self.send(&post, &entity).await;
            if arrived && self.compiled.once {
                self.finish(&post).await;
            } else if !arrived && self.is_stopped() {
                self.line.queue.lock().push_front(entity);
            }
        }
        self.line.wake.notify_one();
    }

    /// Notes on disk that a subscription for one notification has had it, so that a restart does not make it new.
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

    /// Tells an entity; gives whether it arrived.
    async fn send(&self, post: &Post, entity: &Entity) -> bool {
        let body = Json::Object(vec![
            ("subscriptionId".into(), Json::text(&self.kept.id)),
            ("data".into(), Json::Array(vec![self.compiled.tell(entity, &post.terms)])),
        ]);
        let body = body.to_string();
        let mut pause = post.pause;
        for attempt in 1..=TRIES {
            let told = self.try_once(post, &body).await;
            self.note(told.is_ok());
            match told {
                Ok(()) => return true,
                Err(reason) => {
                    tracing::warn!(subscription = self.kept.id, attempt, "a notification failed: {reason}");
                }
            }
            if attempt == TRIES || self.is_stopped() {
                break;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        false
    }

    async fn try_once(&self, post: &Post, body: &str) -> Result<(), String> {
        let format = match self.compiled.shape.form {
            Form::Normalized => "normalized",
            Form::KeyValues => "keyValues",
            Form::Values | Form::Unique => "values",
        };
        let mut request = post
            .client
            .post(self.compiled.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header("ngsiv2-attrsformat", format)
            .header("fiware-servicepath", self.kept.service_path.as_deref().unwrap_or("/"));
        if *self.kept.tenant != *senne_model::TenantName::DEFAULT {
            request = request.header("fiware-service", self.kept.tenant.as_str());
        }
        let request = request.headers(self.compiled.headers.clone()).body(body.to_owned());
        match request.send().await {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(format!("the receiver answered {}", response.status())),
            Err(error) => Err(error.to_string()),
        }
    }

    fn note(&self, arrived: bool) {
        let now = Some(Timestamp::now());
        let mut counters = self.line.counters.lock();
        counters.sent += 1;
        counters.last = now;
        if arrived {
            counters.last_success = now;
            counters.failed = 0;
        } else {
            counters.last_failure = now;
            counters.failed += 1;
        }
    }
}
