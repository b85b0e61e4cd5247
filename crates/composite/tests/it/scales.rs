//! The scales of COINr on the treated ASEM data, and those that it lacks.
//!
//! `expected_norm_fracmax` holds `Inf` where the maximum of a turned indicator is 0, and `NA` for 0/0: there is no value here.
//!
//! The files have 15 digits. In `TolMin`, Bulgaria and the Czech Republic share 5.1 with Greece, and Norway 3.4 with another country, to
//! that many digits; the data from which the ranks were taken tell them apart. These three ranks of 2,499 are one lower here.

use senne_composite::{Direction, Normalisation, NormaliseOptions, Table, normalise};

use crate::{
    asem::{Asem, asem},
    shared::{close, near, same, sheet},
};

const ALL: usize = 51 * 49;

fn scaled(asem: &Asem, options: &NormaliseOptions) -> Table {
    normalise(&asem.treated(), &asem.hierarchy, options).unwrap().table
}

fn compare(file: &str, scale: Normalisation, tolerance: f64) {
    let Some(asem) = asem() else { return };
    let wanted = sheet(file).unwrap().whole("uCode");
    assert_eq!(same(&scaled(&asem, &NormaliseOptions::all(scale)), &wanted, tolerance), ALL);
}

#[test]
fn from_least_to_most() {
    compare("expected_norm_minmax_0_100.csv", Normalisation::MinMax { low: 0.0, high: 100.0 }, 1e-11);
}

#[test]
fn z_scores() {
    compare("expected_norm_zscore_0_1.csv", Normalisation::ZScore { mean: 0.0, deviation: 1.0 }, 1e-9);
}

#[test]
fn distance_to_the_maximum() {
    compare("expected_norm_dist2max.csv", Normalisation::DistanceToMaximum, 1e-11);
}

#[test]
fn fraction_of_the_maximum() {
    compare("expected_norm_fracmax.csv", Normalisation::FractionOfMaximum, 1e-12);
}

/// As [`compare`], one rank lower where three countries are equal to 15 digits.
fn compare_ranks(file: &str, scale: Normalisation, step: f64) {
    let Some(asem) = asem() else { return };
    let wanted = sheet(file).unwrap().whole("uCode");
    let found = scaled(&asem, &NormaliseOptions::all(scale));
    for (code, column) in wanted.columns() {
        for (unit, value) in wanted.units().iter().zip(column) {
            let equal = code == "TolMin" && ["BGR", "CZE", "NOR"].contains(&unit.as_str());
            let wanted = value.unwrap() - if equal { step } else { 0.0 };
            near(&format!("{unit} {code}"), found.value(unit, code).unwrap(), wanted, 1e-14);
        }
    }
}

#[test]
fn ranks() {
    compare_ranks("expected_norm_rank.csv", Normalisation::Rank, 1.0);
}

#[test]
fn borda() {
    compare_ranks("expected_norm_borda.csv", Normalisation::Borda, 1.0);
}

#[test]
fn percentile_ranks() {
    compare_ranks("expected_norm_prank.csv", Normalisation::PercentileRank, 0.02);
}

/// COINr scales values that are turned already by bounds that are not, 0 and 100: in units of the indicator these are −100 and 0 where
/// lower is better.
#[test]
fn scaled_by_bounds() {
    let Some(asem) = asem() else { return };
    let mut options = NormaliseOptions::all(Normalisation::Scaled { low: 0.0, high: 100.0, factor: 100.0 });
    for element in asem.hierarchy.indicators().filter(|element| element.direction == Direction::Lower) {
        let turned = Normalisation::Scaled { low: -100.0, high: 0.0, factor: 100.0 };
        options.each.insert(element.code.clone(), turned);
    }
    let wanted = sheet("expected_norm_scaled.csv").unwrap().whole("uCode");
    assert_eq!(same(&scaled(&asem, &options), &wanted, 1e-12), ALL);
}

