//! The flow of the Nile at Aswan, 1871–1970 (Cobb 1978): a step in 1899.

use senne_impact::{
    Correction, Design, Errors, fit,
    state_space::{Part, StateSpace, filter, local_level, smooth},
};

use crate::shared::{close, expected, table};

#[test]
fn a_step_with_errors_that_remember() {
    let (Some(data), Some(expected)) = (table("nile.csv"), expected()) else { return };
    let expected = &expected["nile_local_level"]["ols_step_1899"];
    let (year, volume) = (data.numbers("year"), data.numbers("flow"));
    let step = year.iter().map(|year| f64::from(u8::from(*year >= 1899.0))).collect();
    let fit = fit(&Design::with_intercept(year.len()).with("post", step), &volume, None).unwrap();
    close("the step", fit.coefficients[1], expected["post"].as_f64().unwrap(), 5e-8);
    let error = |errors: Errors, correction| fit.standard_errors(&errors, correction).unwrap()[1];
    let classical = error(Errors::Classical, Correction::None);
    close("least squares", classical, expected["ols_se"].as_f64().unwrap(), 1e-4);
    let time: Vec<i64> = year.iter().map(|year| *year as i64).collect();
    for lag in [1, 4] {
        let errors = Errors::NeweyWest { unit: vec![0; year.len()], time: time.clone(), lag };
        let wanted = expected[format!("nw{lag}_se")].as_f64().unwrap();
        close(&format!("Newey–West over {lag}"), error(errors, Correction::None), wanted, 1e-6);
    }
}

fn flow() -> Option<Vec<Option<f64>>> {
    Some(table("nile.csv")?.numbers("flow").into_iter().map(Some).collect())
}

#[test]
fn a_level_that_wanders() {
    let (Some(flow), Some(wanted)) = (flow(), table("nile_expected_local_level.csv")) else { return };
    let model = StateSpace { noise: 15098.5, parts: vec![Part::Level { variance: 1469.1 }] };
    let filtered = filter(&model, &flow);
    let expected = expected().unwrap()["nile_local_level"]["run"].clone();
    let likelihood = expected["statsmodels exact diffuse llf at (15098.5,1469.1)"].as_f64().unwrap();
    close("the log-likelihood", filtered.log_likelihood, likelihood, 5.1e-8);
    let smoothed = smooth(&model, &filtered);
    for year in 0..flow.len() {
        let wanted = |column: &str| wanted.numbers(column)[year];
        close("filtered", filtered.states[year][0], wanted("filtered_state"), 1e-9);
        close("its variance", filtered.covariances[year][(0, 0)], wanted("filtered_var"), 1e-7);
        close("smoothed", smoothed.states[year][0], wanted("smoothed_state"), 1e-8);
        close("its variance", smoothed.covariances[year][(0, 0)], wanted("smoothed_var"), 1e-6);
    }
    let found = local_level(&flow).unwrap();
    close("the noise", found.noise / expected["R StructTS"]["epsilon"].as_f64().unwrap(), 1.0, 1e-4);
    close("the level", found.level / expected["R StructTS"]["level"].as_f64().unwrap(), 1.0, 1e-3);
}
