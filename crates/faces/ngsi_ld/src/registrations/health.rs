//! How forwarding to one source has gone, and what it answered lately (clauses 5.2.9, 5.2.34, 6.3.17).

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::HeaderValue;
use senne_model::{Json, Timestamp};

/// The counters of table 5.2.9-2.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    pub(crate) sent: u64,
    pub(crate) failed: u64,
    pub(crate) last_success: Option<Timestamp>,
    pub(crate) last_failure: Option<Timestamp>,
    /// When it failed last, for the cooldown.
    failed_at: Option<Instant>,
}

impl Health {
    /// Whether the last try failed less than `cooldown` ago.
    pub(crate) fn rests(&self, cooldown: Duration) -> bool {
        self.failed_at.is_some_and(|at| at.elapsed() < cooldown)
    }

    pub(crate) fn count(&mut self, succeeded: bool) {
        self.sent += 1;
        if succeeded {
            self.last_success = Some(Timestamp::now());
            self.failed_at = None;
        } else {
            self.failed += 1;
            self.last_failure = Some(Timestamp::now());
            self.failed_at = Some(Instant::now());
        }
    }

    /// The members that the document gets; none before the first forward.
    pub(crate) fn members(&self) -> Vec<(Box<str>, Json)> {
        if self.sent == 0 {
            return Vec::new();
        }
        let count = |n: u64| Json::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let status = if self.failed_at.is_some() { "failed" } else { "ok" };
        let mut members: Vec<(Box<str>, Json)> = vec![
            ("status".into(), Json::text(status)),
            ("timesSent".into(), count(self.sent)),
            ("timesFailed".into(), count(self.failed)),
        ];
        let times = [("lastSuccess", self.last_success), ("lastFailure", self.last_failure)];
        members.extend(
            times.into_iter().filter_map(|(name, at)| Some((name.into(), Json::from(at?.to_string())))),
        );
        members
    }
}

/// How many answers are kept per source.
const ANSWERS_MAX: usize = 64;

/// How large the kept answers of a source and what they answer may be together, in bytes.
const ANSWERS_BYTES_MAX: usize = 4 << 20;

/// An answer of a source, without what belonged to its exchange alone.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) status: u16,
    /// `NGSILD-Results-Count`: how many there are in all.
    pub(crate) count: Option<HeaderValue>,
    pub(crate) body: Bytes,
}

/// Answers of a source that may be given again for a while, by what was asked.
#[derive(Default)]
pub(crate) struct Cache {
    answers: HashMap<String, (Instant, Kept)>,
    bytes: usize,
}

impl Cache {
    /// The answer to this question, when it is young enough.
    pub(crate) fn find(&self, question: &str, young: Duration) -> Option<Kept> {
        let (at, kept) = self.answers.get(question)?;
        (at.elapsed() < young).then(|| kept.clone())
    }

    pub(crate) fn keep(&mut self, question: String, answer: Kept) {
        let new = question.len() + answer.body.len();
        if new > ANSWERS_BYTES_MAX {
            return;
        }
        if self.answers.len() >= ANSWERS_MAX || self.bytes + new > ANSWERS_BYTES_MAX {
            self.answers.clear();
            self.bytes = 0;
        }
        self.bytes += new;
        let length = question.len();
        if let Some((_, before)) = self.answers.insert(question, (Instant::now(), answer)) {
            self.bytes = self.bytes.saturating_sub(length + before.body.len());
        }
    }

    /// What was written there makes what was read stale.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
