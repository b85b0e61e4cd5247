//! What stands beside the values of an indicator: the same without the season, or in the weather of an ordinary year.

use std::collections::BTreeMap;

use senne_chart::{Dot, Trust};
use senne_indicator::{
    Declaration, Derived, Figure, Period, SeasonRefusal, SeasonalSeries, WeatherRefusal, WeatherSeries,
};

use super::{series::place, told::number};
use crate::{
    format,
    pages::indicators::Choice,
    words::{Words, key},
};

/// The line beside the values, and what is said of it.
pub(crate) struct Beside {
    /// What the line is; for the legend and the column of the table.
    pub(crate) name: &'static str,
    /// How far it can be relied on, or why there is none.
    pub(crate) note: String,
    /// The lines that there are to choose from, when there is more than one.
    pub(super) choices: Vec<Choice>,
    values: BTreeMap<Period, (f64, Option<(f64, f64)>)>,
}

/// Which of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Season,
    Weather,
}

impl Line {
    fn word(self) -> &'static str {
        match self {
            Self::Season => "season",
            Self::Weather => "weather",
        }
    }

    fn name(self, words: Words) -> &'static str {
        words.t(match self {
            Self::Season => key!("indicator.without_season"),
            Self::Weather => key!("indicator.in_weather"),
        })
    }
}

impl Beside {
    /// The line that is asked for by its word, else the first that there is; `link` gives the page with another one. Nothing where none is declared for
    /// periods of this length.
    pub(crate) fn of(
        words: Words,
        derived: &Derived,
        asked: Option<&str>,
        link: impl Fn(&str) -> String,
    ) -> Option<Self> {
        let season =
            derived.season.as_ref().filter(|season| !matches!(season, Err(SeasonRefusal::NoSeason(_))));
        let weather =
            derived.weather.as_ref().filter(|weather| !matches!(weather, Err(WeatherRefusal::NoSeason(_))));
        let lines = [season.map(|_| Line::Season), weather.map(|_| Line::Weather)];
        let lines: Vec<Line> = lines.into_iter().flatten().collect();
        let here =
            lines.iter().copied().find(|line| asked == Some(line.word())).or(lines.first().copied())?;
        let choice = |line: &Line| Choice {
            label: line.name(words).to_owned(),
            value: line.word().to_owned(),
            link: link(line.word()),
            here: *line == here,
        };
        let choices = if lines.len() > 1 { lines.iter().map(choice).collect() } else { Vec::new() };
        let (values, note) = match here {
            Line::Season => season.map(|season| of_season(words, season)),
            Line::Weather => weather.map(|weather| of_weather(words, weather)),
        }?;
        Some(Self { name: here.name(words), note, choices, values })
    }

    /// Whether there is a line to be drawn.
    pub(crate) fn is_drawn(&self) -> bool {
        self.values.len() > 1
    }

    /// The line for some figures.
    pub(crate) fn dots(&self, figures: &[Figure]) -> Vec<Dot> {
        let dot = |figure: &Figure| {
            let (value, spread) = *self.values.get(&figure.period)?;
            Some(Dot { at: place(figure.period), value, spread, trust: Trust::Usable })
        };
        figures.iter().filter_map(dot).collect()
    }

    /// The cell of a period in the table.
    pub(crate) fn cell(&self, words: Words, declaration: &Declaration, period: Period) -> String {
        self.values.get(&period).map_or_else(String::new, |(value, _)| number(words, declaration, *value))
    }
}

/// Values with their intervals, and what is said of them.
type Values = (BTreeMap<Period, (f64, Option<(f64, f64)>)>, String);

fn of_season(words: Words, season: &Result<SeasonalSeries, SeasonRefusal>) -> Values {
    match season {
        Ok(series) => {
            let values =
                series.points.iter().map(|(period, point)| (*period, (point.adjusted, point.interval)));
            let note = words.fill("indicator.season_fit", [format::percent(words.language, series.strength)]);
            (values.collect(), note)
        }
        Err(refusal) => (BTreeMap::new(), no_season(words, refusal)),
    }
}

fn no_season(words: Words, refusal: &SeasonRefusal) -> String {
    let count = |n: usize| format::amount(words.language, n as u64);
    match refusal {
        SeasonRefusal::TooShort { found, wanted } => {
            words.fill("indicator.season_short", [count(*found), count(*wanted)])
        }
        SeasonRefusal::Gaps { missing, first } => {
            words.fill("indicator.season_gaps", [count(*missing), format::period(words.language, *first)])
        }
        SeasonRefusal::NotPositive(period) | SeasonRefusal::Provisional(period) => {
            words.fill("indicator.season_zero", [format::period(words.language, *period)])
        }
        SeasonRefusal::NoSeason(_) => String::new(),
    }
}

fn of_weather(words: Words, weather: &Result<WeatherSeries, WeatherRefusal>) -> Values {
    match weather {
        Ok(series) => {
            let point = |(period, point): (&Period, &senne_indicator::WeatherPoint)| {
                (*period, (point.normalised, Some(point.interval)))
            };
            let parts = [series.r_squared, series.partial_r_squared];
            let note =
                words.fill("indicator.weather_fit", parts.map(|part| format::percent(words.language, part)));
            (series.points.iter().map(point).collect(), note)
        }
        Err(refusal) => (BTreeMap::new(), no_weather(words, refusal)),
    }
}

fn no_weather(words: Words, refusal: &WeatherRefusal) -> String {
    let count = |n: usize| format::amount(words.language, n as u64);
    match refusal {
        WeatherRefusal::TooFew { found, wanted } => {
            words.fill("indicator.weather_short", [count(*found), count(*wanted)])
        }
        WeatherRefusal::NoWeather(id) => words.fill("indicator.weather_none", [id]),
        WeatherRefusal::NotIdentified(_) | WeatherRefusal::Missing(_) => {
            words.t("indicator.weather_unclear").to_owned()
        }
        WeatherRefusal::NoSeason(_) => String::new(),
    }
}
