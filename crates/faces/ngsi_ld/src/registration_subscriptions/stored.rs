//! Subscriptions to registrations as entities of the system tenant, so that they survive a restart.

use senne_hub::Hub;
use senne_model::{Entity, EntityId, Json, Name, Operation, Problem, TenantName, Timestamp, Write};

use super::state::{Counters, Told, told_from_json, told_to_json};
use crate::{
    house::{DOCUMENT, PROGRESS, SETTING, Setting, all_kept, keep, opaque, opaque_of},
    http::object,
};

const KIND: &str = "urn:senne:ns#RegistrationSubscription";

/// A subscription as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: EntityId,
    pub(super) tenant: TenantName,
    /// The document with expanded names.
    pub(super) document: Json,
    /// The `@context` by which its expressions are read and its notifications told.
    pub(super) context: Json,
    /// The address under which its creator reached this server.
    pub(super) origin: String,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Timestamp,
    pub(super) told: Told,
    pub(super) counters: Counters,
}

fn entity_id(tenant: &TenantName, id: &EntityId) -> EntityId {
    EntityId::trusted(&format!("urn:senne:registration-subscription:{tenant}:{id}"))
}

fn progress(told: &Told, counters: &Counters) -> Json {
    object([("told", told_to_json(told)), ("counters", counters.to_json())])
}

impl Kept {
    pub(super) async fn save(&self, hub: &Hub, new: bool) -> Result<(), Problem> {
        let operation = if new { Operation::Create } else { Operation::Replace };
        let mut write = Write::new(entity_id(&self.tenant, &self.id), operation);
        write.types.push(Name::new(KIND));
        let setting = object([
            ("id", Json::text(&self.id)),
            ("tenant", Json::text(&self.tenant)),
            ("context", self.context.clone()),
            ("origin", Json::text(&self.origin)),
            ("createdAt", Json::Int(self.created_at.micros())),
            ("modifiedAt", Json::Int(self.modified_at.micros())),
        ]);
        write.attributes.push(opaque(DOCUMENT, self.document.clone()));
        write.attributes.push(opaque(SETTING, setting));
        write.attributes.push(opaque(PROGRESS, progress(&self.told, &self.counters)));
        keep(hub, write).await
    }

    /// Stores what was told; one that was removed in the meantime gives an error.
    pub(super) async fn save_progress(
        &self,
        hub: &Hub,
        told: &Told,
        counters: &Counters,
    ) -> Result<(), Problem> {
        let mut write = Write::new(entity_id(&self.tenant, &self.id), Operation::ReplaceAttribute);
        write.attributes.push(opaque(PROGRESS, progress(told, counters)));
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
        Some(Self {
            id: setting.id()?,
            tenant: setting.tenant()?,
            document: opaque_of(entity, DOCUMENT)?.clone(),
            context: setting.0.get("context")?.clone(),
            origin: setting.text("origin")?.to_owned(),
            created_at: setting.time("createdAt")?,
            modified_at: setting.time("modifiedAt")?,
            told: told_from_json(progress.get("told")?),
            counters: Counters::from_json(progress.get("counters")?),
        })
    }
}
