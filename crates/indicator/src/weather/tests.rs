//! Weather as it is known to act, and what cannot be told.

use senne_model::{ChangeNo, EntityId};

use super::*;
use crate::{Status, Value};

fn declared(covariates: &[&str], degree_days: &[&str]) -> WeatherNormalisation {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    WeatherNormalisation { covariates: owned(covariates), degree_days: owned(degree_days), harmonics: 2 }
}

fn series(first: &str, count: usize, value: impl Fn(Period) -> f64) -> Vec<Figure> {
    let first: Period = first.parse().unwrap();
    let figure = |period: Period| Figure {
        area: EntityId::trusted("urn:a"),
        period,
        slice: None,
        value: Value { number: Some(value(period)), status: Status::Final, ..Value::default() },
        formula: "f".to_owned(),
        vintage: ChangeNo(1),
    };
    std::iter::successors(Some(first), |period| Some(period.next())).take(count).map(figure).collect()
}

/// Something like chance, from −1 to 1, that is the same for the same period.
fn chance(period: Period, seed: f64) -> f64 {
    let x = (columns::step(period) as f64 * 12.9898 + seed).sin() * 43_758.545_3;
    2.0 * (x - x.floor()) - 1.0
}

fn wind(period: Period) -> f64 {
    3.0 + (columns::part_of_year(period) * std::f64::consts::TAU).cos() + chance(period, 1.0)
}

/// Falls by 0.1 a month, has a season, and each m/s of wind takes 4.
fn no2(period: Period) -> f64 {
    without_wind(period) - 4.0 * wind(period)
}

fn without_wind(period: Period) -> f64 {
    let months = columns::step(period) as f64 - 2015.0 * 12.0;
    60.0 - 0.1 * months
        + 5.0 * (columns::part_of_year(period) * std::f64::consts::TAU).cos()
        + chance(period, 9.0) * 0.5
}

fn weather(same: Vec<Figure>) -> Weather {
    Weather { same: [("wind".to_owned(), same)].into(), days: BTreeMap::new() }
}

#[test]
fn what_the_wind_did_is_taken_out() {
    let figures = series("2015-01", 96, no2);
    let winds = series("2012-01", 132, wind);
    let found = declared(&["wind"], &[]).normalise(&figures, &weather(winds.clone())).unwrap();
    let (name, effect, error) = &found.effects[0];
    assert!(name == "wind" && (effect + 4.0).abs() < 3.0 * error && *error < 0.15, "{effect} {error}");
    assert!(found.r_squared > 0.98 && found.partial_r_squared > 0.9, "{found:?}");
    let mut far: f64 = 0.0;
    for figure in &figures {
        let same: Vec<f64> = winds
            .iter()
            .filter(|other| other.period.first().month() == figure.period.first().month())
            .filter_map(|other| other.value.number)
            .collect();
        let ordinary = same.iter().sum::<f64>() / same.len() as f64;
        let point = found.points[&figure.period];
        far = far.max((point.normalised - (without_wind(figure.period) - 4.0 * ordinary)).abs());
        assert!(point.interval.0 <= point.normalised && point.normalised <= point.interval.1);
    }
    assert!(far < 0.3, "{far}");
}

#[test]
fn the_interval_of_the_value_is_in_that_of_the_normalised_one() {
    let mut figures = series("2015-01", 96, no2);
    let plain = declared(&["wind"], &[]).normalise(&figures, &weather(series("2015-01", 96, wind))).unwrap();
    for figure in &mut figures {
        figure.value.interval = figure.value.number.map(|x| (x - 3.0, x + 4.0));
    }
    let wide = declared(&["wind"], &[]).normalise(&figures, &weather(series("2015-01", 96, wind))).unwrap();
    for (period, point) in &plain.points {
        let (own, effects) = (wide.points[period], point.normalised - point.interval.0);
        assert!((own.normalised - own.interval.0 - 3.0_f64.hypot(effects)).abs() < 1e-6);
        assert!((own.interval.1 - own.normalised - 4.0_f64.hypot(effects)).abs() < 1e-6);
    }
}

#[test]
fn heating_follows_degree_days() {
    let temperature = |day: Period| {
        11.0 - 9.0 * (columns::part_of_year(day) * std::f64::consts::TAU).cos() + 4.0 * chance(day, 3.0)
    };
    let days = series("2019-01-01", 1461, temperature);
    let cold = |month: Period| -> f64 {
        let within = days.iter().filter(|day| Period::of(day.period.first(), Frequency::Month) == month);
        within.filter_map(|day| day.value.number).map(|t| (16.5 - t).max(0.0)).sum()
    };
    let use_of = |month: Period| 20.0 + 0.3 * cold(month) + chance(month, 5.0);
    let figures = series("2019-01", 48, use_of);
    let weather = Weather { same: BTreeMap::new(), days: [("temperature".to_owned(), days.clone())].into() };
    let found = declared(&[], &["temperature"]).normalise(&figures, &weather).unwrap();
    let (name, effect, error) = &found.effects[0];
    assert!(name == "degree-days:temperature" && (effect - 0.3).abs() < 3.0 * error, "{effect} {error}");
    // What is left of a July differs from another July by chance and trend alone.
    assert!(found.partial_r_squared > 0.8, "{found:?}");
}

#[test]
fn days_are_compared_with_days_around_them() {
    let figures = series("2019-01-01", 1096, |day| 40.0 - 4.0 * wind(day));
    let found =
        declared(&["wind"], &[]).normalise(&figures, &weather(series("2019-01-01", 1096, wind))).unwrap();
    let leap = found.points[&"2020-02-29".parse().unwrap()];
    // The mean of 31 days around, in three years, is near what the season says.
    let ordinary = 3.0 + (columns::part_of_year("2020-02-29".parse().unwrap()) * std::f64::consts::TAU).cos();
    assert!((leap.normalised - (40.0 - 4.0 * ordinary)).abs() < 1.0, "{leap:?}");
}

#[test]
fn what_is_refused_says_why() {
    let refused = |months: usize, winds: Vec<Figure>| {
        declared(&["wind"], &[]).normalise(&series("2015-01", months, no2), &weather(winds)).unwrap_err()
    };
    assert_eq!(refused(23, series("2015-01", 23, wind)), WeatherRefusal::TooFew { found: 23, wanted: 24 });
    assert_eq!(refused(60, series("2019-01", 60, wind)), WeatherRefusal::TooFew { found: 12, wanted: 24 });
    assert_eq!(refused(60, Vec::new()), WeatherRefusal::NoWeather("wind".to_owned()));
    let still = refused(60, series("2015-01", 60, |_| 3.0));
    assert!(still.word() == "not-identified" && still.to_string().contains("wind"), "{still}");
    let years = declared(&["wind"], &[]).normalise(&series("2015", 9, no2), &Weather::default()).unwrap_err();
    assert_eq!(years.word(), "no-season");
}
