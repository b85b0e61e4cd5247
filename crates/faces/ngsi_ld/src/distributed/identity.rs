//! The name by which other brokers know this one (clauses 5.2.40, 6.3.18).

use senne_hub::Hub;
use senne_model::{EntityId, ErrorKind, Json, Name, Operation, Problem, TenantName, Write};
use tokio::sync::OnceCell;

use crate::{
    contexts::random,
    house::{circumstances, keep, opaque, opaque_of},
    options::NgsiLdOptions,
};

const IDENTITY: &str = "urn:senne:identity";
const KIND: &str = "urn:senne:ns#Identity";
const ALIAS: &str = "urn:senne:ns#alias";

/// Who this broker is to others.
pub(crate) struct Identity {
    hub: Hub,
    given: Option<String>,
    base: OnceCell<String>,
}

impl Identity {
    pub(crate) fn new(hub: Hub, options: &NgsiLdOptions) -> Self {
        Self { hub, given: options.context_source_alias.clone(), base: OnceCell::new() }
    }

    /// The alias of a tenant of this broker: the same after a restart, another for each tenant. A `.` stands
    /// between broker and tenant: neither has one.
    pub(crate) async fn alias(&self, tenant: &TenantName) -> Result<String, Problem> {
        let base = self.base.get_or_try_init(|| self.own_alias()).await?;
        Ok(if &**tenant == TenantName::DEFAULT { base.clone() } else { format!("{base}.{tenant}") })
    }

    async fn own_alias(&self) -> Result<String, Problem> {
        if let Some(alias) = &self.given {
            return Ok(alias.clone());
        }
        let id = EntityId::trusted(IDENTITY);
        match self.hub.entity(&circumstances(), &id).await {
            Ok(entity) => {
                let alias = opaque_of(&entity, ALIAS).and_then(Json::as_str);
                alias
                    .map(str::to_owned)
                    .ok_or_else(|| Problem::internal("the broker's own name cannot be read"))
            }
            Err(problem) if matches!(problem.kind, ErrorKind::NotFound | ErrorKind::NoSuchTenant) => {
                let alias = format!("senne-{:016x}", random());
                let mut write = Write::new(id, Operation::Create);
                write.types.push(Name::new(KIND));
                write.attributes.push(opaque(ALIAS, Json::text(&alias)));
                keep(&self.hub, write).await?;
                Ok(alias)
            }
            Err(problem) => Err(problem),
        }
    }
}
