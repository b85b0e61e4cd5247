//! What is known of all relays: the subscriptions, and the copies of each that stand, found by the id of a copy too.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use senne_model::{EntityId, Timestamp};

use super::{
    came::Came,
    kept::{Copies, Key, Left, Placed, Subscription},
};
use crate::registrations::Registration;

#[derive(Default)]
pub(super) struct State {
    pub(super) relays: BTreeMap<Key, Relay>,
    pub(super) due: BTreeSet<Key>,
    /// Of which subscription there is a copy with an id.
    by_remote: HashMap<String, Key>,
}

/// One subscription.
#[derive(Clone, Default)]
pub(super) struct Relay {
    /// Absent when no source is to watch for it.
    pub(super) subscription: Option<Subscription>,
    pub(super) came: Came,
    standing: Standing,
    /// Whether it is not on disk how it came.
    pub(super) unsaved: bool,
    /// It is written by one at a time.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
}

/// The copies of a subscription, and the sources where they stand.
#[derive(Clone, Default)]
pub(super) struct Standing {
    pub(super) copies: Copies,
    pub(super) sources: BTreeMap<EntityId, Arc<Registration>>,
    /// Those that are to be removed at sources that are registered no longer, or elsewhere now.
    pub(super) left: Vec<Left>,
}

impl Standing {
    /// Leaves the copy of a registration where it stands, to be removed there; gives whether there was one.
    pub(super) fn leave(&mut self, registration: &EntityId) -> bool {
        let Some(copy) = self.copies.remove(registration) else { return false };
        // Of one that was kept before the addresses of sources were it may not be known where it stands.
        if let Some(source) = self.sources.remove(registration) {
            self.left.push(Left {
                remote: copy.remote,
                registration: registration.clone(),
                reach: source.reach(),
                since: Timestamp::now(),
                tried: None,
            });
        }
        true
    }
}

impl Relay {
    pub(super) fn new(came: Came, standing: Standing) -> Self {
        Self { came, standing, ..Self::default() }
    }

    pub(super) fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Whether there is nothing to remember of it.
    fn is_over(&self) -> bool {
        self.subscription.is_none()
            && self.came.is_plain()
            && self.standing.copies.is_empty()
            && self.standing.left.is_empty()
            && !self.unsaved
    }
}

impl State {
    /// Takes in what was kept of a subscription.
    pub(super) fn put(&mut self, key: Key, relay: Relay) {
        for copy in relay.standing.copies.values() {
            self.by_remote.insert(copy.remote.clone(), key.clone());
        }
        self.relays.insert(key, relay);
    }

    /// Notes what stands of a subscription.
    pub(super) fn note(&mut self, key: &Key, standing: &Standing) {
        let Some(relay) = self.relays.get_mut(key) else { return };
        for copy in relay.standing.copies.values() {
            self.by_remote.remove(&copy.remote);
        }
        for copy in standing.copies.values() {
            self.by_remote.insert(copy.remote.clone(), key.clone());
        }
        relay.standing.clone_from(standing);
    }

    /// Forgets a subscription of which there is nothing left to remember.
    pub(super) fn tidy(&mut self, key: &Key) {
        if self.relays.get(key).is_some_and(Relay::is_over) {
            self.relays.remove(key);
        }
    }

    /// The subscription of which a copy has this id, the registration of the source where it stands, and the copy.
    pub(super) fn by_remote(&self, remote: &str) -> Option<(Key, Subscription, EntityId, Placed)> {
        let key = self.by_remote.get(remote)?;
        let relay = self.relays.get(key)?;
        let (registration, copy) = relay.standing.copies.iter().find(|(_, copy)| copy.remote == remote)?;
        Some((key.clone(), relay.subscription.clone()?, registration.clone(), copy.clone()))
    }
}

#[cfg(test)]
mod tests {
    use senne_model::TenantName;

    use super::*;

    #[test]
    fn a_copy_is_found_by_its_id_as_long_as_it_stands() {
        let key = (TenantName::default(), EntityId::trusted("urn:sub:1"));
        let copy = |remote: &str| Placed { remote: remote.to_owned(), ..Placed::default() };
        let standing = |copies: &[(&str, &str)]| Standing {
            copies: copies.iter().map(|(id, remote)| (EntityId::trusted(id), copy(remote))).collect(),
            ..Standing::default()
        };
        let mut state = State::default();
        state.put(key.clone(), Relay::new(Came::default(), standing(&[("urn:reg:1", "urn:c:1")])));
        if let Some(relay) = state.relays.get_mut(&key) {
            relay.subscription = Some(Subscription {
                document: senne_model::Json::Null,
                context: senne_model::Json::Null,
                origin: String::new(),
                modified_at: Timestamp::default(),
            });
        }
        let found = |state: &State, remote: &str| state.by_remote(remote).map(|(_, _, id, _)| id.to_string());
        assert_eq!(found(&state, "urn:c:1").as_deref(), Some("urn:reg:1"));
        state.note(&key, &standing(&[("urn:reg:2", "urn:c:2"), ("urn:reg:3", "urn:c:3")]));
        assert_eq!(
            (found(&state, "urn:c:1"), found(&state, "urn:c:3").as_deref()),
            (None, Some("urn:reg:3"))
        );
        state.note(&key, &Standing::default());
        assert!(state.by_remote.is_empty());
        if let Some(relay) = state.relays.get_mut(&key) {
            relay.subscription = None;
        }
        state.tidy(&key);
        assert!(state.relays.is_empty());
    }
}
