//! Guesses for missing values.

use senne_composite::{
    ExpectationOptions, Filled, Grouping, Imputation, Logarithm, Side, Table, Treatment, impute,
    latest_known, treat,
};

use crate::shared::{close, sheet, words};

fn table(units: usize, columns: Vec<(&str, Vec<Option<f64>>)>) -> Table {
    let units = (0..units).map(|unit| format!("u{unit}")).collect();
    Table::new(units, columns.into_iter().map(|(code, values)| (code.to_owned(), values)).collect()).unwrap()
}

/// Ten rows of the article on imputation of COINr: means and medians by column and by group.
#[test]
fn by_columns_and_groups() {
    let patents = [23.7, 583.5, 3.6, 249.8, f64::NAN, 64.2, 0.3, f64::NAN, 46.5, 7.2];
    let goods = [f64::NAN, 16.182, 0.985, f64::NAN, f64::NAN, 7.555, 0.046, f64::NAN, 1.213, 1.256];
    let column = |values: [f64; 10]| values.map(|value| (!value.is_nan()).then_some(value)).to_vec();
    let data = table(10, vec![("Pat", column(patents)), ("CultGood", column(goods))]);
    let mean = impute(&data, &Imputation::Mean).unwrap();
    close("mean", mean.table.value("u4", "Pat").unwrap(), 122.35, 1e-14);
    close("mean", mean.table.value("u0", "CultGood").unwrap(), 4.5395, 1e-14);
    assert_eq!(mean.record.len(), 6);
    let first = Filled { unit: "u4".to_owned(), code: "Pat".to_owned(), value: mean.record[0].value };
    assert_eq!(mean.record[0], first);
    let median = impute(&data, &Imputation::Median).unwrap();
    close("median", median.table.value("u4", "Pat").unwrap(), 35.1, 1e-14);
    let halves =
        Grouping::new((0..10).map(|unit| (format!("u{unit}"), if unit < 7 { "a" } else { "b" }.to_owned())));
    let grouped = impute(&data, &Imputation::GroupMedian(halves.clone())).unwrap();
    close("of the first group", grouped.table.value("u4", "Pat").unwrap(), f64::midpoint(23.7, 64.2), 1e-14);
    close("of the second group", grouped.table.value("u7", "Pat").unwrap(), 26.85, 1e-14);
    let some = Grouping::new((0..7).map(|unit| (format!("u{unit}"), "a".to_owned())));
    let grouped = impute(&data, &Imputation::GroupMean(some)).unwrap();
    assert_eq!(grouped.table.value("u7", "Pat"), None, "a unit without a group stays as it is");
}

/// Of two indicators one is complete: the greatest likelihood is then a regression on it (Anderson 1957).
#[test]
fn expectation_of_two_is_a_regression() {
    let x: Vec<f64> = (0..12).map(|at| f64::from(at) + (f64::from(at) * 1.7).sin()).collect();
    let y = |at: usize| (at >= 4).then(|| 3.0 - 0.5 * x[at] + (at as f64 * 2.3).cos());
    let data = table(12, vec![("x", x.iter().copied().map(Some).collect()), ("y", (0..12).map(y).collect())]);
    let options = ExpectationOptions { ridge: 0.0, tolerance: 1e-13, most_steps: 100_000 };
    let found = impute(&data, &Imputation::Expectation(options)).unwrap();
    let rows: Vec<usize> = (4..12).collect();
    let mean = |of: &dyn Fn(usize) -> f64| rows.iter().map(|at| of(*at)).sum::<f64>() / 8.0;
    let (mx, my) = (mean(&|at| x[at]), mean(&|at| y(at).unwrap()));
    let slope = mean(&|at| (x[at] - mx) * (y(at).unwrap() - my)) / mean(&|at| (x[at] - mx).powi(2));
    for (at, x) in x.iter().enumerate().take(4) {
        let wanted = my + slope * (x - mx);
        close("a guess", found.table.value(&format!("u{at}"), "y").unwrap(), wanted, 1e-9);
    }
    assert_eq!(found.record.len(), 4);
}

