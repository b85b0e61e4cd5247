//! The maps that are kept. They stand in memory, as clause 5.14.1.1 allows: a map that is lost is made anew by the next request.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use parking_lot::Mutex;
use senne_hub::Principal;
use senne_model::{EntityId, ErrorKind, Problem, TenantName, Timestamp};

use super::chart::Chart;
use crate::contexts::random;

/// The most entities of one map.
pub(crate) const ENTITIES_MAX: usize = 100_000;

/// All maps together name at most so many entities; beyond it those go first that expire first.
const ALL_ENTITIES_MAX: usize = 1_000_000;

/// At most so many maps are kept.
const MAPS_MAX: usize = 10_000;

/// How long a map lives when nobody says, and how long at most.
const LIFETIME: Duration = Duration::from_secs(600);
const LIFETIME_MAX: Duration = Duration::from_hours(24);

/// A map as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// Who made it: nobody else sees it, since it tells which entities its maker may see.
    owner: Principal,
    pub(super) chart: Chart,
    pub(super) expires_at: Timestamp,
}

/// The entity maps of all tenants.
#[derive(Debug, Default)]
pub(crate) struct EntityMaps {
    maps: Mutex<HashMap<(TenantName, EntityId), Kept>>,
}

/// Whose map is meant.
type Key = (TenantName, EntityId);

impl EntityMaps {
    /// Keeps a new map and gives its identifier.
    pub(crate) fn create(
        &self,
        tenant: &TenantName,
        owner: &Principal,
        chart: Chart,
        lifetime: Option<Duration>,
    ) -> Result<(EntityId, Kept), Problem> {
        if chart.entities.len() > ENTITIES_MAX {
            let detail =
                format!("more than {ENTITIES_MAX} entities match; an entity map names at most so many");
            return Err(Problem::new(ErrorKind::TooComplex, detail));
        }
        let id = EntityId::parse(&format!("urn:ngsi-ld:EntityMap:{:016x}{:016x}", random(), random()))?;
        let lifetime = lifetime.unwrap_or(LIFETIME).min(LIFETIME_MAX);
        let kept = Kept { owner: owner.clone(), chart, expires_at: after(Timestamp::now(), lifetime) };
        let mut maps = self.maps.lock();
        make_room(&mut maps, kept.chart.entities.len());
        maps.insert((tenant.clone(), id.clone()), kept.clone());
        Ok((id, kept))
    }

    /// A live map of this owner.
    pub(crate) fn find(&self, tenant: &TenantName, owner: &Principal, id: &EntityId) -> Option<Kept> {
        self.with(tenant, owner, id, |kept| kept.clone())
    }

    /// Sets when a map expires, at most a day from now.
    pub(crate) fn expire_at(
        &self,
        tenant: &TenantName,
        owner: &Principal,
        id: &EntityId,
        at: Timestamp,
    ) -> bool {
        let latest = after(Timestamp::now(), LIFETIME_MAX);
        self.with(tenant, owner, id, |kept| kept.expires_at = at.min(latest)).is_some()
    }

    /// Leaves out of a map those of `looked_at` that are not `left`. Unless `asked_elsewhere`, those that sources
    /// have stay: nobody knows whether they still have them.
    pub(crate) fn keep(
        &self,
        tenant: &TenantName,
        owner: &Principal,
        id: &EntityId,
        (looked_at, left): (&[EntityId], &[EntityId]),
        asked_elsewhere: bool,
    ) {
        if looked_at.len() == left.len() {
            return;
        }
        let left: HashSet<&EntityId> = left.iter().collect();
        let mut gone: HashSet<&EntityId> = looked_at.iter().filter(|id| !left.contains(id)).collect();
        self.with(tenant, owner, id, |kept| {
            gone.retain(|id| asked_elsewhere || !kept.chart.is_elsewhere(id));
            kept.chart.without(&gone);
        });
    }

    /// Removes a map; gives whether there was one.
    pub(crate) fn remove(&self, tenant: &TenantName, owner: &Principal, id: &EntityId) -> bool {
        let there = self.with(tenant, owner, id, |_| ()).is_some();
        there && self.maps.lock().remove(&(tenant.clone(), id.clone())).is_some()
    }

