//! Registrations as entities of the system tenant, so that they survive a restart.
//!
//! All of them stand in the companion of the default tenant, whichever tenant they serve: there is no list of
//! tenants to go through at the start.

use senne_hub::{Hub, Page, Principal, WriteOptions};
use senne_language::{Query, TypeExpression};
use senne_model::{
    Attribute, AttributeValue, Entity, EntityId, ErrorKind, Instance, Json, Name, Operation, Problem,
    TenantName, Timestamp, Write,
};

use super::registration::Registration;
use crate::http::object;

const KIND: &str = "urn:senne:ns#ContextSourceRegistration";
const DOCUMENT: &str = "urn:senne:ns#document";
const SETTING: &str = "urn:senne:ns#setting";
const PAGE: usize = 500;

/// The circumstances in which Senne keeps its own house.
pub(crate) fn circumstances() -> senne_hub::Context {
    senne_hub::Context::new(Principal::System, TenantName::default().system())
}

/// An attribute whose value is any JSON.
pub(crate) fn opaque(name: &str, json: Json) -> Attribute {
    Attribute::new(Name::new(name), Instance::new(AttributeValue::JsonProperty(json)))
}

/// The JSON of such an attribute.
pub(crate) fn opaque_of<'e>(entity: &'e Entity, name: &str) -> Option<&'e Json> {
    match &entity.instance(name)?.value {
        AttributeValue::JsonProperty(json) => Some(json),
        _ => None,
    }
}

/// Writes one thing to the house.
pub(crate) async fn keep(hub: &Hub, write: Write) -> Result<(), Problem> {
    let results = hub.write(&circumstances(), vec![write], WriteOptions::default()).await?;
    results.into_iter().try_for_each(|result| result.map(|_| ()))
}

/// Every entity of a type in the house.
pub(crate) async fn kept(hub: &Hub, kind: &str) -> Result<Vec<std::sync::Arc<Entity>>, Problem> {
    let types = TypeExpression::parse("Kept", &|_| Name::new(kind))?;
    let query = Query { types: Some(types), ..Query::default() };
    let mut page = Page { limit: PAGE, ..Page::default() };
    let mut all = Vec::new();
    loop {
        let found = match hub.query(&circumstances(), &query, &page).await {
            Ok(found) => found,
            Err(problem) if problem.kind == ErrorKind::NoSuchTenant => return Ok(all),
            Err(problem) => return Err(problem),
        };
        all.extend(found.entities.iter().cloned());
        if !found.more {
            return Ok(all);
        }
        page.offset += PAGE;
    }
}

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

/// All that are kept. One that cannot be read is told of and left out.
pub(super) async fn all(hub: &Hub, allow_private: bool) -> Result<Vec<Registration>, Problem> {
    let entities = kept(hub, KIND).await?;
    let read = |entity: &std::sync::Arc<Entity>| {
        let registration = read(entity, allow_private);
        if registration.is_none() {
            tracing::error!(entity = %entity.id, "`{}` is no registration that can be used", entity.id);
        }
        registration
    };
    Ok(entities.iter().filter_map(read).collect())
}

fn read(entity: &Entity, allow_private: bool) -> Option<Registration> {
    let (document, setting) = (opaque_of(entity, DOCUMENT)?, opaque_of(entity, SETTING)?);
    let text = |name: &str| setting.get(name).and_then(Json::as_str);
    let time = |name: &str| match setting.get(name) {
        Some(Json::Int(micros)) => Some(Timestamp::from_micros(*micros)),
        _ => None,
    };
    let (id, tenant) = (EntityId::parse(text("id")?).ok()?, TenantName::parse(text("tenant")?).ok()?);
    let times = [time("createdAt")?, time("modifiedAt")?];
    Registration::new(id, tenant, document.clone(), times, allow_private).ok()
}
