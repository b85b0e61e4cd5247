//! From a table to a report, by every method.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod town;

use std::fmt::Write;

use senne_city_impact::{
    ErrorWay, MethodName, PlannedProject, Report, Request, Table, advise, evaluate, foresee,
};
use senne_impact::Direction;
use town::{EFFECT, found, request, spoken, town};

#[test]
fn one_beginning_by_each_method() {
    let table = town(30, 40, &[(5, 24), (9, 24), (14, 24)]);
    for method in [
        MethodName::Auto,
        MethodName::Did,
        MethodName::EventStudy,
        MethodName::CallawaySantAnna,
        MethodName::SunAbraham,
        MethodName::SyntheticControl,
        MethodName::SyntheticDifference,
        MethodName::AugmentedControl,
    ] {
        let report = evaluate(&table, &request(method)).unwrap();
        found(&report);
        let weights: f64 = report.unit_weights.iter().map(|weight| weight.weight).sum();
        assert!(report.unit_weights.is_empty() || (weights - 1.0).abs() < 1e-6);
    }
    let auto = evaluate(&table, &request(MethodName::Auto)).unwrap();
    assert_eq!((auto.method, auto.reasons.len()), ("sdid", 1));
}

#[test]
fn several_beginnings() {
    let begins: Vec<(usize, usize)> = (0..8).map(|n| (3 * n + 1, if n % 2 == 0 { 24 } else { 30 })).collect();
    let table = town(30, 40, &begins);
    for method in [
        MethodName::Auto,
        MethodName::CallawaySantAnna,
        MethodName::SunAbraham,
        MethodName::SyntheticDifference,
    ] {
        found(&evaluate(&table, &request(method)).unwrap());
    }
    let auto = evaluate(&table, &request(MethodName::Auto)).unwrap();
    assert_eq!(auto.method, "callaway-santanna");
    let two_way = evaluate(&table, &request(MethodName::Did)).unwrap();
    assert!(two_way.warnings[0].en.contains("callaway-santanna"), "{:?}", two_way.warnings);
    let parts = evaluate(&table, &request(MethodName::Bacon)).unwrap();
    assert!((parts.estimate - two_way.estimate).abs() < 1e-9);
    let refused = evaluate(&table, &request(MethodName::SyntheticControl)).unwrap_err().to_string();
    assert!(refused.contains("one beginning") && refused.contains("sdid"), "{refused}");
}

#[test]
fn one_series() {
    let table = town(1, 60, &[(0, 24)]);
    let single =
        |method| Request { covariates: vec!["wind".to_owned()], season: Some(12), ..request(method) };
    let bayes = evaluate(&table, &single(MethodName::StructuralSeries)).unwrap();
    // The slow wave of the town goes on, and is foreseen by neither.
    assert!(bayes.interval[0] < EFFECT + 1.0 && bayes.interval[1] > EFFECT - 1.0, "{:?}", bayes.interval);
    let series = evaluate(&table, &single(MethodName::Interrupted)).unwrap();
    assert!(series.interval[0] < EFFECT + 1.0 && series.interval[1] > EFFECT - 1.0, "{:?}", series.interval);
    assert_eq!((series.verdict.grade, series.course.len()), (1, 36));
    assert_eq!(
        evaluate(&table, &Request { season: None, ..single(MethodName::Auto) }).unwrap().method,
        "bsts"
    );
}

#[test]
fn augmented_control_says_what_it_can_detect() {
    let table = town(30, 40, &[(5, 24)]);
    let usual = evaluate(&table, &request(MethodName::AugmentedControl)).unwrap();
    found(&usual);
    let half = (usual.interval[1] - usual.interval[0]) / 2.0;
    // An interval excludes zero before 80 % of estimates do.
    assert!(usual.verdict.detectable > half && usual.verdict.detectable < 3.0 * half, "{usual:?}");
    assert_eq!(usual.p_value <= 0.05, usual.interval[1] < 0.0);
    let asked = Request { errors: ErrorWay::Conservative, ..request(MethodName::AugmentedControl) };
    let wide = evaluate(&table, &asked).unwrap();
    assert!((wide.estimate - usual.estimate).abs() < 1e-12);
    assert!(wide.interval[1] - wide.interval[0] > 2.0 * half, "{:?} {:?}", wide.interval, usual.interval);
    assert!(wide.verdict.detectable > usual.verdict.detectable && wide.source != usual.source);
    // By shifts of sixteen times nothing can be told at 95 %.
    let short = evaluate(&town(30, 16, &[(5, 12)]), &request(MethodName::AugmentedControl)).unwrap();
    assert_eq!(short.verdict.answer, "not detectable");
    assert!(short.warnings[0].en.contains("at least 20"), "{:?}", short.warnings);
}

