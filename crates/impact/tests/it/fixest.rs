//! The walk-through of the R package `fixest` (6 printed digits).

use senne_impact::{Correction, Design, Errors, fit, within};

use crate::shared::{Table, close, expected, table};

/// Half a unit of the last printed digit.
const PRINTED: f64 = 5.1e-7;

fn base() -> Option<(Table, serde_json::Value)> {
    Some((table("fixest_base_did.csv")?, expected()?["fixest_did"].clone()))
}

#[test]
fn an_event_study_with_two_fixed_effects() {
    let Some((data, expected)) = base() else { return };
    let expected = &expected["event_study base_did (ref 5, se clustered id)"];
    let (treated, period) = (data.numbers("treat"), data.numbers("period"));
    let mut design = Design::new().with("x1", data.numbers("x1"));
    for step in (1..=10).filter(|step| *step != 5) {
        let column = treated.iter().zip(&period).map(|(t, p)| if *p == f64::from(step) { *t } else { 0.0 });
        design.push(step.to_string(), column.collect());
    }
    let (id, time) = (data.groups("id"), data.groups("period"));
    let absorbed = within(&data.numbers("y"), &design, &[&id, &time], None).unwrap();
    let fit = fit(&absorbed.design, &absorbed.outcome, None).unwrap();
    // The units are nested in the clusters, the times are not.
    let correction = Correction::Finite { absorbed: absorbed.levels[1] };
    let errors = fit.standard_errors(&Errors::Clustered(vec![id]), correction).unwrap();
    for (name, pair) in expected.as_object().unwrap() {
        let place = fit.index(name).unwrap();
        close(name, fit.coefficients[place], pair[0].as_f64().unwrap(), PRINTED);
        close(&format!("error of {name}"), errors[place], pair[1].as_f64().unwrap(), PRINTED);
    }
}

#[test]
fn errors_over_time_and_in_clusters() {
    let Some((data, expected)) = base() else { return };
    let rows = data.numbers("y").len();
    let design = Design::with_intercept(rows).with("x1", data.numbers("x1"));
    let fit = fit(&design, &data.numbers("y"), None).unwrap();
    let time = data.numbers("period").iter().map(|time| *time as i64).collect();
    let panel = Errors::NeweyWest { unit: data.groups("id"), time, lag: 1 };
    let errors = fit.standard_errors(&panel, Correction::Finite { absorbed: 0 }).unwrap();
    let wanted = &expected["newey_west y~x1 L=1 panel"];
    close("x1", fit.coefficients[1], wanted["x1"][0].as_f64().unwrap(), 5.1e-6);
    close("error of x1", errors[1], wanted["x1"][1].as_f64().unwrap(), PRINTED);
    close("error of the intercept", errors[0], wanted["int"][1].as_f64().unwrap(), PRINTED);
    let clustered = Errors::Clustered(vec![data.groups("id")]);
    let errors = fit.standard_errors(&clustered, Correction::Finite { absorbed: 0 }).unwrap();
    close("clustered", errors[1], expected["cluster id no FE"]["x1_se"].as_f64().unwrap(), PRINTED);
}
