//! All registrations: loading, changing, finding, expiring.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::RwLock;
use senne_hub::Hub;
use senne_model::{EntityId, ErrorKind, Json, Problem, TenantName, Timestamp};
use tokio::sync::{OnceCell, watch};

use super::{
    conflict, document,
    index::Index,
    matching::{Matched, Wanted},
    registration::Registration,
    stored,
};
use crate::options::NgsiLdOptions;

/// The most registrations of all tenants together.
const REGISTRATIONS_MAX: usize = 100_000;

/// How often it is looked for registrations that have expired.
const SWEEP: Duration = Duration::from_secs(1);

/// The registrations of all tenants. Without any, asking costs one look into an empty map.
pub(crate) struct Registrations {
    hub: Hub,
    allow_private: bool,
    tenants: RwLock<HashMap<TenantName, Index>>,
    loaded: OnceCell<()>,
    /// One change at a time.
    changing: tokio::sync::Mutex<()>,
    /// Told after each change.
    changes: watch::Sender<u64>,
}

impl Registrations {
    pub(crate) fn new(hub: Hub, options: &NgsiLdOptions) -> Arc<Self> {
        Arc::new(Self {
            hub,
            allow_private: options.allow_private_addresses,
            tenants: RwLock::default(),
            loaded: OnceCell::new(),
            changing: tokio::sync::Mutex::new(()),
            changes: watch::channel(0).0,
        })
    }

    /// Loads what is kept, and removes what expires from then on, until the face is dropped.
    pub(crate) fn start(self: &Arc<Self>) {
        let me = Arc::downgrade(self);
        tokio::spawn(async move {
            while let Some(registrations) = me.upgrade() {
                if let Err(problem) = registrations.sweep().await {
                    tracing::error!(%problem, "registrations could not be looked through: {problem}");
                }
                drop(registrations);
                tokio::time::sleep(SWEEP).await;
            }
        });
    }

    /// Waits until the kept registrations are loaded.
    pub(crate) async fn load(&self) -> Result<(), Problem> {
        self.loaded.get_or_try_init(|| self.load_once()).await.copied()
    }

    async fn load_once(&self) -> Result<(), Problem> {
        let mut by_tenant: HashMap<TenantName, Vec<Arc<Registration>>> = HashMap::new();
        for registration in stored::all(&self.hub, self.allow_private).await? {
            by_tenant.entry(registration.tenant.clone()).or_default().push(Arc::new(registration));
        }
        let tenants = by_tenant.into_iter().map(|(tenant, all)| (tenant, Index::of(all)));
        *self.tenants.write() = tenants.collect();
        Ok(())
    }

    /// Tells of changes: the number grows with each.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Whether a tenant has none.
    pub(crate) fn is_empty(&self, tenant: &TenantName) -> bool {
        self.tenants.read().get(tenant).is_none_or(|index| index.len() == 0)
    }

    /// Those that fit, oldest first.
    pub(crate) fn matching(&self, tenant: &TenantName, wanted: &Wanted) -> Vec<Matched> {
        self.tenants.read().get(tenant).map(|index| index.matching(wanted)).unwrap_or_default()
    }

    /// Those that fit one of several questions, all looked at in the same moment.
    pub(crate) fn matching_any(&self, tenant: &TenantName, wanted: &[Wanted]) -> Vec<Matched> {
        let tenants = self.tenants.read();
        let Some(index) = tenants.get(tenant) else { return Vec::new() };
        wanted.iter().flat_map(|wanted| index.matching(wanted)).collect()
    }

    /// One that has not expired.
    pub(crate) fn find(&self, tenant: &TenantName, id: &EntityId) -> Option<Arc<Registration>> {
        self.kept(tenant, id).filter(|registration| registration.is_live(Timestamp::now()))
    }

    fn kept(&self, tenant: &TenantName, id: &EntityId) -> Option<Arc<Registration>> {
        self.tenants.read().get(tenant)?.find(id).cloned()
    }

