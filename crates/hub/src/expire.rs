//! Taking away what is no longer valid (GS CIM 009 clause 4.22).

use std::{collections::HashMap, sync::Arc};

use senne_model::{EntityId, Operation, Problem, TenantName, Timestamp, Write};
use senne_policy::Principal;
use senne_store::Request;

use crate::{Context, Hub};

/// How many entities are looked after in one commit: callers wait some milliseconds at most.
const AT_ONCE: usize = 2_000;

impl Hub {
    /// Removes entities and attributes whose time has come, and tells it as removals. Readers do not see them any more
    /// already; this gives their room back and lets followers know.
    pub(crate) async fn sweep_expired(&self) -> Result<(), Problem> {
        loop {
            let due = self.inner.store.expired(Timestamp::now(), AT_ONCE)?;
            let (all, mut some_went) = (due.len() < AT_ONCE, false);
            let mut of_tenants: HashMap<TenantName, Vec<EntityId>> = HashMap::new();
            for (tenant, id) in due {
                of_tenants.entry(tenant).or_default().push(id);
            }
            for (tenant, ids) in of_tenants {
                some_went |= self.expire(&tenant, ids).await?;
            }
            // What cannot be read stays due, and must not be asked for again at once.
            if all || !some_went {
                return Ok(());
            }
        }
    }

    /// Takes away what has expired of some entities; gives whether any of them could be read.
    async fn expire(&self, tenant: &TenantName, mut ids: Vec<EntityId>) -> Result<bool, Problem> {
        let Err(problem) = self.expire_together(tenant, ids.clone()).await else { return Ok(true) };
        // A damaged row fails those that go with it, so they go without it.
        let count = ids.len();
        ids.retain(|id| self.inner.store.entity(tenant, id).is_ok());
        if ids.len() == count {
            return Err(problem);
        }
        tracing::warn!("what has expired of {} damaged rows stays: {problem}", count - ids.len());
        if ids.is_empty() {
            return Ok(false);
        }
        self.expire_together(tenant, ids).await.map(|()| true)
    }

    async fn expire_together(&self, tenant: &TenantName, ids: Vec<EntityId>) -> Result<(), Problem> {
        let context = Context::new(Principal::System, tenant.clone());
        let request = Request {
            tenant: tenant.clone(),
            actor: Arc::from("senne"),
            writes: ids.into_iter().map(|id| Write::new(id, Operation::Expire)).collect(),
            all_or_nothing: false,
            position: None,
        };
        self.inner.commit.write(&context, request).await.map(|_| ())
    }
}
