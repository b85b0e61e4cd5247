//! Work that waits for its turn.

use senne_model::Problem;
use tokio::sync::OwnedSemaphorePermit;

/// Works on a thread of its own. The turn ends with the work, also when the one who asked has left: work that has
/// begun cannot be stopped.
///
/// # Errors
/// When the work ends early, which is a defect of ours.
pub async fn in_turn<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let whole = move || {
        let done = work();
        drop(turn);
        done
    };
    tokio::task::spawn_blocking(whole).await.map_err(|error| Problem::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use tokio::{sync::Semaphore, time::timeout};

    use super::*;

    #[tokio::test]
    async fn who_leaves_gives_the_turn_back_when_the_work_is_done() {
        let turns = Arc::new(Semaphore::new(1));
        let turn = Arc::clone(&turns).acquire_owned().await.unwrap();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let begun = in_turn(turn, move || ended.recv().is_ok());
        assert!(timeout(Duration::from_millis(20), begun).await.is_err());
        assert_eq!(turns.available_permits(), 0);
        end.send(()).unwrap();
        timeout(Duration::from_secs(20), turns.acquire()).await.unwrap().unwrap().forget();
    }
}
