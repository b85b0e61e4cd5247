//! A statistician without a server: a table in, a report out.

use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Output, Stdio},
};

use serde_json::Value;

use crate::support::{City, command, shared_data, words};

/// Twelve streets over twenty months; three of them get calmer by 3 decibels from the thirteenth on.
fn streets() -> String {
    let mut text = String::from("street,month,noise,calm\n");
    for street in 0..12 {
        for month in 1..=20 {
            let calm = (4..7).contains(&street) && month > 12;
            let wobble = f64::from((street * 37 + month * 53) % 17) / 17.0 - 0.5;
            let level = 60.0 + f64::from(street) + (f64::from(month) / 2.0).sin() + wobble;
            let level = level - if calm { 3.0 } else { 0.0 };
            writeln!(text, "S{street:02},{month},{level:.4},{}", u8::from(calm)).unwrap();
        }
    }
    text
}

fn impact(arguments: &[&str], table: &str) -> Output {
    let mut child = command()
        .args(["impact", "--data", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(table.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

const COLUMNS: [&str; 10] =
    ["--unit", "street", "--time", "month", "--outcome", "noise", "--treated", "calm", "--better", "down"];

#[test]
fn every_method_of_panels_reports_and_decides() {
    for method in ["auto", "did", "event-study", "cs", "sunab", "bacon", "sc", "sdid"] {
        let arguments: Vec<&str> = ["--method", method, "--draws", "40"].into_iter().chain(COLUMNS).collect();
        let output = impact(&arguments, &streets());
        assert!(output.status.success(), "{method}: {}", words(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let estimate = report["estimate"].as_f64().unwrap();
        assert!((estimate + 3.0).abs() < 0.6, "{method}: {estimate}");
        assert!(report["diagnostics"].is_object(), "{method}: {report:#}");
        for said in report["warnings"].as_array().unwrap() {
            assert!(
                ["en", "fr", "nl"].iter().all(|language| said[language].is_string()),
                "{method}: {said:#}"
            );
        }
        // With nine donors the rank of a placebo can be 1 in 10 at best, and a decomposition has no error: they decide nothing.
        if !["sc", "bacon"].contains(&method) {
            assert_eq!(report["verdict"]["answer"], "better", "{method}: {report:#}");
        }
    }
}

#[test]
fn the_report_for_people() {
    let arguments: Vec<&str> = ["--method", "sdid", "--format", "text"].into_iter().chain(COLUMNS).collect();
    let output = impact(&arguments, &streets());
    assert!(output.status.success(), "{}", words(&output));
    insta::assert_snapshot!("impact_text", String::from_utf8_lossy(&output.stdout));
}

/// Twenty-four streets over sixty days; two cells of two begin on day 48, and the second is calmer by 6 decibels, the first by 2.
fn cells() -> String {
    let mut text = String::from("street,day,noise,on,cell\n");
    for street in 0..24 {
        for day in 0..60 {
            let (cell, effect) = match street {
                5 | 9 => ("centre", 2.0),
                12 | 17 => ("canal", 6.0),
                _ => ("", 0.0),
            };
            let on = !cell.is_empty() && day >= 48;
            let wobble = f64::from((street * 37 + day * 53 + street * day) % 17) / 17.0 - 0.5;
            let level = 60.0 + f64::from(street % 7) + 2.0 * (f64::from(day) / 3.0).sin() + wobble;
            let level = level - if on { effect } else { 0.0 };
            writeln!(text, "S{street:02},{day},{level:.4},{},{cell}", u8::from(on)).unwrap();
        }
    }
    text
}

const DAYS: [&str; 6] = ["--unit", "street", "--time", "day", "--outcome", "noise"];

#[test]
fn an_experiment_with_regions() {
    let asked = ["--method", "geo", "--treated", "on", "--cell", "cell", "--better", "down"];
    let arguments: Vec<&str> = asked.into_iter().chain(DAYS).collect();
    let output = impact(&arguments, &cells());
    assert!(output.status.success(), "{}", words(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"]["answer"], "better", "{report:#}");
    let cells_of = report["cells"].as_array().unwrap();
    for (cell, effect) in cells_of.iter().zip([-6.0, -2.0]) {
        assert!((cell["effect"].as_f64().unwrap() - effect).abs() < 0.5, "{cell:#}");
    }
    let text = impact(&arguments.into_iter().chain(["--format", "text"]).collect::<Vec<_>>(), &cells());
    insta::assert_snapshot!("impact_geo", String::from_utf8_lossy(&text.stdout));
}

#[test]
fn power_before_a_project() {
    let before =
        |line: &&str| line.split(',').nth(1).is_none_or(|day| day.parse().is_ok_and(|day: u32| day < 48));
    let table = cells();
    let past: Vec<&str> = table.lines().take(1).chain(table.lines().skip(1).filter(before)).collect();
    let past = past.join("\n");
    let planned = |more: &[&str]| {
        let start = ["impact", "power", "--data", "-", "--duration", "6", "--format", "text"];
        let mut child = command()
            .args(start)
            .args(DAYS)
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(past.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    for (name, more) in [
        ("impact_power_did", &["--treat", "S01,S03", "--method", "did"][..]),
        ("impact_power_sets", &["--count", "2", "--method", "geo", "--lookback", "3", "--level", "0.9"]),
        ("impact_power_auto", &["--treat", "S01"]),
    ] {
        let output = planned(more);
        assert!(output.status.success(), "{name}: {}", words(&output));
        insta::assert_snapshot!(name, String::from_utf8_lossy(&output.stdout));
    }
    let refused = planned(&["--treat", "S99", "--method", "did"]);
    assert!(!refused.status.success() && words(&refused).contains("S99"), "{}", words(&refused));
}

#[test]
fn which_method_and_why() {
    let mut child = command()
        .args(["impact", "choose", "--data", "-", "--format", "text"])
        .args(COLUMNS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(streets().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    insta::assert_snapshot!("impact_choose", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_single_series_from_a_file() {
    let city = City::new();
    let mut text = String::from("week;visits;park\n");
    for week in 0..120 {
        let park = 40.0 + 5.0 * (f64::from(week) / 5.0).cos();
        let wobble = f64::from((week * 53) % 19) / 19.0 - 0.5;
        let visits = 10.0 + 2.0 * park + wobble + if week >= 90 { 6.0 } else { 0.0 };
        writeln!(text, "{week};{visits:.3};{park:.3}").unwrap();
    }
    let path = city.file("visits.csv", &text);
    for method in ["its", "bsts"] {
        let output = command()
            .args(["impact", "--method", method, "--data"])
            .arg(&path)
            .args(["--time", "week", "--outcome", "visits", "--start", "90", "--covariates", "park"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{method}: {}", words(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!((report["estimate"].as_f64().unwrap() - 6.0).abs() < 0.6, "{method}: {report:#}");
    }
}

#[test]
fn what_is_wrong_is_said_with_a_remedy() {
    let wrong = |arguments: &[&str], table: &str, wanted: &str| {
        let output = impact(arguments, table);
        assert!(!output.status.success());
        assert!(words(&output).contains(wanted), "{wanted}: {}", words(&output));
    };
    let columns = ["--unit", "street", "--time", "month", "--outcome", "nois", "--treated", "calm"];
    wrong(&columns, &streets(), "did you mean `noise`?");
    wrong(&COLUMNS, "street,month,noise,calm\nS1,1,loud,0\n", "line 2, column `noise`");
    wrong(&["--method", "sdid", "--time", "month", "--outcome", "noise"], &streets(), "needs");
    wrong(&["--method", "guess", "--time", "month", "--outcome", "noise"], &streets(), "possible values");
    wrong(&COLUMNS, "street,month,noise,calm\nS1,1\n", "line 2 of the table");
}

#[test]
fn proposition_99_by_synthetic_differences() {
    let Some(data) = shared_data() else { return };
    let output = command()
        .args(["impact", "--method", "sdid", "--data"])
        .arg(data.join("impact/california_prop99.csv"))
        .args(["--unit", "State", "--time", "Year", "--outcome", "PacksPerCapita", "--treated", "treated"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", words(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!((report["estimate"].as_f64().unwrap() + 15.603_828).abs() < 1e-5, "{report:#}");
    let nevada = report["unit_weights"].as_array().unwrap().iter().find(|one| one["of"] == "Nevada").unwrap();
    assert!((nevada["weight"].as_f64().unwrap() - 0.124_489).abs() < 1e-5, "{nevada}");
}
