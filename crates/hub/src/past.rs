//! The read path for what was so.

use senne_history::{Aggregation, EntityPast, FoundEntity, PastQuery, SeriesBuckets};
use senne_model::{ErrorKind, Problem};
use senne_policy::{Action, Grant, decide};

use crate::{Context, Hub};

impl Hub {
    /// The past of some series. What was acknowledged before the call is in the answer.
    pub async fn past(&self, context: &Context, query: &PastQuery) -> Result<Vec<EntityPast>, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
        let work = async {
            self.wait_for_history().await?;
            let found = self.inner.history.past(&context.tenant, query).await?;
            Ok(found.into_iter().filter_map(|past| self.show_past(grant, past)).collect())
        };
        context.within(work).await
    }

    /// The entities that have something in a range of the past and whose types may be seen, by identifier, be they there now or not.
    /// `limit`, `last_n` and `every_version` of the question have no part in it. An entity is doubtful when it may be that nothing of
    /// it can be shown: [`Hub::past`] tells.
    pub async fn past_entities(
        &self,
        context: &Context,
        query: &PastQuery,
    ) -> Result<Vec<FoundEntity>, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
        let work = async {
            self.wait_for_history().await?;
            let mut found = self.inner.history.selected(&context.tenant, query).await?;
            if grant != Grant::Everything {
                found.retain(|one| grant.allows_types(&one.types, &self.inner.contracts));
                found.iter_mut().for_each(|one| one.doubtful = true);
            }
            Ok(found)
        };
        context.within(work).await
    }

    /// The past of some series in periods.
    pub async fn aggregate(
        &self,
        context: &Context,
        query: &PastQuery,
        aggregation: &Aggregation,
    ) -> Result<Vec<SeriesBuckets>, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
        let work = async {
            self.wait_for_history().await?;
            let mut found = self.inner.history.aggregate(&context.tenant, query, aggregation).await?;
            if grant != Grant::Everything {
                found.retain(|series| self.may_see_series(context, grant, series));
            }
            Ok(found)
        };
        context.within(work).await
    }

    /// Waits until history has taken everything that was acknowledged before now; an error when it takes no more.
    pub(crate) async fn wait_for_history(&self) -> Result<(), Problem> {
        let head = self.head();
        let mut taken = self.inner.history_taken();
        let whole = tokio::select! {
            biased;
            whole = async { taken.wait_for(|no| *no >= head).await.is_ok() } => whole,
            () = self.inner.stop.cancelled() => false,
        };
        if whole { Ok(()) } else { Err(Problem::new(ErrorKind::Overloaded, "the history is stopping")) }
    }

    fn show_past(&self, grant: Grant, mut past: EntityPast) -> Option<EntityPast> {
        let contracts = &self.inner.contracts;
        if !grant.allows_types(&past.types, contracts) {
            return None;
        }
        past.series.retain(|series| grant.allows_attribute(&past.types, &series.attribute, contracts));
        Some(past)
    }

    fn may_see_series(&self, context: &Context, grant: Grant, series: &SeriesBuckets) -> bool {
        let entity = self.inner.store.entity(&context.tenant, &series.entity);
        entity.ok().flatten().is_some_and(|entity| {
            grant.allows_types(&entity.types, &self.inner.contracts)
                && grant.allows_attribute(&entity.types, &series.attribute, &self.inner.contracts)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use senne_model::{EntityId, Name, Operation, TenantName, Write};
    use senne_policy::Principal;

    use super::*;
    use crate::{HubConfig, WriteOptions};

    /// Whoever waited for it would keep Senne from stopping.
    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_waits_for_a_history_that_takes_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
        hub.inner.stop.cancel();
        hub.inner.tasks.close();
        hub.inner.tasks.wait().await;
        let context = Context::new(Principal::System, TenantName::default());
        let mut write = Write::new(EntityId::trusted("urn:x:1"), Operation::Create);
        write.types.push(Name::new("https://example.org/T"));
        for result in hub.write(&context, vec![write], WriteOptions::default()).await.unwrap() {
            result.unwrap();
        }
        let waited = tokio::time::timeout(Duration::from_secs(20), hub.wait_for_history()).await;
        assert!(waited.is_ok_and(|waited| waited.is_err()));
        hub.stop().await;
    }
}
