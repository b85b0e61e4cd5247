//! What Senne takes on disk and in memory, for who keeps house.

use senne_history::Storage;
use senne_model::Problem;
use senne_policy::{Action, decide};

use crate::{Context, FollowerStatus, Hub};

/// How the machine is used.
#[derive(Clone, Debug)]
pub struct StorageReport {
    /// The past of all tenants.
    pub history: Storage,
    /// How followers stand.
    pub followers: Vec<FollowerStatus>,
}

impl Hub {
    /// What all tenants take, and how followers stand; for administrators alone.
    pub async fn storage(&self, context: &Context) -> Result<StorageReport, Problem> {
        decide(&context.principal, &context.tenant, Action::Administer)?;
        let history = context.within(async { Ok(self.inner.history.storage().await?) }).await?;
        Ok(StorageReport { history, followers: self.followers() })
    }
}
