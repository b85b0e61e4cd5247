//! Tables as they come: gaps, rows twice, nothing treated, dates that do not go by letter.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod town;

use std::fmt::Write;

use senne_city_impact::{GroupEffect, MethodName, Report, Request, Table, evaluate, foresee};
use senne_impact::Comparison;
use town::{found, request, spoken, town};

const YEARS: [i64; 6] = [2000, 2001, 2003, 2004, 2006, 2009];

/// Thirty-two units over years with gaps, in groups that begin to be treated in a year; 0 is never. `name` writes a year.
fn gaps(groups: [i64; 4], name: impl Fn(i64) -> String) -> Table {
    let mut text = String::from("u,t,y,first\n");
    for unit in 0..32_usize {
        let (own, group) = (unit as f64, groups[unit % 4]);
        for year in YEARS {
            let effect = if group > 0 && year >= group { 0.5 + 0.2 * (year - group) as f64 } else { 0.0 };
            let (first, time) = (if group > 0 { name(group) } else { "0".to_owned() }, year as f64);
            let value =
                3.0 * (own * 1.7).sin() + 0.1 * (time - 2000.0) + (own * 2.3 + time * 1.1).sin() + effect;
            writeln!(text, "{unit},{},{value},{first}", name(year)).unwrap();
        }
    }
    Table::read(text.as_bytes()).unwrap()
}

fn by_first(method: MethodName) -> Request {
    Request {
        unit: Some("u".to_owned()),
        first_treated: Some("first".to_owned()),
        ..Request::new(method, "t", "y")
    }
}

fn effect<'a>(report: &'a Report, by: &str, at: &str) -> &'a GroupEffect {
    report.effects.iter().find(|effect| effect.by == by && effect.at.as_deref() == Some(at)).unwrap()
}

fn refused(table: &Table, request: &Request) -> String {
    evaluate(table, request).unwrap_err().to_string()
}

#[test]
fn a_beginning_between_two_times_keeps_its_year() {
    let names: [fn(i64) -> String; 2] = [|year: i64| year.to_string(), |year: i64| format!("{year}.0")];
    for name in names {
        let table = gaps([0, 2002, 2005, 2009], name);
        let report = evaluate(&table, &by_first(MethodName::CallawaySantAnna)).unwrap();
        // As `csdid` 0.4.3 has it.
        assert!((report.estimate - 1.186_116_172_488_626_7).abs() < 1e-9, "{}", report.estimate);
        let simple = effect(&report, "overall", "simple");
        assert!((simple.standard_error - 0.277_072_594_648_824_94).abs() < 1e-9, "{simple:?}");
        assert!((effect(&report, "overall", "dynamic").effect - 1.222_898_121_851_516_7).abs() < 1e-9);
        assert!((effect(&report, "since", "7").effect - 2.205_751_740_610_874_6).abs() < 1e-9);
        assert!(report.effects.iter().any(|effect| effect.group.as_deref() == Some("2002")));
        let cohorts = evaluate(&table, &by_first(MethodName::SunAbraham)).unwrap();
        assert!((cohorts.estimate - report.estimate).abs() < 1e-9, "{}", cohorts.estimate);
        let usual = effect(&cohorts, "overall", "simple").standard_error;
        // Least squares with a column for each group and time, errors clustered by unit with the factor of `fixest`.
        assert!((usual - 0.291_799_945_526_460_2).abs() < 1e-9, "{usual}");
        let course = evaluate(&table, &by_first(MethodName::EventStudy)).unwrap();
        assert!(course.estimate > 0.5 && !course.effects.iter().any(|e| e.at.as_deref() == Some("-1")));
    }
}

#[test]
fn where_all_are_treated_in_the_end_it_is_said() {
    let table = gaps([2002, 2005, 2009, 2006], |year| year.to_string());
    let asked = Request { comparison: Comparison::NotYetTreated, ..by_first(MethodName::CallawaySantAnna) };
    let report = evaluate(&table, &asked).unwrap();
    assert!((report.estimate - 0.716_862_312_918_192_5).abs() < 1e-9, "{}", report.estimate);
    assert!(report.warnings.iter().any(|warning| warning.en.contains("2009")), "{:?}", report.warnings);
    report.warnings.iter().for_each(spoken);
    let course = evaluate(&table, &by_first(MethodName::EventStudy)).unwrap();
    let said = course.warnings.iter().find(|warning| warning.en.contains("never treated"));
    spoken(said.unwrap());
}

#[test]
fn a_unit_that_has_a_time_twice_is_refused_where_one_row_would_stand_for_both() {
    let mut text = String::from("street,month,no2,school_street\n");
    for unit in 0..12_usize {
        for time in 0..10_usize {
            let value = (unit * 37 + time * 53) as f64 % 17.0;
            writeln!(text, "S{unit:02},{time},{value},{}", u8::from(unit == 3 && time >= 6)).unwrap();
        }
    }
    writeln!(text, "S05,4,99,0").unwrap();
    let table = Table::read(text.as_bytes()).unwrap();
    for method in [
        MethodName::CallawaySantAnna,
        MethodName::Bacon,
        MethodName::SyntheticControl,
        MethodName::SyntheticDifference,
        MethodName::AugmentedControl,
        MethodName::Geo,
        MethodName::Randomised,
    ] {
        let said = refused(&table, &request(method));
        assert!(said.starts_with("line 122 of the table") && said.contains("line 56"), "{said}");
    }
    for method in [MethodName::Did, MethodName::EventStudy, MethodName::SunAbraham] {
        assert!(evaluate(&table, &request(method)).is_ok(), "a regression takes rows as they are");
    }
    // Without a column of units, all rows would be one series.
    let series = Request {
        unit: None,
        treated: None,
        start: Some("6".to_owned()),
        ..request(MethodName::Interrupted)
    };
    assert!(refused(&table, &series).contains("name the column of units"));
    let planned = senne_city_impact::PlannedProject {
        method: MethodName::Interrupted,
        unit: Some("street".to_owned()),
        time: "month".to_owned(),
        outcome: "no2".to_owned(),
        treat: vec!["S05".to_owned()],
        keep: Vec::new(),
        count: 1,
        duration: 2,
        lookback: 3,
        draws: 10,
        seed: 1,
        level: 0.95,
        power: 0.8,
        lifts: vec![0.1],
        season: None,
    };
    assert!(foresee(&table, &planned).unwrap_err().to_string().starts_with("line 122"));
}

