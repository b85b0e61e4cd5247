//! What the face keeps for itself: subscriptions, registrations, snapshots and the like, as entities of the system tenant, so that they
//! survive a restart.
//!
//! All of them stand in the companion of the default tenant, whichever tenant they serve: there is no list of tenants to go through
//! at the start.

use std::sync::Arc;

use senne_hub::{Context, Hub, Page, Principal, WriteOptions};
use senne_language::{Query, TypeExpression};
use senne_model::{
    Attribute, AttributeValue, Entity, EntityId, ErrorKind, Instance, Json, Name, Problem, TenantName,
    Timestamp, Write,
};

/// The document as it was sent, with expanded names.
pub(crate) const DOCUMENT: &str = "urn:senne:ns#document";

/// What belongs to it: whose it is, since when.
pub(crate) const SETTING: &str = "urn:senne:ns#setting";

/// How far it has come, where that is kept apart.
pub(crate) const PROGRESS: &str = "urn:senne:ns#progress";

/// How many are read at a time.
const PAGE: usize = 500;

/// The circumstances in which Senne keeps its own house.
pub(crate) fn circumstances() -> Context {
    Context::new(Principal::System, TenantName::default().system())
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

/// Every entity of a type in the house that `read` makes something of. One that cannot be read is told of and left out.
pub(crate) async fn all_kept<T>(
    hub: &Hub,
    kind: &str,
    read: impl Fn(&Entity) -> Option<T>,
) -> Result<Vec<T>, Problem> {
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
        for entity in &found.entities {
            let one = read(entity);
            if one.is_none() {
                tracing::error!(entity = %entity.id, "`{}` cannot be read and is left out", entity.id);
            }
            all.extend(one);
        }
        if !found.more {
            return Ok(all);
        }
        page.after = found.entities.last().map(|entity: &Arc<Entity>| entity.id.clone());
    }
}

/// The setting of a thing, member by member.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'e>(pub(crate) &'e Json);

impl<'e> Setting<'e> {
    pub(crate) fn of(entity: &'e Entity) -> Option<Self> {
        opaque_of(entity, SETTING).map(Self)
    }

    pub(crate) fn text(self, name: &str) -> Option<&'e str> {
        self.0.get(name).and_then(Json::as_str)
    }

    pub(crate) fn time(self, name: &str) -> Option<Timestamp> {
        match self.0.get(name) {
            Some(Json::Int(micros)) => Some(Timestamp::from_micros(*micros)),
            _ => None,
        }
    }

    /// The tenant that it serves.
    pub(crate) fn tenant(self) -> Option<TenantName> {
        TenantName::parse(self.text("tenant")?).ok()
    }

    /// Its id as its owner knows it.
    pub(crate) fn id(self) -> Option<EntityId> {
        EntityId::parse(self.text("id")?).ok()
    }
}
