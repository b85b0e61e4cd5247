//! The kinds of station, and what each reports. Terms and units are those of `contracts/*.yaml`.

use senne_model::Name;

/// A kind of station.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Family {
    /// WeatherObserved, every 10 minutes.
    Weather,
    /// AirQualityObserved, every 10 minutes.
    Air,
    /// TrafficFlowObserved, counts of 5 minutes.
    Traffic,
    /// ItemFlowObserved of bicycles, counts of 15 minutes.
    Bicycle,
    /// OffStreetParking, every 10 minutes.
    Parking,
    /// BikeHireDockingStation, every 10 minutes.
    Docking,
}

/// One attribute that a station observes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Spec {
    pub(super) term: &'static str,
    pub(super) unit: &'static str,
    /// How many steps one unit has: 1 = whole numbers, 10 = tenths.
    pub(super) steps: f64,
    /// How far an injected spike leaps; `None` where no spike is injected.
    pub(super) spike: Option<f64>,
    /// What an injected range fault reads: beyond what the contract calls plausible.
    pub(super) beyond: f64,
    /// Whether a stuck sensor can be told from an honest one here.
    pub(super) sticks: bool,
}

const fn spec(
    term: &'static str,
    unit: &'static str,
    steps: f64,
    spike: Option<f64>,
    beyond: f64,
    sticks: bool,
) -> Spec {
    Spec { term, unit, steps, spike, beyond, sticks }
}

const WEATHER: [Spec; 6] = [
    spec("temperature", "CEL", 10.0, Some(14.0), 71.0, true),
    spec("relativeHumidity", "C62", 100.0, None, 1.27, false),
    spec("windSpeed", "MTS", 10.0, Some(24.0), 99.9, true),
    spec("windDirection", "DD", 1.0, None, 511.0, false),
    spec("precipitation", "MMT", 10.0, None, 250.0, false),
    spec("atmosphericPressure", "A97", 10.0, Some(-14.0), 850.0, true),
];
const AIR: [Spec; 6] = [
    spec("no2", "GQ", 10.0, Some(160.0), 650.0, true),
    spec("o3", "GQ", 10.0, Some(130.0), -20.0, true),
    spec("pm10", "GQ", 10.0, Some(170.0), 1200.0, true),
    spec("pm25", "GQ", 10.0, Some(140.0), 999.9, true),
    spec("temperature", "CEL", 10.0, Some(-14.0), -40.0, true),
    spec("relativeHumidity", "C62", 1000.0, None, 0.0, false),
];
const TRAFFIC: [Spec; 3] = [
    spec("intensity", "C62", 1.0, None, 65_535.0, true),
    spec("averageVehicleSpeed", "KMH", 10.0, None, 255.0, true),
    spec("occupancy", "C62", 1000.0, None, 1.65, true),
];
const BICYCLE: [Spec; 1] = [spec("intensity", "C62", 1.0, None, 9999.0, true)];
const PARKING: [Spec; 1] = [spec("availableSpotNumber", "C62", 1.0, None, -12.0, true)];
const DOCKING: [Spec; 2] = [
    spec("availableBikeNumber", "C62", 1.0, None, 999.0, true),
    spec("freeSlotNumber", "C62", 1.0, None, -3.0, true),
];

impl Family {
    /// All families, in the order in which a batch has them.
    pub const ALL: [Self; 6] =
        [Self::Weather, Self::Air, Self::Traffic, Self::Bicycle, Self::Parking, Self::Docking];

    /// The term of the entity type.
    pub fn type_term(self) -> &'static str {
        match self {
            Self::Weather => "WeatherObserved",
            Self::Air => "AirQualityObserved",
            Self::Traffic => "TrafficFlowObserved",
            Self::Bicycle => "ItemFlowObserved",
            Self::Parking => "OffStreetParking",
            Self::Docking => "BikeHireDockingStation",
        }
    }

    /// How often its stations report, in seconds. Stamps are whole multiples of it since the epoch and stand
    /// at the end of the interval that was counted.
    pub fn cadence_seconds(self) -> i64 {
        match self {
            Self::Traffic => 300,
            Self::Bicycle => 900,
            Self::Weather | Self::Air | Self::Parking | Self::Docking => 600,
        }
    }

    /// What it observes, at most [`READINGS_MAX`].
    pub(super) fn specs(self) -> &'static [Spec] {
        match self {
            Self::Weather => &WEATHER,
            Self::Air => &AIR,
            Self::Traffic => &TRAFFIC,
            Self::Bicycle => &BICYCLE,
            Self::Parking => &PARKING,
            Self::Docking => &DOCKING,
        }
    }
}

/// The most attributes of one station.
pub(super) const READINGS_MAX: usize = 6;

/// What the attributes of one station say at one moment, in the order of its specs; NaN where it says nothing.
pub(super) type Readings = [f64; READINGS_MAX];

/// The expanded name of a term of the Smart Data Models.
pub(super) fn name(term: &str) -> Name {
    match term {
        "location" => Name::new("https://uri.etsi.org/ngsi-ld/location"),
        _ => Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}")),
    }
}

/// The expanded names of a family, made once so that each value only shares them.
#[derive(Clone, Debug)]
pub(super) struct FamilyNames {
    pub(super) kind: Name,
    /// Attribute name and unit, in the order of the specs.
    pub(super) attributes: Vec<(Name, Name)>,
}

impl FamilyNames {
    pub(super) fn of(family: Family) -> Self {
        let attributes = family.specs().iter().map(|s| (name(s.term), Name::new(s.unit))).collect();
        Self { kind: name(family.type_term()), attributes }
    }
}
