//! Registrations as they are kept through a restart.

use senne_hub::Hub;
use senne_model::{Entity, EntityId, Json, Name, Operation, Problem, TenantName, Write};

use super::registration::Registration;
use crate::{
    house::{DOCUMENT, SETTING, Setting, all_kept, keep, opaque, opaque_of},
    http::object,
};

const KIND: &str = "urn:senne:ns#ContextSourceRegistration";

/// The entity that keeps a registration. Two tenants may use the same id.
fn entity_id(tenant: &TenantName, id: &EntityId) -> EntityId {
    EntityId::trusted(&format!("urn:senne:registration:{tenant}:{id}"))
}

pub(super) async fn save(hub: &Hub, registration: &Registration, new: bool) -> Result<(), Problem> {
    let operation = if new { Operation::Create } else { Operation::Replace };
    let mut write = Write::new(entity_id(&registration.tenant, &registration.id), operation);
    write.types.push(Name::new(KIND));
    let setting = object([
        ("id", Json::text(&registration.id)),
        ("tenant", Json::text(&registration.tenant)),
        ("createdAt", Json::Int(registration.created_at.micros())),
        ("modifiedAt", Json::Int(registration.modified_at.micros())),
    ]);
    write.attributes.push(opaque(DOCUMENT, registration.document.clone()));
    write.attributes.push(opaque(SETTING, setting));
    keep(hub, write).await
}

pub(super) async fn delete(hub: &Hub, tenant: &TenantName, id: &EntityId) -> Result<(), Problem> {
    keep(hub, Write::new(entity_id(tenant, id), Operation::Delete)).await
}

/// All that are kept.
pub(super) async fn all(hub: &Hub, allow_private: bool) -> Result<Vec<Registration>, Problem> {
    all_kept(hub, KIND, |entity| read(entity, allow_private)).await
}

fn read(entity: &Entity, allow_private: bool) -> Option<Registration> {
    let (document, setting) = (opaque_of(entity, DOCUMENT)?, Setting::of(entity)?);
    let times = [setting.time("createdAt")?, setting.time("modifiedAt")?];
    Registration::new(setting.id()?, setting.tenant()?, document.clone(), times, allow_private).ok()
}
