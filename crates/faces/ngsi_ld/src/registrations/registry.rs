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
    tenants: RwLock<HashMap<TenantName, Arc<Index>>>,
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
        let tenants = by_tenant.into_iter().map(|(tenant, all)| (tenant, Arc::new(Index::of(all))));
        *self.tenants.write() = tenants.collect();
        Ok(())
    }

    /// Tells of changes: the number grows with each.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The registrations of a tenant.
    pub(crate) fn of(&self, tenant: &TenantName) -> Arc<Index> {
        self.tenants.read().get(tenant).cloned().unwrap_or_default()
    }

    /// Whether a tenant has none.
    pub(crate) fn is_empty(&self, tenant: &TenantName) -> bool {
        self.tenants.read().get(tenant).is_none_or(|index| index.all().is_empty())
    }

    /// Those that fit.
    pub(crate) fn matching(&self, tenant: &TenantName, wanted: &Wanted) -> Vec<Matched> {
        if self.is_empty(tenant) { Vec::new() } else { self.of(tenant).matching(wanted) }
    }

    /// One that has not expired.
    pub(crate) fn find(&self, tenant: &TenantName, id: &EntityId) -> Option<Arc<Registration>> {
        let live = |registration: &&Arc<Registration>| registration.is_live(Timestamp::now());
        self.of(tenant).find(id).filter(live).cloned()
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
        if self.tenants.read().values().map(|index| index.all().len()).sum::<usize>() >= REGISTRATIONS_MAX {
            let detail = format!("there are {REGISTRATIONS_MAX} registrations already");
            return Err(Problem::new(ErrorKind::Overloaded, detail));
        }
        let now = Timestamp::now();
        let registration =
            Registration::new(id, caller.tenant.clone(), document, [now, now], self.allow_private)?;
        conflict::check(&self.hub, caller, &self.of(&caller.tenant), &registration).await?;
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
        conflict::check(&self.hub, caller, &self.of(&caller.tenant), &registration).await?;
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
        let (tenant, id) = (registration.tenant.clone(), registration.id.clone());
        self.change(&tenant, |all| {
            all.retain(|there| there.id != id);
            all.push(Arc::new(registration));
        });
    }

    fn take_out(&self, tenant: &TenantName, id: &EntityId) {
        self.change(tenant, |all| all.retain(|there| there.id != *id));
    }

    fn change(&self, tenant: &TenantName, change: impl FnOnce(&mut Vec<Arc<Registration>>)) {
        let mut all = self.of(tenant).all().to_vec();
        change(&mut all);
        self.tenants.write().insert(tenant.clone(), Arc::new(Index::of(all)));
        self.changes.send_modify(|number| *number += 1);
    }

    /// Removes registrations that have expired (clause 5.9.2.4).
    async fn sweep(&self) -> Result<(), Problem> {
        self.load().await?;
        let now = Timestamp::now();
        let expired: Vec<(TenantName, EntityId)> = {
            let tenants = self.tenants.read();
            let all = tenants.values().flat_map(|index| index.all());
            all.filter(|one| !one.is_live(now)).map(|one| (one.tenant.clone(), one.id.clone())).collect()
        };
        for (tenant, id) in expired {
            let _turn = self.changing.lock().await;
            // It may have been changed in the meantime.
            if self.of(&tenant).find(&id).is_some_and(|one| !one.is_live(Timestamp::now())) {
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
