//! The follower that tells subscriptions of changes.

use std::sync::{Arc, Weak};

use futures::future::BoxFuture;
use senne_hub::{Context, Follower, Hub};
use senne_model::{Change, ErrorKind, Problem};

use super::registry::Subscriptions;

/// Follows the log for the subscriptions of this face.
pub(super) struct Teller {
    subscriptions: Weak<Subscriptions>,
    hub: Hub,
}

impl Teller {
    pub(super) fn new(subscriptions: Weak<Subscriptions>, hub: Hub) -> Self {
        Self { subscriptions, hub }
    }

    /// Hands the entity of a change, as it is by now, to those who want it and may see it.
    async fn tell(&self, subscriptions: &Subscriptions, change: &Change) -> Result<(), Problem> {
        for runner in subscriptions.of(&change.tenant) {
            if !runner.compiled.may_want(change) {
                continue;
            }
            let context = Context::new(runner.kept.owner.clone(), change.tenant.clone());
            match self.hub.entity(&context, &change.entity).await {
                Ok(entity) if runner.compiled.wants(&entity) => runner.push(entity),
                Ok(_) => {}
                // It went meanwhile, or its owner may not see it.
                Err(problem)
                    if matches!(
                        problem.kind,
                        ErrorKind::NotFound | ErrorKind::Forbidden | ErrorKind::Unauthenticated
                    ) => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(())
    }
}

impl Follower for Teller {
    fn name(&self) -> &'static str {
        "ngsi-v2"
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            let Some(subscriptions) = self.subscriptions.upgrade() else { return Ok(()) };
            if subscriptions.is_empty() {
                return Ok(());
            }
            for change in changes {
                self.tell(&subscriptions, change).await?;
            }
            Ok(())
        })
    }
}
