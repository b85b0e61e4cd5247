//! What is parked: bicycles in docks, cars in garages. Commuters fill some places by day and others by night.

use super::{
    calendar::Day,
    family::{READINGS_MAX, Readings},
    noise::{even, join, wander},
    scene::Scene,
    station::Station,
};

/// How far the working day is on: 0 at night, 1 between arrival and departure, smooth in between.
fn at_work(scene: &Scene, arrival: f64, departure: f64) -> f64 {
    let hour = scene.moment.hour;
    let rise = ((hour - arrival) / 2.0 + 0.5).clamp(0.0, 1.0);
    let fall = ((departure - hour) / 2.0 + 0.5).clamp(0.0, 1.0);
    let smooth = |x: f64| x * x * (3.0 - 2.0 * x);
    smooth(rise) * smooth(fall)
}

fn filled(station: &Station, share: f64) -> f64 {
    (f64::from(station.capacity) * share.clamp(0.0, 1.0)).round()
}

/// Free spaces of a car park: of offices (busy on working days), of shops (busy on Saturdays), or of both.
pub(super) fn parking_readings(scene: &Scene, station: &Station) -> Readings {
    let offices = even(join(station.key, 30));
    let work = at_work(scene, 8.5, 17.5);
    let shopping = at_work(scene, 11.5, 18.5);
    let (workers, shoppers) = match scene.moment.today {
        Day::Working => (0.75, 0.45),
        Day::Saturday => (0.10, 0.85),
        Day::Sunday => (0.05, 0.25),
    };
    let visits = offices * workers * work + (1.0 - offices) * shoppers * shopping;
    let noise = 0.04 * wander(join(station.key, 31), scene.moment.at, 2 * 3600)
        + 0.012 * wander(join(station.key, 32), scene.moment.at, 900);
    let taken = 0.14 + visits * if scene.moment.school_holiday { 0.85 } else { 1.0 } + noise;
    let mut readings = [f64::NAN; READINGS_MAX];
    readings[0] = f64::from(station.capacity) - filled(station, taken);
    readings
}

/// Bicycles on hand and free docks: near work full by day, near home full by night; now and then a dock is broken.
pub(super) fn docking_readings(scene: &Scene, station: &Station) -> Readings {
    let near_work = 2.0 * even(join(station.key, 33)) - 1.0;
    let commuters = if scene.moment.today == Day::Working { 0.36 } else { 0.10 };
    let tide = near_work * commuters * (2.0 * at_work(scene, 8.2, 17.8) - 1.0);
    let noise = 0.17 * wander(join(station.key, 34), scene.moment.at, 4 * 3600)
        + 0.07 * wander(join(station.key, 35), scene.moment.at, 1500);
    let broken = f64::from(wander(join(station.key, 36), scene.moment.at, 3 * 86_400) > 1.0);
    let bicycles = filled(station, 0.5 + tide + noise).min(f64::from(station.capacity) - broken);
    let mut readings = [f64::NAN; READINGS_MAX];
    readings[0] = bicycles;
    readings[1] = f64::from(station.capacity) - broken - bicycles;
    readings
}
