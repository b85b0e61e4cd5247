//! Group commit: writes of many callers in one transaction, one fsync, then every caller is answered.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use senne_contract::Contracts;
use senne_model::{ChangeNo, ErrorKind, Problem, Timestamp};
use senne_store::{Reply, Request, StoreError, StoreWriter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::{Context, clock::RecordingClock, tail::Tail};

/// A group takes at most this many requests and about this many writes, so that nobody waits long.
const GROUP_REQUESTS_MAX: usize = 512;
const GROUP_WRITES_MAX: usize = 8_000;

type Work = Box<dyn FnOnce(&mut dyn StoreWriter) + Send>;

enum Order {
    Write(Waiting),
    Cursors(Vec<(String, ChangeNo)>),
    Prune(ChangeNo),
    /// Anything else that only the writer may do.
    Work(Work),
    Stop,
}

struct Waiting {
    request: Request,
    answer: oneshot::Sender<Result<Reply, Problem>>,
    place: OwnedSemaphorePermit,
}

/// The way to the writer thread.
pub(crate) struct CommitQueue {
    orders: mpsc::Sender<Order>,
    places: Arc<Semaphore>,
    places_max: usize,
    /// Something broke off, and the way back to what is on disk has not been found yet.
    broken: Arc<AtomicBool>,
    done: parking_lot::Mutex<Option<std::thread::JoinHandle<()>>>,
}

impl CommitQueue {
    /// Starts the writer thread.
    pub(crate) fn start(
        writer: Box<dyn StoreWriter>,
        contracts: Arc<Contracts>,
        tail: Arc<Tail>,
        clock: RecordingClock,
        places_max: usize,
    ) -> std::io::Result<Self> {
        let (orders, receiver) = mpsc::channel(4096);
        let thread = std::thread::Builder::new().name("senne-commit".to_owned());
        let broken = Arc::new(AtomicBool::new(false));
        let committer = Committer { writer, contracts, tail, clock, receiver, broken: Arc::clone(&broken) };
        let done = thread.spawn(move || committer.run())?;
        let places = Arc::new(Semaphore::new(places_max));
        Ok(Self { orders, places, places_max, broken, done: parking_lot::Mutex::new(Some(done)) })
    }

    /// Whether writes can be stored, as far as is known.
    pub(crate) fn works(&self) -> bool {
        !self.broken.load(Ordering::Acquire)
    }

    /// Commits a request and gives the reply once it is on disk.
    pub(crate) async fn write(&self, context: &Context, request: Request) -> Result<Reply, Problem> {
        let wanted = request.writes.len().clamp(1, self.places_max) as u32;
        let busy = || {
            Problem::new(ErrorKind::Overloaded, "too many writes wait to be stored; send them again later")
        };
        let acquire = Arc::clone(&self.places).acquire_many_owned(wanted);
        let place = tokio::time::timeout_at(context.deadline.into(), acquire).await;
        let place = place.map_err(|_| busy())?.map_err(|_| stopping())?;
        let (answer, reply) = oneshot::channel();
        let order = Order::Write(Waiting { request, answer, place });
        self.orders.send(order).await.map_err(|_| stopping())?;
        reply.await.map_err(|_| self.gone())?
    }

    pub(crate) async fn set_cursors(&self, cursors: Vec<(String, ChangeNo)>) {
        self.orders.send(Order::Cursors(cursors)).await.ok();
    }

    pub(crate) async fn prune(&self, upto: ChangeNo) {
        self.orders.send(Order::Prune(upto)).await.ok();
    }

    /// Does something on the writer's thread, between two groups.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn StoreWriter) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let (answer, reply) = oneshot::channel();
        let order = Order::Work(Box::new(move |writer| {
            answer.send(work(writer)).ok();
        }));
        self.orders.send(order).await.map_err(|_| stopping())?;
        Ok(reply.await.map_err(|_| self.gone())??)
    }

    /// Why there is no answer.
    fn gone(&self) -> Problem {
        if self.places.is_closed() {
            return stopping();
        }
        Problem::internal("what was to be done with the store broke off")
    }

    /// Refuses new writes; the thread ends once those that were taken are stored.
    pub(crate) async fn close(&self) -> Option<std::thread::JoinHandle<()>> {
        self.places.close();
        self.orders.send(Order::Stop).await.ok();
        self.done.lock().take()
    }
}

fn stopping() -> Problem {
    Problem::new(ErrorKind::Overloaded, "Senne is stopping; send it again when it is back")
}

