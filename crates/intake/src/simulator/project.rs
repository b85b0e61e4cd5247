//! A project whose effect is known, because the simulator makes it.

use senne_model::{EntityId, Timestamp};

use super::{
    places::{PLACES, Place},
    station::Station,
};

/// A low-traffic street: from a date on, fewer vehicles in the street and in the square beside it, and a few
/// more on the ways around. The air follows the traffic, as it does everywhere in the simulated city.
#[derive(Clone, PartialEq, Debug)]
pub struct Project {
    /// Its id.
    pub id: EntityId,
    /// What it is called in French.
    pub name_fr: &'static str,
    /// What it is called in Dutch.
    pub name_nl: &'static str,
    /// Where it is.
    pub place: &'static Place,
    /// From when on it is at work.
    pub from: Timestamp,
    /// The stations that it concerns, traffic and air.
    pub effects: Vec<ProjectEffect>,
}

/// What the project does at one station.
#[derive(Clone, PartialEq, Debug)]
pub struct ProjectEffect {
    /// The station.
    pub station: EntityId,
    /// What the motor traffic of its street is multiplied with, e.g. 0.55: vehicles less by 45 %, and with them
    /// the part of NO2 and dust that comes from the street.
    pub traffic_factor: f64,
}

/// The street itself.
const STREET: &str = "bailli";

/// What the traffic of a place is multiplied with.
fn factor(place: &Place) -> f64 {
    match place.key {
        STREET => 0.55,
        "chatelain" => 0.70,
        "flagey" | "ma-campagne" => 1.06,
        _ => 1.0,
    }
}

/// Marks the stations that the project concerns, and says what it is; `None` when the city has none of them.
pub(super) fn start(from: Timestamp, stations: &mut [Station]) -> Option<Project> {
    let place = PLACES.iter().find(|p| p.key == STREET)?;
    let mut effects = Vec::new();
    for station in stations.iter_mut().filter(|s| s.number == 1) {
        use super::Family::{Air, Traffic};
        let factor = factor(station.place);
        if factor != 1.0 && matches!(station.family, Air | Traffic) {
            station.factor = factor;
            effects.push(ProjectEffect { station: station.id.clone(), traffic_factor: factor });
        }
    }
    (!effects.is_empty()).then(|| Project {
        id: EntityId::trusted("urn:ngsi-ld:Project:Simulated:21009:bailli"),
        name_fr: "Rue du Bailli apaisée (projet simulé)",
        name_nl: "Autoluwe Baljuwstraat (gesimuleerd project)",
        place,
        from,
        effects,
    })
}
