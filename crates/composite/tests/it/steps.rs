//! Every step of the ASEM example, as COINr takes it.

use senne_composite::{Screening, Side, Treatment, denominate, screen, treat};

use crate::{
    asem::asem,
    shared::{close, same, sheet},
};

const ALL: usize = 51 * 49;

#[test]
fn the_raw_data_is_read_as_published() {
    let Some(asem) = asem() else { return };
    let wanted = sheet("expected_Raw.csv").unwrap().whole("uCode");
    assert_eq!(same(&asem.raw, &wanted, 1e-14), ALL);
}

#[test]
fn denominated() {
    let Some(asem) = asem() else { return };
    let found = denominate(&asem.raw, &asem.hierarchy, &asem.denominators).unwrap();
    let wanted = sheet("expected_Denominated.csv").unwrap().whole("uCode");
    assert_eq!(same(&found.table, &wanted, 1e-12), ALL);
    assert_eq!(found.record.len(), 17);
    let lost = found.record.iter().filter(|division| !division.lost.is_empty());
    let lost: Vec<(&str, &[String])> = lost.map(|d| (d.denominator.as_str(), d.lost.as_slice())).collect();
    assert!(lost.iter().all(|(by, units)| *by == "Energy" && *units == ["LAO"]), "{lost:?}");
}

#[test]
fn imputed_by_groups() {
    let Some(asem) = asem() else { return };
    let wanted = sheet("expected_Imputed.csv").unwrap().whole("uCode");
    assert_eq!(same(&asem.imputed(), &wanted, 1e-12), ALL);
}

#[test]
fn screened() {
    let Some(asem) = asem() else { return };
    let rule = Screening { least_available: Some(0.9), ..Screening::default() };
    let wanted = sheet("expected_Screened.csv").unwrap().whole("uCode");
    let found = screen(&asem.imputed(), &rule).unwrap();
    assert_eq!(same(&found.table, &wanted, 1e-12), ALL);
    // Before values are guessed, five countries lack more than a tenth (COINr, article on adjustments).
    let found = screen(&asem.raw, &rule).unwrap();
    let gone: Vec<&str> = found.record.iter().filter(|u| !u.kept).map(|u| u.unit.as_str()).collect();
    assert_eq!(gone, ["BGD", "BRN", "KHM", "LAO", "MMR"]);
    // Article on imputation: Bangladesh lacks 6 values and has one zero.
    let bangladesh = found.record.iter().find(|u| u.unit == "BGD").unwrap();
    assert_eq!((bangladesh.missing, bangladesh.zeros), (6, 1));
    close("available", bangladesh.available, 0.877_551_0, 1e-7);
    close("not zero", bangladesh.not_zero, 0.976_744_2, 1e-7);
}

#[test]
fn treated() {
    let Some(asem) = asem() else { return };
    let found = treat(&asem.imputed(), Treatment::default()).unwrap();
    let wanted = sheet("expected_Treated.csv").unwrap().whole("uCode");
    assert_eq!(same(&found.table, &wanted, 1e-12), ALL);
    let details = sheet("expected_Treated_details.csv").unwrap();
    for (row, code) in details.texts("iCode").iter().enumerate() {
        let own = found.record.iter().find(|treated| treated.code == *code).unwrap();
        let number = |name: &str| details.values(name)[row];
        let pairs = [
            ("skewness", own.before.skewness, number("check_SkewKurt0.Skew")),
            ("kurtosis", own.before.kurtosis, number("check_SkewKurt0.Kurt")),
            (
                "later skewness",
                own.after_winsorising.and_then(|s| s.skewness),
                number("check_SkewKurt1.Skew"),
            ),
            (
                "later kurtosis",
                own.after_winsorising.and_then(|s| s.kurtosis),
                number("check_SkewKurt1.Kurt"),
            ),
        ];
        for (what, own, wanted) in pairs {
            assert_eq!(own.is_some(), wanted.is_some(), "{what} of {code}");
            close(&format!("{what} of {code}"), own.unwrap_or(0.0), wanted.unwrap_or(0.0), 1e-12);
        }
        assert_eq!(own.winsorised.len() as f64, number("winsorise.nwin").unwrap_or(0.0), "{code}");
        assert_eq!(
            own.after_winsorising.is_none(),
            details.texts("check_SkewKurt0.Pass")[row] == "TRUE",
            "{code}"
        );
        assert!(own.within_limits && own.logarithm.is_none(), "{code}");
        let side = if code == "FemLab" { Side::Low } else { Side::High };
        assert!(own.winsorised.iter().all(|point| point.side == side), "{code}");
    }
}

#[test]
fn normalised() {
    let Some(asem) = asem() else { return };
    let wanted = sheet("expected_Normalised.csv").unwrap().whole("uCode");
    assert_eq!(same(&asem.normalised(), &wanted, 1e-11), ALL);
}

#[test]
fn aggregated() {
    let Some(asem) = asem() else { return };
    let found = asem.aggregated();
    let wanted = sheet("expected_Aggregated.csv").unwrap().whole("uCode");
    assert_eq!(same(&found, &wanted, 1e-11), 51 * 60);
    assert_eq!(found.codes().last().unwrap(), "Index");
    // Table 1 of the article on results.
    for (unit, index) in
        [("CHE", 68.38), ("NLD", 64.82), ("DNK", 64.80), ("NOR", 64.47), ("BEL", 63.54), ("SWE", 63.00)]
    {
        assert!((found.value(unit, "Index").unwrap() - index).abs() < 0.005, "{unit}");
    }
}
