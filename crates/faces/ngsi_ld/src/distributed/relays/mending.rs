//! What is done for one subscription so that its copies stand as they ought to, and nowhere else.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use senne_model::{EntityId, Problem, Timestamp};

use super::{
    came::Came,
    conditions::{of_registrations, watches},
    keeper::Relays,
    kept::{Key, Left, Placed, Subscription},
    placing::is_mended_by,
    state::{Relay, Standing},
};
use crate::{
    contexts::random,
    distributed::{failure::Failure, trip::Trip},
    registrations::{Matched, Mode, Registration, Serves},
};

/// How long what is done at one source may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long it is tried to remove a copy at a source that is registered no longer; then it is given up.
const LEFT_MAX: Duration = Duration::from_secs(3 * 86_400);

/// For whom sources are spoken to.
struct Speaker {
    came: Came,
    alias: String,
}

impl Speaker {
    /// A trip to one source, with time of its own: one that hangs takes none from the others.
    fn trip(&self) -> Arc<Trip> {
        Trip::new(&self.came.headers(), self.alias.clone(), Instant::now() + PATIENCE)
    }
}

impl Relays {
    /// Brings the copies of a subscription to where they ought to stand; whether they all are as they ought to be.
    pub(super) async fn mended(&self, key: &Key, relay: &Relay) -> Result<bool, Problem> {
        if relay.unsaved {
            self.keep(key).await?;
        }
        let mut standing = relay.standing().clone();
        let alias = self.identity.alias(&key.0).await?;
        let speaker = Speaker { came: relay.came.clone(), alias };
        // It may have expired since it was read.
        let subscription = relay.subscription.as_ref().filter(|one| one.is_relayed());
        let wanting = match subscription {
            Some(subscription) => self.wanting(key, subscription, &speaker.trip()).await?,
            None => Vec::new(),
        };
        let mut whole = true;
        let known: Vec<EntityId> = standing.copies.keys().cloned().collect();
        for id in known {
            if self.has_moved(key, &id, &standing) {
                standing.leave(&id);
                self.note(key, &standing).await?;
            } else if !wanting.iter().any(|found| found.registration.id == id) {
                whole &= self.taken_back(key, &speaker, &id, &mut standing).await?;
            }
        }
        for found in wanting {
            let Some(subscription) = subscription else { continue };
            whole &= self.placed(key, &speaker, subscription, &found, &mut standing).await?;
        }
        whole &= self.cleared(key, &speaker, &mut standing).await?;
        Ok(whole)
    }

    /// Whether the source of a copy is registered no longer, or elsewhere now.
    fn has_moved(&self, key: &Key, id: &EntityId, standing: &Standing) -> bool {
        let now = self.registrations.find(&key.0, id);
        match (now, standing.sources.get(id)) {
            (Some(now), Some(source)) => !now.is_where(source),
            (now, _) => now.is_none(),
        }
    }

    /// Takes one copy back; whether it is gone. Until it is, it is not forgotten.
    async fn taken_back(
        &self,
        key: &Key,
        speaker: &Speaker,
        id: &EntityId,
        standing: &mut Standing,
    ) -> Result<bool, Problem> {
        let (Some(copy), Some(source)) = (standing.copies.get(id), standing.sources.get(id)) else {
            standing.copies.remove(id);
            self.note(key, standing).await?;
            return Ok(true);
        };
        let (before, source) = (copy.clone(), Arc::clone(source));
        let taken = !self.is_silent(key, id)
            && self.heard(key, id, self.take_back(&speaker.trip(), &source, &before.remote).await).is_ok();
        if taken {
            standing.copies.remove(id);
            standing.sources.remove(id);
        } else {
            standing.copies.insert(id.clone(), before.unsure());
        }
        if standing.copies.get(id) != Some(&before) {
            self.note(key, standing).await?;
        }
        Ok(taken)
    }

