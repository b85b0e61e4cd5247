//! Ozone in New York from May to September 1973 in reference weather (R's `airquality`, the days without a gap), beside statsmodels 0.14: least
//! squares with errors that remember over four steps.

use senne_impact::{Conditions, Design, ReferenceOptions, StatisticsError, in_reference_conditions};

const OPTIONS: ReferenceOptions = ReferenceOptions { pairs: 1, lag: None, chance: 0.95 };

fn new_york() -> Conditions {
    let rows: Vec<Vec<f64>> = include_str!("airquality.csv")
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let column = |place: usize| rows.iter().map(|row| row[place]).collect::<Vec<f64>>();
    let (wind, temperature) = (column(1), column(2));
    let mean = |of: &[f64]| vec![of.iter().sum::<f64>() / of.len() as f64; of.len()];
    Conditions {
        outcome: column(0),
        time: (0..rows.len() as i64).collect(),
        season: rows.iter().map(|row| ((row[3] - 1.0) * 30.4 + row[4]) / 365.0).collect(),
        reference: Design::new().with("wind", mean(&wind)).with("temperature", mean(&temperature)),
        covariates: Design::new().with("wind", wind).with("temperature", temperature),
    }
}

#[test]
fn new_york_as_statsmodels_has_it() {
    let found = in_reference_conditions(&new_york(), OPTIONS).unwrap();
    let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
    let [wind, temperature] = [&found.coefficients[0], &found.coefficients[1]];
    near(wind.1, -3.210_139_47);
    near(wind.2, 0.895_938_48);
    near(temperature.1, 1.993_598_32);
    near(temperature.2, 0.319_545_88);
    near(found.r_squared, 0.601_611_507);
    near(found.partial_r_squared, 0.467_803_733);
    for (place, value, error, low, high) in [
        (0, 54.363_896_150, 4.659_848_681, 45.124_277_013, 63.603_515_287),
        (50, 13.803_638_168, 3.292_137_648, 7.275_937_357, 20.331_338_980),
        (110, 44.531_869_647, 3.026_273_690, 38.531_327_952, 50.532_411_343),
    ] {
        let one = found.values[place];
        near(one.value, value);
        near(one.standard_error, error);
        near(one.low, low);
        near(one.high, high);
    }
}

#[test]
fn in_its_own_weather_a_value_is_what_it_was() {
    let mut conditions = new_york();
    conditions.reference = conditions.covariates.clone();
    let found = in_reference_conditions(&conditions, OPTIONS).unwrap();
    for (one, seen) in found.values.iter().zip(&conditions.outcome) {
        assert!((one.value - seen).abs() < 1e-9 && one.high - one.low < 1e-6, "{one:?} {seen}");
    }
}

#[test]
fn what_cannot_be_told_apart_is_refused() {
    let mut twice = new_york();
    twice.covariates.push("again", twice.covariates.columns()[0].clone());
    twice.reference.push("again", twice.reference.columns()[0].clone());
    let found = in_reference_conditions(&twice, OPTIONS).unwrap_err();
    assert!(
        matches!(&found, StatisticsError::NotIdentified { what, .. } if what.contains("again")),
        "{found}"
    );
    let mut short = new_york();
    short.outcome.truncate(17);
    short.time.truncate(17);
    short.season.truncate(17);
    let cut = |design: &Design| {
        let columns = design.names().iter().zip(design.columns());
        columns.fold(Design::new(), |all, (name, column)| all.with(name.clone(), column[..17].to_vec()))
    };
    (short.covariates, short.reference) = (cut(&short.covariates), cut(&short.reference));
    let found = in_reference_conditions(&short, OPTIONS).unwrap_err();
    assert_eq!(found, StatisticsError::TooFew { what: "values".to_owned(), found: 17, wanted: 18 });
    let mut uneven = new_york();
    uneven.season.pop();
    assert!(in_reference_conditions(&uneven, OPTIONS).is_err());
}
