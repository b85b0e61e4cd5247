//! What the air is like: at a weather station, and at a street station whose air the traffic shapes.

use super::{
    family::{Family, Readings},
    noise::{even, join, normal, wander},
    places::Street,
    scene::Scene,
    station::Station,
};

/// What the traffic of a street adds to its NO2 on average, in µg/m³.
fn street_share(street: Street) -> f64 {
    match street {
        Street::Boulevard => 17.0,
        Street::Avenue => 10.5,
        Street::Local => 4.5,
        Street::Park => 1.0,
    }
}

/// Motor traffic over all hours, as a share of the busiest one: so that the shares above are means.
const MOTOR_MEAN: f64 = 0.50;

/// What the town adds to the temperature of the open land: up to 2 °C in built-up streets on still nights.
fn warmth(scene: &Scene, station: &Station) -> f64 {
    let built = if station.place.street == Street::Park { 0.2 } else { 0.9 };
    built * (0.4 + 0.5 * scene.weather.stagnation * (1.0 - scene.weather.sun))
        + 0.3 * (2.0 * even(join(station.key, 10)) - 1.0)
}

/// Temperature and humidity at a station: warmer air of the same moisture is less humid.
fn climate(scene: &Scene, station: &Station, tick: u64) -> (f64, f64) {
    let warmer = warmth(scene, station) + 0.25 * wander(join(station.key, 11), scene.moment.at, 2 * 3600);
    let temperature = scene.weather.temperature + warmer + 0.05 * normal(join(tick, 1));
    let humidity = scene.weather.humidity - 0.035 * warmer + 0.004 * normal(join(tick, 2));
    (temperature, humidity.clamp(0.15, 1.0))
}

/// Temperature, humidity, wind speed and direction, rain in the interval, pressure at sea level.
pub(super) fn weather_readings(scene: &Scene, station: &Station) -> Readings {
    let at = scene.moment.at;
    let tick = join(station.key, at as u64);
    let (temperature, humidity) = climate(scene, station, tick);
    let open = 0.75 + 0.4 * even(join(station.key, 12));
    let wind = scene.weather.wind * open * (1.0 + 0.12 * normal(join(tick, 3)));
    let direction = scene.weather.direction + 8.0 * normal(join(tick, 4));
    let shower = (1.0 + 0.3 * wander(join(station.key, 13), at, 3600)).max(0.0);
    let hours = Family::Weather.cadence_seconds() as f64 / 3600.0;
    let pressure = scene.weather.pressure + 0.1 * normal(join(tick, 5));
    // Rounding to whole degrees must not make 360 of 359.7.
    let direction = direction.round().rem_euclid(360.0);
    [temperature, humidity, wind.max(0.0), direction, scene.weather.rain * shower * hours, pressure]
}

/// NO2, O3, PM10, PM2.5 in µg/m³, temperature, humidity.
pub(super) fn air_readings(scene: &Scene, station: &Station) -> Readings {
    let (at, weather, winter) = (scene.moment.at, &scene.weather, scene.moment.winter());
    let tick = join(station.key, at as u64);
    let still = weather.stagnation;
    let local = |channel: u64, period: i64| wander(join(station.key, channel), at, period);

    let busy = scene.activity(station) / MOTOR_MEAN;
    let from_street = street_share(station.place.street) * station.size * busy * still.powf(0.6);
    let town = 8.5 * still * (1.0 + 0.22 * winter) * (0.8 + 0.2 * scene.motor / MOTOR_MEAN);
    let drift = 1.0 + 0.07 * local(20, 5 * 3600) + 0.04 * local(21, 3000);
    let no2 = ((town + from_street) * drift.max(0.3) + 0.5 * normal(join(tick, 6))).max(0.3);

    let summer = (1.0 - winter) / 2.0;
    let formed =
        48.0 * weather.sun * summer + 1.3 * (weather.temperature - 11.0).max(0.0) * (0.4 + weather.sun);
    let mixed = 40.0 + 12.0 * summer + 1.5 * (weather.wind - 3.5);
    let o3 =
        (mixed + formed - 0.8 * (no2 - 10.0) + 2.0 * local(22, 4 * 3600) + normal(join(tick, 7))).max(1.0);

    let washed = 1.0 - 0.35 * (weather.rain / 2.0).min(1.0);
    let fine = 7.5 * still.powf(1.1) * (1.0 + 0.4 * winter) * weather.haze * washed + 0.07 * from_street;
    let pm25 = (fine * (1.0 + 0.05 * local(24, 3600)) + 0.3 * normal(join(tick, 8))).max(0.5);
    let stirred = 0.16 * from_street * washed + 0.9 * (weather.wind - 6.0).max(0.0);
    let pm10 = (1.35 * pm25 + 3.0 + stirred + 0.6 * normal(join(tick, 9))).max(pm25);

    let (temperature, humidity) = climate(scene, station, tick);
    [no2, o3, pm10, pm25, temperature, humidity]
}
