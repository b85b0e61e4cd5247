//! What values would have been in the weather of an ordinary year, beside the values as they are.

mod columns;

use std::collections::BTreeMap;

use senne_impact::{Conditions, Design, ReferenceOptions, StatisticsError, in_reference_conditions};
use serde::Deserialize;

use self::columns::Column;
use crate::{Figure, Frequency, Period, rounded, season::standing};

/// The chance with which intervals hold the value.
const CHANCE: f64 = 0.95;
/// Days are seen beside days of the year this far from them, in all years.
pub(crate) const DAYS_AROUND: i32 = 15;

/// How the weather is taken out. In declarations: `weather_normalisation: { covariates: [wind-speed-mean], degree_days: [temperature-mean] }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeatherNormalisation {
    /// Indicators whose values count as they are, of the same area or of one that holds it.
    #[serde(default)]
    pub covariates: Vec<String>,
    /// Indicators of temperature that count by how much their days are colder than 16.5 °C, added up over the period.
    #[serde(default)]
    pub degree_days: Vec<String>,
    /// How many pairs of sine and cosine the season has.
    #[serde(default = "two")]
    pub harmonics: u8,
}

fn two() -> u8 {
    2
}

/// A value in reference weather.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeatherPoint {
    /// In units of the indicator.
    pub normalised: f64,
    /// Its interval: how sure the effects of the weather are, with that of the value where it has one.
    pub interval: (f64, f64),
    /// The part of the variance of its series that season, trend and weather explain.
    pub r_squared: f64,
}

/// A series in reference weather.
#[derive(Clone, Debug, PartialEq)]
pub struct WeatherSeries {
    /// The part of the variance that season, trend and weather explain.
    pub r_squared: f64,
    /// The part of what season and trend leave that the weather explains.
    pub partial_r_squared: f64,
    /// What each covariate does: how much a unit more of it adds, and the standard error of that.
    pub effects: Vec<(String, f64, f64)>,
    /// Each period that took part.
    pub points: BTreeMap<Period, WeatherPoint>,
}

/// Why there is no value in reference weather.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WeatherRefusal {
    /// Weeks and years.
    #[error("periods of a {0} are not normalised")]
    NoSeason(&'static str),
    /// Too little is known of the value and the weather at once.
    #[error("{found} periods have a value and all weather; {wanted} are two full years")]
    TooFew {
        /// How many periods there are.
        found: usize,
        /// How many are needed.
        wanted: usize,
    },
    /// A covariate has no values at all.
    #[error("`{0}` has no values here")]
    NoWeather(String),
    /// The regression cannot be made.
    #[error("{0}")]
    NotIdentified(StatisticsError),
    /// The period does not stand yet, or its weather is not known.
    #[error("{0} is provisional, or its weather is not known")]
    Missing(Period),
}

impl WeatherRefusal {
    /// The word in files.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NoSeason(_) => "no-season",
            Self::TooFew { .. } => "too-short",
            Self::NoWeather(_) => "no-weather",
            Self::NotIdentified(_) => "not-identified",
            Self::Missing(_) => "missing",
        }
    }
}

/// The published values of the indicators that are covariates, by id, in order of time.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// Of the frequency that is normalised.
    pub same: BTreeMap<String, Vec<Figure>>,
    /// By day, for degree-days.
    pub days: BTreeMap<String, Vec<Figure>>,
}

impl WeatherNormalisation {
    /// The ids of all indicators that it needs, those by day last.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        self.covariates.iter().chain(&self.degree_days).map(String::as_str)
    }

    /// How many periods two full years have; nothing for periods that are not normalised.
    pub fn wanted(frequency: Frequency) -> Option<usize> {
        match frequency {
            Frequency::Day => Some(730),
            Frequency::Month => Some(24),
            Frequency::Quarter => Some(8),
            Frequency::Week | Frequency::Year => None,
        }
    }

    /// Takes out of the figures of one area and frequency, in order of time, what weather other than that of an ordinary year did: the
    /// mean of each covariate in the same calendar period over all years known. Provisional figures take no part.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn normalise(&self, figures: &[Figure], weather: &Weather) -> Result<WeatherSeries, WeatherRefusal> {
        let frequency = figures.first().map_or(Frequency::Year, |figure| figure.period.frequency());
        let wanted = Self::wanted(frequency).ok_or(WeatherRefusal::NoSeason(frequency.word()))?;
        let columns = self.columns(weather, frequency)?;
        let mut rows = standing(figures);
        rows.retain(|(figure, _)| columns.iter().all(|column| column.at(figure.period).is_some()));
        if rows.len() < wanted {
            return Err(WeatherRefusal::TooFew { found: rows.len(), wanted });
        }
        let conditions = conditions(&rows, &columns);
        // A quarter has four values a year: more than one pair would only be their mean again.
        let pairs = if frequency == Frequency::Quarter { self.harmonics.min(1) } else { self.harmonics };
        let options = ReferenceOptions { pairs: usize::from(pairs), lag: None, chance: CHANCE };
        let found = in_reference_conditions(&conditions, options).map_err(WeatherRefusal::NotIdentified)?;
        let r_squared = rounded(found.r_squared);
        let point = |((figure, value), found): (&(&Figure, f64), &senne_impact::ReferenceValue)| {
            // Two sources of doubt that have nothing to do with each other: how well the value is known, and the effects.
            let own = figure.value.interval.map_or((0.0, 0.0), |(low, high)| (value - low, high - value));
            let wide = |own: f64, effects: f64| own.hypot(effects);
            let low = found.value - wide(own.0, found.value - found.low);
            let high = found.value + wide(own.1, found.high - found.value);
            let interval = (rounded(low), rounded(high));
            let normalised = rounded(found.value);
            (figure.period, WeatherPoint { normalised, interval, r_squared })
        };
        let effects = found.coefficients.iter();
        Ok(WeatherSeries {
            r_squared,
            partial_r_squared: rounded(found.partial_r_squared),
            effects: effects
                .map(|(name, effect, error)| (name.clone(), rounded(*effect), rounded(*error)))
                .collect(),
            points: rows.iter().zip(&found.values).map(point).collect(),
        })
    }

    fn columns(&self, weather: &Weather, frequency: Frequency) -> Result<Vec<Column>, WeatherRefusal> {
        let missing = |id: &String| WeatherRefusal::NoWeather(id.clone());
        let plain = self.covariates.iter().map(|id| {
            let figures = weather.same.get(id).filter(|figures| !figures.is_empty());
            Ok(Column::plain(id, figures.ok_or_else(|| missing(id))?))
        });
        let cold = self.degree_days.iter().map(|id| {
            let figures = weather.days.get(id).filter(|figures| !figures.is_empty());
            Ok(Column::degree_days(id, figures.ok_or_else(|| missing(id))?, frequency))
        });
        plain.chain(cold).collect()
    }
}

fn conditions(rows: &[(&Figure, f64)], columns: &[Column]) -> Conditions {
    let periods = || rows.iter().map(|(figure, _)| figure.period);
    let design = |of: &dyn Fn(&Column, Period) -> f64| {
        columns.iter().fold(Design::new(), |design, column| {
            design.with(column.name.clone(), periods().map(|period| of(column, period)).collect())
        })
    };
    Conditions {
        outcome: rows.iter().map(|(_, value)| *value).collect(),
        time: periods().map(columns::step).collect(),
        season: periods().map(columns::part_of_year).collect(),
        covariates: design(&|column, period| column.at(period).unwrap_or_default()),
        reference: design(&|column, period| column.ordinary(period)),
    }
}

#[cfg(test)]
mod tests;
