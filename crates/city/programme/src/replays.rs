//! Decisions made again for whoever asks: one at a time, each once, and what came of it is kept.
//!
//! Making a decision again takes seconds, and anybody may ask. Those who wait too long, or find too many before them, are told to come back;
//! the work goes on and is kept for them.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use senne_model::Problem;
use senne_programme::{
    ProgrammeError,
    decision::{Again, Decision, Replay, replay},
};
use tokio::{sync::Semaphore, time::timeout};

use crate::Programmes;

/// So many results are kept.
const KEPT_MAX: usize = 64;
/// So many wait at most.
const WAITING_MAX: usize = 16;
/// So long somebody waits, for others and for the work itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// The digest of what is recorded as it is now, and the one that it claims: a record that was changed is another one.
type Key = (String, String);

/// What is kept of decisions made again.
pub(crate) struct Replays {
    /// The one that was asked for last stands at the end.
    kept: Mutex<VecDeque<(Key, Again)>>,
    turn: Arc<Semaphore>,
    waiting: AtomicUsize,
    patience: Duration,
}

impl Default for Replays {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            turn: Arc::new(Semaphore::new(1)),
            waiting: AtomicUsize::new(0),
            patience: PATIENCE,
        }
    }
}

impl Programmes {
    /// Makes a decision again, or gives what came of it before. [`Again::Waiting`] after ten seconds.
    ///
    /// # Errors
    /// When the work could not be done, which is a defect of ours.
    pub async fn replay(&self, decision: &Arc<Decision>) -> Result<Again, Problem> {
        again(&self.inner.replays, decision, replay).await
    }
}