#[test]
fn a_fraction_of_the_best_is_the_inverse_where_lower_is_better() {
    let Some(asem) = asem() else { return };
    let treated = asem.treated().select(&["LPI", "CO2"]).unwrap();
    let scale = |scale| normalise(&treated, &asem.hierarchy, &NormaliseOptions::all(scale)).unwrap().table;
    let (plain, best) = (scale(Normalisation::FractionOfMaximum), scale(Normalisation::FractionOfBest));
    assert_eq!(plain.column("LPI"), best.column("LPI"));
    for (plain, best) in plain.column("CO2").unwrap().iter().zip(best.column("CO2").unwrap()) {
        close("a fraction", plain.unwrap() * best.unwrap(), 1.0, 1e-14);
        assert!(best.unwrap() <= 1.0);
    }
}

#[test]
fn distances_to_reference_target_and_goalposts() {
    let Some(asem) = asem() else { return };
    let treated = asem.treated();
    let all = |scale| scaled(&asem, &NormaliseOptions::all(scale));
    let belgium = all(Normalisation::DistanceToReference { unit: "BEL".to_owned(), cap: true });
    let targets = normalise(
        &treated.select(&["LPI", "CO2"]).unwrap(),
        &asem.hierarchy,
        &NormaliseOptions::all(Normalisation::DistanceToTarget { target: None, cap: false }),
    );
    let targets = targets.unwrap().table;
    for (code, sign) in [("LPI", 1.0), ("CO2", -1.0)] {
        let values: Vec<f64> =
            treated.column(code).unwrap().iter().map(|value| sign * value.unwrap()).collect();
        let worst = values.iter().copied().fold(f64::INFINITY, f64::min);
        let reference = sign * treated.value("BEL", code).unwrap();
        let target = sign * asem.hierarchy.element(code).unwrap().target.unwrap();
        for (unit, value) in treated.units().iter().zip(values) {
            let wanted = ((value - worst) / (reference - worst)).min(1.0);
            close("to Belgium", belgium.value(unit, code).unwrap(), wanted, 1e-12);
            close(
                "to the target",
                targets.value(unit, code).unwrap(),
                (value - worst) / (target - worst),
                1e-12,
            );
        }
    }
    let posts = Normalisation::Goalposts { low: 2.0, high: 10.0, from: 70.0, to: 130.0, truncate: true };
    let options = NormaliseOptions::all(posts);
    let carbon = normalise(&treated.select(&["CO2"]).unwrap(), &asem.hierarchy, &options).unwrap();
    for (value, placed) in treated.column("CO2").unwrap().iter().zip(carbon.table.column("CO2").unwrap()) {
        let wanted = (130.0 - 60.0 * (value.unwrap() - 2.0) / 8.0).clamp(70.0, 130.0);
        close("between goalposts", placed.unwrap(), wanted, 1e-12);
    }
    let (slope, offset) = carbon.record[0].line.unwrap();
    close("slope", slope, -7.5, 1e-12);
    close("offset", offset, 145.0, 1e-12);
}

/// The reference gets 100, whichever way is better.
#[test]
fn goalposts_around_a_reference() {
    let Some(asem) = asem() else { return };
    let treated = asem.treated().select(&["LPI", "CO2"]).unwrap();
    let mut options = NormaliseOptions::all(Normalisation::Directed);
    for (code, column) in treated.columns() {
        let values: Vec<f64> = column.iter().flatten().copied().collect();
        let (least, most) = senne_composite::statistics::extremes(&values).unwrap();
        let reference = treated.value("BEL", code).unwrap();
        options.each.insert(code.to_owned(), Normalisation::around(reference, least, most));
    }
    let found = normalise(&treated, &asem.hierarchy, &options).unwrap().table;
    for (code, column) in found.columns() {
        close(code, found.value("BEL", code).unwrap(), 100.0, 1e-12);
        let values: Vec<f64> = column.iter().flatten().copied().collect();
        let (least, most) = senne_composite::statistics::extremes(&values).unwrap();
        close(code, most - least, 60.0, 1e-12);
    }
}
