//! One simulated station: where it stands and what makes it differ from the others.

use senne_model::{EntityId, Timestamp};

use super::{
    communes::Commune,
    family::Family,
    noise::{even, join, key_of, normal},
    places::{self, Place, Street},
};

/// One simulated station.
#[derive(Clone, PartialEq, Debug)]
pub struct Station {
    /// The id of its entity, e.g. `urn:ngsi-ld:AirQualityObserved:Simulated:21009:flagey`.
    pub id: EntityId,
    /// What kind it is.
    pub family: Family,
    /// The street or square.
    pub place: &'static Place,
    /// 1 for the first station of its kind at this place; further ones stand in the streets around.
    pub number: usize,
    /// Longitude, latitude (WGS 84).
    pub position: (f64, f64),
    /// Docks or parking spaces; 0 for other kinds.
    pub capacity: u32,
    /// The key of its own chance.
    pub(super) key: u64,
    /// The key of its street's chance: what measures the traffic and what measures the air share it.
    pub(super) street_key: u64,
    /// How large it is among its kind, around 1.
    pub(super) size: f64,
    /// What the project multiplies its traffic with; 1 when it is not concerned.
    pub(super) factor: f64,
}

impl Station {
    /// The commune in which it stands.
    pub fn commune(&self) -> Option<&'static Commune> {
        Commune::by_nis(self.place.nis)
    }

    /// The first moment at or after `at` at which it reports.
    pub fn next_report(&self, at: Timestamp) -> Timestamp {
        let step = self.family.cadence_seconds() * 1_000_000;
        let behind = at.micros().rem_euclid(step);
        if behind == 0 { at } else { Timestamp::from_micros(at.micros().saturating_add(step - behind)) }
    }

    fn new(seed: u64, family: Family, place: &'static Place, number: usize) -> Self {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let id = format!("urn:ngsi-ld:{}:Simulated:{}:{}{suffix}", family.type_term(), place.nis, place.key);
        let key = join(seed, key_of(&id));
        let street_key = join(seed, key_of(&format!("{}{suffix}", place.key)));
        // At a place stations stand some 50 m apart; further ones are in the streets around it.
        let reach = if number == 1 { (0.0007, 0.0005) } else { (0.012, 0.008) };
        let around = |channel: u64| 2.0 * even(join(key, channel)) - 1.0;
        let rounded = |degrees: f64| (degrees * 1e5).round() / 1e5;
        let position = (
            rounded(place.position.0 + reach.0 * around(1)),
            rounded(place.position.1 + reach.1 * around(2)),
        );
        Self {
            id: EntityId::trusted(&id),
            family,
            place,
            number,
            position,
            capacity: capacity(family, key),
            key,
            street_key,
            size: (0.18 * normal(join(key, 3))).exp(),
            factor: 1.0,
        }
    }
}

fn capacity(family: Family, key: u64) -> u32 {
    let share = even(join(key, 4));
    match family {
        Family::Docking => 18 + 2 * (share * 9.0) as u32,
        Family::Parking => 150 + 10 * (share * 65.0) as u32,
        _ => 0,
    }
}

/// Sets up so many stations of a kind: first one at each fitting place, commune by commune, then further ones.
pub(super) fn network(seed: u64, family: Family, count: usize) -> Vec<Station> {
    let fits = |place: &Place| match family {
        Family::Traffic | Family::Parking => place.street != Street::Park,
        Family::Weather => place.street == Street::Park,
        Family::Air | Family::Bicycle | Family::Docking => true,
    };
    let places = places::spread(fits);
    (0..count).map(|i| Station::new(seed, family, places[i % places.len()], i / places.len() + 1)).collect()
}
