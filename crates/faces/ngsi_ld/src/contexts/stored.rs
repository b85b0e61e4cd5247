//! Contexts that this server serves, hosted ones and those it had to make a URL for, as entities of the system tenant, so that they survive a restart.

use senne_hub::{Page, WriteOptions};
use senne_language::{Query, TypeExpression};
use senne_model::{
    Attribute, AttributeValue, EntityId, Instance, Json, Name, Operation, Problem, TenantName, Timestamp,
    Write,
};

use senne_context::ContextKind;

use super::{Contexts, Terms, implicit, random};
use crate::http::object;

const HOSTED: &str = "urn:senne:ns#HostedContext";
const DOCUMENT: &str = "urn:senne:ns#document";
const SETTING: &str = "urn:senne:ns#setting";
const PREFIX: &str = "urn:senne:context:";

/// How many hosted contexts are read at a time.
const PAGE: usize = 500;

impl Contexts {
    /// Contexts belong to the server, not to a tenant.
    pub(super) fn circumstances() -> senne_hub::Context {
        senne_hub::Context::new(senne_hub::Principal::System, TenantName::default().system())
    }

    /// Keeps a document and gives its short name.
    pub(crate) async fn host(&self, tenant: &TenantName, document: Json) -> Result<String, Problem> {
        let key = format!("{:016x}", random());
        self.keep(&key, tenant, ContextKind::Hosted, document).await?;
        Ok(key)
    }

    /// Sees to it that a context that came inside a request can be fetched by a URL from now on, also after a restart:
    /// notifications will name it (clause 5.13.1, ImplicitlyCreated).
    pub(crate) async fn keep_implicit(&self, tenant: &TenantName, terms: &Terms) -> Result<(), Problem> {
        self.load_hosted().await?;
        if terms.link().is_some() {
            return Ok(());
        }
        let (key, document) = implicit(terms);
        if self.owners.lock().contains_key(&key) {
            return Ok(());
        }
        self.keep(&key, tenant, ContextKind::ImplicitlyCreated, document).await
    }

    async fn keep(
        &self,
        key: &str,
        tenant: &TenantName,
        kind: ContextKind,
        document: Json,
    ) -> Result<(), Problem> {
        let mut write = Write::new(EntityId::parse(&format!("{PREFIX}{key}"))?, Operation::CreateOrReplace);
        write.types.push(Name::new(HOSTED));
        let setting = object([
            ("tenant", Json::text(tenant)),
            ("implicit", Json::Bool(kind == ContextKind::ImplicitlyCreated)),
        ]);
        for (name, json) in [(DOCUMENT, document.clone()), (SETTING, setting)] {
            let instance = Instance::new(AttributeValue::JsonProperty(json));
            write.attributes.push(Attribute::new(Name::new(name), instance));
        }
        let _one_at_a_time = self.keeping.lock().await;
        // What has no room is not to be on disk.
        self.catalog.check_room(key, &document)?;
        self.write_all(vec![write]).await?;
        self.catalog.store_for_good(key, kind, document, Timestamp::now())?;
        self.owners.lock().insert(key.to_owned(), tenant.clone());
        Ok(())
    }

    /// Removes a hosted document from the store.
    pub(crate) async fn unhost(&self, key: &str) -> Result<(), Problem> {
        if self.owners.lock().remove(key).is_none() {
            return Ok(());
        }
        self.write_all(vec![Write::new(EntityId::parse(&format!("{PREFIX}{key}"))?, Operation::Delete)]).await
    }

    /// Writes into the system tenant; the first that is refused is the outcome.
    pub(super) async fn write_all(&self, writes: Vec<Write>) -> Result<(), Problem> {
        let results = self.hub.write(&Self::circumstances(), writes, WriteOptions::default()).await?;
        results.into_iter().next().map_or(Ok(()), |result| result.map(|_| ()))
    }

    /// Reads the documents on disk, once.
    pub(super) async fn load_hosted(&self) -> Result<(), Problem> {
        let load = || async {
            self.read_hosted().await?;
            self.read_cached().await
        };
        self.loaded.get_or_try_init(load).await.copied()
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
                let json = |name: &str| match &entity.instance(name)?.value {
                    AttributeValue::JsonProperty(json) => Some(json),
                    _ => None,
                };
                let (Some(document), Some(key)) = (json(DOCUMENT), entity.id.strip_prefix(PREFIX)) else {
                    continue;
                };
                let said = |name: &str| json(SETTING).and_then(|setting| setting.get(name));
                // Older builds did not say: such contexts belong to the default tenant.
                let tenant =
                    said("tenant").and_then(Json::as_str).and_then(|name| TenantName::parse(name).ok());
                let kind = match said("implicit") {
                    Some(Json::Bool(true)) => ContextKind::ImplicitlyCreated,
                    _ => ContextKind::Hosted,
                };
                let stored = self.catalog.store_for_good(key, kind, document.clone(), entity.created_at);
                if let Err(problem) = stored {
                    tracing::error!(key, %problem, "the hosted context `{key}` is left out: {problem}");
                    continue;
                }
                self.owners.lock().insert(key.to_owned(), tenant.unwrap_or_default());
            }
            if !found.more {
                return Ok(());
            }
            page.after = found.entities.last().map(|entity| entity.id.clone());
        }
    }
}
