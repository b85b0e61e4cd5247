//! A series without its season, beside the series as it is.

mod stl;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use self::stl::{Decomposition, Season, decompose};
use crate::{Figure, Frequency, Period, Status, rounded};

/// The days of a week, and of a year; leap days shift the year by one day in four.
const WEEK: usize = 7;
const YEAR: usize = 365;

/// How the season is taken out. In declarations: `seasonal_adjustment: { method: stl, effect: multiplicative, robust: true }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeasonalAdjustment {
    /// The method.
    pub method: SeasonalMethod,
    /// Whether the season is added to the level or multiplies it.
    #[serde(default)]
    pub effect: SeasonalEffect,
    /// Whether values far from what is fitted count for less.
    #[serde(default)]
    pub robust: bool,
    /// Over how many cycles the season is smoothed, an odd number from 7; without it, it is the same in all of them.
    pub window: Option<u16>,
}

/// By what the season is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeasonalMethod {
    /// Season and trend by local regression (Cleveland, Cleveland, McRae and Terpenning 1990); for days with the season of the week and
    /// that of the year (Bandara, Hyndman and Bergmeir 2021).
    Stl,
}

/// What the season does to the level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeasonalEffect {
    /// It is so much more or less.
    #[default]
    Additive,
    /// It is so many times as much: for counts, whose season grows with them.
    Multiplicative,
}

/// A value without its season.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeasonalPoint {
    /// In units of the indicator.
    pub adjusted: f64,
    /// The interval of the value, moved as the value was; how sure the season is, it does not say.
    pub interval: Option<(f64, f64)>,
    /// The trend, in units of the indicator.
    pub trend: f64,
    /// What was taken out: an amount, or a factor where the effect is multiplicative.
    pub season: f64,
}

/// A series without its season.
#[derive(Clone, Debug, PartialEq)]
pub struct SeasonalSeries {
    /// The lengths of the cycles, in periods.
    pub cycles: Vec<usize>,
    /// How much of what moves around the trend is season, 0 to 1 (Wang, Smith and Hyndman 2006).
    pub strength: f64,
    /// Each period that took part.
    pub points: BTreeMap<Period, SeasonalPoint>,
}

/// Why there is no value without the season.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeasonRefusal {
    /// Weeks and years.
    #[error("periods of a {0} have no season that could be taken out")]
    NoSeason(&'static str),
    /// Fewer than two full cycles.
    #[error("{found} periods are too few to know a season by; {wanted} are two full cycles")]
    TooShort {
        /// How many periods have a value that stands.
        found: usize,
        /// How many are needed.
        wanted: usize,
    },
    /// Something is missing between the first and the last value.
    #[error("{missing} periods have no value, {first} first; a season is not known across a gap")]
    Gaps {
        /// How many periods are missing.
        missing: usize,
        /// The first of them.
        first: Period,
    },
    /// A multiplicative effect on what is not above zero.
    #[error("the value of {0} is not above zero; a season that multiplies is not defined for it")]
    NotPositive(Period),
    /// The period does not stand yet.
    #[error("{0} is provisional; it takes no part until it stands")]
    Provisional(Period),
}

impl SeasonRefusal {
    /// The word in files.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NoSeason(_) => "no-season",
            Self::TooShort { .. } => "too-short",
            Self::Gaps { .. } => "gaps",
            Self::NotPositive(_) => "not-positive",
            Self::Provisional(_) => "provisional",
        }
    }
}

impl SeasonalAdjustment {
    /// The cycles of periods of a length, when there are so many of them; none for those that have no season.
    pub fn cycles(frequency: Frequency, periods: usize) -> Vec<usize> {
        match frequency {
            Frequency::Quarter => vec![4],
            Frequency::Month => vec![12],
            Frequency::Day if periods >= 2 * YEAR => vec![WEEK, YEAR],
            Frequency::Day => vec![WEEK],
            Frequency::Week | Frequency::Year => Vec::new(),
        }
    }

    /// Takes the season out of the figures of one area and frequency, in order of time. Figures that are provisional take no part, nor do
    /// those of another declaration than the newest.
    ///
    /// # Errors
    /// Why there is no season to take out; never a value that was made up.
    pub fn adjust(self, figures: &[Figure]) -> Result<SeasonalSeries, SeasonRefusal> {
        let frequency = figures.first().map_or(Frequency::Year, |figure| figure.period.frequency());
        let standing = standing(figures);
        let cycles = Self::cycles(frequency, standing.len());
        let Some(shortest) = cycles.first() else {
            return Err(SeasonRefusal::NoSeason(frequency.word()));
        };
        if standing.len() < 2 * shortest {
            return Err(SeasonRefusal::TooShort { found: standing.len(), wanted: 2 * shortest });
        }
        if let Some(refusal) = gaps(&standing) {
            return Err(refusal);
        }
        let values = self.scaled(&standing)?;
        let season = Season { window: self.window.map(usize::from), robust: self.robust };
        let Some(found) = decompose(&values, &cycles, season) else {
            return Err(SeasonRefusal::TooShort { found: standing.len(), wanted: 2 * shortest });
        };
        let point = |(place, (figure, value)): (usize, &(&Figure, f64))| {
            (figure.period, self.point(figure, *value, found.season[place], found.trend[place]))
        };
        let points = standing.iter().enumerate().map(point).collect();
        Ok(SeasonalSeries { cycles, strength: rounded(found.strength()), points })
    }

    /// The values as they are added up: logarithms where the effect multiplies.
    fn scaled(self, standing: &[(&Figure, f64)]) -> Result<Vec<f64>, SeasonRefusal> {
        let scale = |(figure, value): &(&Figure, f64)| match self.effect {
            SeasonalEffect::Additive => Ok(*value),
            SeasonalEffect::Multiplicative if *value > 0.0 => Ok(value.ln()),
            SeasonalEffect::Multiplicative => Err(SeasonRefusal::NotPositive(figure.period)),
        };
        standing.iter().map(scale).collect()
    }

    fn point(self, figure: &Figure, value: f64, season: f64, trend: f64) -> SeasonalPoint {
        let (season, trend) = match self.effect {
            SeasonalEffect::Additive => (season, trend),
            SeasonalEffect::Multiplicative => (season.exp(), trend.exp()),
        };
        let without = |x: f64| match self.effect {
            SeasonalEffect::Additive => rounded(x - season),
            SeasonalEffect::Multiplicative => rounded(x / season),
        };
        SeasonalPoint {
            adjusted: without(value),
            interval: figure.value.interval.map(|(low, high)| (without(low), without(high))),
            trend: rounded(trend),
            season: rounded(season),
        }
    }
}

/// The figures that count, with their numbers.
pub(crate) fn standing(figures: &[Figure]) -> Vec<(&Figure, f64)> {
    let Some(newest) = figures.last() else { return Vec::new() };
    let counts =
        |figure: &&Figure| figure.formula == newest.formula && figure.value.status != Status::Provisional;
    figures.iter().filter(counts).filter_map(|figure| Some((figure, figure.value.number?))).collect()
}

/// What is missing between the first and the last.
fn gaps(standing: &[(&Figure, f64)]) -> Option<SeasonRefusal> {
    let (mut missing, mut first) = (0, None);
    for pair in standing.windows(2) {
        let (mut due, next) = (pair[0].0.period.next(), pair[1].0.period);
        while due < next {
            missing += 1;
            first = first.or(Some(due));
            due = due.next();
        }
    }
    first.map(|first| SeasonRefusal::Gaps { missing, first })
}

#[cfg(test)]
mod tests;
