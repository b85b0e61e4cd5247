//! Subscriptions as entities of the system tenant, so that they survive a restart.
//!
//! All of them stand in the companion of the default tenant, whichever tenant they watch: there is no list of
//! tenants to go through at the start.

use senne_hub::{Hub, Page, Principal, WriteOptions};
use senne_language::{Query, TypeExpression};
use senne_model::{
    Attribute, AttributeValue, ChangeNo, EntityId, ErrorKind, Instance, Json, Name, Operation, Problem,
    TenantName, Timestamp, Write,
};

use super::runner::Counters;
use crate::http::object;

const KIND: &str = "urn:senne:ns#Subscription";
const DOCUMENT: &str = "urn:senne:ns#document";
const SETTING: &str = "urn:senne:ns#setting";
const PROGRESS: &str = "urn:senne:ns#progress";
const PAGE: usize = 500;

/// A subscription as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: EntityId,
    pub(super) tenant: TenantName,
    /// The document with expanded names.
    pub(super) document: Json,
    /// The `@context` by which its expressions are read.
    pub(super) context: Json,
    /// The address under which its creator reached this server.
    pub(super) origin: String,
    pub(super) owner: Principal,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Timestamp,
    pub(super) cursor: ChangeNo,
    pub(super) counters: Counters,
}

pub(super) fn circumstances() -> senne_hub::Context {
    senne_hub::Context::new(Principal::System, TenantName::default().system())
}

/// The entity that keeps a subscription. Two tenants may use the same id.
fn entity_id(tenant: &TenantName, id: &EntityId) -> EntityId {
    EntityId::trusted(&format!("urn:senne:subscription:{tenant}:{id}"))
}

fn opaque(name: &str, json: Json) -> Attribute {
    Attribute::new(Name::new(name), Instance::new(AttributeValue::JsonProperty(json)))
}

pub(super) fn progress(cursor: ChangeNo, counters: &Counters) -> Json {
    let cursor = Json::Int(i64::try_from(cursor.0).unwrap_or(i64::MAX));
    object([("cursor", cursor), ("counters", counters.to_json())])
}

impl Kept {
    pub(super) async fn create(&self, hub: &Hub) -> Result<(), Problem> {
        self.write(hub, Operation::Create).await
    }

    pub(super) async fn replace(&self, hub: &Hub) -> Result<(), Problem> {
        self.write(hub, Operation::Replace).await
    }

    async fn write(&self, hub: &Hub, operation: Operation) -> Result<(), Problem> {
        let mut write = Write::new(entity_id(&self.tenant, &self.id), operation);
        write.types.push(Name::new(KIND));
        let (role, name) = match &self.owner {
            Principal::Administrator { name } => ("administrator", name.as_str()),
            Principal::Service { name } => ("service", name.as_str()),
            Principal::Anonymous => ("anonymous", ""),
            Principal::System => ("system", ""),
        };
        let setting = object([
            ("id", Json::text(&self.id)),
            ("tenant", Json::text(&self.tenant)),
            ("context", self.context.clone()),
            ("origin", Json::text(&self.origin)),
            ("role", Json::text(role)),
            ("name", Json::text(name)),
            ("createdAt", Json::Int(self.created_at.micros())),
            ("modifiedAt", Json::Int(self.modified_at.micros())),
        ]);
        write.attributes.push(opaque(DOCUMENT, self.document.clone()));
        write.attributes.push(opaque(SETTING, setting));
        write.attributes.push(opaque(PROGRESS, progress(self.cursor, &self.counters)));
        one(hub, write).await
    }

    pub(super) async fn delete(hub: &Hub, tenant: &TenantName, id: &EntityId) -> Result<(), Problem> {
        one(hub, Write::new(entity_id(tenant, id), Operation::Delete)).await
    }

    /// All that are kept.
    pub(super) async fn all(hub: &Hub) -> Result<Vec<Self>, Problem> {
        let types = TypeExpression::parse("Subscription", &|_| Name::new(KIND))?;
        let query = Query { types: Some(types), ..Query::default() };
        let mut page = Page { limit: PAGE, ..Page::default() };
        let mut all = Vec::new();
        loop {
            let found = match hub.query(&circumstances(), &query, &page).await {
                Ok(found) => found,
                Err(problem) if problem.kind == ErrorKind::NoSuchTenant => return Ok(all),
                Err(problem) => return Err(problem),
            };
            for entity in &found.entities {
                match Self::read(entity) {
                    Some(kept) => all.push(kept),
                    None => {
                        tracing::error!(entity = %entity.id, "`{}` is no subscription that can be read", entity.id);
                    }
                }
            }
            if !found.more {
                return Ok(all);
            }
            page.after = found.entities.last().map(|entity| entity.id.clone());
        }
    }

    fn read(entity: &senne_model::Entity) -> Option<Self> {
        let json = |name: &str| match &entity.instance(name)?.value {
            AttributeValue::JsonProperty(json) => Some(json),
            _ => None,
        };
        let (setting, progress) = (json(SETTING)?, json(PROGRESS)?);
        let text = |name: &str| setting.get(name).and_then(Json::as_str);
        let number = |json: &Json, name: &str| match json.get(name) {
            Some(Json::Int(number)) => Some(*number),
            _ => None,
        };
        let name = text("name")?.to_owned();
        Some(Self {
            id: EntityId::parse(text("id")?).ok()?,
            tenant: TenantName::parse(text("tenant")?).ok()?,
            document: json(DOCUMENT)?.clone(),
            context: setting.get("context")?.clone(),
            origin: text("origin")?.to_owned(),
            owner: match text("role")? {
                "administrator" => Principal::Administrator { name },
                "service" => Principal::Service { name },
                "system" => Principal::System,
                _ => Principal::Anonymous,
            },
            created_at: Timestamp::from_micros(number(setting, "createdAt")?),
            modified_at: Timestamp::from_micros(number(setting, "modifiedAt")?),
            cursor: ChangeNo(u64::try_from(number(progress, "cursor")?).ok()?),
            counters: Counters::from_json(progress.get("counters")?),
        })
    }
}

async fn one(hub: &Hub, write: Write) -> Result<(), Problem> {
    let results = hub.write(&circumstances(), vec![write], WriteOptions::default()).await?;
    results.into_iter().try_for_each(|result| result.map(|_| ()))
}
