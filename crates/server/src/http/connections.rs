//! Who is connected: how many at once, and for how long when nothing is said.
//!
//! A place is taken before a connection is accepted; when all are taken, callers wait in the queue of the system. So that places
//! come free, the server hangs up on whoever sends no request, and on whoever does not take the answer. One watch says when, for
//! HTTP/1 and HTTP/2 alike: the time-out of hyper for heads begins only when the version is known, and HTTP/2 has none.

mod watch;

#[cfg(test)]
mod tests;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use rustix::process::{Resource, getrlimit};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::watch::{Answering, Watch, Watched};

/// So many connections may be open at once, if the system lets us have so many files.
const CONNECTIONS_MAX: usize = 4096;
/// Who has been told that the connection ends may still begin a request for so long.
const PARTING: Duration = Duration::from_secs(1);
/// How often an HTTP/2 caller is asked whether it is still there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(20);
/// How long to wait when the system gives no connection, e.g. for want of files.
const BREATH: Duration = Duration::from_secs(1);

/// How long a connection may be quiet, and how many there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Until the head of the first request is there.
    pub(crate) first: Duration,
    /// Between an answer and the end of the head of the next request.
    pub(crate) idle: Duration,
    /// Without taking anything of an answer that is ready.
    pub(crate) stalled: Duration,
    /// Open at once.
    pub(crate) connections_max: usize,
}

impl Limits {
    /// The limits that go with one for idle connections; 75 seconds are usual.
    pub(crate) fn of(idle: Duration) -> Self {
        // One half of the files of the process is left to tables, logs and the store.
        let files = getrlimit(Resource::Nofile).current.map_or(usize::MAX, |files| files as usize);
        let connections_max = CONNECTIONS_MAX.min(files / 2).max(1);
        Self { first: idle * 2 / 5, idle, stalled: idle * 4, connections_max }
    }
}

/// Serves until it is asked to stop; then takes no more connections, and ends when all there are have ended.
pub(crate) async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    // Routes are made ready once, not for each request.
    let router: Router = router.with_state(());
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let mut builder = Builder::new(TokioExecutor::new());
    // Names of headers do not depend on case, but there are clients that look for `Location` as written.
    builder.http1().title_case_headers(true);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(PING).keep_alive_timeout(PING);
    let (builder, tasks) = (Arc::new(builder), TaskTracker::new());
    while let Some((stream, from, place)) = stop.run_until_cancelled(next(&listener, &places)).await.flatten()
    {
        let connection = Connection { stream, from, router: router.clone(), limits, stop: stop.clone() };
        let builder = Arc::clone(&builder);
        tasks.spawn(async move {
            let _place = place;
            connection.serve(&builder).await;
        });
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

/// The place of a connection; counted while it is taken.
struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Place {
    fn take(permit: OwnedSemaphorePermit) -> Self {
        metrics::gauge!("senne_http_connections_open").increment(1.0);
        Self { _permit: permit }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::gauge!("senne_http_connections_open").decrement(1.0);
    }
}

/// The next connection, when there is a place for it; `None` when there will be none.
async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, SocketAddr, Place)> {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    let permit = Arc::clone(places).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, from)) => return Some((stream, from, Place::take(permit))),
            // Gone before we came to it.
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {
            }
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted: {error}");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

struct Connection {
    stream: TcpStream,
    from: SocketAddr,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
}

impl Connection {
    async fn serve(self, builder: &Builder<TokioExecutor>) {
        self.stream.set_nodelay(true).ok();
        let watch = Arc::new(Watch::new(self.limits));
        let io = TokioIo::new(Watched::new(self.stream, Arc::clone(&watch)));
        let service = TowerToHyperService::new(Answering::new(self.router, self.from, Arc::clone(&watch)));
        let mut talk = std::pin::pin!(builder.serve_connection_with_upgrades(io, service));
        tokio::select! {
            // What went wrong on a connection is the caller's, and told to the caller where it can be.
            _ = talk.as_mut() => return,
            () = self.stop.cancelled() => {}
            () = watch.quiet() => metrics::counter!("senne_http_hung_up_total").increment(1),
        }
        talk.as_mut().graceful_shutdown();
        tokio::select! {
            _ = talk => {}
            () = watch.over(PARTING) => {}
        }
    }
}