    fn with<T>(
        &self,
        tenant: &TenantName,
        owner: &Principal,
        id: &EntityId,
        look: impl FnOnce(&mut Kept) -> T,
    ) -> Option<T> {
        let mut maps = self.maps.lock();
        let now = Timestamp::now();
        let kept = maps.get_mut(&(tenant.clone(), id.clone()))?;
        (kept.owner == *owner && kept.expires_at > now).then(|| look(kept))
    }
}

/// Removes what has expired, then what expires first, until there is room for so many more entities.
fn make_room(maps: &mut HashMap<Key, Kept>, entities: usize) {
    let now = Timestamp::now();
    maps.retain(|_, kept| kept.expires_at > now);
    let mut count: usize = maps.values().map(|kept| kept.chart.entities.len()).sum();
    while maps.len() >= MAPS_MAX || (count + entities > ALL_ENTITIES_MAX && !maps.is_empty()) {
        let first = maps.iter().min_by_key(|(_, kept)| kept.expires_at).map(|(key, _)| key.clone());
        let gone = first.and_then(|key| maps.remove(&key));
        count -= gone.map_or(0, |kept| kept.chart.entities.len());
    }
}

fn after(now: Timestamp, span: Duration) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(from: usize, count: usize) -> Vec<EntityId> {
        (from..from + count).map(|n| EntityId::trusted(&format!("urn:t:{n}"))).collect()
    }

    #[test]
    fn maps_are_bounded_in_size_number_and_life() {
        let (maps, tenant, me) = (EntityMaps::default(), TenantName::default(), Principal::System);
        let refused = maps.create(&tenant, &me, Chart::here(ids(0, ENTITIES_MAX + 1)), None).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::TooComplex);
        let life = Duration::from_secs(7 * 86_400);
        let (first, kept) = maps.create(&tenant, &me, Chart::here(ids(0, ENTITIES_MAX)), Some(life)).unwrap();
        assert!(kept.expires_at <= after(Timestamp::now(), LIFETIME_MAX));
        let mut made = Vec::new();
        for n in 0..10 {
            made.push(maps.create(&tenant, &me, Chart::here(ids(n, ENTITIES_MAX)), None).unwrap().0);
        }
        assert!(maps.find(&tenant, &me, &made[0]).is_none(), "the one that expired first went");
        assert!(maps.find(&tenant, &me, &made[9]).is_some() && maps.find(&tenant, &me, &first).is_some());
    }

    #[test]
    fn only_its_maker_sees_a_map_and_nobody_an_expired_one() {
        let (maps, tenant, me) = (EntityMaps::default(), TenantName::default(), Principal::System);
        let (id, _) = maps.create(&tenant, &me, Chart::here(ids(0, 3)), None).unwrap();
        assert!(maps.find(&tenant, &Principal::Anonymous, &id).is_none());
        maps.keep(&tenant, &me, &id, (&ids(0, 3), &ids(1, 2)), true);
        assert_eq!(*maps.find(&tenant, &me, &id).unwrap().chart.entities, ids(1, 2));
        assert!(maps.expire_at(&tenant, &me, &id, Timestamp::from_micros(0)));
        assert!(maps.find(&tenant, &me, &id).is_none() && !maps.remove(&tenant, &me, &id));
    }

    #[test]
    fn what_sources_have_stays_as_long_as_nobody_asked_them() {
        let (maps, tenant, me) = (EntityMaps::default(), TenantName::default(), Principal::System);
        let mut chart = Chart::here(ids(0, 2));
        chart.add(EntityId::trusted("urn:reg:1"), None, ids(2, 1));
        let (id, _) = maps.create(&tenant, &me, chart, None).unwrap();
        maps.keep(&tenant, &me, &id, (&ids(0, 3), &ids(0, 1)), false);
        let left = || maps.find(&tenant, &me, &id).unwrap().chart.entities.to_vec();
        assert_eq!(left(), [ids(0, 1), ids(2, 1)].concat());
        maps.keep(&tenant, &me, &id, (&ids(2, 1), &[]), true);
        assert_eq!(left(), ids(0, 1));
    }
}
