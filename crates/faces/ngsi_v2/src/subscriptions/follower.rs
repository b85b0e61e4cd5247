//! The follower that tells subscriptions of changes.

use std::sync::{Arc, Weak};

use futures::future::BoxFuture;
use senne_context::Context as Terms;
use senne_hub::{Action, Ahead, Context, Follower, Grant, Hub};
use senne_model::{Change, ChangeKind, Entity, Later, Problem, as_seen, from_change};

use super::{registry::Subscriptions, told::Told};

/// Follows the log for the subscriptions of this face.
pub(super) struct Teller {
    subscriptions: Weak<Subscriptions>,
    hub: Hub,
    terms: Terms,
    ahead: Ahead,
}

impl Teller {
    pub(super) fn new(subscriptions: Weak<Subscriptions>, hub: Hub) -> Self {
        Self { subscriptions, hub, terms: Terms::default_core(), ahead: Ahead::default() }
    }

    /// Hands a change to those who want it, with the entity as the change left it and as far as they may see it.
    async fn tell(
        &self,
        subscriptions: &Subscriptions,
        change: &Change,
        later: &Later,
    ) -> Result<(), Problem> {
        for runner in subscriptions.of(&change.tenant) {
            let Some(alteration) = runner.compiled.alteration(change) else { continue };
            let context = Context::new(runner.kept.owner.clone(), change.tenant.clone());
            let Some(entity) = self.entity(&context, change, later).await? else { continue };
            if runner.compiled.wants(&entity, &self.terms) {
                let changed = runner.compiled.changed(change);
                runner.push(Told { entity, alteration, changed });
            }
        }
        Ok(())
    }

    /// The entity of a change; none when it may not be seen.
    async fn entity(
        &self,
        context: &Context,
        change: &Change,
        later: &Later,
    ) -> Result<Option<Arc<Entity>>, Problem> {
        let sees_all = matches!(self.hub.decide(context, Action::Read), Ok(Grant::Everything));
        if change.kind == ChangeKind::Deleted {
            return Ok(sees_all.then(|| from_change(change)));
        }
        if sees_all {
            return self.hub.entity_after(context, change, later).await;
        }
        match self.hub.entity(context, &change.entity).await {
            Ok(present) => Ok(Some(as_seen(present, change))),
            // It was removed since, or it may not be seen.
            Err(problem) if problem.kind.is_absent() => Ok(None),
            Err(problem) => Err(problem),
        }
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
            let later = self.ahead.later(&self.hub, changes).await?;
            for change in changes {
                self.tell(&subscriptions, change, &later).await?;
            }
            Ok(())
        })
    }
}
