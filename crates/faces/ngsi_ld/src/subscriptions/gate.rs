//! One gate per receiver: few at a time go through, and one that does not answer is only tried by one of those who wait.
//! So a receiver that hangs takes few connections, and nobody else waits for it.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many notifications are under way to one receiver at a time.
const PER_RECEIVER: usize = 16;

/// How many are under way to all receivers together: each takes a connection.
const IN_ALL: usize = 1024;

/// After so many failures in a row a receiver counts as failing.
const FAILURES: u32 = 3;

/// The longest that a failing receiver is left alone.
const REST_MAX: Duration = Duration::from_secs(30);

/// How many receivers are remembered without anybody using them.
const REMEMBERED_MAX: usize = 10_000;

/// The gates of all receivers.
pub(super) struct Gates {
    by_receiver: Mutex<HashMap<String, Arc<Gate>>>,
    in_all: Arc<Semaphore>,
    rest_first: Duration,
}

struct Gate {
    places: Arc<Semaphore>,
    health: Mutex<Health>,
}

#[derive(Clone, Copy, Default)]
struct Health {
    failures: u32,
    /// Until then a failing receiver is left alone.
    rest_until: Option<Instant>,
    /// Somebody is trying it.
    tried: bool,
}

/// The turn to try a failing receiver; over when it is dropped, whatever came of it.
struct Trial(Arc<Gate>);

/// Leave to send one notification. Without word of its outcome the receiver counts as unchanged.
pub(super) struct Pass {
    gate: Arc<Gate>,
    _trial: Option<Trial>,
    rest_first: Duration,
    _places: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl Gates {
    pub(super) fn new(rest_first: Duration) -> Self {
        Self { by_receiver: Mutex::default(), in_all: Arc::new(Semaphore::new(IN_ALL)), rest_first }
    }

    fn gate(&self, receiver: &str) -> Arc<Gate> {
        let mut gates = self.by_receiver.lock();
        if let Some(gate) = gates.get(receiver) {
            return Arc::clone(gate);
        }
        if gates.len() >= REMEMBERED_MAX {
            gates.retain(|_, gate| Arc::strong_count(gate) > 1);
        }
        let gate =
            Arc::new(Gate { places: Arc::new(Semaphore::new(PER_RECEIVER)), health: Mutex::default() });
        gates.insert(receiver.to_owned(), Arc::clone(&gate));
        gate
    }

    /// Leave to send to a receiver; or how long to wait when it is failing and another is trying it.
    pub(super) async fn enter(&self, receiver: &str) -> Result<Pass, Duration> {
        let gate = self.gate(receiver);
        let trial = Gate::admit(&gate)?;
        let places = async {
            let own = Arc::clone(&gate.places).acquire_owned().await.ok()?;
            Some((own, Arc::clone(&self.in_all).acquire_owned().await.ok()?))
        };
        match places.await {
            Some(places) => Ok(Pass { gate, _trial: trial, rest_first: self.rest_first, _places: places }),
            None => Err(self.rest_first),
        }
    }
}

impl Gate {
    /// Whether this is a trial of a failing receiver; or how long it is left alone.
    fn admit(gate: &Arc<Self>) -> Result<Option<Trial>, Duration> {
        let mut health = gate.health.lock();
        if health.failures < FAILURES {
            return Ok(None);
        }
        let now = Instant::now();
        let left = health.rest_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        if health.tried || !left.is_zero() {
            return Err(left.max(Duration::from_millis(100)));
        }
        health.tried = true;
        Ok(Some(Trial(Arc::clone(gate))))
    }
}

impl Pass {
    /// The receiver answered, whatever it said.
    pub(super) fn answered(self) {
        *self.gate.health.lock() = Health::default();
    }

    /// The receiver did not answer.
    pub(super) fn silent(self) {
        let mut health = self.gate.health.lock();
        health.failures = health.failures.saturating_add(1);
        let doublings = health.failures.saturating_sub(FAILURES).min(10);
        let rest = (self.rest_first * 2_u32.pow(doublings)).min(REST_MAX);
        health.rest_until = Some(Instant::now() + rest);
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.0.health.lock().tried = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_silent_receiver_is_tried_by_one_at_a_time() {
        let gates = Gates::new(Duration::from_millis(10));
        for _ in 0..FAILURES {
            gates.enter("a").await.map(Pass::silent).ok().unwrap();
        }
        assert!(gates.enter("a").await.is_err(), "it is left alone");
        assert!(gates.enter("b").await.is_ok(), "others are not");
        tokio::time::sleep(Duration::from_millis(20)).await;
        let trial = gates.enter("a").await.ok().unwrap();
        assert!(gates.enter("a").await.is_err(), "one tries");
        trial.answered();
        assert!(gates.enter("a").await.is_ok(), "it is well again");
    }
}
