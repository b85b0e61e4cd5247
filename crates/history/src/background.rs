//! Work that gives way: those who write come first, then those who ask, then those who tidy up.

use crate::{HistoryError, rollup};

/// How far a thread that answers SQL stands back (`nice`, 0 to 19).
const ASKING: i32 = 10;
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

/// Does work on a thread of its own that stands back.
pub(crate) async fn tidy<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HistoryError> + Send + 'static,
) -> Result<T, HistoryError> {
    let (to, from) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("senne-tidy".to_owned());
    let run = move || {
        stand_back(TIDYING);
        // Whoever waited may have gone; what was written is an orphan then.
        to.send(work()).ok();
    };
    thread.spawn(run).map_err(rollup::failed)?;
    from.await.unwrap_or_else(|_| Err(rollup::failed("the thread broke off")))
}
