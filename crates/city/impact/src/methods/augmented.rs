//! Donors, weighted and corrected.

use senne_impact::{
    AugmentedOptions, BlockCovariates, Conformal, Reordering, augmented_control, conformal_p_value,
    jackknife_plus,
};

use super::{
    Found,
    synthetic::{course, predictors, relative, weights},
};
use crate::{EvaluationError, GroupEffect, Request, Table, panel::Rows};

pub(super) fn control(rows: &Rows, table: &Table, request: &Request) -> Result<Found, EvaluationError> {
    let block = rows.block("asc")?;
    let panel = &block.panel;
    let predictors = predictors(rows, table, request, &block)?;
    let covariates = BlockCovariates { names: predictors.names, values: predictors.values };
    let found = augmented_control(panel, &covariates, AugmentedOptions::default())?;
    let alpha = 1.0 - request.chance;
    let bounds = jackknife_plus(panel, &covariates, &found, alpha, false)?;
    let reordering = Reordering::Any { draws: request.draws.max(1000), seed: request.seed };
    let how = Conformal { alpha, reordering, ..Conformal::default() };
    let p_value = conformal_p_value(panel, &covariates, &found, how)?;
    // The method has an interval and no error; the error is that of a normal law with such an interval.
    let width = senne_impact::normal_quantile(0.5 + request.chance / 2.0);
    let standard_error = (bounds.mean[1] - bounds.mean[0]) / 2.0 / width;
    let mean = panel.treated_mean();
    let instead: Vec<f64> = mean.iter().zip(&found.gap).map(|(observed, gap)| observed - gap).collect();
    let mut course = course(rows, panel, &instead);
    for (step, [low, high]) in course[panel.before..].iter_mut().zip(&bounds.times) {
        (step.low, step.high) = (Some(step.observed - high), Some(step.observed - low));
    }
    let effects = found.gap[panel.before..].iter().enumerate().map(|(step, effect)| GroupEffect {
        by: "time",
        group: None,
        at: Some(rows.times[panel.before + step].clone()),
        effect: *effect,
        standard_error: f64::NAN,
        weight: None,
    });
    let negative: f64 = found.weights.iter().filter(|weight| **weight < 0.0).sum();
    let mut warnings = Vec::new();
    if negative < -0.5 {
        warnings.push(format!(
            "weights below zero sum to {negative:.2}: what would have been is told from far outside the donors"
        ));
    }
    Ok(Found {
        source: "Ben-Michael, Feller and Rothstein (2021); interval by times left out, chance by times that change places",
        estimate: found.effect,
        standard_error,
        interval: bounds.mean,
        p_value,
        by_rank: true,
        relative: Some(relative(panel, found.effect)),
        left_out: block.left_out,
        unit_weights: weights(&block.names, &found.weights),
        course,
        effects: effects.collect(),
        diagnostics: vec![
            ("imbalance before", found.imbalance),
            ("imbalance as a part of that of equal weights", found.scaled_imbalance),
            ("lambda", found.lambda.unwrap_or(f64::NAN)),
            ("bias that the correction takes out", found.mean_bias()),
            ("weights below zero", negative),
        ],
        warnings,
        ..Found::default()
    })
}
