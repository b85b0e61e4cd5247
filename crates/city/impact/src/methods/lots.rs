//! It was drawn by lot who is treated.

use senne_impact::{
    Design, LotOptions, Trial, TrialEffect, adjusted_difference, difference_in_means, randomisation_test,
};

use super::{Found, student};
use crate::{EvaluationError, GroupEffect, Request, Table, panel::Rows, warning};

/// The mean of known values.
fn mean(values: &[f64]) -> f64 {
    let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    known.iter().sum::<f64>() / known.len() as f64
}

/// One value per unit: the mean of its outcome from the beginning on; known before are its mean until then and the covariates.
fn trial(rows: &Rows, table: &Table, request: &Request) -> Result<(Trial, usize), EvaluationError> {
    let starts = rows.starts();
    let [start] = starts[..] else {
        let what =
            format!("one beginning; here are {}: ask callaway-santanna, sun-abraham or sdid", starts.len());
        return Err(EvaluationError::Lacks { method: "randomised", what });
    };
    let grid = rows.grid(&rows.outcome);
    let later: Vec<f64> = grid.iter().map(|row| mean(&row[start..])).collect();
    let mut known: Vec<(String, Vec<f64>)> = Vec::new();
    if start > 0 {
        known.push(("outcome before".to_owned(), grid.iter().map(|row| mean(&row[..start])).collect()));
    }
    for (name, column) in request.covariates.iter().zip(&rows.covariates) {
        let grid = rows.grid(column);
        // What is known before; of a column that is not, its first value.
        let before = |row: &Vec<f64>| if start > 0 { mean(&row[..start]) } else { mean(&row[..1]) };
        known.push((name.clone(), grid.iter().map(before).collect()));
    }
    let strata = request.stratum.as_ref().map(|column| table.levels(column)).transpose()?;
    let strata = strata.map(|(_, places)| rows.own(&places));
    let stratum_of = |unit: usize| {
        let row = rows.unit.iter().position(|other| *other == unit)?;
        strata.as_ref().map(|places| places[row])
    };
    let whole =
        |unit: &usize| later[*unit].is_finite() && known.iter().all(|(_, column)| column[*unit].is_finite());
    let kept: Vec<usize> = (0..rows.units.len()).filter(whole).collect();
    let mut covariates = Design::new();
    for (name, column) in &known {
        let own: Vec<f64> = kept.iter().map(|unit| column[*unit]).collect();
        // A column that does not differ between units tells nothing of them.
        if own.iter().any(|value| (value - own[0]).abs() > 1e-12 * own[0].abs()) {
            covariates.push(name.clone(), own);
        }
    }
    let trial = Trial {
        outcome: kept.iter().map(|unit| later[*unit]).collect(),
        treated: kept.iter().map(|unit| rows.first[*unit].is_some()).collect(),
        stratum: strata.is_some().then(|| kept.iter().filter_map(|unit| stratum_of(*unit)).collect()),
        covariates,
    };
    Ok((trial, rows.units.len() - kept.len()))
}

pub(super) fn drawn(rows: &Rows, table: &Table, request: &Request) -> Result<Found, EvaluationError> {
    let (trial, left_out) = trial(rows, table, request)?;
    let plain = difference_in_means(&trial)?;
    let adjusted = if trial.covariates.names().is_empty() {
        Err(None)
    } else {
        adjusted_difference(&trial).map_err(Some)
    };
    let mut warnings = Vec::new();
    let used: TrialEffect = match adjusted {
        Ok(adjusted) => adjusted,
        Err(why) => {
            warnings.extend(why.map(|why| warning::past_not_taken_out(&why)));
            plain
        }
    };
    let options = LotOptions {
        draws: request.draws.max(5000),
        seed: request.seed,
        alpha: 1.0 - request.chance,
        ..LotOptions::default()
    };
    let lots = randomisation_test(&trial, options)?;
    let (interval, p_value) = student(used.effect, used.standard_error, used.free, request.chance);
    let one = |name: &str, (effect, standard_error): (f64, f64)| GroupEffect {
        by: "estimate",
        group: None,
        at: Some(name.to_owned()),
        effect,
        standard_error,
        weight: None,
    };
    if used.units[0].min(used.units[1]) < 10 {
        warnings.push(warning::few_drawn());
    }
    let observed: f64 = trial
        .outcome
        .iter()
        .zip(&trial.treated)
        .filter(|(_, treated)| **treated)
        .map(|(outcome, _)| outcome / used.units[0] as f64)
        .sum();
    Ok(Found {
        source: "Drawn by lot: Neyman (1923), with what was known before taken out (Lin 2013); chance by lots drawn again (Fisher 1935)",
        free: Some(used.free),
        estimate: used.effect,
        standard_error: used.standard_error,
        interval,
        p_value,
        relative: Some(used.effect / (observed - used.effect)),
        left_out,
        effects: vec![
            one("difference in means", (plain.effect, plain.standard_error)),
            one("with what was known before", (used.effect, used.standard_error)),
        ],
        diagnostics: vec![
            ("p by lots drawn again", lots.p_value),
            ("lower end by lots drawn again", lots.interval[0]),
            ("upper end by lots drawn again", lots.interval[1]),
            ("lots looked at", lots.lots as f64),
            ("treated units", used.units[0] as f64),
            ("untreated units", used.units[1] as f64),
            ("strata", used.strata as f64),
        ],
        warnings,
        ..Found::default()
    })
}