/// Cells A and B begin at once, and B does three times as much.
fn cells() -> Table {
    let plain = town(24, 60, &[]);
    let mut text = String::from("street,month,no2,on,cell\n");
    let rows = plain.texts("street").unwrap().iter().zip(plain.texts("month").unwrap());
    for ((street, month), value) in rows.zip(plain.numbers("no2").unwrap()) {
        let (cell, effect) = match street.as_str() {
            "S05" | "S09" => ("A", EFFECT),
            "S12" | "S17" => ("B", 3.0 * EFFECT),
            _ => ("", 0.0),
        };
        let on = !cell.is_empty() && month.parse::<usize>().unwrap() >= 48;
        let value = value + if on { effect } else { 0.0 };
        writeln!(text, "{street},{month},{value},{},{cell}", u8::from(on)).unwrap();
    }
    Table::read(text.as_bytes()).unwrap()
}

#[test]
fn regions_in_cells() {
    let asked =
        Request { treated: Some("on".to_owned()), cell: Some("cell".to_owned()), ..request(MethodName::Geo) };
    let report = evaluate(&cells(), &asked).unwrap();
    assert_eq!((report.method, report.verdict.answer, report.comparison.donors), ("geo", "better", 20));
    assert!((report.estimate - 2.0 * EFFECT).abs() < 0.6, "{}", report.estimate);
    let [a, b] = &report.cells[..] else { panic!("{:?}", report.cells) };
    assert_eq!(
        (a.cell.as_str(), a.regions.as_slice()),
        ("A", ["S05".to_owned(), "S09".to_owned()].as_slice())
    );
    for (cell, effect) in [(a, EFFECT), (b, 3.0 * EFFECT)] {
        assert!((cell.effect - effect).abs() < 0.6, "{cell:?}");
        assert!(cell.interval[0] < effect + 0.6 && cell.interval[1] < 0.0, "{cell:?}");
        assert!((cell.incremental - cell.effect * 24.0).abs() < 1e-9 && cell.p_value_of_all >= cell.p_value);
    }
    assert!(a.best && !b.best, "the whole effect of A lies above that of B");
    let nameless = Request { cell: Some("on".to_owned()), ..asked.clone() };
    assert_eq!(evaluate(&cells(), &nameless).unwrap().cells[0].cell, "0", "the first row says which cell");
    let one = evaluate(&cells(), &Request { cell: None, ..asked.clone() }).unwrap();
    assert_eq!((one.cells.len(), one.cells[0].regions.len()), (1, 4));
    assert!((one.estimate - report.estimate).abs() < 1e-12);
}

fn planned(method: MethodName, treat: &[&str]) -> PlannedProject {
    PlannedProject {
        method,
        unit: Some("street".to_owned()),
        time: "month".to_owned(),
        outcome: "no2".to_owned(),
        treat: treat.iter().map(|name| (*name).to_owned()).collect(),
        keep: Vec::new(),
        count: 2,
        duration: 6,
        lookback: 8,
        draws: 100,
        seed: 1,
        level: 0.95,
        power: 0.8,
        lifts: vec![0.02, 0.05, 0.1, 0.2],
        season: None,
    }
}

