//! Keeps the copies at sources as they ought to be.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use http::{HeaderMap, Method};
use parking_lot::Mutex;
use senne_hub::Hub;
use senne_model::{EntityId, Json, Problem, TenantName};
use tokio::sync::{Notify, OnceCell};

use super::{
    copy::copy,
    kept::{Copies, Key, Placed, Subscription, all, save},
    shown,
};
use crate::{
    contexts::{Contexts, random},
    distributed::{
        failure::Failure,
        forward::{Forwarder, Outgoing},
        identity::Identity,
        together::together,
        trip::Trip,
    },
    http::BASE,
    options::NgsiLdOptions,
    registration_subscriptions::wanted,
    registrations::{Matched, Mode, Registration, Registrations, Serves},
};

/// How long the sources of one subscription may take together.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is tried to mend what could not be mended.
const AGAIN: Duration = Duration::from_secs(30);

/// The relays of all subscriptions.
pub(crate) struct Relays {
    hub: Hub,
    contexts: Arc<Contexts>,
    registrations: Arc<Registrations>,
    forwarder: Arc<Forwarder>,
    identity: Arc<Identity>,
    public_url: Option<String>,
    pub(super) split: bool,
    state: Mutex<State>,
    wake: Arc<Notify>,
    loaded: OnceCell<()>,
}

#[derive(Default)]
struct State {
    relays: BTreeMap<Key, Relay>,
    due: BTreeSet<Key>,
}

/// One subscription.
#[derive(Default)]
struct Relay {
    subscription: Option<Subscription>,
    standing: Standing,
}

