//! A live source, asked again and again.

mod memory;
mod reading;

use std::{sync::Arc, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::{
    Client, StatusCode,
    header::{
        ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
        RETRY_AFTER,
    },
};
use senne_model::{ErrorKind, Problem, Timestamp, Write};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use twox_hash::XxHash3_128;

use self::{
    memory::Memory,
    reading::{Done, REFUSALS_MAX, Reading},
};
use crate::{
    Http, PreparedFeed, Refusal, Sink,
    load::{only_news, part_of},
    map::Mapper,
};

/// The longest pause after failures.
const PAUSE_MAX: Duration = Duration::from_secs(3600);

/// Asks one live source; never twice at the same time, more slowly while it fails.
pub struct Poller {
    prepared: PreparedFeed,
    http: Http,
    client: Client,
    sink: Arc<dyn Sink>,
    mapper: Mapper,
    mark: Option<Mark>,
    /// Live sources repeat themselves.
    memory: Memory,
    status: watch::Sender<PollerStatus>,
}

/// How a live source fares.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PollerStatus {
    /// The feed.
    pub feed: String,
    /// The address that is asked.
    pub url: String,
    /// How often it was asked.
    pub polls: u64,
    /// How often it had nothing new.
    pub unchanged: u64,
    /// How many times in a row it has failed.
    pub failures_in_a_row: u32,
    /// What went wrong last; `None` after a success.
    pub last_error: Option<String>,
    /// When it last answered well.
    pub last_success: Option<Timestamp>,
    /// When it will be asked again.
    pub next_at: Option<Timestamp>,
    /// Values written since the start.
    pub values: u64,
    /// Rows or values refused since the start.
    pub refused: u64,
    /// The refusals of the last answer, at most 20.
    pub refusals: Vec<Refusal>,
}

/// What was seen last, kept with the writes so that a restart does not ask for it again.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
struct Mark {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
    hash: String,
}

/// Why an answer is no use, and how long to wait at least.
struct Failure {
    reason: String,
    wait: Option<Duration>,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { reason: problem.to_string(), wait: None }
    }
}

enum Answer {
    NotModified,
    Body(Vec<u8>, Mark),
}

