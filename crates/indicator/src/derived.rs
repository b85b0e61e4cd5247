//! What follows from the published values of a series as a whole, beside them.

use crate::{
    Declaration, Figure, SeasonRefusal, SeasonalPoint, SeasonalSeries, Weather, WeatherPoint, WeatherRefusal,
    WeatherSeries,
};

/// What follows from all values of one area and frequency. It is made when it is asked for: a new period changes all that came before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Derived {
    /// Without the season, where that is declared.
    pub season: Option<Result<SeasonalSeries, SeasonRefusal>>,
    /// In reference weather, where that is declared.
    pub weather: Option<Result<WeatherSeries, WeatherRefusal>>,
}

/// A figure with what follows from its series: never one without the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// As it is published.
    pub figure: Figure,
    /// Without its season, or why not, where that is declared.
    pub season: Option<Result<SeasonalPoint, SeasonRefusal>>,
    /// In reference weather, or why not, where that is declared.
    pub weather: Option<Result<WeatherPoint, WeatherRefusal>>,
}

impl Derived {
    /// What is declared to follow from a series that is given as a whole, in order of time.
    pub fn of(declaration: &Declaration, figures: &[Figure], weather: &Weather) -> Self {
        let normalised = declaration.weather_normalisation.as_ref();
        Self {
            season: declaration.seasonal_adjustment.map(|declared| declared.adjust(figures)),
            weather: normalised.map(|declared| declared.normalise(figures, weather)),
        }
    }

    /// Figures of the series with what belongs to each.
    pub fn beside(&self, figures: Vec<Figure>) -> Vec<Shown> {
        let shown = |figure: Figure| {
            let period = figure.period;
            let season = self.season.as_ref().map(|series| match series {
                Ok(series) => series.points.get(&period).copied().ok_or(SeasonRefusal::Provisional(period)),
                Err(refusal) => Err(refusal.clone()),
            });
            let weather = self.weather.as_ref().map(|series| match series {
                Ok(series) => series.points.get(&period).copied().ok_or(WeatherRefusal::Missing(period)),
                Err(refusal) => Err(refusal.clone()),
            });
            Shown { figure, season, weather }
        };
        figures.into_iter().map(shown).collect()
    }
}
