//! Whose turn it is on a connection, and since when.

use std::{
    convert::Infallible,
    future::Future,
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    BoxError, Router,
    body::{Body, Bytes, HttpBody},
    extract::ConnectInfo,
    http::{Request, Response},
};
use http_body::{Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, sleep},
};
use tower::Service;

use super::Limits;

/// What is known of a connection. While we are at work on an answer it may take as long as that takes; else it is up to the caller.
#[derive(Debug)]
pub(super) struct Watch {
    limits: Limits,
    began: Instant,
    /// When something last happened that is to the caller's credit, in milliseconds from the beginning.
    moved: AtomicU64,
    /// Whether there was a request.
    spoken: AtomicBool,
    /// Requests whose answer has not been taken whole.
    open: AtomicUsize,
    /// Those of them for which the caller waits for us.
    at_work: AtomicUsize,
    /// Whether there are bytes for which the caller has no room.
    blocked: AtomicBool,
}

impl Watch {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            began: Instant::now(),
            moved: AtomicU64::new(0),
            spoken: AtomicBool::new(false),
            open: AtomicUsize::new(0),
            at_work: AtomicUsize::new(0),
            blocked: AtomicBool::new(false),
        }
    }

    /// Ends when the caller has been quiet for too long.
    pub(super) async fn quiet(&self) {
        loop {
            let limit = if self.at_work.load(SeqCst) > 0 {
                None
            } else if self.is_owed() {
                Some(self.limits.stalled)
            } else if self.spoken.load(SeqCst) {
                Some(self.limits.idle)
            } else {
                Some(self.limits.first)
            };
            let left = limit.map_or(self.limits.idle, |limit| limit.saturating_sub(self.still()));
            if left.is_zero() {
                return;
            }
            // What goes on meanwhile may bring the end nearer than it seems now, but not nearer than this.
            sleep(left.min(self.limits.idle)).await;
        }
    }

    /// Ends when there is nothing more to wait for on a connection that is to end. It is looked so often.
    pub(super) async fn over(&self, every: Duration) {
        loop {
            sleep(every).await;
            let taken = !self.is_owed() || self.still() >= self.limits.stalled;
            if self.at_work.load(SeqCst) == 0 && taken {
                return;
            }
        }
    }

    /// Whether there is something that the caller has not taken.
    fn is_owed(&self) -> bool {
        self.open.load(SeqCst) > 0 || self.blocked.load(SeqCst)
    }

    /// For how long nothing has moved.
    fn still(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(self.moved.load(SeqCst)))
    }

    fn moves(&self) {
        self.moved.store(self.began.elapsed().as_millis() as u64, SeqCst);
    }

    fn bytes_wait(&self) {
        if !self.blocked.swap(true, SeqCst) {
            self.moves();
        }
    }

    fn bytes_go(&self) {
        // Only what had to wait counts: HTTP/2 also sends what nobody asked for.
        if self.blocked.load(SeqCst) {
            self.moves();
            self.blocked.store(false, SeqCst);
        }
    }
}

/// A request until its answer is taken whole.
struct Turn {
    watch: Arc<Watch>,
    ours: bool,
}

impl Turn {
    fn begin(watch: &Arc<Watch>) -> Self {
        watch.moves();
        watch.at_work.fetch_add(1, SeqCst);
        watch.open.fetch_add(1, SeqCst);
        watch.spoken.store(true, SeqCst);
        Self { watch: Arc::clone(watch), ours: true }
    }

    /// The caller waits for us.
    fn ours(&mut self) {
        if !self.ours {
            self.ours = true;
            self.watch.at_work.fetch_add(1, SeqCst);
        }
    }

    /// We wait for the caller.
    fn theirs(&mut self) {
        self.watch.moves();
        if self.ours {
            self.ours = false;
            self.watch.at_work.fetch_sub(1, SeqCst);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.theirs();
        self.watch.open.fetch_sub(1, SeqCst);
    }
}

/// The routes as one connection sees them.
#[derive(Clone)]
pub(super) struct Answering {
    router: Router,
    from: SocketAddr,
    watch: Arc<Watch>,
}

impl Answering {
    pub(super) fn new(router: Router, from: SocketAddr, watch: Arc<Watch>) -> Self {
        Self { router, from, watch }
    }
}

impl<B> Service<Request<B>> for Answering
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut turn = Turn::begin(&self.watch);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.from));
        let answer = self.router.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            turn.theirs();
            Ok(answer.map(|body| Answer { body, turn }))
        })
    }
}

/// The body of an answer; it knows whether it waits for us or for the caller.
pub(super) struct Answer {
    body: Body,
    turn: Turn,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_pending() {
            self.turn.ours();
        } else {
            self.turn.theirs();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The bytes of a connection; they know whether the caller has room for more.
#[derive(Debug)]
pub(super) struct Watched {
    stream: TcpStream,
    watch: Arc<Watch>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, watch: Arc<Watch>) -> Self {
        Self { stream, watch }
    }

    fn noted<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_pending() {
            self.watch.bytes_wait();
        } else {
            self.watch.bytes_go();
        }
        written
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.noted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
