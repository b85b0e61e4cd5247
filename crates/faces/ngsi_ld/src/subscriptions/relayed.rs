//! Notifications that other brokers bring for a subscription (clause 5.8.6): they go to its receiver as our own do.

use std::sync::Arc;

use senne_model::{
    Change, ChangeKind, ChangeNo, Entity, EntityId, ErrorKind, Problem, TenantName, Timestamp,
};

use super::{
    notification::{Mark, Notification, Told},
    registry::{Subscriptions, missing},
    sender::Letter,
};
use crate::contexts::random;

impl Subscriptions {
    /// Sends what a source told of, once; beside an entity stands when it was removed. An error when it did not arrive: the source then tells it again.
    pub(crate) async fn pass_on(
        &self,
        tenant: &TenantName,
        id: &EntityId,
        entities: Vec<(Arc<Entity>, Option<Timestamp>)>,
    ) -> Result<(), Problem> {
        self.load().await?;
        let runner = self.find(tenant, id).ok_or_else(missing)?;
        let compiled = runner.state.lock().compiled.clone();
        let Some(compiled) = compiled.filter(|compiled| compiled.is_live(Timestamp::now())) else {
            return Ok(());
        };
        let told = |(entity, gone): (Arc<Entity>, Option<Timestamp>)| {
            let change = gone.map(|at| Arc::new(removal(tenant, &entity, at)));
            Told { entity, change }
        };
        let notification = Notification {
            entities: entities.into_iter().map(told).collect(),
            linked: Vec::new(),
            mark: Mark::Clock(Timestamp::now(), random() as u32),
        };
        let letter = Letter {
            body: notification.to_bytes(id, &compiled),
            link: compiled
                .endpoint
                .links_context()
                .then(|| self.contexts.link(&compiled.terms, &runner.kept.origin)),
            tenant: tenant.clone(),
        };
        let outcome = self.sender.send(&compiled.endpoint, &letter).await;
        let now = Timestamp::now();
        runner.count(|counters| {
            counters.sent += 1;
            counters.last_notification = Some(now);
            if outcome.is_ok() {
                counters.last_success = Some(now);
            } else {
                counters.failed += 1;
                counters.last_failure = Some(now);
            }
        });
        let detail = |reason: String| format!("the receiver of the subscription did not take it: {reason}");
        outcome.map_err(|failure| Problem::new(ErrorKind::Overloaded, detail(failure.reason)))
    }
}

/// The change that a removal elsewhere is.
fn removal(tenant: &TenantName, entity: &Entity, recorded_at: Timestamp) -> Change {
    Change {
        no: ChangeNo(0),
        tenant: tenant.clone(),
        actor: Box::default(),
        recorded_at,
        entity: entity.id.clone(),
        types: entity.types.clone(),
        kind: ChangeKind::Deleted,
        before: None,
        attributes: Vec::new(),
    }
}