struct Committer {
    writer: Box<dyn StoreWriter>,
    contracts: Arc<Contracts>,
    tail: Arc<Tail>,
    clock: RecordingClock,
    receiver: mpsc::Receiver<Order>,
    broken: Arc<AtomicBool>,
}

impl Committer {
    fn run(mut self) {
        while let Some(order) = self.receiver.blocking_recv() {
            if self.serve(order) {
                return;
            }
            if let Err(error) = self.guarded("moving the write-ahead log", |own| own.writer.tidy()) {
                tracing::warn!(%error, "the write-ahead log could not be moved: {error}");
            }
        }
    }

    /// Serves an order and what waits behind it; tells whether that was the end.
    fn serve(&mut self, first: Order) -> bool {
        let mut group = Vec::new();
        let mut writes = 0;
        let mut stops = false;
        let mut next = Some(first);
        while let Some(order) = next.take() {
            match order {
                Order::Write(waiting) => {
                    writes += waiting.request.writes.len();
                    group.push(waiting);
                    if group.len() < GROUP_REQUESTS_MAX && writes < GROUP_WRITES_MAX {
                        next = self.receiver.try_recv().ok();
                    }
                }
                Order::Cursors(cursors) => self.note("cursors", |w| w.set_cursors(&cursors)),
                Order::Prune(upto) => self.note("prune", |w| w.prune(upto)),
                Order::Work(work) => {
                    let done = self.guarded("work on the store", |own| {
                        work(&mut *own.writer);
                        Ok(())
                    });
                    if let Err(error) = done {
                        tracing::error!(%error, "something was not done to the store: {error}");
                    }
                }
                Order::Stop => stops = true,
            }
        }
        if !group.is_empty() {
            self.commit(group, writes);
        }
        stops
    }

    fn note(
        &mut self,
        what: &'static str,
        work: impl FnOnce(&mut dyn StoreWriter) -> Result<(), StoreError>,
    ) {
        if let Err(error) = self.guarded(what, |own| work(&mut *own.writer)) {
            tracing::warn!(%error, "{what} could not be stored, it will be tried again: {error}");
        }
    }

