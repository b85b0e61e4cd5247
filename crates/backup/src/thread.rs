//! Work that gives way: a thread of its own that stands back behind the server's.

use crate::BackupError;

/// How far it stands back (`nice`, 0 to 19).
const NICE: i32 = 15;

/// Does work that blocks on a thread of its own that stands back behind all others.
pub async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    let (to, from) = tokio::sync::oneshot::channel();
    let run = move || {
        let thread = rustix::thread::gettid();
        rustix::process::setpriority_process(Some(thread), NICE).ok();
        to.send(work()).ok();
    };
    let thread = std::thread::Builder::new().name("senne-backup".to_owned()).spawn(run);
    thread.map_err(|e| BackupError::Refused(format!("no thread could be started: {e}")))?;
    from.await
        .unwrap_or_else(|_| Err(BackupError::Refused("the thread broke off; this is a defect".to_owned())))
}