/// Counts one who waits, also when that one leaves.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    /// Nothing when too many wait already.
    fn among(waiting: &'a AtomicUsize) -> Option<Self> {
        let place = Self(waiting);
        (waiting.fetch_add(1, Ordering::AcqRel) < WAITING_MAX).then_some(place)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

async fn again(
    replays: &Arc<Replays>,
    decision: &Arc<Decision>,
    work: impl FnOnce(&Decision) -> Result<Replay, ProgrammeError> + Send + 'static,
) -> Result<Again, Problem> {
    let key = match key(decision).await? {
        Ok(key) => key,
        Err(error) => return Ok(Again::Failed(error)),
    };
    if let Some(known) = replays.find(&key) {
        return Ok(known);
    }
    let Some(_place) = Waiting::among(&replays.waiting) else { return Ok(Again::Waiting) };
    let whole = async {
        let turn = Arc::clone(&replays.turn).acquire_owned().await.map_err(inside)?;
        // Whoever came before may have asked for the same.
        if let Some(known) = replays.find(&key) {
            return Ok(known);
        }
        let (replays, decision) = (Arc::clone(replays), Arc::clone(decision));
        let work = move || {
            let made = work(&decision).map_or_else(Again::Failed, |replay| Again::Made(Arc::new(replay)));
            replays.keep(key, made.clone());
            // Held to the end of the work, also when nobody waits for it any more.
            drop(turn);
            made
        };
        tokio::task::spawn_blocking(work).await.map_err(inside)
    };
    timeout(replays.patience, whole).await.unwrap_or(Ok(Again::Waiting))
}

/// The digest takes a while for a large decision.
async fn key(decision: &Arc<Decision>) -> Result<Result<Key, ProgrammeError>, Problem> {
    let decision = Arc::clone(decision);
    let work = move || Ok((decision.digest_now()?, decision.digest.clone()));
    tokio::task::spawn_blocking(work).await.map_err(inside)
}

fn inside(error: impl std::fmt::Display) -> Problem {
    Problem::internal(format!("a decision was not made again: {error}"))
}

impl Replays {
    fn find(&self, key: &Key) -> Option<Again> {
        let mut kept = self.kept.lock();
        let place = kept.iter().position(|(known, _)| known == key)?;
        let found = kept.remove(place)?;
        let again = found.1.clone();
        kept.push_back(found);
        Some(again)
    }

    fn keep(&self, key: Key, again: Again) {
        let mut kept = self.kept.lock();
        while kept.len() >= KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back((key, again));
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, thread};

    use senne_programme::{
        Direction,
        decision::{Applicant, DecisionInputs, DecisionSettings, decide},
        scoring::{Criterion, Elicitation, Opinion},
    };

    use super::*;

    fn decision(id: usize) -> Arc<Decision> {
        let id = format!("p{id}");
        let given = || BTreeMap::from([("air".into(), 1.0)]);
        let applicant = Applicant {
            id: id.as_str().into(),
            values: given(),
            costs: Vec::new(),
            pillar: "mobility".into(),
            areas: Vec::new(),
            risk: 0,
        };
        let opinion = Opinion { person: "evaluator 1".to_owned(), said: Elicitation::Points(given()) };
        let inputs = DecisionInputs {
            applicants: vec![applicant],
            criteria: vec![Criterion { id: "air".into(), direction: Direction::Higher, bounds: None }],
            opinions: vec![opinion],
            by_role: true,
            versions: BTreeMap::from([(id, 1)]),
        };
        Arc::new(decide(inputs, DecisionSettings::default()).unwrap())
    }

    /// Counts the work, and how much of it is done at once.
    #[derive(Default)]
    struct Count {
        done: AtomicUsize,
        now: AtomicUsize,
        most: AtomicUsize,
    }

    impl Count {
        fn work(
            self: &Arc<Self>,
            takes: Duration,
        ) -> impl FnOnce(&Decision) -> Result<Replay, ProgrammeError> + Send + 'static {
            let count = Arc::clone(self);
            move |decision| {
                count.most.fetch_max(count.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(takes);
                count.now.fetch_sub(1, Ordering::SeqCst);
                count.done.fetch_add(1, Ordering::SeqCst);
                replay(decision)
            }
        }
    }

    const SHORT: Duration = Duration::from_millis(30);

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn one_works_at_a_time_and_each_decision_once() {
        let (replays, count) = (Arc::new(Replays::default()), Arc::new(Count::default()));
        let asked: Vec<_> = [0, 1, 0, 1, 0, 1, 2]
            .into_iter()
            .map(|id| {
                let (replays, work) = (Arc::clone(&replays), count.work(SHORT));
                tokio::spawn(async move { again(&replays, &decision(id), work).await.unwrap() })
            })
            .collect();
        for one in asked {
            let Again::Made(replay) = one.await.unwrap() else { panic!("not made") };
            assert!(replay.is_equal());
        }
        assert_eq!((count.done.load(Ordering::SeqCst), count.most.load(Ordering::SeqCst)), (3, 1));
        assert_eq!(replays.waiting.load(Ordering::SeqCst), 0);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn who_waits_too_long_is_told_so_and_the_work_is_kept() {
        let replays = Arc::new(Replays { patience: SHORT, ..Replays::default() });
        let count = Arc::new(Count::default());
        let slow = again(&replays, &decision(0), count.work(SHORT * 10)).await.unwrap();
        assert_eq!(slow, Again::Waiting);
        let other = again(&replays, &decision(1), count.work(SHORT)).await.unwrap();
        assert_eq!(other, Again::Waiting, "another comes after it");
        while count.done.load(Ordering::SeqCst) == 0 || replays.turn.available_permits() == 0 {
            tokio::time::sleep(SHORT).await;
        }
        let known = again(&replays, &decision(0), count.work(SHORT)).await.unwrap();
        assert!(matches!(known, Again::Made(_)));
        assert_eq!(count.done.load(Ordering::SeqCst), 1, "nothing was done for who had left");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn too_many_do_not_wait() {
        let replays = Arc::new(Replays::default());
        replays.waiting.store(WAITING_MAX, Ordering::SeqCst);
        let count = Arc::new(Count::default());
        assert_eq!(again(&replays, &decision(0), count.work(SHORT)).await.unwrap(), Again::Waiting);
        assert_eq!(replays.waiting.load(Ordering::SeqCst), WAITING_MAX);
        assert_eq!(count.done.load(Ordering::SeqCst), 0);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn so_many_are_kept_and_a_changed_record_is_another() {
        let (replays, count) = (Arc::new(Replays::default()), Arc::new(Count::default()));
        for id in 0..KEPT_MAX + 3 {
            again(&replays, &decision(id), count.work(Duration::ZERO)).await.unwrap();
            // The first one is asked for all the time, and stays.
            again(&replays, &decision(0), count.work(Duration::ZERO)).await.unwrap();
        }
        assert_eq!(replays.kept.lock().len(), KEPT_MAX);
        assert_eq!(count.done.load(Ordering::SeqCst), KEPT_MAX + 3);
        let mut changed = (*decision(0)).clone();
        changed.outcome.scores[0].score += 1.0;
        let found = again(&replays, &Arc::new(changed), count.work(Duration::ZERO)).await.unwrap();
        let Again::Made(replay) = found else { panic!("not made") };
        assert!(!replay.digest_fits && !replay.same_outcome);
    }
}