impl Poller {
    /// A poller of a feed with a live source.
    pub fn new(prepared: PreparedFeed, sink: Arc<dyn Sink>) -> Result<Self, Problem> {
        let feed = &prepared.feed;
        let http = feed.http.clone();
        let http = http.ok_or_else(|| Problem::bad(format!("the feed `{}` has no live source", feed.id)))?;
        let client = Client::builder()
            .timeout(http.timeout)
            .user_agent(concat!("senne/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers(&http)?)
            .build()
            .map_err(|e| Problem::new(ErrorKind::Internal, e.to_string()))?;
        let status = PollerStatus { feed: feed.id.clone(), url: http.url.clone(), ..PollerStatus::default() };
        let mapper = Mapper::new(Arc::clone(&feed.plan));
        let (status, _) = watch::channel(status);
        Ok(Self { prepared, http, client, sink, mapper, mark: None, memory: Memory::default(), status })
    }

    /// How the source fares, now and from now on.
    pub fn status(&self) -> watch::Receiver<PollerStatus> {
        self.status.subscribe()
    }

    /// Asks until the future is dropped; it may be dropped at any time.
    pub async fn run(mut self) {
        loop {
            let pause = self.once().await;
            let next = Timestamp::from_micros(
                Timestamp::now()
                    .micros()
                    .saturating_add(i64::try_from(pause.as_micros()).unwrap_or(i64::MAX)),
            );
            self.status.send_modify(|s| s.next_at = Some(next));
            tokio::time::sleep(pause).await;
        }
    }

    /// Asks once and writes what is new; answers how long to wait until the next time.
    pub async fn once(&mut self) -> Duration {
        let result = self.attempt().await;
        if result.is_err() {
            // What is fixed about an entity may not have been written: it is said again next time.
            self.mapper = Mapper::new(Arc::clone(&self.prepared.feed.plan));
        }
        let every = self.http.every;
        let mut wait = Duration::ZERO;
        self.status.send_modify(|s| {
            s.polls += 1;
            match result {
                Ok(new) => {
                    s.failures_in_a_row = 0;
                    s.last_error = None;
                    s.last_success = Some(Timestamp::now());
                    s.unchanged += u64::from(!new);
                }
                Err(failure) => {
                    tracing::warn!(
                        feed = s.feed,
                        url = s.url,
                        reason = failure.reason,
                        "a live source failed"
                    );
                    s.failures_in_a_row += 1;
                    s.last_error = Some(failure.reason);
                    wait = failure.wait.unwrap_or_default();
                }
            }
        });
        let failures = self.status.borrow().failures_in_a_row;
        pause(every, failures).max(wait.min(PAUSE_MAX))
    }

    async fn attempt(&mut self) -> Result<bool, Failure> {
        let source = format!("poll/{}", self.prepared.feed.id);
        if self.mark.is_none() {
            let held = self.sink.position(&source).await?;
            self.mark = Some(held.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default());
        }
        let (body, mark) = match self.ask().await? {
            Answer::NotModified => return Ok(false),
            Answer::Body(_, mark) if Some(&mark.hash) == self.mark.as_ref().map(|m| &m.hash) => {
                self.mark = Some(mark);
                return Ok(false);
            }
            Answer::Body(body, mark) => (body, mark),
        };
        let position = serde_json::to_string(&mark).unwrap_or_default();
        self.take(body, (source, position)).await?;
        self.mark = Some(mark);
        Ok(true)
    }

    async fn ask(&self) -> Result<Answer, Failure> {
        let mut request = self.client.get(&self.http.url);
        if let Some(mark) = &self.mark {
            if let Some(etag) = &mark.etag {
                request = request.header(IF_NONE_MATCH, etag);
            }
            if let Some(date) = &mark.last_modified {
                request = request.header(IF_MODIFIED_SINCE, date);
            }
        }
        let failed = |e: reqwest::Error| Failure { reason: chain(&e), wait: None };
        let mut response = request.send().await.map_err(failed)?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Answer::NotModified);
        }
        let header =
            |name: HeaderName| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        if !response.status().is_success() {
            let wait = header(RETRY_AFTER).and_then(|text| text.parse().ok()).map(Duration::from_secs);
            return Err(Failure { reason: format!("the source answered {}", response.status()), wait });
        }
        let (etag, last_modified) = (header(ETAG), header(LAST_MODIFIED));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() as u64 + chunk.len() as u64 > self.http.body_bytes_max {
                return Err(Failure { reason: reading::too_large(self.http.body_bytes_max), wait: None });
            }
            body.extend_from_slice(&chunk);
        }
        let mut hasher = XxHash3_128::new();
        hasher.write(&body);
        let hash = format!("{:032x}", hasher.finish_128());
        Ok(Answer::Body(body, Mark { etag, last_modified, hash }))
    }

    /// Rows to writes, batch by batch; the last one brings the position, so that the answer counts as seen only when all of it is
    /// written. Refusals go to the status.
    async fn take(&mut self, body: Vec<u8>, position: (String, String)) -> Result<(), Failure> {
        self.memory.begin();
        self.status.send_modify(|s| s.refusals.clear());
        let fresh = Mapper::new(Arc::clone(&self.prepared.feed.plan));
        let reading = Reading {
            prepared: self.prepared.clone(),
            url: self.http.url.clone(),
            body,
            bytes_max: self.http.body_bytes_max,
            mapper: std::mem::replace(&mut self.mapper, fresh),
        };
        let (sender, mut batches) = mpsc::channel(1);
        let thread = tokio::task::spawn_blocking(move || reading.run(&sender));
        let mut held: Option<Vec<Write>> = None;
        while let Some(batch) = batches.recv().await {
            if let Some(before) = held.replace(batch) {
                self.write(before, None).await?;
            }
        }
        let done = thread.await.map_err(|e| Failure { reason: e.to_string(), wait: None })?;
        let Done { mapper, refused, refusals, failure } = done;
        self.mapper = mapper;
        self.status.send_modify(|s| {
            s.refused += refused;
            s.refusals.extend(refusals);
            s.refusals.truncate(REFUSALS_MAX);
        });
        if let Some(reason) = failure {
            return Err(Failure { reason, wait: None });
        }
        self.write(held.unwrap_or_default(), Some(position)).await?;
        self.memory.end();
        Ok(())
    }

    /// Writes what is news of a batch.
    async fn write(
        &mut self,
        mut writes: Vec<Write>,
        position: Option<(String, String)>,
    ) -> Result<(), Failure> {
        self.memory.drop_repeated(&mut writes);
        if let Some(part) = part_of(self.memory.doubtful(&writes)) {
            let known = self.sink.known(part).await?;
            let mut lines = vec![0; writes.len()];
            only_news(&mut writes, &mut lines, &known);
            self.memory.know(&known);
        }
        if writes.is_empty() && position.is_none() {
            return Ok(());
        }
        let receipt = self.sink.write(writes.clone(), position).await?;
        let refused: Vec<usize> = receipt.refused.iter().map(|(i, _)| *i).collect();
        self.memory.wrote(&writes, &refused);
        let url = self.http.url.clone();
        self.status.send_modify(|s| {
            s.values += writes.iter().map(|w| w.attributes.len() as u64).sum::<u64>();
            s.refused += receipt.refused.len() as u64;
            let room = REFUSALS_MAX.saturating_sub(s.refusals.len());
            s.refusals.extend(receipt.refused.into_iter().take(room).map(|(_, problem)| Refusal {
                file: url.clone(),
                line: 0,
                column: problem.field,
                reason: problem.detail,
            }));
        });
        Ok(())
    }
}

fn headers(http: &Http) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    for (name, value) in &http.headers {
        let bad = || Problem::bad(format!("`{name}` is not a header that can be sent"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        headers.insert(name, HeaderValue::from_str(value).map_err(|_| bad())?);
    }
    Ok(headers)
}

/// The pause until the next time: the feed's own rhythm, doubled with each failure, less or more by up to a
/// tenth so that many sources and many houses do not ask in step.
fn pause(every: Duration, failures: u32) -> Duration {
    let longest = PAUSE_MAX.max(every);
    let doubled = every.checked_mul(2_u32.saturating_pow(failures.min(20))).unwrap_or(longest).min(longest);
    // The clock is seed enough: this is against marching in step, not against an adversary.
    let mut random = StdRng::seed_from_u64(Timestamp::now().micros().unsigned_abs());
    doubled.mul_f64(random.random_range(0.9..1.1))
}

/// An error with all that caused it: the outermost alone says only that sending failed.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
