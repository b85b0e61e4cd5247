//! What was known before takes out a part of the noise, and never does harm (Lin 2013).

use super::trial::{Trial, TrialEffect};
use crate::{Design, StatisticsError, fit};

/// Fits the outcome by the lot, by covariates less their means, and by the products of both; strata count as covariates. Errors are those
/// of residuals, each over its share of freedom (HC2): without covariates they are Neyman's.
///
/// # Errors
/// When lengths differ, a value is not finite, a stratum lacks treated or untreated units, or there are fewer units than columns.
pub fn adjusted_difference(trial: &Trial) -> Result<TrialEffect, StatisticsError> {
    let strata = trial.strata()?;
    let rows = trial.outcome.len();
    let lot: Vec<f64> = trial.treated.iter().map(|treated| f64::from(u8::from(*treated))).collect();
    let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
    for (place, stratum) in strata.iter().enumerate().skip(1) {
        let mut column = vec![0.0; rows];
        stratum.treated.iter().chain(&stratum.control).for_each(|row| column[*row] = 1.0);
        columns.push((format!("stratum {place}"), column));
    }
    for (name, column) in trial.covariates.names().iter().zip(trial.covariates.columns()) {
        columns.push((format!("covariate {name}"), column.clone()));
    }
    let mut design = Design::with_intercept(rows).with("lot", lot.clone());
    for (name, column) in &columns {
        let mean = column.iter().sum::<f64>() / rows as f64;
        let centred: Vec<f64> = column.iter().map(|value| value - mean).collect();
        let product = centred.iter().zip(&lot).map(|(value, lot)| value * lot).collect();
        design.push(name.clone(), centred);
        design.push(format!("lot × {name}"), product);
    }
    let fit = fit(&design, &trial.outcome, None)?;
    let kept = fit.coefficients.len();
    if rows <= kept {
        return Err(StatisticsError::TooFew { what: "units".to_owned(), found: rows, wanted: kept + 1 });
    }
    let Some(place) = fit.index("lot") else {
        let why = "the covariates tell who was drawn".to_owned();
        return Err(StatisticsError::NotIdentified { what: "the effect".to_owned(), why });
    };
    let mut variance = 0.0;
    for row in 0..rows {
        let share =
            |column: usize| (0..kept).map(|k| fit.bread[(column, k)] * fit.design[(row, k)]).sum::<f64>();
        let leverage: f64 = (0..kept).map(|column| fit.design[(row, column)] * share(column)).sum();
        // A unit that a column belongs to alone has no residual, and tells nothing of the noise.
        if leverage < 1.0 - 1e-10 {
            variance += (share(place) * fit.residuals[row]).powi(2) / (1.0 - leverage);
        }
    }
    let treated = trial.treated.iter().filter(|treated| **treated).count();
    Ok(TrialEffect {
        effect: fit.coefficients[place],
        standard_error: variance.sqrt(),
        free: (rows - kept) as f64,
        units: [treated, rows - treated],
        strata: strata.len(),
    })
}