    /// Refuses what conflicts with other registrations or with entities that are held here.
    async fn check_conflicts(&self, caller: &senne_hub::Context, new: &Registration) -> Result<(), Problem> {
        let near = self.tenants.read().get(&caller.tenant).map(|index| index.near(new)).unwrap_or_default();
        conflict::check(&self.hub, caller, &near, new).await
    }

    /// Takes in a new one. Errors: it exists already, it conflicts with another one or with an entity.
    pub(super) async fn create(
        &self,
        caller: &senne_hub::Context,
        id: EntityId,
        document: Json,
    ) -> Result<(), Problem> {
        self.load().await?;
        document::check(&document)?;
        let _turn = self.changing.lock().await;
        if self.find(&caller.tenant, &id).is_some() {
            return Err(Problem::new(ErrorKind::AlreadyExists, "a registration with this id exists already")
                .field("id"));
        }
        if self.tenants.read().values().map(Index::len).sum::<usize>() >= REGISTRATIONS_MAX {
            let detail = format!("there are {REGISTRATIONS_MAX} registrations already");
            return Err(Problem::new(ErrorKind::Overloaded, detail));
        }
        let now = Timestamp::now();
        let registration =
            Registration::new(id, caller.tenant.clone(), document, [now, now], self.allow_private)?;
        self.check_conflicts(caller, &registration).await?;
        stored::save(&self.hub, &registration, true).await?;
        self.put(registration);
        Ok(())
    }

    /// Puts a changed document in the place of the present one.
    pub(super) async fn update(
        &self,
        caller: &senne_hub::Context,
        id: &EntityId,
        patch: &Json,
    ) -> Result<(), Problem> {
        self.load().await?;
        let _turn = self.changing.lock().await;
        let before = self.find(&caller.tenant, id).ok_or_else(missing)?;
        let merged = document::merge(&before.document, patch);
        document::check(&merged)?;
        let times = [before.created_at, Timestamp::now()];
        let registration =
            Registration::new(id.clone(), caller.tenant.clone(), merged, times, self.allow_private)?;
        *registration.health.lock() = before.health.lock().clone();
        self.check_conflicts(caller, &registration).await?;
        stored::save(&self.hub, &registration, false).await?;
        self.put(registration);
        Ok(())
    }

    pub(super) async fn remove(&self, tenant: &TenantName, id: &EntityId) -> Result<(), Problem> {
        self.load().await?;
        let _turn = self.changing.lock().await;
        self.find(tenant, id).ok_or_else(missing)?;
        stored::delete(&self.hub, tenant, id).await?;
        self.take_out(tenant, id);
        Ok(())
    }

    fn put(&self, registration: Registration) {
        let registration = Arc::new(registration);
        let tenant = registration.tenant.clone();
        self.tenants.write().entry(tenant).or_default().put(registration);
        self.changes.send_modify(|number| *number += 1);
    }

    fn take_out(&self, tenant: &TenantName, id: &EntityId) {
        if let Some(index) = self.tenants.write().get_mut(tenant) {
            index.remove(id);
        }
        self.changes.send_modify(|number| *number += 1);
    }

    /// Removes registrations that have expired (clause 5.9.2.4).
    async fn sweep(&self) -> Result<(), Problem> {
        self.load().await?;
        let now = Timestamp::now();
        let expired: Vec<(TenantName, EntityId)> = {
            let tenants = self.tenants.read();
            let expired = tenants.values().flat_map(|index| index.expired(now));
            expired.map(|one| (one.tenant.clone(), one.id.clone())).collect()
        };
        for (tenant, id) in expired {
            let _turn = self.changing.lock().await;
            // It may have been changed in the meantime.
            if self.kept(&tenant, &id).is_some_and(|one| !one.is_live(Timestamp::now())) {
                stored::delete(&self.hub, &tenant, &id).await?;
                self.take_out(&tenant, &id);
            }
        }
        Ok(())
    }
}

pub(super) fn missing() -> Problem {
    Problem::not_found("there is no such context source registration")
}