    /// Brings the copy at one source up to date; whether it is.
    async fn placed(
        &self,
        key: &Key,
        speaker: &Speaker,
        subscription: &Subscription,
        found: &Matched,
        standing: &mut Standing,
    ) -> Result<bool, Problem> {
        let registration = &found.registration;
        let made_of = (subscription.modified_at, registration.modified_at);
        let before = standing.copies.get(&registration.id).cloned();
        if before.as_ref().is_some_and(|copy| copy.made_of == made_of) {
            return Ok(true);
        }
        if self.is_silent(key, &registration.id) {
            return Ok(false);
        }
        // What can neither be changed nor removed is no longer listened to, and another stands beside it.
        let before = before.filter(|copy| !copy.is_made() || is_mended_by(registration));
        let remote = before.as_ref().map_or_else(new_id, |copy| copy.remote.clone());
        let plan = match self.plan(subscription, found, &remote).await {
            Ok(plan) => plan,
            Err(failure) => return Ok(not_placed(registration, &failure)),
        };
        let made = Placed {
            remote,
            made_of,
            members: plan.members(),
            filtered_here: plan.split,
            reach: registration.reach(),
        };
        // Until the source has answered, that of before may stand.
        let planned = match &before {
            Some(copy) => {
                let mut either = copy.clone();
                either
                    .members
                    .extend(made.members.iter().filter(|name| !copy.members.contains(name)).cloned());
                either.filtered_here = true;
                either.reach = made.reach.clone();
                either
            }
            None => Placed { made_of: Default::default(), ..made.clone() },
        };
        // On disk first: a source may notify before it has answered.
        standing.copies.insert(registration.id.clone(), planned.clone());
        standing.sources.insert(registration.id.clone(), Arc::clone(registration));
        self.note(key, standing).await?;
        let there = before.is_some().then_some(&planned);
        let placed = self.place(&speaker.trip(), registration, &plan, &made.remote, there).await;
        if let Err(failure) = self.heard(key, &registration.id, placed) {
            return Ok(not_placed(registration, &failure));
        }
        standing.copies.insert(registration.id.clone(), made);
        self.note(key, standing).await?;
        Ok(true)
    }

    /// Removes what was left at sources; whether nothing of it is left.
    async fn cleared(&self, key: &Key, speaker: &Speaker, standing: &mut Standing) -> Result<bool, Problem> {
        let (before, mut still) = (standing.left.len(), Vec::new());
        for mut left in std::mem::take(&mut standing.left) {
            if !self.is_settled(key, speaker, &mut left).await {
                still.push(left);
            }
        }
        standing.left = still;
        if standing.left.len() < before {
            self.note(key, standing).await?;
        } else if before > 0 {
            self.remember(key, standing);
        }
        Ok(standing.left.is_empty())
    }

    /// Whether nothing is to be done any more about what was left.
    async fn is_settled(&self, key: &Key, speaker: &Speaker, left: &mut Left) -> bool {
        let age = left.age(Timestamp::now());
        if age > LEFT_MAX {
            tracing::warn!(registration = %left.registration, "a subscription could not be removed where it was left, it is given up: {}", left.remote);
            return true;
        }
        // The longer it lasts, the more seldom it is tried.
        if self.is_silent(key, &left.registration) || left.tried.is_some_and(|at| at.elapsed() < age / 8) {
            return false;
        }
        left.tried = Some(Instant::now());
        let Some(source) = self.source(key, &left.registration, &left.reach) else { return true };
        let taken = self.take_back(&speaker.trip(), &source, &left.remote).await;
        self.heard(key, &left.registration, taken).is_ok()
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
        for one in of_registrations(&subscription.document, &terms)? {
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
                && watches(subscription, found)
                && !trip.would_loop(&found.registration)
        });
        Ok(all)
    }

    /// Whether a source did not answer for another subscription in this round: it is not waited for again.
    fn is_silent(&self, key: &Key, registration: &EntityId) -> bool {
        self.silent.lock().contains(&(key.0.clone(), registration.clone()))
    }

    /// Notes whether a source was silent.
    fn heard<T>(
        &self,
        key: &Key,
        registration: &EntityId,
        outcome: Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Err(Failure::Silent(_)) = &outcome {
            self.silent.lock().insert((key.0.clone(), registration.clone()));
        }
        outcome
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
