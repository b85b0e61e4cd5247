//! How many callers may have something planned at once. Questions that are run have turns of their own, in the hub.

use std::time::Duration;

use senne_hub::Principal;
use senne_model::{ErrorKind, Problem};
use tokio::sync::{Semaphore, SemaphorePermit};

/// So many unknown callers.
const OF_ANYBODY: usize = 2;
/// So many known callers.
const OF_KNOWN: usize = 8;
/// How long a caller waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// The turns.
#[derive(Debug)]
pub(super) struct Turns {
    anybody: Semaphore,
    known: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self { anybody: Semaphore::new(OF_ANYBODY), known: Semaphore::new(OF_KNOWN) }
    }
}

impl Turns {
    /// Waits for a turn.
    pub(super) async fn take(&self, principal: &Principal) -> Result<SemaphorePermit<'_>, Problem> {
        let turns = if *principal == Principal::Anonymous { &self.anybody } else { &self.known };
        match tokio::time::timeout(PATIENCE, turns.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Problem::new(ErrorKind::Overloaded, "too much is being planned; try again")),
        }
    }
}
