//! Files of values, written as they are read elsewhere.

use super::*;
use crate::{Derived, Parts, Status, Weather, read};
use senne_model::ChangeNo;

const DECLARED: &str = "id: rate
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: economy
unit: P1
direction: down
measure: { ratio: { factor: 100 } }
uncertainty: share
levels: [commune]
frequencies: [year]
entered: { from: { fr: a, nl: b, en: c } }
data_quality: survey
owner: Statbel
";

fn figures() -> Vec<Figure> {
    let value = Value {
        number: Some(12.5),
        interval: Some((10.0, 15.0)),
        coverage: 1.0,
        status: Status::Final,
        parts: Parts::of_ratio(125.0, 1000.0),
        simulated: false,
    };
    let hidden = Value {
        number: None,
        interval: None,
        status: Status::Suppressed,
        parts: Parts::default(),
        ..value.clone()
    };
    let each = |(year, value): (&str, Value)| Figure {
        area: EntityId::trusted("urn:area:21009"),
        period: year.parse().unwrap(),
        slice: None,
        value,
        formula: "f".to_owned(),
        vintage: ChangeNo(7),
    };
    [("2023", value), ("2024", hidden)].map(each).into()
}

fn code(area: &EntityId) -> String {
    area.as_str().rsplit(':').next().unwrap_or_default().to_owned()
}

#[test]
fn what_goes_out_comes_in_again() {
    let declaration = read("a", DECLARED).unwrap();
    let area = |text: &str| (text == "21009").then(|| EntityId::trusted("urn:area:21009"));
    let shown = Derived::default().beside(figures());
    for text in [figures_csv(&declaration, &shown, &code), figures_sdmx(&declaration, &shown, &code)] {
        let form = crate::EnteredForm::of(&text);
        let found = crate::read_entered(&text, form, &declaration, &area, &[]).unwrap();
        let found: Vec<_> =
            found.iter().map(|one| (one.period.to_string(), one.value.number, one.value.status)).collect();
        let wanted =
            [("2023".to_owned(), Some(12.5), Status::Final), ("2024".to_owned(), None, Status::Suppressed)];
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn json_has_no_numbers_that_are_none() {
    let json = figures_json(&Derived::default().beside(figures()), &code);
    assert_eq!(json[0]["parts"]["numerator"], 125.0);
    assert_eq!((&json[1]["value"], &json[1]["status"]), (&Json::Null, &json!("suppressed")));
    assert_eq!(declaration_json(&read("a", DECLARED).unwrap())["direction"], "down");
}

#[test]
fn what_is_adjusted_stands_beside_what_it_was() {
    let text = DECLARED
        .replace("frequencies: [year]", "frequencies: [quarter]\nseasonal_adjustment: { method: stl }\nweather_normalisation: { covariates: [wind] }");
    let declaration = read("a", &text).unwrap();
    let first: crate::Period = "2022-Q1".parse().unwrap();
    let periods = std::iter::successors(Some(first), |period| Some(period.next())).take(9);
    let template = figures().swap_remove(0);
    let figure = |(place, period): (usize, crate::Period)| {
        let mut figure = Figure { period, ..template.clone() };
        figure.value.number = Some(50.0 + [8.0, 0.0, -8.0, 0.0][place % 4]);
        figure.value.interval = figure.value.number.map(|x| (x - 1.0, x + 1.0));
        figure
    };
    let mut all: Vec<Figure> = periods.enumerate().map(figure).collect();
    all[8].value.status = Status::Provisional;
    let shown = Derived::of(&declaration, &all, &Weather::default()).beside(all);
    let json = figures_json(&shown, &code);
    assert_eq!(
        (&json[0]["value"], &json[8]["seasonally_adjusted"]["refused"]),
        (&json!(58.0), &json!("provisional"))
    );
    let adjusted = json[0]["seasonally_adjusted"]["value"].as_f64().unwrap();
    assert!((adjusted - 50.0).abs() < 1e-6, "{json}");
    assert_eq!(json[0]["weather_normalised"]["refused"], "no-weather", "{json}");
    let csv = figures_csv(&declaration, &shown, &code);
    assert!(csv.lines().all(|line| line.matches(',').count() == 23), "{csv}");
    let sdmx = figures_sdmx(&declaration, &shown, &code);
    let rows = |code: &str| sdmx.lines().filter(|line| line.contains(&format!(",21009,{code},N,"))).count();
    assert_eq!((rows("N"), rows("S")), (9, 8), "{sdmx}");
    // What goes out with both comes in again as it was measured.
    let area = |text: &str| (text == "21009").then(|| EntityId::trusted("urn:area:21009"));
    let found = crate::read_entered(&sdmx, crate::EnteredForm::of(&sdmx), &declaration, &area, &[]).unwrap();
    assert_eq!((found.len(), found[0].value.number), (9, Some(58.0)));
}

#[test]
fn what_is_of_a_part_says_of_which() {
    let text = DECLARED.replace(
        "entered: { from: { fr: a, nl: b, en: c } }",
        "disaggregations:
  - id: day-type
    title: { fr: a, nl: b, en: c }
    values: { weekend: { fr: w, nl: w, en: w }, working-day: { fr: d, nl: d, en: d } }
computed:
  reads: [{ type: A, attributes: [b] }]
  sql: SELECT area, at, disaggregation, numerator, denominator WHERE $from < $to AND $level",
    );
    let declaration = read("a", &text).unwrap();
    let names: Vec<String> = declaration.slices().map(|slice| slice.to_string()).collect();
    assert_eq!(names, ["day-type:weekend", "day-type:working-day"]);
    let mut all = figures();
    all.truncate(1);
    all.push(Figure { slice: declaration.slice("day-type:weekend"), ..all[0].clone() });
    let shown = Derived::default().beside(all);
    let csv = figures_csv(&declaration, &shown, &code);
    assert!(
        csv.contains(",vintage,day-type\r\n") && csv.contains(",7,_T\r\n") && csv.contains(",7,weekend\r\n"),
        "{csv}"
    );
    let sdmx = figures_sdmx(&declaration, &shown, &code);
    assert!(
        sdmx.contains("REF_AREA,DAY_TYPE,TIME_PERIOD") && sdmx.contains(",21009,weekend,2023,12.5"),
        "{sdmx}"
    );
    let json = figures_json(&shown, &code);
    assert_eq!(
        (&json[0]["disaggregation"], &json[1]["disaggregation"]["value"]),
        (&Json::Null, &json!("weekend"))
    );
    let declared = declaration_json(&declaration);
    assert_eq!(declared["disaggregations"][0]["values"]["weekend"]["en"], "w");
    assert_ne!(declaration.formula(), read("a", &text.replace("weekend:", "rest:")).unwrap().formula());
    // Read again without a choice, the values of all are meant.
    let area = |text: &str| (text == "21009").then(|| EntityId::trusted("urn:area:21009"));
    for text in [csv, sdmx] {
        let form = crate::EnteredForm::of(&text);
        let found = crate::read_entered(&text, form, &declaration, &area, &[]).unwrap();
        assert_eq!(found.len(), 1);
    }
}
