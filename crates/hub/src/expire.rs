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
            let all = due.len() < AT_ONCE;
            if due.is_empty() {
                return Ok(());
            }
            let mut of_tenants: HashMap<TenantName, Vec<EntityId>> = HashMap::new();
            for (tenant, id) in due {
                of_tenants.entry(tenant).or_default().push(id);
            }
            for (tenant, ids) in of_tenants {
                let context = Context::new(Principal::System, tenant.clone());
                let request = Request {
                    tenant,
                    actor: Arc::from("senne"),
                    writes: ids.into_iter().map(|id| Write::new(id, Operation::Expire)).collect(),
                    all_or_nothing: false,
                    position: None,
                };
                self.inner.commit.write(&context, request).await?;
            }
            if all {
                return Ok(());
            }
        }
    }
}
