//! Which copies stand where, and the subscriptions that they are of, as entities of the system tenant.

use std::collections::BTreeMap;

use senne_hub::Hub;
use senne_model::{
    Entity, EntityId, ErrorKind, Json, Name, Operation, Problem, TenantName, Timestamp, Write,
};

use crate::{
    house::{DOCUMENT, SETTING, Setting, all_kept, circumstances, keep, opaque, opaque_of},
    http::object,
};

const KIND: &str = "urn:senne:ns#Relay";
const COPIES: &str = "urn:senne:ns#copies";

/// How subscriptions are kept (crate::subscriptions).
const SUBSCRIPTION: &str = "urn:senne:ns#Subscription";

/// Which subscription: ids are the tenant's own.
pub(super) type Key = (TenantName, EntityId);

/// A subscription, as far as relaying needs it.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    /// With expanded names.
    pub(super) document: Json,
    /// The `@context` by which its expressions are read.
    pub(super) context: Json,
    /// The address under which its creator reached this server.
    pub(super) origin: String,
    pub(super) modified_at: Timestamp,
}

/// A copy at a source.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Placed {
    /// Its id there.
    pub(super) remote: String,
    /// The subscription and the registration as they were when it was made.
    pub(super) made_of: (Timestamp, Timestamp),
}

/// The copies of one subscription, by registration.
pub(super) type Copies = BTreeMap<EntityId, Placed>;

fn relay_id((tenant, id): &Key) -> EntityId {
    EntityId::trusted(&format!("urn:senne:relay:{tenant}:{id}"))
}

impl Subscription {
    /// As it is now; `None` when it was removed.
    pub(super) async fn read(hub: &Hub, (tenant, id): &Key) -> Result<Option<Self>, Problem> {
        let entity = EntityId::trusted(&format!("urn:senne:subscription:{tenant}:{id}"));
        match hub.entity(&circumstances(), &entity).await {
            Ok(entity) => Ok(Self::of(&entity).map(|(_, subscription)| subscription)),
            Err(problem) if matches!(problem.kind, ErrorKind::NotFound | ErrorKind::NoSuchTenant) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// All of them.
    pub(super) async fn all(hub: &Hub) -> Result<Vec<(Key, Self)>, Problem> {
        all_kept(hub, SUBSCRIPTION, Self::of).await
    }

    fn of(entity: &Entity) -> Option<(Key, Self)> {
        let (document, setting) = (opaque_of(entity, DOCUMENT)?.clone(), Setting::of(entity)?);
        let key = (setting.tenant()?, setting.id()?);
        let modified_at = setting.time("modifiedAt")?;
        let (context, origin) = (setting.0.get("context")?.clone(), setting.text("origin")?.to_owned());
        Some((key, Self { document, context, origin, modified_at }))
    }

    /// Whether sources watch for it too.
    pub(super) fn is_relayed(&self) -> bool {
        let expires = self.document.get("expiresAt").and_then(Json::as_str);
        let expired =
            expires.and_then(|text| Timestamp::parse(text).ok()).is_some_and(|at| at <= Timestamp::now());
        self.document.get("localOnly") != Some(&Json::Bool(true)) && !expired
    }

    /// Whether an entity is to be expected in parts; the filters are then put to the whole of it, here.
    pub(super) fn is_split(&self, by_default: bool) -> bool {
        match self.document.get("splitEntities") {
            Some(Json::Bool(split)) => *split,
            _ => by_default,
        }
    }
}

/// Keeps which copies stand; none at all are forgotten.
pub(super) async fn save(hub: &Hub, key: &Key, copies: &Copies) -> Result<(), Problem> {
    if copies.is_empty() {
        return match keep(hub, Write::new(relay_id(key), Operation::Delete)).await {
            Err(problem) if problem.kind == ErrorKind::NotFound => Ok(()),
            other => other,
        };
    }
    let one = |(registration, copy): (&EntityId, &Placed)| {
        let times = [copy.made_of.0, copy.made_of.1].map(|at| Json::Int(at.micros()));
        let [subscription, source] = times;
        (registration.as_str().into(), Json::Array(vec![Json::text(&copy.remote), subscription, source]))
    };
    let mut write = Write::new(relay_id(key), Operation::CreateOrReplace);
    write.types.push(Name::new(KIND));
    write.attributes.push(opaque(COPIES, Json::Object(copies.iter().map(one).collect())));
    let setting = object([("tenant", Json::text(&key.0)), ("id", Json::text(&key.1))]);
    write.attributes.push(opaque(SETTING, setting));
    keep(hub, write).await
}

/// All copies that stand.
pub(super) async fn all(hub: &Hub) -> Result<Vec<(Key, Copies)>, Problem> {
    let read = |entity: &Entity| -> Option<(Key, Copies)> {
        let setting = Setting::of(entity)?;
        let key = (setting.tenant()?, setting.id()?);
        let members = opaque_of(entity, COPIES)?.as_object()?.iter();
        let copies = members.filter_map(|(registration, copy)| {
            let [remote, subscription, source] = copy.as_array()? else { return None };
            let at = |json: &Json| match json {
                Json::Int(micros) => Some(Timestamp::from_micros(*micros)),
                _ => None,
            };
            let made_of = (at(subscription)?, at(source)?);
            Some((EntityId::trusted(registration), Placed { remote: remote.as_str()?.to_owned(), made_of }))
        });
        Some((key, copies.collect()))
    };
    all_kept(hub, KIND, read).await
}
