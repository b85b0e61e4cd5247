//! Keeps the copies at sources as they ought to be.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use senne_hub::Hub;
use senne_model::{EntityId, Json, Problem, TenantName};
use tokio::sync::{Notify, OnceCell};

use super::{
    came::Came,
    kept::{Copies, Key, Placed, Subscription, all, save},
    shown,
    state::{Relay, Standing, State},
};
use crate::{
    contexts::Contexts,
    distributed::{forward::Forwarder, identity::Identity, together::together},
    http::BASE,
    options::NgsiLdOptions,
    registrations::{Registration, Registrations},
};

/// How often it is tried to mend what could not be mended.
const AGAIN: Duration = Duration::from_secs(30);

/// The relays of all subscriptions.
pub(crate) struct Relays {
    hub: Hub,
    pub(super) contexts: Arc<Contexts>,
    pub(super) registrations: Arc<Registrations>,
    pub(super) forwarder: Arc<Forwarder>,
    pub(super) identity: Arc<Identity>,
    public_url: Option<String>,
    pub(super) split: bool,
    allow_private: bool,
    state: Mutex<State>,
    /// The sources that did not answer in this round of mending.
    pub(super) silent: Mutex<HashSet<(TenantName, EntityId)>>,
    wake: Arc<Notify>,
    loaded: OnceCell<()>,
    /// One change of a subscription at a time: the last that is read is the last that is noted.
    changing: tokio::sync::Mutex<()>,
}

impl Relays {
    pub(crate) fn new(
        hub: Hub,
        contexts: Arc<Contexts>,
        registrations: Arc<Registrations>,
        forwarder: Arc<Forwarder>,
        identity: Arc<Identity>,
        options: &NgsiLdOptions,
    ) -> Arc<Self> {
        Arc::new(Self {
            hub,
            contexts,
            registrations,
            forwarder,
            identity,
            public_url: options.public_url.clone(),
            split: options.federation.split_entities,
            allow_private: options.allow_private_addresses,
            state: Mutex::default(),
            silent: Mutex::default(),
            wake: Arc::default(),
            loaded: OnceCell::new(),
            changing: tokio::sync::Mutex::new(()),
        })
    }

    /// Begins to keep copies, until the face is dropped.
    pub(crate) fn start(self: &Arc<Self>) {
        let me = Arc::downgrade(self);
        let mut changes = self.registrations.changes();
        tokio::spawn(async move {
            while let Some(relays) = me.upgrade() {
                let loaded = relays.load().await;
                if let Err(problem) = &loaded {
                    tracing::error!(%problem, "relays could not be loaded, it is tried again: {problem}");
                }
                let left = relays.mend().await;
                let wait = if left || loaded.is_err() { AGAIN } else { AGAIN * 10 };
                let bell = Arc::clone(&relays.wake);
                // Not held while it waits: the face may be dropped.
                drop(relays);
                let wake = async {
                    tokio::select! {
                        () = bell.notified() => false,
                        changed = changes.changed() => changed.is_ok(),
                    }
                };
                let all = tokio::time::timeout(wait, wake).await.unwrap_or(true);
                if let (true, Some(relays)) = (all, me.upgrade()) {
                    relays.all_due();
                }
            }
        });
    }

    /// Waits until what is kept is loaded.
    pub(super) async fn load(&self) -> Result<(), Problem> {
        self.loaded.get_or_try_init(|| self.load_once()).await.copied()
    }

    async fn load_once(&self) -> Result<(), Problem> {
        self.registrations.load().await?;
        let (subscriptions, standing) = (Subscription::all(&self.hub).await?, all(&self.hub).await?);
        let mut state = self.state.lock();
        for (key, came, copies, left) in standing {
            let sources = self.sources(&key, &copies);
            state.put(key, Relay::new(came, Standing { copies, sources, left }));
        }
        let mut removed: BTreeSet<Key> = state.relays.keys().cloned().collect();
        for (key, subscription) in subscriptions {
            removed.remove(&key);
            let local = state.relays.get(&key).is_some_and(|relay| relay.came.local);
            if subscription.is_relayed() && !local {
                state.relays.entry(key).or_default().subscription = Some(subscription);
            }
        }
        // Another subscription that gets such an id comes in its own way.
        for key in removed {
            if let Some(relay) = state.relays.get_mut(&key) {
                (relay.came, relay.unsaved) = (Came::default(), true);
            }
        }
        state.due = state.relays.keys().cloned().collect();
        Ok(())
    }

    fn all_due(&self) {
        let mut state = self.state.lock();
        let keys: Vec<Key> = state.relays.keys().cloned().collect();
        state.due.extend(keys);
    }

    /// A subscription was created, changed or removed; when it was created, with how it came.
    pub(crate) async fn subscription_changed(
        &self,
        tenant: &TenantName,
        id: &EntityId,
        came: Option<Came>,
    ) -> Result<(), Problem> {
        self.load().await?;
        let _turn = self.changing.lock().await;
        let key = (tenant.clone(), id.clone());
        let there = Subscription::read(&self.hub, &key).await?;
        let unsaved = self.take_in(&key, there, came);
        let saved = if unsaved { self.keep(&key).await } else { Ok(()) };
        self.wake.notify_one();
        saved
    }