#[test]
fn what_a_project_could_show() {
    let past = town(30, 60, &[]);
    for (method, treat) in [
        (MethodName::Did, &["S05", "S09"][..]),
        (MethodName::Did, &[]),
        (MethodName::SyntheticControl, &["S05"]),
        (MethodName::Interrupted, &["S05"]),
        (MethodName::Geo, &["S05", "S09"]),
        (MethodName::Geo, &[]),
    ] {
        let told = foresee(&past, &planned(method, treat)).unwrap();
        assert_eq!((told.method, told.times, told.duration), (method.name(), 60, 6));
        // The noise of a unit is 0.6 at most; single series do not know the common course.
        assert!(told.smallest > 0.05 && told.smallest < 15.0, "{told:?}");
        assert!(told.curve.windows(2).all(|pair| pair[0].power <= pair[1].power + 0.2), "{told:?}");
        told.warnings.iter().chain([&told.sentence]).for_each(spoken);
        assert_eq!(told.sets.is_empty(), method != MethodName::Geo || !treat.is_empty());
    }
    let auto = foresee(&past, &planned(MethodName::Auto, &["S05"])).unwrap();
    assert_eq!((auto.method, auto.reasons.len(), auto.donors), ("sc", 1, 29));
    let few = foresee(&town(8, 60, &[]), &planned(MethodName::SyntheticControl, &["S05"])).unwrap();
    assert!(few.smallest.is_infinite() && few.curve.is_empty(), "seven donors have no rank of 5 %: {few:?}");
    let wrong = foresee(&past, &planned(MethodName::Did, &["S99"])).unwrap_err().to_string();
    assert!(wrong.contains("S99"), "{wrong}");
    let other = foresee(&past, &planned(MethodName::Bacon, &["S05"])).unwrap_err().to_string();
    assert!(other.contains("did, sc, its and geo"), "{other}");
}

#[test]
fn what_a_table_asks_for() {
    let one = advise(&town(30, 40, &[(5, 24)]), &request(MethodName::Auto)).unwrap();
    assert_eq!((one.method, one.grade, one.donors, one.before, one.after), ("sc", 3, 29, 24, 16));
    assert_eq!(one.checks, ["sdid", "bsts"]);
    one.reasons.iter().for_each(spoken);
    let lots = Request { randomised: true, ..request(MethodName::Auto) };
    assert_eq!(advise(&town(30, 40, &[(5, 24)]), &lots).unwrap().method, "randomised");
}

#[test]
fn nothing_happened() {
    let table = town(30, 40, &[]);
    let mut text = String::from("street,month,no2,first\n");
    for (row, street) in table.texts("street").unwrap().iter().enumerate() {
        let (month, value) = (&table.texts("month").unwrap()[row], &table.texts("no2").unwrap()[row]);
        let first = if street == "S05" { "24" } else { "0" };
        writeln!(text, "{street},{month},{value},{first}").unwrap();
    }
    let table = Table::read(text.as_bytes()).unwrap();
    for method in [MethodName::SyntheticControl, MethodName::SyntheticDifference] {
        let asked = Request { treated: None, first_treated: Some("first".to_owned()), ..request(method) };
        let report = evaluate(&table, &asked).unwrap();
        assert_eq!(report.verdict.answer, "not detectable", "{report:?}");
        assert!(report.verdict.en.contains("not «no effect»"), "{}", report.verdict.en);
    }
}

#[test]
fn what_is_wrong_is_named() {
    let table = town(6, 10, &[(2, 5)]);
    let error = |request: &Request| evaluate(&table, request).unwrap_err().to_string();
    let mut asked = request(MethodName::SyntheticDifference);
    asked.outcome = "no".to_owned();
    assert!(error(&asked).contains("did you mean `no2`"), "{}", error(&asked));
    asked = request(MethodName::SyntheticDifference);
    asked.treated = None;
    assert!(error(&asked).contains("--treated COLUMN"), "{}", error(&asked));
    asked.treated = Some("wind".to_owned());
    assert!(error(&asked).contains("is not 0 or 1"), "{}", error(&asked));
    let ended = Table::read(b"u,t,y,d\na,1,1,0\na,2,2,1\na,3,2,0\nb,1,1,0\nb,2,1,0\nb,3,1,0\n").unwrap();
    let asked = Request {
        unit: Some("u".to_owned()),
        treated: Some("d".to_owned()),
        ..Request::new(MethodName::Did, "t", "y")
    };
    let error = evaluate(&ended, &asked).unwrap_err().to_string();
    assert!(error.starts_with("line 4, column `d`") && error.contains("to last"), "{error}");
}

#[test]
fn trends_that_are_not_parallel() {
    let table = town(30, 40, &[(5, 24), (9, 24), (14, 24)]);
    for method in [MethodName::EventStudy, MethodName::CallawaySantAnna] {
        let report = evaluate(&table, &request(method)).unwrap();
        let breakdown = report.diagnostics.iter().find(|(name, _)| *name == "breakdown of parallel trends");
        assert!(breakdown.is_some_and(|(_, bound)| *bound > 0.0), "{:?}", report.diagnostics);
        assert!(
            report.warnings.iter().any(|warning| warning.en.contains("Rambachan")),
            "{:?}",
            report.warnings
        );
    }
}

