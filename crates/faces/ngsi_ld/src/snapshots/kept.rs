//! Snapshots as entities of the system tenant, so that they survive a restart.

use std::time::Duration;

use senne_hub::Hub;
use senne_model::{
    Entity, EntityId, ErrorKind, Json, Name, Operation, Problem, TenantName, Timestamp, Write,
};

use crate::{
    entity_maps::span_of,
    house::{DOCUMENT, SETTING, Setting, all_kept, keep, opaque, opaque_of},
    http::object,
};

const KIND: &str = "urn:senne:ns#Snapshot";

/// How long a snapshot lives when nobody says, and how long at most.
const LIFETIME: Duration = Duration::from_hours(24);
const LIFETIME_MAX: Duration = Duration::from_hours(30 * 24);

/// The priority when nobody says.
const PRIORITY: i64 = 5;

/// How far a snapshot is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Status {
    Preparing,
    Success,
    Partial,
    Empty,
    Failure,
}

impl Status {
    const ALL: [Self; 5] = [Self::Preparing, Self::Success, Self::Partial, Self::Empty, Self::Failure];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Success => "success",
            Self::Partial => "partial",
            Self::Empty => "empty",
            Self::Failure => "failure",
        }
    }
}

/// A snapshot as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: EntityId,
    /// The tenant that it was made in, and the companion with the copy.
    pub(super) tenant: TenantName,
    pub(super) copy: TenantName,
    /// The members that its maker gave.
    pub(super) members: Vec<(Box<str>, Json)>,
    pub(super) status: Status,
    /// What became of the queries, in their order.
    pub(super) details: Vec<Json>,
    pub(super) temporal_details: Vec<Json>,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) last_used_at: Timestamp,
}

impl Kept {
    /// A snapshot that is to be filled.
    pub(super) fn new(id: EntityId, tenant: TenantName, members: Vec<(Box<str>, Json)>, random: u64) -> Self {
        let now = Timestamp::now();
        let mut kept = Self {
            copy: tenant.snapshot(random),
            id,
            tenant,
            members,
            status: Status::Preparing,
            details: Vec::new(),
            temporal_details: Vec::new(),
            created_at: now,
            modified_at: now,
            expires_at: now,
            last_used_at: now,
        };
        kept.set_expiry(now);
        kept
    }

    /// A member that its maker gave.
    pub(super) fn member(&self, name: &str) -> Option<&Json> {
        self.members.iter().find(|(there, _)| &**there == name).map(|(_, value)| value)
    }

    pub(super) fn priority(&self) -> i64 {
        match self.member("snapshotPriority") {
            Some(Json::Int(priority)) => *priority,
            _ => PRIORITY,
        }
    }

    /// Sets when it expires: so long after `from` as was asked for, within bounds.
    pub(super) fn set_expiry(&mut self, from: Timestamp) {
        let asked =
            self.member("snapshotLifetime").and_then(Json::as_str).and_then(|text| span_of(text).ok());
        let span = asked.unwrap_or(LIFETIME).min(LIFETIME_MAX);
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        self.expires_at = Timestamp::from_micros(from.micros().saturating_add(micros));
    }

    /// The entity that keeps it. Two tenants may use the same id.
    fn entity_id(&self) -> EntityId {
        EntityId::trusted(&format!("urn:senne:snapshot:{}:{}", self.tenant, self.id))
    }

    /// Stores it as it is now.
    pub(super) async fn save(&self, hub: &Hub) -> Result<(), Problem> {
        let mut write = Write::new(self.entity_id(), Operation::CreateOrReplace);
        write.types.push(Name::new(KIND));
        let time = |at: Timestamp| Json::Int(at.micros());
        let setting = object([
            ("id", Json::text(&self.id)),
            ("tenant", Json::text(&self.tenant)),
            ("copy", Json::text(&self.copy)),
            ("status", Json::text(self.status.word())),
            ("details", Json::Array(self.details.clone())),
            ("temporalDetails", Json::Array(self.temporal_details.clone())),
            ("createdAt", time(self.created_at)),
            ("modifiedAt", time(self.modified_at)),
            ("expiresAt", time(self.expires_at)),
            ("lastUsedAt", time(self.last_used_at)),
        ]);
        write.attributes.push(opaque(DOCUMENT, Json::Object(self.members.clone())));
        write.attributes.push(opaque(SETTING, setting));
        keep(hub, write).await
    }

    /// Forgets it.
    pub(super) async fn forget(&self, hub: &Hub) -> Result<(), Problem> {
        match keep(hub, Write::new(self.entity_id(), Operation::Delete)).await {
            Err(problem) if problem.kind == ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// All that are kept.
    pub(super) async fn all(hub: &Hub) -> Result<Vec<Self>, Problem> {
        all_kept(hub, KIND, Self::read).await
    }

    fn read(entity: &Entity) -> Option<Self> {
        let setting = Setting::of(entity)?;
        let list = |name: &str| setting.0.get(name).and_then(Json::as_array).unwrap_or_default().to_vec();
        let tenant = setting.tenant()?;
        Some(Self {
            id: setting.id()?,
            copy: tenant.snapshot_named(setting.text("copy")?)?,
            tenant,
            members: opaque_of(entity, DOCUMENT)?.as_object()?.to_vec(),
            status: Status::ALL.into_iter().find(|status| Some(status.word()) == setting.text("status"))?,
            details: list("details"),
            temporal_details: list("temporalDetails"),
            created_at: setting.time("createdAt")?,
            modified_at: setting.time("modifiedAt")?,
            expires_at: setting.time("expiresAt")?,
            last_used_at: setting.time("lastUsedAt")?,
        })
    }
}