    /// Notes a subscription as it is now; whether what is on disk of it is no longer right.
    fn take_in(&self, key: &Key, there: Option<Subscription>, came: Option<Came>) -> bool {
        let mut state = self.state.lock();
        let known = state.relays.get(key);
        let before = known.map(|relay| relay.came.clone()).unwrap_or_default();
        let known = known.is_some();
        let now = match (&there, came) {
            (None, _) => Came::default(),
            (Some(_), Some(came)) => came,
            (Some(_), None) => before.clone(),
        };
        let subscription = there.filter(|one| one.is_relayed() && !now.local);
        let unsaved = now != before;
        if known || unsaved || subscription.is_some() {
            let relay = state.relays.entry(key.clone()).or_default();
            relay.subscription = subscription;
            relay.came = now;
            relay.unsaved |= unsaved;
            state.due.insert(key.clone());
        }
        unsaved
    }

    /// Brings to disk what is known of a subscription.
    pub(super) async fn keep(&self, key: &Key) -> Result<(), Problem> {
        let turn = self.state.lock().relays.get(key).map(|relay| Arc::clone(&relay.turn));
        let Some(turn) = turn else { return Ok(()) };
        let _turn = turn.lock().await;
        let known = self.state.lock().relays.get(key).map(|relay| {
            let standing = relay.standing();
            (relay.came.clone(), standing.copies.clone(), standing.left.clone())
        });
        let (came, copies, left) = known.unwrap_or_default();
        save(&self.hub, key, &came, (&copies, &left)).await?;
        if let Some(relay) = self.state.lock().relays.get_mut(key) {
            // It may have come anew meanwhile: then that is kept next.
            relay.unsaved &= relay.came != came;
        }
        Ok(())
    }

    /// Where copies that were kept stand: there where they were made.
    fn sources(&self, key: &Key, copies: &Copies) -> std::collections::BTreeMap<EntityId, Arc<Registration>> {
        let one = |(id, copy): (&EntityId, &Placed)| {
            let kept = self.source(key, id, &copy.reach).map(Arc::new);
            Some((id.clone(), kept.or_else(|| self.registrations.find(&key.0, id))?))
        };
        copies.iter().filter_map(one).collect()
    }

    /// A source as it was spoken to, whether it is still registered or not.
    pub(super) fn source(&self, key: &Key, id: &EntityId, reach: &Json) -> Option<Registration> {
        Registration::reached(id.clone(), key.0.clone(), reach.clone(), self.allow_private)
    }

    /// The subscriptions to registrations that stand for those of a tenant, names expanded.
    pub(crate) fn shown(&self, tenant: &TenantName) -> Vec<Json> {
        let state = self.state.lock();
        let own = state.relays.iter().filter(|((of, _), _)| of == tenant);
        let one = |(key, relay): (&Key, &Relay)| {
            let subscription = relay.subscription.as_ref().filter(|one| one.is_relayed())?;
            Some(shown::document(key, subscription, &self.endpoint(subscription)))
        };
        own.filter_map(one).collect()
    }

    /// The subscription of which a copy has this id, the registration of the source where it stands, and the copy.
    pub(super) fn by_remote(&self, remote: &str) -> Option<(Key, Subscription, EntityId, Placed)> {
        self.state.lock().by_remote(remote)
    }

    /// Where sources notify us.
    pub(super) fn endpoint(&self, subscription: &Subscription) -> String {
        let origin = self.public_url.as_deref().unwrap_or(&subscription.origin);
        format!("{}{BASE}/remote-notify", origin.trim_end_matches('/'))
    }

    /// Mends what is due; whether something is left.
    async fn mend(&self) -> bool {
        let due: BTreeSet<Key> = std::mem::take(&mut self.state.lock().due);
        self.silent.lock().clear();
        let keys: Vec<Key> = due.into_iter().collect();
        let done = together(keys.iter().map(|key| self.mend_one(key)).collect()).await;
        let left = keys.into_iter().zip(done).filter(|(_, done)| !done).map(|(key, _)| key);
        let left: Vec<Key> = left.collect();
        let some = !left.is_empty();
        self.state.lock().due.extend(left);
        some
    }

    /// Whether the copies of a subscription are as they ought to be.
    async fn mend_one(&self, key: &Key) -> bool {
        let relay = self.state.lock().relays.get(key).cloned();
        let Some(relay) = relay else { return true };
        let mended = self.mended(key, &relay).await;
        self.state.lock().tidy(key);
        mended.unwrap_or_else(|problem| {
            tracing::warn!(%problem, "the copies of `{}` at sources could not be kept: {problem}", key.1);
            false
        })
    }

    /// Notes what stands, in memory first: notifications of a copy are let in while it is being placed.
    pub(super) async fn note(&self, key: &Key, standing: &Standing) -> Result<(), Problem> {
        self.remember(key, standing);
        self.keep(key).await
    }

    /// Notes what stands, without keeping it.
    pub(super) fn remember(&self, key: &Key, standing: &Standing) {
        self.state.lock().note(key, standing);
    }
}
