//! What is there before something is written.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use senne_model::{Entity, EntityId, ErrorKind, NoJudge, Problem, Timestamp, Write, apply};

use crate::call::Call;

/// After so many looks others have their turn.
const LOOKS: usize = 64;

/// The entities that one request writes to, as each of its parts finds them.
pub(crate) struct Before<'c> {
    call: &'c Call,
    looks: usize,
    /// Those that the request names more than once.
    repeated: HashSet<EntityId>,
    /// What becomes of these by the parts that came before.
    ahead: HashMap<EntityId, Option<Arc<Entity>>>,
}

impl<'c> Before<'c> {
    pub(crate) fn new<'e>(call: &'c Call, ids: impl Iterator<Item = &'e EntityId>) -> Self {
        let mut seen = HashSet::new();
        let repeated = ids.filter(|id| !seen.insert(*id)).cloned().collect();
        Self { call, looks: 0, repeated, ahead: HashMap::new() }
    }

    /// An entity as it is now; none when it is not there.
    pub(crate) async fn look(call: &Call, id: &EntityId) -> Result<Option<Arc<Entity>>, Problem> {
        match call.face.hub.entity(&call.hub, id).await {
            Ok(entity) => Ok(Some(entity)),
            Err(problem) if matches!(problem.kind, ErrorKind::NotFound | ErrorKind::NoSuchTenant) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// An entity as the next part of the request finds it.
    pub(crate) async fn entity(&mut self, id: &EntityId) -> Result<Option<Arc<Entity>>, Problem> {
        if let Some(known) = self.ahead.get(id) {
            return Ok(known.clone());
        }
        self.looks += 1;
        if self.looks.is_multiple_of(LOOKS) {
            tokio::task::yield_now().await;
        }
        let found = Self::look(self.call, id).await?;
        if self.repeated.contains(id) {
            self.ahead.insert(id.clone(), found.clone());
        }
        Ok(found)
    }

    /// Takes note of what a part of the request writes.
    pub(crate) fn will_be(&mut self, write: &Write) {
        if let Some(slot) = self.ahead.get_mut(&write.entity) {
            let mut state = slot.take().map(Arc::unwrap_or_clone);
            // What does not fit is told when all of it is written.
            let _ = apply(&mut state, write.clone(), Timestamp::now(), &NoJudge);
            *slot = state.map(Arc::new);
        }
    }
}
