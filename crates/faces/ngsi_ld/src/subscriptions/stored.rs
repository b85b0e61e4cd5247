//! Subscriptions as they are kept through a restart.

use senne_hub::{Hub, Principal};
use senne_model::{ChangeNo, Entity, EntityId, Json, Name, Operation, Problem, TenantName, Timestamp, Write};

use super::runner::Counters;
use crate::{
    house::{DOCUMENT, PROGRESS, SETTING, Setting, all_kept, keep, opaque, opaque_of},
    http::object,
};

const KIND: &str = "urn:senne:ns#Subscription";

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

/// The entity that keeps a subscription. Two tenants may use the same id.
fn entity_id(tenant: &TenantName, id: &EntityId) -> EntityId {
    EntityId::trusted(&format!("urn:senne:subscription:{tenant}:{id}"))
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
        keep(hub, write).await
    }

    pub(super) async fn delete(hub: &Hub, tenant: &TenantName, id: &EntityId) -> Result<(), Problem> {
        keep(hub, Write::new(entity_id(tenant, id), Operation::Delete)).await
    }

    /// All that are kept.
    pub(super) async fn all(hub: &Hub) -> Result<Vec<Self>, Problem> {
        all_kept(hub, KIND, Self::read).await
    }

    fn read(entity: &Entity) -> Option<Self> {
        let (setting, progress) = (Setting::of(entity)?, opaque_of(entity, PROGRESS)?);
        let cursor = match progress.get("cursor") {
            Some(Json::Int(number)) => u64::try_from(*number).ok()?,
            _ => return None,
        };
        let name = setting.text("name")?.to_owned();
        Some(Self {
            id: setting.id()?,
            tenant: setting.tenant()?,
            document: opaque_of(entity, DOCUMENT)?.clone(),
            context: setting.0.get("context")?.clone(),
            origin: setting.text("origin")?.to_owned(),
            owner: match setting.text("role")? {
                "administrator" => Principal::Administrator { name },
                "service" => Principal::Service { name },
                "system" => Principal::System,
                _ => Principal::Anonymous,
            },
            created_at: setting.time("createdAt")?,
            modified_at: setting.time("modifiedAt")?,
            cursor: ChangeNo(cursor),
            counters: Counters::from_json(progress.get("counters")?),
        })
    }
}