#[test]
fn nothing_to_compare_is_named() {
    let nobody = town(6, 10, &[]);
    for method in [MethodName::Did, MethodName::SunAbraham, MethodName::SyntheticControl, MethodName::Bacon] {
        let said = refused(&nobody, &request(method));
        assert!(said.contains("a treated unit; none is treated"), "{said}");
    }
    let all: Vec<(usize, usize)> = (0..6).map(|unit| (unit, 5)).collect();
    for method in [MethodName::Did, MethodName::EventStudy, MethodName::CallawaySantAnna, MethodName::Bacon] {
        let said = refused(&town(6, 10, &all), &request(method));
        assert!(said.contains("all begin at 5"), "{said}");
    }
    let said = refused(&town(6, 10, &[(2, 0)]), &request(MethodName::EventStudy));
    assert!(said.contains("before its treatment"), "{said}");
}

#[test]
fn gaps_of_a_decomposition_are_named() {
    let table = Table::read(b"u,t,y,d\na,1,1,0\na,2,2,1\nb,1,1,0\nb,2,NA,0\n").unwrap();
    let asked = Request {
        unit: Some("u".to_owned()),
        treated: Some("d".to_owned()),
        ..Request::new(MethodName::Bacon, "t", "y")
    };
    assert!(refused(&table, &asked).contains("`b` has none at 2"), "{}", refused(&table, &asked));
    let nameless = Table::read(b"u,t,y,d\na,1,1,0\na,2,2,1\n,1,1,0\n,2,1,0\n").unwrap();
    assert!(refused(&nameless, &asked).starts_with("line 4, column `u`"), "{}", refused(&nameless, &asked));
    let huge = Table::read(b"u,t,y,d\na,1,1,0\na,2,-2e101,1\nb,1,1,0\nb,2,1,0\n").unwrap();
    assert!(refused(&huge, &asked).starts_with("line 3, column `y`"), "{}", refused(&huge, &asked));
    let dates = Table::read(b"u,t,y,d\na,01/02/2020,1,0\na,01/03/2020,2,1\n").unwrap();
    assert!(refused(&dates, &asked).contains("begins with its year"), "{}", refused(&dates, &asked));
}

#[test]
fn a_series_with_gaps_says_so() {
    let mut text = String::from("month,y\n");
    for step in 0..40 {
        if step != 7 {
            let (year, month) = (2001 + step / 12, step % 12 + 1);
            writeln!(text, "{year}-{month:02},{}", (step * 53) % 17 + if step > 25 { 9 } else { 0 }).unwrap();
        }
    }
    let table = Table::read(text.as_bytes()).unwrap();
    for method in [MethodName::Interrupted, MethodName::StructuralSeries] {
        let asked = Request { start: Some("2003-03".to_owned()), ..Request::new(method, "month", "y") };
        let report = evaluate(&table, &asked).unwrap();
        let said = report.warnings.iter().find(|warning| warning.en.contains("times are missing"));
        spoken(said.unwrap());
    }
    let whole = evaluate(&town(1, 60, &[(0, 24)]), &request(MethodName::Interrupted)).unwrap();
    assert!(!whole.warnings.iter().any(|warning| warning.en.contains("times are missing")));
}

#[test]
fn a_predictor_that_a_unit_lacks_is_named() {
    let table = Table::read(
        b"u,t,y,d,x\na,1,1,0,5\na,2,2,0,5\na,3,4,1,5\nb,1,1,0,\nb,2,2,0,\nb,3,2,0,7\nc,1,1,0,6\nc,2,3,0,6\nc,3,2,0,6\n",
    )
    .unwrap();
    let asked = Request {
        unit: Some("u".to_owned()),
        treated: Some("d".to_owned()),
        predictors: vec!["x".to_owned()],
        ..Request::new(MethodName::SyntheticControl, "t", "y")
    };
    assert!(refused(&table, &asked).contains("`x` before the treatment for each unit; `b` has none"));
}

#[test]
fn columns_that_a_method_does_not_look_at_are_named() {
    let table = town(30, 40, &[(5, 24), (9, 24), (14, 24)]);
    let said = |request: &Request| {
        let report = evaluate(&table, request).unwrap();
        report.warnings.iter().for_each(spoken);
        report.warnings.iter().any(|warning| warning.en.contains("does not use wind"))
    };
    let wind = || vec!["wind".to_owned()];
    let covariates = |method| Request { covariates: wind(), ..request(method) };
    assert!(said(&covariates(MethodName::Bacon)) && said(&covariates(MethodName::SyntheticDifference)));
    assert!(!said(&covariates(MethodName::Did)));
    found(&evaluate(&table, &covariates(MethodName::SyntheticDifference)).unwrap());
    assert!(said(&Request { predictors: wind(), ..request(MethodName::Did) }));
}