/// Streets along a line, 300 m apart from south to north; those beside a treated one feel half of it.
fn street_with_neighbours() -> Table {
    let mut text = String::from("street,month,no2,school_street,lat,lon\n");
    let noise = |unit: usize, time: usize| ((unit * 7919 + time * 104_729) as f64 * 0.618).sin() * 0.3;
    for unit in 0..40_usize {
        for time in 0..20 {
            let treated = unit % 20 == 9 && time >= 12;
            let near = (unit % 20).abs_diff(9) == 1 && time >= 12;
            let effect = if treated {
                EFFECT
            } else if near {
                EFFECT / 2.0
            } else {
                0.0
            };
            let value = 20.0 + unit as f64 + (time as f64).cos() + noise(unit, time) + effect;
            let lat = 50.8 + unit as f64 * 0.0027;
            writeln!(text, "S{unit:02},{time},{value},{},{lat},4.35", u8::from(treated)).unwrap();
        }
    }
    Table::read(text.as_bytes()).unwrap()
}

#[test]
fn neighbours_are_no_donors() {
    let table = street_with_neighbours();
    let asked = Request {
        latitude: Some("lat".to_owned()),
        longitude: Some("lon".to_owned()),
        rings_m: vec![500.0, 1000.0],
        ..request(MethodName::Did)
    };
    let report = evaluate(&table, &asked).unwrap();
    assert!((report.estimate - EFFECT).abs() < 0.3, "{}", report.estimate);
    assert_eq!((report.comparison.near.len(), report.comparison.donors), (12, 26));
    let rings: Vec<_> = report.effects.iter().filter(|effect| effect.by == "ring").collect();
    assert_eq!(rings[1].at.as_deref(), Some("0–500 m"));
    assert!(
        (rings[0].effect - EFFECT).abs() < 0.3 && (rings[1].effect - EFFECT / 2.0).abs() < 0.3,
        "{rings:?}"
    );
    assert!(rings[2].effect.abs() < 0.3, "{rings:?}");
    let control = Request { method: MethodName::SyntheticDifference, ..asked.clone() };
    assert_eq!(evaluate(&table, &control).unwrap().comparison.near.len(), 12);
    let nowhere = Request { latitude: None, ..asked.clone() };
    assert!(evaluate(&table, &nowhere).unwrap_err().to_string().contains("--latitude"));
    let wide = Request { rings_m: vec![1e7], ..asked };
    assert!(evaluate(&table, &wide).is_err(), "nobody is left to compare with");
}

#[test]
fn errors_of_two_way_effects() {
    let table = street_with_neighbours();
    for method in [MethodName::Did, MethodName::EventStudy] {
        let plain = Request {
            latitude: Some("lat".to_owned()),
            longitude: Some("lon".to_owned()),
            cutoff_km: Some(0.5),
            ..request(method)
        };
        let clustered = evaluate(&table, &plain).unwrap();
        for errors in [ErrorWay::NeweyWest, ErrorWay::Conley] {
            let report = evaluate(&table, &Request { errors, ..plain.clone() }).unwrap();
            assert!((report.estimate - clustered.estimate).abs() < 1e-12);
            assert!(report.standard_error > 0.0 && report.standard_error != clustered.standard_error);
            assert_ne!(report.source, clustered.source);
        }
        let lacking = Request { errors: ErrorWay::Conley, cutoff_km: None, ..plain };
        assert!(evaluate(&table, &lacking).unwrap_err().to_string().contains("--cutoff-km"));
    }
}

#[test]
fn drawn_by_lot() {
    let begins: Vec<(usize, usize)> = (0..15).map(|n| (2 * n + usize::from(n % 3 == 0), 24)).collect();
    let table = town(30, 40, &begins);
    for method in [MethodName::Auto, MethodName::Randomised] {
        let report = evaluate(&table, &Request { randomised: true, ..request(method) }).unwrap();
        assert_eq!((report.method, report.verdict.grade), ("randomised", 5));
        found(&report);
        let lots = report.diagnostics.iter().find(|(name, _)| *name == "p by lots drawn again").unwrap().1;
        assert!(lots < 0.2, "{lots}");
    }
    let mixed: Vec<(usize, usize)> = (0..8).map(|n| (3 * n, if n % 2 == 0 { 24 } else { 30 })).collect();
    let table = town(30, 40, &mixed);
    let report = evaluate(&table, &Request { randomised: true, ..request(MethodName::Auto) }).unwrap();
    assert_eq!((report.method, report.verdict.grade), ("callaway-santanna", 5));
    let refused = evaluate(&table, &request(MethodName::Randomised)).unwrap_err().to_string();
    assert!(refused.contains("one beginning"), "{refused}");
}