    /// Does something with the writer. What breaks off is a defect of ours and hurts those whom it was done for alone: it is taken
    /// back, and the thread goes on. As long as the way back is not found, nothing else is done.
    fn guarded<T>(
        &mut self,
        what: &'static str,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.broken.load(Ordering::Acquire) {
            self.recover()?;
        }
        if let Ok(done) = catch_unwind(AssertUnwindSafe(|| work(&mut *self))) {
            return done;
        }
        metrics::counter!("senne_commit_panics_total").increment(1);
        tracing::error!("{what} broke off; Senne goes back to what is on disk");
        self.broken.store(true, Ordering::Release);
        if let Err(error) = self.recover() {
            tracing::error!(%error, "writes are refused until what is on disk can be read: {error}");
        }
        Err(StoreError::Broke(what))
    }

    /// Brings everything in memory to what is on disk: what broke off may have left it half changed.
    fn recover(&mut self) -> Result<(), StoreError> {
        let recovered = catch_unwind(AssertUnwindSafe(|| self.writer.recover()));
        let head = recovered.unwrap_or(Err(StoreError::Broke("going back to what is on disk")))?;
        self.tail.begin_anew(head);
        self.broken.store(false, Ordering::Release);
        Ok(())
    }

    fn commit(&mut self, group: Vec<Waiting>, writes: usize) {
        let started = Instant::now();
        let (requests, answers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|w| (w.request, (w.answer, w.place))).unzip();
        let result = self.guarded("storing a group of writes", |own| {
            let at = own.clock.at(Timestamp::now());
            let group = own.writer.commit(requests, at, &*own.contracts)?;
            own.tail.push(group.changes);
            Ok(group.replies)
        });
        metrics::histogram!("senne_commit_seconds").record(started.elapsed().as_secs_f64());
        match result {
            Ok(replies) => {
                metrics::counter!("senne_commits_total").increment(1);
                metrics::counter!("senne_writes_total").increment(writes as u64);
                for ((answer, place), reply) in answers.into_iter().zip(replies) {
                    if let Err(error) = &reply {
                        tracing::error!(%error, "a request was not stored: {error}");
                    }
                    answer.send(reply.map_err(Problem::from)).ok();
                    drop(place);
                }
            }
            Err(error) => {
                metrics::counter!("senne_commit_failures_total").increment(1);
                tracing::error!(%error, "a group of {} requests was not stored: {error}", answers.len());
                let problem = Problem::from(error);
                for (answer, place) in answers {
                    answer.send(Err(problem.clone())).ok();
                    drop(place);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{Change, EntityId, Judge, Name, Operation, TenantName, Write};
    use senne_policy::Principal;
    use senne_store::{Erased, Erasure, Group, Store, StoreSettings, sqlite::SqliteStore};

    use super::*;

    /// A writer in which something breaks off: for one actor before anything is on disk, for another when it is.
    struct Fragile(Box<dyn StoreWriter>);

    impl StoreWriter for Fragile {
        fn commit(
            &mut self,
            group: Vec<Request>,
            at: Timestamp,
            judge: &dyn Judge,
        ) -> Result<Group, StoreError> {
            let is_of = |actor: &str| group.iter().any(|request| &*request.actor == actor);
            assert!(!is_of("early"), "broke off");
            let late = is_of("late");
            let done = self.0.commit(group, at, judge);
            assert!(!late, "broke off");
            done
        }

        fn recover(&mut self) -> Result<ChangeNo, StoreError> {
            self.0.recover()
        }

        fn set_cursors(&mut self, cursors: &[(String, ChangeNo)]) -> Result<(), StoreError> {
            self.0.set_cursors(cursors)
        }

        fn prune(&mut self, upto: ChangeNo) -> Result<(), StoreError> {
            self.0.prune(upto)
        }

        fn erase(&mut self, erasure: &Erasure, at: Timestamp) -> Result<Erased, StoreError> {
            self.0.erase(erasure, at)
        }

        fn note_erasure(&mut self, id: &str, record: &str) -> Result<(), StoreError> {
            self.0.note_erasure(id, record)
        }

        fn forget_erased(&mut self, id: &str, record: &str) -> Result<(), StoreError> {
            self.0.forget_erased(id, record)
        }

        fn settle_erasure(&mut self, id: &str, record: &str) -> Result<(), StoreError> {
            self.0.settle_erasure(id, record)
        }

        fn scrub(&mut self, anew: bool) -> Result<bool, StoreError> {
            self.0.scrub(anew)
        }

        fn tidy(&mut self) -> Result<(), StoreError> {
            self.0.tidy()
        }
    }

    fn id(n: usize) -> EntityId {
        EntityId::trusted(&format!("urn:ngsi-ld:T:{n}"))
    }

    fn request(actor: &str, n: usize) -> Request {
        let mut write = Write::new(id(n), Operation::Create);
        write.types.push(Name::new("https://example.org/T"));
        let (tenant, actor) = (TenantName::default(), Arc::from(actor));
        Request { tenant, actor, writes: vec![write], all_or_nothing: false, position: None }
    }

    fn logged(changes: &[Arc<Change>]) -> Vec<(u64, EntityId)> {
        changes.iter().map(|change| (change.no.0, change.entity.clone())).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_breaks_off_ends_neither_the_thread_nor_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path(), StoreSettings::default()).unwrap();
        let writer = Box::new(Fragile(store.writer().unwrap()));
        let tail = Arc::new(Tail::new(ChangeNo(0), 1 << 20));
        let clock = RecordingClock::from(Timestamp::MIN);
        let contracts = Arc::new(Contracts::builtin());
        let queue = CommitQueue::start(writer, contracts, Arc::clone(&tail), clock, 100).unwrap();
        let context = Context::new(Principal::System, TenantName::default());
        let kind = async |actor: &str, n: usize| {
            queue.write(&context, request(actor, n)).await.err().map(|problem| problem.kind)
        };
        assert_eq!(kind("clerk", 1).await, None);
        assert_eq!(kind("early", 2).await, Some(ErrorKind::Internal));
        assert_eq!(kind("clerk", 3).await, None);
        assert_eq!(kind("late", 4).await, Some(ErrorKind::Internal));
        assert_eq!(*tail.watch().borrow(), ChangeNo(3), "followers hear of what is on disk");
        assert_eq!(kind("clerk", 5).await, None);
        let broke: Result<(), Problem> = queue.work(|_| panic!("broke off")).await;
        assert_eq!(broke.unwrap_err().kind, ErrorKind::Internal);
        assert_eq!(kind("clerk", 6).await, None);
        assert!(queue.works());
        let all: [(u64, EntityId); 5] = [(1, id(1)), (2, id(3)), (3, id(4)), (4, id(5)), (5, id(6))];
        assert_eq!(logged(&store.changes(ChangeNo(0), 9).unwrap()), all);
        // The memory does not pass over what only the log has.
        assert_eq!(tail.after(ChangeNo(2), 9), None);
        assert_eq!(logged(&tail.after(ChangeNo(4), 9).unwrap()), all[4..]);
        queue.close().await.unwrap().join().unwrap();
        drop(queue);
    }
}
