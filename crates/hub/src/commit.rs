//! Group commit: writes of many callers in one transaction, one fsync, then every caller is answered.

use std::{sync::Arc, time::Instant};

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
        let done = thread.spawn(move || Committer { writer, contracts, tail, clock, receiver }.run())?;
        let places = Arc::new(Semaphore::new(places_max));
        Ok(Self { orders, places, places_max, done: parking_lot::Mutex::new(Some(done)) })
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
        reply.await.map_err(|_| stopping())?
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
        Ok(reply.await.map_err(|_| stopping())??)
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
}

impl Committer {
    fn run(mut self) {
        while let Some(order) = self.receiver.blocking_recv() {
            if self.serve(order) {
                return;
            }
            if let Err(error) = self.writer.tidy() {
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
                Order::Work(work) => work(&mut *self.writer),
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
        if let Err(error) = work(&mut *self.writer) {
            tracing::warn!(%error, "{what} could not be stored, it will be tried again: {error}");
        }
    }

    fn commit(&mut self, group: Vec<Waiting>, writes: usize) {
        let started = Instant::now();
        let (requests, answers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|w| (w.request, (w.answer, w.place))).unzip();
        let result = self.writer.commit(requests, self.clock.at(Timestamp::now()), &*self.contracts);
        metrics::histogram!("senne_commit_seconds").record(started.elapsed().as_secs_f64());
        match result {
            Ok(group) => {
                metrics::counter!("senne_commits_total").increment(1);
                metrics::counter!("senne_writes_total").increment(writes as u64);
                self.tail.push(group.changes);
                for ((answer, place), reply) in answers.into_iter().zip(group.replies) {
                    answer.send(Ok(reply)).ok();
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
