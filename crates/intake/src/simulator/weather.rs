//! The weather over the whole Region: fronts that pass in days, the sun's daily and yearly course.

use super::{
    calendar::Moment,
    noise::{join, wander},
};

/// The weather at a moment, the same for all stations but for what their place adds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    /// °C
    pub(super) temperature: f64,
    /// Share of saturation, 0 to 1.
    pub(super) humidity: f64,
    /// m/s
    pub(super) wind: f64,
    /// Degrees from north, where it comes from.
    pub(super) direction: f64,
    /// hPa at sea level.
    pub(super) pressure: f64,
    /// mm/h
    pub(super) rain: f64,
    /// What reaches the ground of the sun overhead, 0 to 1.
    pub(super) sun: f64,
    /// How much the air keeps of what is put into it; 1 on average, 2 and more on still winter nights.
    pub(super) stagnation: f64,
    /// How much fine dust comes from afar; 1 on average.
    pub(super) haze: f64,
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

impl Weather {
    /// The weather of the city with this seed.
    pub(super) fn at(moment: &Moment, seed: u64) -> Self {
        let noise = |channel: u64, period: i64| wander(join(seed, 0x57_0000 + channel), moment.at, period);
        let (front, wave) = (noise(0, 9 * DAY / 2), noise(1, 40 * HOUR));
        let low = -0.8 * front - 0.5 * wave;
        let winter = moment.winter();

        let cloud = (0.60 + 0.28 * low + 0.20 * noise(2, 7 * HOUR)).clamp(0.0, 1.0);
        let height = sun_height(moment);
        let sun = height.max(0.0) * (1.0 - 0.75 * cloud * cloud);

        let swing = (2.7 - 1.9 * winter) * (1.0 - 0.6 * cloud);
        let diurnal = swing * (std::f64::consts::TAU * (moment.solar_hour - 15.0) / 24.0).cos();
        let temperature = 11.0 - 7.7 * winter + 3.0 * noise(3, 5 * DAY) + 1.3 * noise(4, 30 * HOUR) + diurnal;

        let wet = 0.75 * low + 0.85 * noise(5, 4 * HOUR) + 0.5 * noise(6, 50 * 60) - 1.15;
        let rain = if wet > 0.0 { 1.35 * wet.powf(1.4) } else { 0.0 };
        let shower = if wet > 0.0 { 0.08 } else { 0.0 };
        let humidity = (0.79 + 0.06 * winter - 0.036 * diurnal + 0.06 * low + shower).clamp(0.22, 1.0);

        let gale = 0.30 * low + 0.28 * noise(7, 9 * HOUR) + 0.12 * noise(8, HOUR);
        let wind = (3.3 * (gale + 0.12 * winter).exp() * (1.0 + 0.25 * sun)).clamp(0.2, 25.0);
        let direction = (225.0 + 70.0 * noise(9, 3 * DAY) + 20.0 * noise(10, 5 * HOUR)).rem_euclid(360.0);

        let clear_night = if height < 0.0 { 1.0 - cloud } else { 0.0 };
        let stagnation = 1.1
            * (4.2 / (wind + 0.9)).powf(0.65)
            * (1.0 + 0.12 * winter)
            * (1.0 + 0.45 * clear_night)
            * (1.0 - 0.3 * sun);
        Self {
            temperature,
            humidity,
            wind,
            direction,
            pressure: 1015.5 + 8.5 * front + 2.8 * wave + 0.6 * noise(11, 10 * HOUR),
            rain,
            sun,
            stagnation,
            haze: (1.0 + 0.35 * noise(12, 60 * HOUR)).max(0.35),
        }
    }
}

/// The sine of the sun's height above the horizon of Brussels (50.85° N).
fn sun_height(moment: &Moment) -> f64 {
    let tilt =
        -(23.44_f64.to_radians()) * (std::f64::consts::TAU * (moment.day_of_year + 10.0) / 365.25).cos();
    let angle = std::f64::consts::PI * (moment.solar_hour - 12.0) / 12.0;
    let latitude = 50.85_f64.to_radians();
    latitude.sin() * tilt.sin() + latitude.cos() * tilt.cos() * angle.cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every half hour of a year.
    fn year() -> Vec<(Moment, Weather)> {
        (0..365 * 48)
            .map(|i| {
                let moment = Moment::at(1_704_067_200 + i * 1800);
                (moment, Weather::at(&moment, 1))
            })
            .collect()
    }

    fn mean(values: impl Iterator<Item = f64>) -> f64 {
        let (sum, count) = values.fold((0.0, 0.0), |(sum, count), v| (sum + v, count + 1.0));
        sum / count
    }

    #[test]
    fn a_year_of_weather_is_that_of_brussels() {
        let year = year();
        let within = |what: &str, value: f64, low: f64, high: f64| {
            assert!((low..=high).contains(&value), "{what}: {value}");
        };
        within("mean °C", mean(year.iter().map(|(_, w)| w.temperature)), 9.5, 12.5);
        let january = year.iter().filter(|(m, _)| m.day_of_year < 31.0);
        within("January °C", mean(january.map(|(_, w)| w.temperature)), 0.0, 7.0);
        let july = year.iter().filter(|(m, _)| (182.0..213.0).contains(&m.day_of_year));
        within("July °C", mean(july.map(|(_, w)| w.temperature)), 15.0, 22.0);
        within("rain mm", year.iter().map(|(_, w)| w.rain / 2.0).sum(), 600.0, 1100.0);
        within("share wet", mean(year.iter().map(|(_, w)| f64::from(w.rain > 0.0))), 0.05, 0.2);
        within("wind m/s", mean(year.iter().map(|(_, w)| w.wind)), 3.0, 4.5);
        within("humidity", mean(year.iter().map(|(_, w)| w.humidity)), 0.70, 0.88);
        within("hPa", mean(year.iter().map(|(_, w)| w.pressure)), 1010.0, 1020.0);
        within("stagnation", mean(year.iter().map(|(_, w)| w.stagnation)), 0.9, 1.2);
        for (_, w) in &year {
            within("each °C", w.temperature, -15.0, 40.0);
            within("each hPa", w.pressure, 960.0, 1060.0);
        }
    }

    #[test]
    fn afternoons_are_warmer_and_drier_than_nights() {
        let year = year();
        let at = |hour: f64| year.iter().filter(move |(m, _)| m.solar_hour.floor() == hour);
        assert!(mean(at(15.0).map(|(_, w)| w.temperature)) > mean(at(4.0).map(|(_, w)| w.temperature)) + 3.0);
        assert!(mean(at(15.0).map(|(_, w)| w.humidity)) < mean(at(4.0).map(|(_, w)| w.humidity)) - 0.1);
    }
}
