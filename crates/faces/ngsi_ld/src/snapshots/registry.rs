//! The snapshots there are: found, kept within bounds, removed when their time has come.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use senne_hub::Hub;
use senne_model::{EntityId, ErrorKind, Problem, TenantName, Timestamp};
use tokio::sync::OnceCell;

use super::{
    kept::{Kept, Status},
    notify,
};
use crate::{contexts::client, options::NgsiLdOptions};

/// How often it is looked whether a snapshot has expired.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// How long the receiver of a notification may take.
const NOTIFY_TIMEOUT: Duration = Duration::from_secs(10);

type Key = (TenantName, EntityId);

/// The snapshots of all tenants.
pub(crate) struct Snapshots {
    pub(super) hub: Hub,
    pub(super) client: reqwest::Client,
    pub(super) allow_private: bool,
    max: usize,
    all: Mutex<BTreeMap<Key, Kept>>,
    loaded: OnceCell<()>,
    /// One change of the set of snapshots at a time.
    changing: tokio::sync::Mutex<()>,
}

impl Snapshots {
    pub(crate) fn new(hub: Hub, options: &NgsiLdOptions) -> Result<Arc<Self>, Problem> {
        let allow_private = options.allow_private_addresses;
        Ok(Arc::new(Self {
            hub,
            client: client(allow_private, NOTIFY_TIMEOUT, false)?,
            allow_private,
            max: options.snapshots_max,
            all: Mutex::default(),
            loaded: OnceCell::new(),
            changing: tokio::sync::Mutex::default(),
        }))
    }

    /// Removes what expires from now on, until the face is dropped.
    pub(crate) fn start(self: &Arc<Self>) {
        let me = Arc::downgrade(self);
        tokio::spawn(sweep(me));
    }

    /// Waits until the kept snapshots are loaded.
    pub(super) async fn load(&self) -> Result<(), Problem> {
        self.loaded.get_or_try_init(|| self.load_once()).await.copied()
    }

    async fn load_once(&self) -> Result<(), Problem> {
        let all = Kept::all(&self.hub).await?;
        let copies: HashSet<TenantName> = all.iter().map(|kept| kept.copy.clone()).collect();
        for mut kept in all {
            if kept.status == Status::Preparing {
                // Who filled it is no more.
                kept.status = Status::Failure;
                kept.modified_at = Timestamp::now();
                kept.save(&self.hub).await?;
            }
            self.all.lock().insert((kept.tenant.clone(), kept.id.clone()), kept);
        }
        for left in self.hub.snapshot_tenants()?.into_iter().filter(|tenant| !copies.contains(tenant)) {
            self.hub.clear_snapshot(&left).await?;
        }
        Ok(())
    }

    /// A live snapshot.
    pub(super) async fn find(&self, tenant: &TenantName, id: &EntityId) -> Result<Kept, Problem> {
        self.load().await?;
        let found = self.all.lock().get(&(tenant.clone(), id.clone())).cloned();
        found.filter(|kept| kept.expires_at > Timestamp::now()).ok_or_else(super::missing)
    }

    /// The tenant with the copy, for an operation that names the snapshot.
    pub(crate) async fn copy_of(&self, tenant: &TenantName, id: &EntityId) -> Result<TenantName, Problem> {
        let kept = self.find(tenant, id).await?;
        if let Some(there) = self.all.lock().get_mut(&(tenant.clone(), id.clone())) {
            there.last_used_at = Timestamp::now();
        }
        Ok(kept.copy)
    }

    /// The live snapshots of a tenant.
    pub(super) async fn of_tenant(&self, tenant: &TenantName) -> Result<Vec<Kept>, Problem> {
        self.load().await?;
        let now = Timestamp::now();
        let all = self.all.lock();
        Ok(all.values().filter(|kept| kept.tenant == *tenant && kept.expires_at > now).cloned().collect())
    }

    /// Takes in a new one. When there are too many, the one of least priority goes, of those the one that was used longest ago.
    pub(super) async fn add(&self, kept: &Kept) -> Result<(), Problem> {
        self.load().await?;
        let _turn = self.changing.lock().await;
        let key = (kept.tenant.clone(), kept.id.clone());
        let (there, expendable) = {
            let all = self.all.lock();
            let least = all.values().min_by_key(|kept| (kept.priority(), kept.last_used_at)).cloned();
            (all.contains_key(&key), least.filter(|_| all.len() >= self.max))
        };
        if there {
            return Err(
                Problem::new(ErrorKind::AlreadyExists, "a snapshot with this id exists already").field("id")
            );
        }
        if let Some(least) = expendable {
            if least.priority() > kept.priority() {
                let detail = format!("there are {} snapshots of a higher priority; remove one", self.max);
                return Err(Problem::new(ErrorKind::Overloaded, detail));
            }
            self.drop_one(&least).await?;
        }
        kept.save(&self.hub).await?;
        self.all.lock().insert(key, kept.clone());
        Ok(())
    }

    /// Changes one and tells its receiver.
    pub(super) async fn change(
        &self,
        tenant: &TenantName,
        id: &EntityId,
        change: impl FnOnce(&mut Kept),
    ) -> Result<Kept, Problem> {
        let _turn = self.changing.lock().await;
        let mut kept = self.find(tenant, id).await?;
        change(&mut kept);
        kept.modified_at = Timestamp::now();
        kept.save(&self.hub).await?;
        self.all.lock().insert((tenant.clone(), id.clone()), kept.clone());
        notify::tell(&self.client, &kept);
        Ok(kept)
    }

    /// Removes one with its copy.
    pub(super) async fn remove(&self, tenant: &TenantName, id: &EntityId) -> Result<(), Problem> {
        let kept = self.find(tenant, id).await?;
        let _turn = self.changing.lock().await;
        self.drop_one(&kept).await
    }

    /// It is gone for everybody at once; its copy is taken away behind that.
    async fn drop_one(&self, kept: &Kept) -> Result<(), Problem> {
        kept.forget(&self.hub).await?;
        self.all.lock().remove(&(kept.tenant.clone(), kept.id.clone()));
        let (hub, copy) = (self.hub.clone(), kept.copy.clone());
        tokio::spawn(async move {
            if let Err(problem) = hub.clear_snapshot(&copy).await {
                tracing::warn!(%copy, %problem, "the copy of a snapshot stays until the next start: {problem}");
            }
        });
        Ok(())
    }

    async fn remove_expired(&self) -> Result<(), Problem> {
        self.load().await?;
        let now = Timestamp::now();
        let expired: Vec<Kept> =
            self.all.lock().values().filter(|kept| kept.expires_at <= now).cloned().collect();
        for kept in expired {
            let _turn = self.changing.lock().await;
            self.drop_one(&kept).await?;
        }
        Ok(())
    }
}

async fn sweep(me: Weak<Snapshots>) {
    while let Some(snapshots) = me.upgrade() {
        if let Err(problem) = snapshots.remove_expired().await {
            tracing::warn!(%problem, "expired snapshots could not be removed, it is tried again: {problem}");
        }
        drop(snapshots);
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}
