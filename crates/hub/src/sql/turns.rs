//! How many questions a caller may have open at once: a heavy one must not keep everybody else from asking.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use senne_model::{ErrorKind, Problem};
use senne_policy::Principal;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many open questions of all unknown callers together.
const OF_ANYBODY: usize = 4;
/// So many open questions of each known caller.
const OF_KNOWN: usize = 16;
/// How long a question waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many known callers are remembered; those without open questions are forgotten first.
const CALLERS_MAX: usize = 10_000;

/// The open questions by caller.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    callers: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// The right to one open question.
#[derive(Debug)]
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Turns {
    /// Waits until the caller may ask one more.
    pub(crate) async fn take(&self, principal: &Principal) -> Result<Turn, Problem> {
        let free = self.of(principal);
        match tokio::time::timeout(PATIENCE, free.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
            _ => Err(Problem::new(
                ErrorKind::Overloaded,
                "too many questions in SQL are open for this caller; wait for one to end, or end one",
            )),
        }
    }

    fn of(&self, principal: &Principal) -> Arc<Semaphore> {
        let most = if *principal == Principal::Anonymous { OF_ANYBODY } else { OF_KNOWN };
        let mut callers = self.callers.lock();
        if callers.len() >= CALLERS_MAX {
            callers.retain(|_, free| Arc::strong_count(free) > 1);
        }
        let free =
            callers.entry(principal.name().to_owned()).or_insert_with(|| Arc::new(Semaphore::new(most)));
        Arc::clone(free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_caller_with_many_open_questions_waits_and_keeps_nobody_else() {
        let turns = Turns::default();
        let anybody = Principal::Anonymous;
        let mut open = Vec::new();
        for _ in 0..OF_ANYBODY {
            open.push(turns.take(&anybody).await.unwrap_or_else(|e| panic!("{e}")));
        }
        tokio::time::pause();
        assert_eq!(turns.take(&anybody).await.err().map(|e| e.kind), Some(ErrorKind::Overloaded));
        tokio::time::resume();
        let known = Principal::Service { name: "indicators".to_owned() };
        assert!(turns.take(&known).await.is_ok());
        open.pop();
        assert!(turns.take(&anybody).await.is_ok());
    }
}