#[test]
fn strata_of_lots() {
    let mut text = String::from("house,year,kwh,boiler,block\n");
    for house in 0..40_usize {
        let treated = house % 4 < 2;
        let value =
            10.0 * (house / 8) as f64 + ((house * 31) as f64).sin() + if treated { EFFECT } else { 0.0 };
        writeln!(text, "H{house},2024,{value},{},B{}", u8::from(treated), house / 8).unwrap();
    }
    let table = Table::read(text.as_bytes()).unwrap();
    let asked = Request {
        unit: Some("house".to_owned()),
        treated: Some("boiler".to_owned()),
        direction: Direction::Down,
        randomised: true,
        stratum: Some("block".to_owned()),
        ..Request::new(MethodName::Auto, "year", "kwh")
    };
    let report = evaluate(&table, &asked).unwrap();
    assert!((report.estimate - EFFECT).abs() < 1.0 && report.interval[1] < 0.0, "{report:?}");
    let whole = evaluate(&table, &Request { stratum: None, ..asked }).unwrap();
    assert!(whole.standard_error > 3.0 * report.standard_error, "blocks take out what they differ in");
}

/// Houses get insulation when their score is at least 60 (or, turned round, at most).
fn scores(treated: impl Fn(f64, usize) -> bool) -> Table {
    let mut text = String::from("house,year,kwh,score,insulated\n");
    let part = |value: f64| value - value.floor();
    for house in 0..500_usize {
        let score = 100.0 * part(house as f64 * 0.618_033_988_75);
        let noise = part((house as f64 * 12.9898).sin() * 43_758.545) - 0.5;
        let insulated = treated(score, house);
        let value = 20.0 + score / 10.0 + 2.0 * noise + if insulated { EFFECT } else { 0.0 };
        writeln!(text, "H{house},2024,{value},{score},{}", u8::from(insulated)).unwrap();
    }
    Table::read(text.as_bytes()).unwrap()
}

#[test]
fn a_threshold_decides() {
    let sharp = |score: f64, _: usize| score >= 60.0;
    let asked = Request {
        unit: Some("house".to_owned()),
        direction: Direction::Down,
        running: Some("score".to_owned()),
        cutoff: Some(60.0),
        ..Request::new(MethodName::Auto, "year", "kwh")
    };
    let near = |report: &Report| {
        assert_eq!((report.method, report.verdict.grade), ("rd", 4));
        assert!((report.estimate - EFFECT).abs() < 1.5 && report.interval[1] < 0.0, "{report:?}");
        assert!(report.effects.iter().any(|effect| effect.by == "placebo threshold"));
    };
    let report = evaluate(&scores(sharp), &asked).unwrap();
    near(&report);
    let told = Request { treated: Some("insulated".to_owned()), ..asked.clone() };
    let same = evaluate(&scores(sharp), &told).unwrap();
    assert!((same.estimate - report.estimate).abs() < 1e-9);
    let rows = evaluate(&scores(sharp), &Request { unit: None, ..asked.clone() }).unwrap();
    assert!((rows.estimate - report.estimate).abs() < 1e-9);
    assert!(rows.comparison.donors > 200, "{:?}", rows.comparison);
    near(&evaluate(&scores(|score, _| score <= 60.0), &told).unwrap());
    let fuzzy = evaluate(&scores(|score, house| (score >= 60.0) != (house % 7 == 0)), &told).unwrap();
    assert!((fuzzy.estimate - EFFECT).abs() < 2.5, "{fuzzy:?}");
    assert!(fuzzy.diagnostics.iter().any(|(name, _)| *name == "jump in who is treated"));
    let lacking = Request { running: None, method: MethodName::Discontinuity, ..told };
    assert!(evaluate(&scores(sharp), &lacking).unwrap_err().to_string().contains("--running"));
}

#[test]
fn names_of_methods_lead_back() {
    for (method, name, others) in MethodName::ALL {
        assert_eq!(MethodName::of(name), Some(method));
        assert!(others.iter().all(|other| MethodName::of(other) == Some(method)), "{name}");
    }
}