/// The copies of a subscription, and the sources where they stand, for taking them back after a registration
/// is gone.
#[derive(Clone, Default)]
struct Standing {
    copies: Copies,
    sources: BTreeMap<EntityId, Arc<Registration>>,
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
            state: Mutex::default(),
            wake: Arc::default(),
            loaded: OnceCell::new(),
        })
    }

    /// Begins to keep copies, until the face is dropped.
    pub(crate) fn start(self: &Arc<Self>) {
        let me = Arc::downgrade(self);
        let mut changes = self.registrations.changes();
        tokio::spawn(async move {
            while let Some(relays) = me.upgrade() {
                if let Err(problem) = relays.load().await {
                    tracing::error!(%problem, "relays could not be loaded, it is tried again: {problem}");
                }
                let left = relays.mend().await;
                let wait = if left { AGAIN } else { AGAIN * 10 };
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

    async fn load(&self) -> Result<(), Problem> {
        self.loaded.get_or_try_init(|| self.load_once()).await.copied()
    }

    async fn load_once(&self) -> Result<(), Problem> {
        self.registrations.load().await?;
        let (subscriptions, standing) = (Subscription::all(&self.hub).await?, all(&self.hub).await?);
        let mut state = self.state.lock();
        for (key, copies) in standing {
            let sources =
                copies.keys().filter_map(|id| Some((id.clone(), self.registrations.find(&key.0, id)?)));
            let standing = Standing { sources: sources.collect(), copies };
            state.relays.insert(key, Relay { subscription: None, standing });
        }
        for (key, subscription) in subscriptions.into_iter().filter(|(_, one)| one.is_relayed()) {
            state.relays.entry(key).or_default().subscription = Some(subscription);
        }
        state.due = state.relays.keys().cloned().collect();
        Ok(())
    }

    fn all_due(&self) {
        let mut state = self.state.lock();
        let keys: Vec<Key> = state.relays.keys().cloned().collect();
        state.due.extend(keys);
    }

    /// A subscription was created, changed or removed.
    pub(crate) async fn subscription_changed(
        &self,
        tenant: &TenantName,
        id: &EntityId,
    ) -> Result<(), Problem> {
        self.load().await?;
        let key = (tenant.clone(), id.clone());
        let subscription = Subscription::read(&self.hub, &key).await?.filter(Subscription::is_relayed);
        {
            let mut state = self.state.lock();
            let known = state.relays.contains_key(&key);
            if subscription.is_some() || known {
                state.relays.entry(key.clone()).or_default().subscription = subscription;
                state.due.insert(key);
            }
        }
        self.wake.notify_one();
        Ok(())
    }

    /// The subscriptions to registrations that stand for those of a tenant, names expanded.
    pub(crate) fn shown(&self, tenant: &TenantName) -> Vec<Json> {
        let state = self.state.lock();
        let own = state.relays.iter().filter(|((of, _), _)| of == tenant);
        let one = |(key, relay): (&Key, &Relay)| {
            let subscription = relay.subscription.as_ref()?;
            Some(shown::document(key, subscription, &self.endpoint(subscription)))
        };
        own.filter_map(one).collect()
    }

    /// The subscription of which a copy has this id, and the registration of the source where it stands.
    pub(super) fn by_remote(&self, remote: &str) -> Option<(Key, Subscription, EntityId)> {
        let state = self.state.lock();
        state.relays.iter().find_map(|(key, relay)| {
            let (registration, _) = relay.standing.copies.iter().find(|(_, copy)| copy.remote == remote)?;
            Some((key.clone(), relay.subscription.clone()?, registration.clone()))
        })
    }

    /// Where sources notify us.
    fn endpoint(&self, subscription: &Subscription) -> String {
        let origin = self.public_url.as_deref().unwrap_or(&subscription.origin);
        format!("{}{BASE}/remote-notify", origin.trim_end_matches('/'))
    }

    /// Mends what is due; whether something is left.
    async fn mend(&self) -> bool {
        let due = std::mem::take(&mut self.state.lock().due);
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
        let (subscription, mut standing) = {
            let state = self.state.lock();
            let Some(relay) = state.relays.get(key) else { return true };
            (relay.subscription.clone(), relay.standing.clone())
        };
        let mended = self.mended(key, subscription.as_ref(), &mut standing).await;
        let mut state = self.state.lock();
        if let Some(relay) = state.relays.get_mut(key) {
            relay.standing = standing;
            if relay.subscription.is_none() && relay.standing.copies.is_empty() {
                state.relays.remove(key);
            }
        }
        mended.unwrap_or_else(|problem| {
            tracing::warn!(%problem, "the copies of `{}` at sources could not be kept: {problem}", key.1);
            false
        })
    }

    async fn mended(
        &self,
        key: &Key,
        subscription: Option<&Subscription>,
        standing: &mut Standing,
    ) -> Result<bool, Problem> {
        let Standing { copies, sources } = standing;
        let alias = self.identity.alias(&key.0).await?;
        let trip = Trip::new(&HeaderMap::new(), alias, Instant::now() + PATIENCE);
        let wanting = match subscription {
            Some(subscription) => self.wanting(key, subscription).await?,
            None => Vec::new(),
        };
        let mut whole = true;
        let gone: Vec<EntityId> = copies
            .keys()
            .filter(|id| !wanting.iter().any(|found| found.registration.id == **id))
            .cloned()
            .collect();
        for id in gone {
            if let (Some(copy), Some(source)) = (copies.remove(&id), sources.remove(&id)) {
                self.take_back(&trip, &source, &copy).await;
            }
            save(&self.hub, key, copies).await?;
        }
        for found in wanting {
            let Some(subscription) = subscription else { continue };
            let id = found.registration.id.clone();
            let made_of = (subscription.modified_at, found.registration.modified_at);
            let before = copies.get(&id).cloned();
            if before.as_ref().is_some_and(|copy| copy.made_of == made_of) {
                continue;
            }
            let remote = before.as_ref().map_or_else(new_id, |copy| copy.remote.clone());
            // On disk first: a source may notify before it has answered.
            let unmade = Placed { remote: remote.clone(), made_of: Default::default() };
            let planned = before.clone().unwrap_or(unmade);
            copies.insert(id.clone(), planned.clone());
            sources.insert(id.clone(), Arc::clone(&found.registration));
            save(&self.hub, key, copies).await?;
            self.note(key, copies);
            match self.place(&trip, subscription, &found, &remote, before.is_some()).await {
                Ok(()) => {
                    copies.insert(id, Placed { made_of, ..planned });
                    save(&self.hub, key, copies).await?;
                }
                Err(failure) => {
                    tracing::warn!(registration = %found.registration.id, "a subscription could not be placed: {failure}");
                    whole = false;
                }
            }
        }
        Ok(whole)
    }

    /// Lets notifications of a copy in while it is being placed.
    fn note(&self, key: &Key, copies: &Copies) {
        if let Some(relay) = self.state.lock().relays.get_mut(key) {
            relay.standing.copies.clone_from(copies);
        }
    }

    /// The sources at which a copy ought to stand.
    async fn wanting(&self, key: &Key, subscription: &Subscription) -> Result<Vec<Matched>, Problem> {
        let terms = self.contexts.by_text(&subscription.context.to_string()).await?;
        let mut all: Vec<Matched> = Vec::new();
        for one in wanted(&subscription.document, &terms)? {
            for found in self.registrations.matching(&key.0, &one) {
                match all.iter_mut().find(|there| there.registration.id == found.registration.id) {
                    Some(there) => there.infos.extend(found.infos),
                    None => all.push(found),
                }
            }
        }
        all.retain(|found| {
            found.registration.mode != Mode::Auxiliary
                && found.registration.operations.has(Serves::CreateSubscription)
        });
        Ok(all)
    }

    async fn place(
        &self,
        trip: &Trip,
        subscription: &Subscription,
        found: &Matched,
        remote: &str,
        stands: bool,
    ) -> Result<(), Failure> {
        let invalid = |problem: Problem| Failure::Invalid(problem.detail);
        let registration = &found.registration;
        let terms = self.contexts.by_text(&subscription.context.to_string()).await.map_err(invalid)?;
        let naming = self.forwarder.naming(registration, &terms).await;
        let endpoint = self.endpoint(subscription);
        let wanted = wanted(&subscription.document, &terms).map_err(invalid)?;
        let split = subscription.is_split(self.split);
        let body = copy(subscription, &terms, &naming, found, &wanted, (remote, &endpoint), split);
        let Some(body) = body else {
            return Err(Failure::Invalid("its expressions cannot be read".to_owned()));
        };
        if stands && registration.operations.has(Serves::UpdateSubscription) {
            let path = vec!["subscriptions".to_owned(), remote.to_owned()];
            let changed = Outgoing {
                method: Method::PATCH,
                path,
                query: Vec::new(),
                body: Some(body.clone()),
                ..Outgoing::default()
            };
            match self.forwarder.send(trip, registration, &naming, changed).await {
                Err(failure) if failure.is_absence() => {}
                other => return other.map(|_| ()),
            }
        }
        let path = vec!["subscriptions".to_owned()];
        let new = Outgoing {
            method: Method::POST,
            path,
            query: Vec::new(),
            body: Some(body),
            ..Outgoing::default()
        };
        match self.forwarder.send(trip, registration, &naming, new).await {
            // It was placed before, and the answer was lost.
            Err(Failure::Refused { status: 409, .. }) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn take_back(&self, trip: &Trip, registration: &Registration, copy: &Placed) {
        if !registration.operations.has(Serves::DeleteSubscription) {
            return;
        }
        let naming = self.forwarder.naming(registration, &crate::contexts::Terms::default_core()).await;
        let path = vec!["subscriptions".to_owned(), copy.remote.clone()];
        let outgoing = Outgoing { method: Method::DELETE, path, query: Vec::new(), ..Outgoing::default() };
        match self.forwarder.send(trip, registration, &naming, outgoing).await {
            Err(failure) if !failure.is_absence() => {
                tracing::warn!(registration = %registration.id, "a subscription could not be taken back: {failure}");
            }
            _ => {}
        }
    }
}

/// An id that nobody can guess: who knows it is the source that got it.
fn new_id() -> String {
    format!("urn:ngsi-ld:Subscription:{:016x}{:016x}", random(), random())
}
