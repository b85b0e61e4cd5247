//! Projects whose effect is known, because the simulator makes it: one that works, one that changes nothing, one that does harm.

use senne_model::{EntityId, Timestamp};

use super::{
    places::{PLACES, Place},
    station::Station,
};

/// A project: from a date on the motor traffic of some streets is another. The air follows the traffic, as it does everywhere in the simulated
/// city.
#[derive(Clone, PartialEq, Debug)]
pub struct Project {
    /// Its id.
    pub id: EntityId,
    /// The evaluation that asks what it did.
    pub evaluation: EntityId,
    /// What it is called in French, Dutch and English.
    pub names: [&'static str; 3],
    /// What it should move, with where, in the same languages.
    pub outcome: [&'static str; 3],
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
    /// the part of NO2 and dust that comes from the street. 1 where the project is meant to act and does not.
    pub traffic_factor: f64,
    /// Whether the project is meant to act here; otherwise the street feels what happens beside it.
    pub meant: bool,
}

/// A project as it is written down.
struct Plan {
    id: &'static str,
    evaluation: &'static str,
    names: [&'static str; 3],
    outcome: [&'static str; 3],
    /// Streets where it is meant to act, the first being where it is, and what their traffic is multiplied with.
    meant: &'static [(&'static str, f64)],
    /// Streets that feel it.
    beside: &'static [(&'static str, f64)],
}

const PLANS: [Plan; 3] = [
    Plan {
        id: "calm-street-bailli",
        evaluation: "bailli-traffic",
        names: [
            "Rue du Bailli apaisée (projet simulé)",
            "Autoluwe Baljuwstraat (gesimuleerd project)",
            "Calm Bailli street (simulated project)",
        ],
        outcome: ["Trafic rue du Bailli", "Verkeer in de Baljuwstraat", "Traffic in Rue du Bailli"],
        meant: &[("bailli", 0.55), ("chatelain", 0.70)],
        beside: &[("flagey", 1.06), ("ma-campagne", 1.06)],
    },
    Plan {
        id: "calm-signs-aumale",
        evaluation: "aumale-traffic",
        names: [
            "Panneaux rue d’Aumale (projet simulé)",
            "Borden in de Aumalestraat (gesimuleerd project)",
            "Signs in Aumale street (simulated project)",
        ],
        outcome: ["Trafic rue d’Aumale", "Verkeer in de Aumalestraat", "Traffic in Rue d’Aumale"],
        meant: &[("aumale", 1.0)],
        beside: &[],
    },
    Plan {
        id: "signal-timing-vanderkindere",
        evaluation: "vanderkindere-traffic",
        names: [
            "Feux de la place Vanderkindere (projet simulé)",
            "Lichten op het Vanderkindereplein (gesimuleerd project)",
            "Lights at Vanderkindere square (simulated project)",
        ],
        outcome: [
            "Trafic place Vanderkindere",
            "Verkeer op het Vanderkindereplein",
            "Traffic on Place Vanderkindere",
        ],
        meant: &[("vanderkindere", 1.25)],
        beside: &[],
    },
];

/// Marks the stations that projects concern, and says what the projects are; those of which the city has no station are left out.
pub(super) fn start(from: Timestamp, stations: &mut [Station]) -> Vec<Project> {
    PLANS.iter().filter_map(|plan| begin(plan, from, stations)).collect()
}

fn begin(plan: &Plan, from: Timestamp, stations: &mut [Station]) -> Option<Project> {
    use super::Family::{Air, Traffic};
    let (street, _) = plan.meant.first()?;
    let place = PLACES.iter().find(|place| place.key == *street)?;
    let mut effects = Vec::new();
    for station in stations.iter_mut().filter(|s| s.number == 1 && matches!(s.family, Air | Traffic)) {
        let of =
            |list: &[(&str, f64)]| list.iter().find(|(key, _)| *key == station.place.key).map(|(_, f)| *f);
        let meant = of(plan.meant);
        let Some(factor) = meant.or_else(|| of(plan.beside)) else { continue };
        station.factor = factor;
        let station = station.id.clone();
        effects.push(ProjectEffect { station, traffic_factor: factor, meant: meant.is_some() });
    }
    (!effects.is_empty()).then(|| Project {
        id: EntityId::trusted(&format!("urn:ngsi-ld:Project:{}", plan.id)),
        evaluation: EntityId::trusted(&format!("urn:ngsi-ld:Evaluation:{}", plan.evaluation)),
        names: plan.names,
        outcome: plan.outcome,
        place,
        from,
        effects,
    })
}
