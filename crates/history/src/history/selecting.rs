//! Selecting entities by their past.

use senne_model::{Problem, TenantName};

use super::History;
use crate::{FoundEntity, PastQuery, selected, steps};

impl History {
    /// The entities that have something in a range of the past, by identifier, be they there now or not. `limit`, `last_n` and
    /// `every_version` of the question have no part in it.
    pub async fn selected(
        &self,
        tenant: &TenantName,
        query: &PastQuery,
    ) -> Result<Vec<FoundEntity>, Problem> {
        let Some(tenant) = self.tenant(tenant) else { return Ok(Vec::new()) };
        let _reading = tenant.reading();
        let snapshot = tenant.snapshot().map_err(steps::failed)?;
        selected::selected(&self.engine, &snapshot, query).await
    }
}
