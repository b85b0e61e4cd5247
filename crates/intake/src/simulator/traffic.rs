//! What passes: motor vehicles over a loop, bicycles past a pole.

use super::{
    family::{Family, READINGS_MAX, Readings},
    noise::{join, normal, wander},
    places::Street,
    scene::Scene,
    station::Station,
};

/// What a street of this kind carries, both directions together.
struct Road {
    /// Vehicles in the busiest hour of an ordinary working day.
    peak_per_hour: f64,
    lanes: f64,
    /// km/h when nobody is in the way.
    free_speed: f64,
}

impl Road {
    fn of(street: Street) -> Self {
        match street {
            Street::Boulevard => Self { peak_per_hour: 2600.0, lanes: 4.0, free_speed: 47.0 },
            Street::Avenue => Self { peak_per_hour: 1050.0, lanes: 2.0, free_speed: 38.0 },
            Street::Local | Street::Park => Self { peak_per_hour: 280.0, lanes: 2.0, free_speed: 28.0 },
        }
    }
}

/// What one lane passes in an hour between traffic lights, at most.
const LANE_PER_HOUR_MAX: f64 = 950.0;
/// The length of road that a vehicle covers for a loop, in km: the vehicle and the loop.
const COVERED_KM: f64 = 0.0065;

/// A count around its expectation: its variance equals its mean, as for passages at random.
fn count(expected: f64, key: u64) -> f64 {
    (expected + expected.sqrt() * normal(key)).round().max(0.0)
}

/// Vehicles in 5 minutes, their mean speed (nothing when none passed), the share of time over the loop.
pub(super) fn traffic_readings(scene: &Scene, station: &Station) -> Readings {
    let road = Road::of(station.place.street);
    let per_hour = road.peak_per_hour * station.size * scene.activity(station);
    let tick = join(station.key, scene.moment.at as u64);
    let seconds = Family::Traffic.cadence_seconds() as f64;
    let vehicles = count(per_hour * seconds / 3600.0, tick);

    let load = (per_hour / (road.lanes * LANE_PER_HOUR_MAX)).min(1.2);
    let rain = 1.0 - 0.06 * scene.weather.rain.min(1.0);
    let noise =
        1.0 + 0.04 * wander(join(station.key, 5), scene.moment.at, 1800) + 0.02 * normal(join(tick, 1));
    let speed = (road.free_speed * rain * (1.0 - 0.45 * load.powi(3)) * noise).max(4.0);
    let observed_per_hour = vehicles * 3600.0 / seconds;
    let occupancy = (observed_per_hour / road.lanes * COVERED_KM / speed).min(0.95);
    let mut readings = [f64::NAN; READINGS_MAX];
    readings[0] = vehicles;
    readings[1] = if vehicles > 0.0 { speed } else { f64::NAN };
    readings[2] = occupancy;
    readings
}

/// Bicycles in 15 minutes.
pub(super) fn bicycle_readings(scene: &Scene, station: &Station) -> Readings {
    let peak_per_hour = match station.place.street {
        Street::Boulevard => 420.0,
        Street::Avenue => 300.0,
        Street::Local => 190.0,
        Street::Park => 150.0,
    };
    let day = 1.0 + 0.08 * wander(join(station.key, 6), scene.moment.at, 5 * 3600);
    let share = Family::Bicycle.cadence_seconds() as f64 / 3600.0;
    let expected = peak_per_hour * station.size * scene.cycling * day.max(0.2) * share;
    let mut readings = [f64::NAN; READINGS_MAX];
    readings[0] = count(expected, join(station.key, scene.moment.at as u64));
    readings
}
