//! Work that gives way: those who write come first, then those who ask, then those who tidy up.

use crate::{HistoryError, rollup};

/// How far a thread that answers SQL stands back (`nice`, 0 to 19).
const ASKING: i32 = 10;
/// How far a thread that writes to tables stands back: before SQL, for rows that wait in memory must get to disk.
const FLUSHING: i32 = 5;
/// How far a thread that joins files stands back.
const TIDYING: i32 = 15;

/// Lets the present thread stand back from now on; it cannot be undone. Where the system does not know of it, nothing changes.
fn stand_back(nice: i32) {
    let thread = rustix::thread::gettid();
    rustix::process::setpriority_process(Some(thread), nice).ok();
}

/// For threads that answer SQL.
pub(crate) fn asking() {
    stand_back(ASKING);
}

/// Tidies up on a thread of its own that stands back.
pub(crate) async fn tidy<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HistoryError> + Send + 'static,
) -> Result<T, HistoryError> {
    on_own_thread("senne-tidy", TIDYING, work).await
}

/// Writes to tables on a thread of its own that stands back a little: else answers from memory wait for it on few cores.
pub(crate) async fn flush<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HistoryError> + Send + 'static,
) -> Result<T, HistoryError> {
    on_own_thread("senne-flush", FLUSHING, work).await
}

/// Does work on a thread of its own that stands back; threads that the work starts stand back as far.
async fn on_own_thread<T: Send + 'static>(
    name: &str,
    nice: i32,
    work: impl FnOnce() -> Result<T, HistoryError> + Send + 'static,
) -> Result<T, HistoryError> {
    let (to, from) = tokio::sync::oneshot::channel();
    let run = move || {
        stand_back(nice);
        // Whoever waited may have gone; what was written is an orphan then.
        to.send(work()).ok();
    };
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(rollup::failed)?;
    from.await.unwrap_or_else(|_| Err(rollup::failed("the thread broke off")))
}
