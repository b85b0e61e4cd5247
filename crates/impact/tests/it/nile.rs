//! The flow of the Nile at Aswan, 1871–1970 (Cobb 1978): a step in 1899.

use senne_impact::{Correction, Design, Errors, fit};

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
