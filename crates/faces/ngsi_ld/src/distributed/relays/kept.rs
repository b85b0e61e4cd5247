//! Which copies stand where, and the subscriptions that they are of, as entities of the system tenant.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use senne_hub::Hub;
use senne_model::{
    Entity, EntityId, ErrorKind, Json, Name, Operation, Problem, TenantName, Timestamp, Write,
};

use super::{came::Came, copy::every_member};
use crate::{
    house::{DOCUMENT, SETTING, Setting, all_kept, circumstances, keep, opaque, opaque_of},
    http::object,
};

const KIND: &str = "urn:senne:ns#Relay";
const COPIES: &str = "urn:senne:ns#copies";
const LEFT: &str = "urn:senne:ns#left";

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
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Placed {
    /// Its id there.
    pub(super) remote: String,
    /// The subscription and the registration as they were when it was made; the beginning of time while that is not
    /// certain.
    pub(super) made_of: (Timestamp, Timestamp),
    /// The members that it may have there.
    pub(super) members: Vec<String>,
    /// Whether the filters are put here: the source does not put them, or perhaps those of before a change.
    pub(super) filtered_here: bool,
    /// How the source is spoken to, for taking it back once the registration is gone.
    pub(super) reach: Json,
}

/// A copy at a source that is registered no longer, or elsewhere now: it is to be removed there.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Left {
    /// Its id there.
    pub(super) remote: String,
    /// The registration that the source had.
    pub(super) registration: EntityId,
    /// How the source is spoken to.
    pub(super) reach: Json,
    pub(super) since: Timestamp,
    /// When it was tried last; not kept.
    pub(super) tried: Option<Instant>,
}

impl Left {
    pub(super) fn age(&self, now: Timestamp) -> Duration {
        let micros = now.micros().saturating_sub(self.since.micros());
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }

    fn to_json(&self) -> Json {
        let since = Json::Int(self.since.micros());
        Json::Array(vec![Json::text(&self.remote), Json::text(&self.registration), since, self.reach.clone()])
    }

    fn read(json: &Json) -> Option<Self> {
        let [remote, registration, Json::Int(since), reach] = json.as_array()? else { return None };
        Some(Self {
            remote: remote.as_str()?.to_owned(),
            registration: EntityId::trusted(registration.as_str()?),
            reach: reach.clone(),
            since: Timestamp::from_micros(*since),
            tried: None,
        })
    }
}

impl Placed {
    /// Whether it is certain that it stands, and what of.
    pub(super) fn is_made(&self) -> bool {
        self.made_of != <(Timestamp, Timestamp)>::default()
    }

    /// What is to be thought of it when it may stand or not.
    pub(super) fn unsure(&self) -> Self {
        Self {
            remote: self.remote.clone(),
            made_of: <(Timestamp, Timestamp)>::default(),
            members: self.members.clone(),
            filtered_here: true,
            reach: self.reach.clone(),
        }
    }

    /// Whether the filters of a subscription are put to what the source tells; else the source has put them.
    pub(super) fn filters_here(&self, subscription: &Subscription) -> bool {
        self.filtered_here || (self.is_made() && self.made_of.0 != subscription.modified_at)
    }

    fn to_json(&self) -> Json {
        let [subscription, source] = [self.made_of.0, self.made_of.1].map(|at| Json::Int(at.micros()));
        let members = self.members.iter().map(|name| Json::text(name)).collect();
        let (members, filtered) = (Json::Array(members), Json::Bool(self.filtered_here));
        let (remote, reach) = (Json::text(&self.remote), self.reach.clone());
        Json::Array(vec![remote, subscription, source, members, filtered, reach])
    }

