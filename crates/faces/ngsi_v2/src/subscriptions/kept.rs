//! Subscriptions as entities of the system tenant, so that they survive a restart.

use senne_hub::{Context, Hub, Page, Principal, WriteOptions};
use senne_language::{Query, TypeExpression};
use senne_model::{
    Attribute, AttributeValue, Entity, EntityId, ErrorKind, Instance, Json, Name, Operation, Problem,
    TenantName, Write,
};

use crate::call::Call;

const KIND: &str = "urn:senne:ns#V2Subscription";
const DOCUMENT: &str = "urn:senne:ns#document";
const SETTING: &str = "urn:senne:ns#setting";
const PAGE: usize = 500;

/// A subscription as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) tenant: TenantName,
    pub(crate) service_path: Option<String>,
    /// The document as it was given.
    pub(crate) document: Json,
    pub(crate) owner: Principal,
}

impl Kept {
    /// A new one, with an identifier of 24 hexadecimal digits as Orion gives them.
    pub(super) fn new(call: &Call, document: Json) -> Self {
        Self {
            id: identifier(),
            tenant: call.hub.tenant.clone(),
            service_path: call.service_path.clone(),
            document,
            owner: call.hub.principal.clone(),
        }
    }

    /// The same with another status.
    pub(super) fn with_status(&self, status: &str) -> Self {
        let mut other = self.clone();
        if let Json::Object(members) = &mut other.document {
            members.retain(|(name, _)| &**name != "status");
            members.push(("status".into(), Json::text(status)));
        }
        other
    }

    fn entity_id(tenant: &TenantName, id: &str) -> EntityId {
        EntityId::trusted(&format!("urn:senne:v2-subscription:{tenant}:{id}"))
    }

    pub(super) async fn save(&self, hub: &Hub) -> Result<(), Problem> {
        let mut write = Write::new(Self::entity_id(&self.tenant, &self.id), Operation::CreateOrReplace);
        write.types.push(Name::new(KIND));
        let (role, name) = match &self.owner {
            Principal::Administrator { name } => ("administrator", name.as_str()),
            Principal::Service { name } => ("service", name.as_str()),
            Principal::Anonymous => ("anonymous", ""),
            Principal::System => ("system", ""),
        };
        let mut setting: Vec<(Box<str>, Json)> = vec![
            ("id".into(), Json::text(&self.id)),
            ("tenant".into(), Json::text(&self.tenant)),
            ("role".into(), Json::text(role)),
            ("name".into(), Json::text(name)),
        ];
        setting.extend(self.service_path.as_deref().map(|path| ("servicePath".into(), Json::text(path))));
        write.attributes.push(opaque(DOCUMENT, self.document.clone()));
        write.attributes.push(opaque(SETTING, Json::Object(setting)));
        one(hub, write).await
    }

    pub(super) async fn forget(hub: &Hub, tenant: &TenantName, id: &str) -> Result<(), Problem> {
        one(hub, Write::new(Self::entity_id(tenant, id), Operation::Delete)).await
    }

    /// All that are kept.
    pub(super) async fn all(hub: &Hub) -> Result<Vec<Self>, Problem> {
        let types = TypeExpression::one_of([Name::new(KIND)]);
        let query = Query { types, ..Query::default() };
        let mut page = Page { limit: PAGE, ..Page::default() };
        let mut all = Vec::new();
        loop {
            let found = match hub.query(&circumstances(), &query, &page).await {
                Ok(found) => found,
                Err(problem) if problem.kind == ErrorKind::NoSuchTenant => return Ok(all),
                Err(problem) => return Err(problem),
            };
            all.extend(found.entities.iter().filter_map(|entity| Self::read(entity)));
            if !found.more || found.entities.is_empty() {
                return Ok(all);
            }
            // A page ends early where what is on it is large.
            page.offset += found.entities.len();
        }
    }

    fn read(entity: &Entity) -> Option<Self> {
        let json = |name: &str| match &entity.instance(name)?.value {
            AttributeValue::JsonProperty(json) => Some(json),
            _ => None,
        };
        let setting = json(SETTING)?;
        let text = |name: &str| setting.get(name).and_then(Json::as_str);
        let name = text("name")?.to_owned();
        Some(Self {
            id: text("id")?.to_owned(),
            tenant: TenantName::parse(text("tenant")?).ok()?,
            service_path: text("servicePath").map(str::to_owned),
            document: json(DOCUMENT)?.clone(),
            owner: match text("role")? {
                "administrator" => Principal::Administrator { name },
                "service" => Principal::Service { name },
                "system" => Principal::System,
                _ => Principal::Anonymous,
            },
        })
    }
}

fn circumstances() -> Context {
    Context::new(Principal::System, TenantName::default().system())
}

fn opaque(name: &str, json: Json) -> Attribute {
    Attribute::new(Name::new(name), Instance::new(AttributeValue::JsonProperty(json)))
}

async fn one(hub: &Hub, write: Write) -> Result<(), Problem> {
    let results = hub.write(&circumstances(), vec![write], WriteOptions::default()).await?;
    results.into_iter().try_for_each(|result| result.map(|_| ()))
}

/// 24 hexadecimal digits that no other subscription has.
fn identifier() -> String {
    use std::hash::{BuildHasher, Hasher};
    let random = || std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!("{:016x}{:08x}", random(), random() >> 32)
}
