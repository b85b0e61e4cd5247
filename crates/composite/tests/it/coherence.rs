//! Correlations, alpha and components of the ASEM example, as COINr prints them.
//!
//! COINr leaves out a correlation that is likely by chance (above 0.05): the files hold `NA` there.

use senne_composite::{Flag, Limits, alpha, correlations, principal, profile};

use crate::{
    asem::asem,
    shared::{close, near, sheet},
};

#[test]
fn correlations_of_raw_indicators() {
    let Some(asem) = asem() else { return };
    let found = correlations(&asem.raw, asem.raw.codes(), asem.raw.codes()).unwrap();
    assert_eq!(compare(&found, "expected_corr_raw_indicators.csv"), (2401, 1226));
}

#[test]
fn correlations_of_pillars() {
    let Some(asem) = asem() else { return };
    let codes: Vec<&str> = asem.hierarchy.at_level(2).map(|element| element.code.as_str()).collect();
    let found = correlations(&asem.aggregated(), &codes, &codes).unwrap();
    assert_eq!(compare(&found, "expected_corr_pillars.csv"), (64, 30));
}

/// How many were compared, and how many of them are left out.
fn compare(found: &senne_composite::Correlations, file: &str) -> (usize, usize) {
    let wanted = sheet(file).unwrap();
    let mut left_out = 0;
    for (row, one) in wanted.texts("Var1").iter().enumerate() {
        let other = &wanted.texts("Var2")[row];
        let own = found.between(one, other).unwrap().when_below(0.05);
        match (own, wanted.values("Correlation")[row]) {
            (Some(own), Some(wanted)) => near(&format!("{one} {other}"), own, wanted, 1e-11),
            (own, wanted) => {
                assert_eq!(own, wanted, "{one} {other}");
                left_out += 1;
            }
        }
    }
    (wanted.texts("Var1").len(), left_out)
}

#[test]
fn correlations_between_levels() {
    let Some(asem) = asem() else { return };
    let found = correlations(&asem.aggregated(), &["Index"], &["Conn", "Sust"]).unwrap();
    let wanted = sheet("expected_corr_index_subindex.csv").unwrap();
    for (row, code) in wanted.texts("Var2").iter().enumerate() {
        let own = found.between("Index", code).unwrap();
        near(code, own.value.unwrap(), wanted.values("Correlation")[row].unwrap(), 1e-12);
        assert!(own.chance.unwrap() < 1e-9);
    }
}

/// Values of Student's t from tables: 2.228 at 10 and 2.201 at 11 degrees leave 0.05 in both tails.
#[test]
fn chance() {
    for (degrees, t, wanted) in [
        (1, 12.7062, 0.05),
        (2, 4.30265, 0.05),
        (10, 2.228_14, 0.05),
        (11, 2.200_99, 0.05),
        (49, 3.5, 0.0010),
    ] {
        let size = degrees + 2;
        let wanted_r = t / f64::sqrt(t * t + f64::from(degrees));
        // Two columns of that correlation: one of noise that is orthogonal to the other by construction.
        let (a, b) = pair(usize::try_from(size).unwrap(), wanted_r);
        let units = (0..size).map(|unit| unit.to_string()).collect();
        let table =
            senne_composite::Table::new(units, vec![("a".to_owned(), a), ("b".to_owned(), b)]).unwrap();
        let found = correlations(&table, &["a"], &["b"]).unwrap().matrix[0][0];
        close("the correlation", found.value.unwrap(), wanted_r, 1e-9);
        assert!((found.chance.unwrap() - wanted).abs() < 1e-4, "{degrees}: {found:?}");
    }
}

fn pair(size: usize, correlation: f64) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
    let standard = |values: Vec<f64>| {
        let mean = values.iter().sum::<f64>() / size as f64;
        let length = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>().sqrt();
        values.into_iter().map(|value| (value - mean) / length).collect::<Vec<f64>>()
    };
    let a = standard((0..size).map(|place| place as f64).collect());
    let other = standard((0..size).map(|place| (place as f64).powi(2)).collect());
    let share: f64 = a.iter().zip(&other).map(|(a, b)| a * b).sum();
    let rest = standard(a.iter().zip(&other).map(|(a, b)| b - share * a).collect());
    let b = a
        .iter()
        .zip(&rest)
        .map(|(a, r)| Some(correlation * a + (1.0 - correlation * correlation).sqrt() * r));
    let b = b.collect();
    (a.into_iter().map(Some).collect(), b)
}

#[test]
fn cronbach() {
    let Some(asem) = asem() else { return };
    let wanted = sheet("expected_cronbach.csv").unwrap();
    let normalised = asem.normalised();
    for (row, scope) in wanted.texts("scope").iter().enumerate() {
        let codes =
            if scope == "all49" { asem.hierarchy.below("Index", 1) } else { asem.hierarchy.below(scope, 1) };
        for (name, table) in [("raw", &asem.raw), ("norm", &normalised)] {
            let own = alpha(&table.select(&codes).unwrap()).unwrap();
            near(&format!("{scope} {name}"), own, wanted.values(name)[row].unwrap(), 1e-11);
        }
    }
}

/// The article on analysis prints three digits.
#[test]
fn profiles() {
    let Some(asem) = asem() else { return };
    let found = profile(&asem.raw, Limits::default()).unwrap();
    let flights = found.iter().find(|one| one.code == "Flights").unwrap();
    for (own, wanted) in [
        (flights.least, 0.99),
        (flights.most, 211.0),
        (flights.mean, 38.6),
        (flights.median, 25.6),
        (flights.deviation.unwrap(), 46.7),
        (flights.skewness.unwrap(), 2.10),
        (flights.kurtosis.unwrap(), 4.51),
    ] {
        close("Flights", own / wanted, 1.0, 0.005);
    }
    assert_eq!(flights.flags, [Flag::Outliers]);
    let ship = found.iter().find(|one| one.code == "Ship").unwrap();
    assert_eq!((ship.available, ship.not_zero, ship.unique), (51, 42, 43));
    let tir = found.iter().find(|one| one.code == "TIRcon").unwrap();
    assert_eq!((tir.unique, tir.flags.as_slice()), (2, &[Flag::FewUnique][..]));
}

/// The article on analysis: loadings of the environmental pillar on raw data, one unit left out.
#[test]
fn components() {
    let Some(asem) = asem() else { return };
    let codes = ["CO2", "Forest", "MatCon", "PrimEner", "Renew"];
    let found = principal(&asem.raw.select(&codes).unwrap()).unwrap();
    assert_eq!(found.units, 50);
    let printed = [-0.581, 0.214, -0.543, -0.313, 0.473];
    let sign = -found.loadings[0][0].signum();
    for (own, wanted) in found.loadings[0].iter().zip(printed) {
        assert!((sign * own - wanted).abs() < 0.0006, "{own} is not {wanted}");
    }
    close("all variance", found.variances.iter().sum(), 5.0, 1e-12);
    close("explained", found.explained(5), 1.0, 1e-12);
    assert!(found.above_one() >= 1 && found.variances.windows(2).all(|pair| pair[0] >= pair[1]));
    for a in 0..5 {
        for b in 0..5 {
            let product: f64 = found.loadings[a].iter().zip(&found.loadings[b]).map(|(a, b)| a * b).sum();
            close("orthogonal", product, if a == b { 1.0 } else { 0.0 }, 1e-12);
        }
    }
}
