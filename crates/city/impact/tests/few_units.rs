//! What is said where few units, or a single one, tell of an effect.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod town;

use senne_city_impact::{ErrorWay, MethodName, Report, Request, evaluate};
use town::{found, request, spoken, town};

#[test]
fn one_treated_unit_has_no_spread_of_its_own() {
    let table = town(30, 40, &[(5, 24)]);
    let warned =
        |report: &Report, words: &str| report.warnings.iter().any(|warning| warning.en.contains(words));
    for method in [MethodName::Did, MethodName::EventStudy, MethodName::SunAbraham] {
        let report = evaluate(&table, &request(method)).unwrap();
        assert!(report.standard_error.is_nan() && warned(&report, "no standard error"), "{report:?}");
        assert_eq!(report.verdict.answer, "not detectable");
        report.warnings.iter().for_each(spoken);
    }
    let report = evaluate(&table, &request(MethodName::CallawaySantAnna)).unwrap();
    found(&report);
    assert!(warned(&report, "single unit"), "{:?}", report.warnings);
    let begins: Vec<(usize, usize)> = vec![(1, 24), (4, 24), (9, 24), (14, 30)];
    let several = evaluate(&town(30, 40, &begins), &request(MethodName::SyntheticDifference)).unwrap();
    found(&several);
    assert!(warned(&several, "single unit"), "{:?}", several.warnings);
}

#[test]
fn newey_west_intervals_are_warned_of() {
    let asked = Request { errors: ErrorWay::NeweyWest, ..request(MethodName::Interrupted) };
    let report = evaluate(&town(1, 60, &[(0, 24)]), &asked).unwrap();
    assert!(report.warnings.iter().any(|warning| warning.en.contains("87 %")), "{:?}", report.warnings);
    report.warnings.iter().for_each(spoken);
}
