//! What all stations share at one moment: the clock, the weather, how many people are on the road.

use super::{
    calendar::{Day, Moment},
    family::{Family, Readings},
    noise::{join, wander},
    station::Station,
    weather::Weather,
};

/// Which course of the world is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum World {
    /// With the project from its date on.
    AsItIs,
    /// As it would have been had the project never been made: the counterfactual.
    WithoutProject,
}

/// One moment of the city.
pub(super) struct Scene {
    pub(super) moment: Moment,
    pub(super) weather: Weather,
    /// Motor traffic as a share of the busiest hour.
    pub(super) motor: f64,
    /// Cycling as a share of the busiest hour in mild, dry weather.
    pub(super) cycling: f64,
    /// Whether the project is at work.
    project: bool,
}

impl Scene {
    /// The moment at so many seconds since the epoch, in the city with this seed.
    pub(super) fn at(at: i64, seed: u64, project: bool) -> Self {
        let moment = Moment::at(at);
        let weather = Weather::at(&moment, seed);
        Self { motor: motor(&moment), cycling: cycling(&moment, &weather), moment, weather, project }
    }

    /// Another moment of the same course of the world.
    pub(super) fn at_other(&self, at: i64, seed: u64) -> Self {
        Self::at(at, seed, self.project)
    }

    /// How busy the street of a station is, as a share of the busiest hour of an ordinary one.
    pub(super) fn activity(&self, station: &Station) -> f64 {
        let at = self.moment.at;
        let hours = 0.09 * wander(join(station.street_key, 1), at, 2 * 3600);
        let days = 0.06 * wander(join(station.street_key, 2), at, 36 * 3600);
        let factor = if self.project { station.factor } else { 1.0 };
        self.motor * (1.0 + hours + days).max(0.1) * factor
    }

    /// What a station would read, before any fault.
    pub(super) fn readings(&self, station: &Station) -> Readings {
        let mut readings = match station.family {
            Family::Weather => super::air::weather_readings(self, station),
            Family::Air => super::air::air_readings(self, station),
            Family::Traffic => super::traffic::traffic_readings(self, station),
            Family::Bicycle => super::traffic::bicycle_readings(self, station),
            Family::Parking => super::storage::parking_readings(self, station),
            Family::Docking => super::storage::docking_readings(self, station),
        };
        for (value, spec) in readings.iter_mut().zip(station.family.specs()) {
            *value = (*value * spec.steps).round() / spec.steps;
        }
        readings
    }
}

/// A value per hour from 0 to 23.
type Course = [f64; 24];

const MOTOR_WORKING: Course = [
    0.12, 0.08, 0.06, 0.05, 0.07, 0.16, 0.42, 0.82, 1.00, 0.82, 0.70, 0.70, 0.73, 0.74, 0.77, 0.84, 0.93,
    0.99, 0.90, 0.68, 0.48, 0.37, 0.29, 0.20,
];
const MOTOR_SATURDAY: Course = [
    0.20, 0.15, 0.11, 0.08, 0.07, 0.09, 0.15, 0.24, 0.36, 0.50, 0.61, 0.68, 0.70, 0.70, 0.71, 0.72, 0.72,
    0.70, 0.64, 0.54, 0.44, 0.37, 0.32, 0.27,
];
const MOTOR_SUNDAY: Course = [
    0.22, 0.17, 0.13, 0.10, 0.08, 0.07, 0.09, 0.13, 0.20, 0.31, 0.43, 0.52, 0.56, 0.56, 0.58, 0.61, 0.64,
    0.64, 0.58, 0.48, 0.38, 0.30, 0.23, 0.16,
];
const CYCLING_WORKING: Course = [
    0.03, 0.02, 0.01, 0.01, 0.02, 0.05, 0.18, 0.58, 1.00, 0.62, 0.30, 0.26, 0.30, 0.32, 0.30, 0.36, 0.62,
    0.95, 0.80, 0.45, 0.25, 0.15, 0.10, 0.06,
];
const CYCLING_WEEKEND: Course = [
    0.06, 0.04, 0.03, 0.02, 0.02, 0.02, 0.04, 0.07, 0.14, 0.24, 0.36, 0.44, 0.46, 0.48, 0.52, 0.54, 0.52,
    0.46, 0.38, 0.28, 0.20, 0.14, 0.10, 0.08,
];

/// The course of the day at the moment's hour, straight from hour to hour and into the next day.
fn along(moment: &Moment, course: impl Fn(Day) -> &'static Course) -> f64 {
    let hour = moment.hour as usize;
    let share = moment.hour.fract();
    let today = course(moment.today);
    let next = if hour >= 23 { course(moment.tomorrow)[0] } else { today[hour + 1] };
    let now = today[hour.min(23)];
    now + (next - now) * share
}

fn motor(moment: &Moment) -> f64 {
    let course = along(moment, |day| match day {
        Day::Working => &MOTOR_WORKING,
        Day::Saturday => &MOTOR_SATURDAY,
        Day::Sunday => &MOTOR_SUNDAY,
    });
    course * if moment.school_holiday { 0.83 } else { 1.0 }
}

fn cycling(moment: &Moment, weather: &Weather) -> f64 {
    let course = along(moment, |day| match day {
        Day::Working => &CYCLING_WORKING,
        Day::Saturday | Day::Sunday => &CYCLING_WEEKEND,
    });
    let mild = (1.0 + 0.025 * (weather.temperature - 14.0)).clamp(0.45, 1.25);
    let dry = 1.0 - 0.5 * (weather.rain / 1.5).min(1.0);
    let calm = 1.0 - 0.04 * (weather.wind - 6.0).clamp(0.0, 10.0);
    let growth = (1.0 + 0.05 * moment.years).clamp(0.5, 2.0);
    course * mild * dry * calm * growth * if moment.school_holiday { 0.85 } else { 1.0 }
}
