//! Hosted contexts as entities of the system tenant, so that they survive a restart.

use senne_hub::{Page, WriteOptions};
use senne_language::{Query, TypeExpression};
use senne_model::{
    Attribute, AttributeValue, EntityId, Instance, Json, Name, Operation, Problem, TenantName, Timestamp,
    Write,
};

use senne_context::ContextKind;

use super::{Contexts, random};

const HOSTED: &str = "urn:senne:ns#HostedContext";
const DOCUMENT: &str = "urn:senne:ns#document";
const PREFIX: &str = "urn:senne:context:";

/// How many hosted contexts are read at a time.
const PAGE: usize = 500;

impl Contexts {
    /// Contexts belong to the server, not to a tenant.
    fn circumstances() -> senne_hub::Context {
        senne_hub::Context::new(senne_hub::Principal::System, TenantName::default().system())
    }

    /// Keeps a document and gives its short name.
    pub(crate) async fn host(&self, document: Json) -> Result<String, Problem> {
        let key = format!("{:016x}", random());
        let mut write = Write::new(EntityId::parse(&format!("{PREFIX}{key}"))?, Operation::Create);
        write.types.push(Name::new(HOSTED));
        let value = AttributeValue::JsonProperty(document.clone());
        write.attributes.push(Attribute::new(Name::new(DOCUMENT), Instance::new(value)));
        self.write(write).await?;
        self.catalog.store(&key, ContextKind::Hosted, document, Timestamp::now())?;
        Ok(key)
    }

    /// Removes a hosted document from the store.
    pub(crate) async fn unhost(&self, key: &str) -> Result<(), Problem> {
        self.write(Write::new(EntityId::parse(&format!("{PREFIX}{key}"))?, Operation::Delete)).await
    }

    async fn write(&self, write: Write) -> Result<(), Problem> {
        let results = self.hub.write(&Self::circumstances(), vec![write], WriteOptions::default()).await?;
        results.into_iter().try_for_each(|result| result.map(|_| ()))
    }

    /// Reads the hosted documents, once.
    pub(super) async fn load_hosted(&self) -> Result<(), Problem> {
        self.loaded.get_or_try_init(|| self.read_hosted()).await.copied()
    }

    async fn read_hosted(&self) -> Result<(), Problem> {
        let types = TypeExpression::parse("HostedContext", &|_| Name::new(HOSTED))?;
        let query = Query { types: Some(types), ..Query::default() };
        let mut page = Page { limit: PAGE, ..Page::default() };
        loop {
            let found = match self.hub.query(&Self::circumstances(), &query, &page).await {
                Ok(found) => found,
                Err(problem) if problem.kind == senne_model::ErrorKind::NoSuchTenant => return Ok(()),
                Err(problem) => return Err(problem),
            };
            for entity in &found.entities {
                let value = entity.instance(DOCUMENT).map(|instance| &instance.value);
                if let (Some(AttributeValue::JsonProperty(json)), Some(key)) =
                    (value, entity.id.strip_prefix(PREFIX))
                {
                    self.catalog.store(key, ContextKind::Hosted, json.clone(), entity.created_at)?;
                }
            }
            if !found.more {
                return Ok(());
            }
            page.offset += PAGE;
        }
    }
}