/// With more indicators than units a ridge is needed, and with one the ASEM data are filled within reason.
#[test]
fn expectation_of_many() {
    let Some(data) = sheet("ASEM_iData.csv") else { return };
    let codes: Vec<&str> = data.names[11..].iter().map(String::as_str).collect();
    let raw = data.table("uCode", &codes);
    let found = impute(&raw, &Imputation::Expectation(ExpectationOptions::default())).unwrap();
    assert_eq!(found.record.len(), 63);
    assert!(found.table.columns().all(|(_, column)| column.iter().all(Option::is_some)));
    let none = ExpectationOptions { ridge: -1.0, ..ExpectationOptions::default() };
    assert!(words(impute(&raw, &Imputation::Expectation(none))).contains("the ridge of imputation"));
    let few = ExpectationOptions { most_steps: 2, ..ExpectationOptions::default() };
    assert!(words(impute(&raw, &Imputation::Expectation(few))).contains("did not converge in 2 steps"));
}

#[test]
fn the_latest_value_that_was_known() {
    let Some(data) = sheet("ASEM_iData_panel.csv") else { return };
    let times: Vec<i64> = data.values("Time").into_iter().map(|time| time.unwrap() as i64).collect();
    let (units, values) = (data.texts("uCode"), data.values("ConSpeed"));
    let of_time = |time: i64, without: Option<&str>| {
        let rows = (0..times.len()).filter(|row| times[*row] == time);
        let (units, column) = rows
            .map(|row| (units[row].clone(), values[row].filter(|_| without != Some(units[row].as_str()))))
            .unzip();
        (time, Table::new(units, vec![("ConSpeed".to_owned(), column)]).unwrap())
    };
    let mut years = times.clone();
    years.sort_unstable();
    years.dedup();
    assert_eq!(years, [2018, 2019, 2020, 2021, 2022]);
    // Belgium lacks its last two values.
    let panel: Vec<(i64, Table)> =
        years.iter().map(|year| of_time(*year, (*year > 2020).then_some("BEL"))).collect();
    let found = latest_known(&panel, None).unwrap();
    let of_2020 = panel[2].1.value("BEL", "ConSpeed");
    assert!(of_2020.is_some());
    for year in &found[3..] {
        assert_eq!(year.table.value("BEL", "ConSpeed"), of_2020);
        let carried = year.record.iter().find(|one| one.unit == "BEL").unwrap();
        assert_eq!((carried.measured, Some(carried.value)), (2020, of_2020));
    }
    assert!(found[0].record.is_empty());
    let near = latest_known(&panel, Some(1)).unwrap();
    assert_eq!(near[4].table.value("BEL", "ConSpeed"), None, "one step back there was none either");
    let turned: Vec<(i64, Table)> = panel.into_iter().rev().collect();
    assert!(words(latest_known(&turned, None)).contains("rising"));
}

/// When winsorising is not enough, the logarithm of the values as they were.
#[test]
fn logarithms() {
    let values: Vec<f64> = (0..30).map(|at| (f64::from(at) * 0.5).exp()).collect();
    let data = table(30, vec![("x", values.iter().copied().map(Some).collect())]);
    let rule = Treatment { most_points: Some(1), ..Treatment::default() };
    let found = treat(&data, rule).unwrap();
    assert_eq!(found.record[0].logarithm, Some(Logarithm::FromLowest));
    let (least, most) = (values[0], values[29]);
    for (at, value) in values.iter().enumerate() {
        let wanted = (value - least + 0.01 * (most - least)).ln();
        close("a logarithm", found.table.value(&format!("u{at}"), "x").unwrap(), wanted, 1e-14);
    }
    assert!(found.record[0].within_limits && found.record[0].winsorised.len() == 1);
    // The other way round the tail lies below: the logarithm is turned.
    let mirrored = table(30, vec![("x", values.iter().map(|value| Some(-value)).collect())]);
    let turned = treat(&mirrored, Treatment { logarithm: Some(Logarithm::BySide), ..rule }).unwrap();
    for (own, other) in turned.table.column("x").unwrap().iter().zip(found.table.column("x").unwrap()) {
        close("a mirror image", own.unwrap(), -other.unwrap(), 1e-12);
    }
    assert_eq!(turned.record[0].winsorised[0].side, Side::Low);
    let kept = treat(&data, Treatment { logarithm: None, ..rule }).unwrap();
    assert!(!kept.record[0].within_limits && kept.record[0].logarithm.is_none());
}
