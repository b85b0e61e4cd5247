//! Seasons as R finds them, and what has none.

use proptest::prelude::*;
use senne_model::{ChangeNo, EntityId};

use super::*;
use crate::Value;

/// Monthly temperatures at Nottingham, 1920 to 1939 (R's `nottem`), with what R 4.2.2 makes of them: value, season and trend of
/// `stl(nottem, "periodic")`, season and trend of `stl(nottem, s.window = 15, robust = TRUE)`.
/// Of other windows R's robust figures differ by up to 0.08: its partial sort is given the two middle places in falling order, and in some
/// rounds what it takes for the median residual is none (with a window of 7 in the twelfth: 5.548 for six times the median, which is 5.871).
const NOTTINGHAM: &str = include_str!("nottem.csv");

const STL: SeasonalAdjustment = SeasonalAdjustment {
    method: SeasonalMethod::Stl,
    effect: SeasonalEffect::Additive,
    robust: false,
    window: None,
};

fn nottingham() -> [Vec<f64>; 5] {
    let rows: Vec<Vec<f64>> = NOTTINGHAM
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    std::array::from_fn(|column| rows.iter().map(|row| row[column]).collect())
}

fn series(first: &str, values: &[f64]) -> Vec<Figure> {
    let first: Period = first.parse().unwrap();
    let periods = std::iter::successors(Some(first), |period| Some(period.next()));
    let figure = |(period, number): (Period, &f64)| Figure {
        area: EntityId::trusted("urn:a"),
        period,
        slice: None,
        value: Value {
            number: Some(*number),
            interval: Some((number - 1.0, number + 1.0)),
            status: Status::Final,
            ..Value::default()
        },
        formula: "f".to_owned(),
        vintage: ChangeNo(1),
    };
    periods.zip(values).map(figure).collect()
}

fn close(found: &[f64], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len());
    for (place, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert!((found - wanted).abs() <= tolerance, "{place}: {found} {wanted}");
    }
}

/// All 240 months to 1e-6 of a degree.
#[test]
fn nottingham_as_r_prints_it() {
    let [values, season, trend, robust_season, robust_trend] = nottingham();
    let found = decompose(&values, &[12], Season::default()).unwrap();
    close(&found.season, &season, 1e-6);
    close(&found.trend, &trend, 1e-6);
    let robust = decompose(&values, &[12], Season { window: Some(15), robust: true }).unwrap();
    close(&robust.season, &robust_season, 1e-6);
    close(&robust.trend, &robust_trend, 1e-6);
}

#[test]
fn the_raw_value_is_the_adjusted_one_with_its_season() {
    let [values, season, ..] = nottingham();
    let found = STL.adjust(&series("1920-01", &values)).unwrap();
    assert_eq!((found.cycles.as_slice(), found.points.len()), ([12].as_slice(), 240));
    assert!(found.strength > 0.9, "{}", found.strength);
    let july = found.points[&"1925-07".parse().unwrap()];
    assert!((july.adjusted + season[66] - values[66]).abs() < 1e-6, "{july:?}");
    let (low, high) = july.interval.unwrap();
    assert!((high - low - 2.0).abs() < 1e-9 && low < july.adjusted && july.adjusted < high);
    let times = SeasonalAdjustment { effect: SeasonalEffect::Multiplicative, ..STL };
    let july = times.adjust(&series("1920-01", &values)).unwrap().points[&"1925-07".parse().unwrap()];
    assert!(july.season > 1.2 && (july.adjusted * july.season - values[66]).abs() < 1e-6, "{july:?}");
}

#[test]
fn a_week_and_a_year_in_days() {
    let wave = |day: usize| {
        let year = (day as f64 * std::f64::consts::TAU / 365.0).sin() * 20.0;
        100.0 + year + if day % 7 >= 5 { -30.0 } else { 12.0 }
    };
    let values: Vec<f64> = (0..1095).map(wave).collect();
    let found = STL.adjust(&series("2023-01-01", &values)).unwrap();
    assert_eq!(found.cycles, [7, 365]);
    for point in found.points.values() {
        assert!((point.adjusted - 100.0).abs() < 1.0, "{point:?}");
    }
    let short = STL.adjust(&series("2023-01-01", &values[..60])).unwrap();
    assert_eq!(short.cycles, [7]);
}

#[test]
fn what_is_refused_says_why() {
    let [values, ..] = nottingham();
    let refused = |figures: &[Figure]| STL.adjust(figures).unwrap_err();
    assert_eq!(refused(&series("1920-01", &values[..23])), SeasonRefusal::TooShort { found: 23, wanted: 24 });
    let mut holed = series("1920-01", &values);
    holed.remove(30);
    holed[40].value.number = None;
    let first = "1922-07".parse().unwrap();
    assert_eq!(refused(&holed), SeasonRefusal::Gaps { missing: 2, first });
    assert_eq!(refused(&series("1920", &values)).word(), "no-season");
    assert_eq!(refused(&[]).word(), "no-season");
    let mut cold = values.clone();
    cold[5] = -2.0;
    let times = SeasonalAdjustment { effect: SeasonalEffect::Multiplicative, ..STL };
    let found = times.adjust(&series("1920-01", &cold)).unwrap_err();
    assert_eq!(found, SeasonRefusal::NotPositive("1920-06".parse().unwrap()));
    assert!(found.to_string().contains("1920-06"), "{found}");
}

#[test]
fn what_does_not_stand_takes_no_part() {
    let [values, ..] = nottingham();
    let mut figures = series("1920-01", &values);
    figures[239].value.status = Status::Provisional;
    figures[239].value.number = Some(-500.0);
    figures[0].formula = "older".to_owned();
    let found = STL.adjust(&figures).unwrap();
    let whole = STL.adjust(&series("1920-02", &values[1..239])).unwrap();
    assert_eq!(found, whole);
}

proptest! {
    #[test]
    fn nothing_is_lost(level in -100.0..100.0_f64, seed in prop::collection::vec(-5.0..5.0_f64, 60), robust: bool, window in prop::option::of(7_usize..20)) {
        let values: Vec<f64> = seed.iter().enumerate().map(|(place, x)| level + x + f64::from(u8::from(place % 12 == 3)) * 9.0).collect();
        let window = window.map(|window| window / 2 * 2 + 1);
        let found = decompose(&values, &[12], Season { window, robust }).unwrap();
        for (place, value) in values.iter().enumerate() {
            let sum = found.season[place] + found.trend[place] + found.rest[place];
            prop_assert!((sum - value).abs() < 1e-9, "{}", sum);
        }
        prop_assert!((0.0..=1.0).contains(&found.strength()));
    }
}
