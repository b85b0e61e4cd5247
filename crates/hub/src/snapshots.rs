//! The companion tenants in which copies of others are kept, and how these go.

use senne_model::{EntityId, ErrorKind, Operation, Problem, TenantName, Write};
use senne_policy::Principal;

use crate::{Context, Hub, WriteOptions};

/// How many entities are removed at once.
const STEP: usize = 1_000;

impl Hub {
    /// The companion tenants with copies that there are or were.
    pub fn snapshot_tenants(&self) -> Result<Vec<TenantName>, Problem> {
        Ok(self.inner.store.tenants()?.into_iter().filter(TenantName::is_snapshot).collect())
    }

    /// Takes a copy away: its state, and then its past with all files of it. What was removed for good elsewhere is removed with
    /// [`Hub::erase`]; this is for copies, whose names are never used again. May be done twice.
    pub async fn clear_snapshot(&self, tenant: &TenantName) -> Result<(), Problem> {
        if !tenant.is_snapshot() {
            return Err(Problem::new(
                ErrorKind::Forbidden,
                "only the copy of a snapshot is taken away like this",
            ));
        }
        loop {
            let mut ids: Vec<EntityId> = Vec::new();
            self.inner.store.scan(tenant, &mut |entity| {
                ids.push(entity.id.clone());
                ids.len() < STEP
            })?;
            if ids.is_empty() {
                break;
            }
            let writes = ids.into_iter().map(|id| Write::new(id, Operation::Delete)).collect();
            let context = Context::new(Principal::System, tenant.clone());
            self.write(&context, writes, WriteOptions::default()).await?;
        }
        self.wait_for_history().await?;
        self.inner.history.forget_tenant(tenant).await?;
        Ok(())
    }
}
