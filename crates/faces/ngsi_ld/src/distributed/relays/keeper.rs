//! Keeps the copies at sources as they ought to be.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use senne_hub::Hub;
use senne_model::{EntityId, Json, Problem, TenantName};
use tokio::sync::{Notify, OnceCell};

use super::{
    came::Came,
    kept::{Copies, Key, Placed, Subscription, all, save},
    placing::is_mended_by,
    shown,
};
use crate::{
    contexts::{Contexts, random},
    distributed::{failure::Failure, forward::Forwarder, identity::Identity, together::together, trip::Trip},
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
    pub(super) contexts: Arc<Contexts>,
    registrations: Arc<Registrations>,
    pub(super) forwarder: Arc<Forwarder>,
    identity: Arc<Identity>,
    public_url: Option<String>,
    pub(super) split: bool,
    state: Mutex<State>,
    wake: Arc<Notify>,
    loaded: OnceCell<()>,
    /// One change of a subscription at a time: the last that is read is the last that is noted.
    changing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    relays: BTreeMap<Key, Relay>,
    due: BTreeSet<Key>,
}

/// One subscription.
#[derive(Clone, Default)]
struct Relay {
    /// Absent when no source is to watch for it.
    subscription: Option<Subscription>,
    came: Came,
    standing: Standing,
    /// Whether it is not on disk how it came.
    unsaved: bool,
    /// It is written by one at a time.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// The copies of a subscription, and the sources where they stand, for taking them back after a registration
/// is gone.
#[derive(Clone, Default)]
struct Standing {
    copies: Copies,
    sources: BTreeMap<EntityId, Arc<Registration>>,
}

impl Relay {
    /// Whether there is nothing to remember of it.
    fn is_over(&self) -> bool {
        self.subscription.is_none()
            && self.came.is_plain()
            && self.standing.copies.is_empty()
            && !self.unsaved
    }
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
            changing: tokio::sync::Mutex::new(()),
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

    /// Waits until what is kept is loaded.
    pub(super) async fn load(&self) -> Result<(), Problem> {
        self.loaded.get_or_try_init(|| self.load_once()).await.copied()
    }