    fn read(json: &Json) -> Option<Self> {
        let [remote, subscription, source, rest @ ..] = json.as_array()? else { return None };
        let remote = remote.as_str()?.to_owned();
        let [Json::Array(members), Json::Bool(filtered_here), reach @ ..] = rest else {
            // Kept before more was kept of a copy: it is made anew.
            return Some(Self { remote, members: every_member(), filtered_here: true, ..Self::default() });
        };
        let at = |json: &Json| match json {
            Json::Int(micros) => Some(Timestamp::from_micros(*micros)),
            _ => None,
        };
        let made_of = (at(subscription)?, at(source)?);
        let members = members.iter().filter_map(Json::as_str).map(str::to_owned).collect();
        let reach = reach.first().cloned().unwrap_or_default();
        Some(Self { remote, made_of, members, filtered_here: *filtered_here, reach })
    }
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

/// Keeps how a subscription came, which of its copies stand, and which were left; where there is nothing to say, nothing
/// is kept.
pub(super) async fn save(
    hub: &Hub,
    key: &Key,
    came: &Came,
    (copies, left): (&Copies, &[Left]),
) -> Result<(), Problem> {
    if copies.is_empty() && left.is_empty() && came.is_plain() {
        return match keep(hub, Write::new(relay_id(key), Operation::Delete)).await {
            Err(problem) if problem.kind == ErrorKind::NotFound => Ok(()),
            other => other,
        };
    }
    let one = |(registration, copy): (&EntityId, &Placed)| (registration.as_str().into(), copy.to_json());
    let mut write = Write::new(relay_id(key), Operation::CreateOrReplace);
    write.types.push(Name::new(KIND));
    write.attributes.push(opaque(COPIES, Json::Object(copies.iter().map(one).collect())));
    write
        .attributes
        .push(opaque(LEFT, object([("copies", Json::Array(left.iter().map(Left::to_json).collect()))])));
    let setting = object([
        ("tenant", Json::text(&key.0)),
        ("id", Json::text(&key.1)),
        ("via", Json::text(&came.via)),
        ("local", Json::Bool(came.local)),
    ]);
    write.attributes.push(opaque(SETTING, setting));
    keep(hub, write).await
}

/// What is kept of one subscription: how it came, the copies that stand, and those that were left.
pub(super) type All = (Key, Came, Copies, Vec<Left>);

/// The same of all.
pub(super) async fn all(hub: &Hub) -> Result<Vec<All>, Problem> {
    let read = |entity: &Entity| -> Option<All> {
        let setting = Setting::of(entity)?;
        let key = (setting.tenant()?, setting.id()?);
        let came = Came {
            via: setting.text("via").unwrap_or_default().to_owned(),
            local: setting.0.get("local") == Some(&Json::Bool(true)),
        };
        let members = opaque_of(entity, COPIES)?.as_object()?.iter();
        let copies = members
            .filter_map(|(registration, copy)| Some((EntityId::trusted(registration), Placed::read(copy)?)));
        let left = opaque_of(entity, LEFT).and_then(|left| left.get("copies")).and_then(Json::as_array);
        let left = left.unwrap_or_default().iter().filter_map(Left::read).collect();
        Some((key, came, copies.collect(), left))
    };
    all_kept(hub, KIND, read).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_read_as_they_were_kept() {
        let at = Timestamp::from_micros;
        let copy = Placed {
            remote: "urn:c:1".to_owned(),
            made_of: (at(1), at(2)),
            members: vec!["q".to_owned()],
            filtered_here: false,
            reach: object([("endpoint", Json::text("http://a.org"))]),
        };
        assert_eq!(Placed::read(&copy.to_json()), Some(copy.clone()));
        let left = Left {
            remote: copy.remote,
            registration: EntityId::trusted("urn:reg:1"),
            reach: copy.reach,
            since: at(5),
            tried: None,
        };
        assert_eq!(Left::read(&left.to_json()), Some(left));
        let old = Json::Array(vec![Json::text("urn:c:1"), Json::Int(1), Json::Int(2)]);
        let read = Placed::read(&old).unwrap();
        assert!(!read.is_made() && read.filtered_here && read.members == every_member());
        let with_members = Json::Array(vec![
            Json::text("urn:c:1"),
            Json::Int(1),
            Json::Int(2),
            Json::Array(Vec::new()),
            Json::Bool(true),
        ]);
        assert_eq!(
            Placed::read(&with_members).map(|read| (read.is_made(), read.reach)),
            Some((true, Json::Null))
        );
    }
}