    async fn load_once(&self) -> Result<(), Problem> {
        self.registrations.load().await?;
        let (subscriptions, standing) = (Subscription::all(&self.hub).await?, all(&self.hub).await?);
        let mut state = self.state.lock();
        for (key, came, copies) in standing {
            let sources =
                copies.keys().filter_map(|id| Some((id.clone(), self.registrations.find(&key.0, id)?)));
            let standing = Standing { sources: sources.collect(), copies };
            state.relays.insert(key, Relay { came, standing, ..Relay::default() });
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
    async fn keep(&self, key: &Key) -> Result<(), Problem> {
        let turn = self.state.lock().relays.get(key).map(|relay| Arc::clone(&relay.turn));
        let Some(turn) = turn else { return Ok(()) };
        let _turn = turn.lock().await;
        let known = self.state.lock().relays.get(key).map(|relay| {
            let copies = relay.standing.copies.clone();
            (relay.came.clone(), copies)
        });
        let (came, copies) = known.unwrap_or_default();
        save(&self.hub, key, &came, &copies).await?;
        if let Some(relay) = self.state.lock().relays.get_mut(key) {
            // It may have come anew meanwhile: then that is kept next.
            relay.unsaved &= relay.came != came;
        }
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

    /// The subscription of which a copy has this id, the registration of the source where it stands, and the copy.
    pub(super) fn by_remote(&self, remote: &str) -> Option<(Key, Subscription, EntityId, Placed)> {
        let state = self.state.lock();
        state.relays.iter().find_map(|(key, relay)| {
            let (registration, copy) =
                relay.standing.copies.iter().find(|(_, copy)| copy.remote == remote)?;
            Some((key.clone(), relay.subscription.clone()?, registration.clone(), copy.clone()))
        })
    }

    /// Where sources notify us.
    pub(super) fn endpoint(&self, subscription: &Subscription) -> String {
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
        let relay = self.state.lock().relays.get(key).cloned();
        let Some(mut relay) = relay else { return true };
        let mended = self.mended(key, &mut relay).await;
        let mut state = self.state.lock();
        if let Some(there) = state.relays.get_mut(key) {
            there.standing = relay.standing;
            if there.is_over() {
                state.relays.remove(key);
            }
        }
        mended.unwrap_or_else(|problem| {
            tracing::warn!(%problem, "the copies of `{}` at sources could not be kept: {problem}", key.1);
            false
        })
    }

    async fn mended(&self, key: &Key, relay: &mut Relay) -> Result<bool, Problem> {
        if relay.unsaved {
            self.keep(key).await?;
        }
        let (subscription, standing) = (relay.subscription.as_ref(), &mut relay.standing);
        let alias = self.identity.alias(&key.0).await?;
        let trip = Trip::new(&relay.came.headers(), alias, Instant::now() + PATIENCE);
        let wanting = match subscription {
            Some(subscription) => self.wanting(key, subscription, &trip).await?,
            None => Vec::new(),
        };
        let gone: Vec<EntityId> = standing
            .copies
            .keys()
            .filter(|id| !wanting.iter().any(|found| found.registration.id == **id))
            .cloned()
            .collect();
        let mut whole = true;
        for id in gone {
            whole &= self.taken_back(key, &trip, &id, standing).await?;
        }
        for found in wanting {
            let Some(subscription) = subscription else { continue };
            whole &= self.placed(key, &trip, subscription, &found, standing).await?;
        }
        Ok(whole)
    }

    /// Takes one copy back; whether it is gone. Until it is, it is not forgotten.
    async fn taken_back(
        &self,
        key: &Key,
        trip: &Trip,
        id: &EntityId,
        standing: &mut Standing,
    ) -> Result<bool, Problem> {
        let Standing { copies, sources } = standing;
        let taken = match (copies.get(id), sources.get(id)) {
            (Some(copy), Some(source)) => self.take_back(trip, source, copy).await,
            // Since a restart it is not known where the source is.
            _ => true,
        };
        let before = copies.remove(id);
        if taken {
            sources.remove(id);
        } else if let Some(copy) = &before {
            copies.insert(id.clone(), copy.unsure());
        }
        if copies.get(id) != before.as_ref() {
            self.note(key, copies);
            self.keep(key).await?;
        }
        Ok(taken)
    }

    /// Brings the copy at one source up to date; whether it is.
    async fn placed(
        &self,
        key: &Key,
        trip: &Trip,
        subscription: &Subscription,
        found: &Matched,
        standing: &mut Standing,
    ) -> Result<bool, Problem> {
        let registration = &found.registration;
        let Standing { copies, sources } = standing;
        let made_of = (subscription.modified_at, registration.modified_at);
        let before = copies.get(&registration.id).cloned();
        if before.as_ref().is_some_and(|copy| copy.made_of == made_of) {
            return Ok(true);
        }
        // What can neither be changed nor removed is no longer listened to, and another stands beside it.
        let before = before.filter(|copy| !copy.is_made() || is_mended_by(registration));
        let remote = before.as_ref().map_or_else(new_id, |copy| copy.remote.clone());
        let plan = match self.plan(subscription, found, &remote).await {
            Ok(plan) => plan,
            Err(failure) => return Ok(not_placed(registration, &failure)),
        };
        let made = Placed { remote, made_of, members: plan.members(), filtered_here: plan.split };
        // Until the source has answered, that of before may stand.
        let planned = match &before {
            Some(copy) => {
                let mut either = copy.clone();
                either
                    .members
                    .extend(made.members.iter().filter(|name| !copy.members.contains(name)).cloned());
                either.filtered_here = true;
                either
            }
            None => Placed { made_of: Default::default(), ..made.clone() },
        };
        // On disk first: a source may notify before it has answered.
        copies.insert(registration.id.clone(), planned.clone());
        sources.insert(registration.id.clone(), Arc::clone(registration));
        self.note(key, copies);
        self.keep(key).await?;
        let standing = before.is_some().then_some(&planned);
        let placed = self.place(trip, registration, &plan, &made.remote, standing).await;
        if let Err(failure) = placed {
            return Ok(not_placed(registration, &failure));
        }
        copies.insert(registration.id.clone(), made);
        self.note(key, copies);
        self.keep(key).await?;
        Ok(true)
    }

    /// Lets notifications of a copy in while it is being placed.
    fn note(&self, key: &Key, copies: &Copies) {
        if let Some(relay) = self.state.lock().relays.get_mut(key) {
            relay.standing.copies.clone_from(copies);
        }
    }

    /// The sources at which a copy ought to stand: none that the subscription has passed (clause 4.3.6.4).
    async fn wanting(
        &self,
        key: &Key,
        subscription: &Subscription,
        trip: &Trip,
    ) -> Result<Vec<Matched>, Problem> {
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
                && !trip.would_loop(&found.registration)
        });
        Ok(all)
    }
}

/// Tells that a copy could not be placed.
fn not_placed(registration: &Registration, failure: &Failure) -> bool {
    tracing::warn!(registration = %registration.id, "a subscription could not be placed: {failure}");
    false
}

/// An id that nobody can guess: who knows it is the source that got it.
fn new_id() -> String {
    format!("urn:ngsi-ld:Subscription:{:016x}{:016x}", random(), random())
}
