//! Donors, weighted and corrected.

use senne_impact::{
    AugmentedOptions, BlockCovariates, Conformal, Reordering, augmented_control, conformal_mean,
    conformal_p_value, detectable_by_reach, jackknife_plus, normal_quantile,
};

use super::{
    Found,
    synthetic::{course, predictors, relative, weights},
};
use crate::{ErrorWay, EvaluationError, GroupEffect, Request, Table, panel::Rows, warning};

const BY_SHIFTS: &str = "Ben-Michael, Feller and Rothstein (2021); interval by shifts of the course (Chernozhukov, Wüthrich and Zhu 2021)";
const BY_TIMES_LEFT_OUT: &str = "Ben-Michael, Feller and Rothstein (2021); interval by times left out (Barber, Candès, Ramdas and Tibshirani 2021), \
     which is wider than it says";

pub(super) fn control(rows: &Rows, table: &Table, request: &Request) -> Result<Found, EvaluationError> {
    let block = rows.block("asc")?;
    let panel = &block.panel;
    let predictors = predictors(rows, table, request, &block)?;
    let covariates = BlockCovariates { names: predictors.names, values: predictors.values };
    let found = augmented_control(panel, &covariates, AugmentedOptions::default())?;
    let alpha = 1.0 - request.chance;
    let bounds = jackknife_plus(panel, &covariates, &found, alpha, false)?;
    let mean = conformal_mean(panel, &covariates, &found, Conformal::of_mean(alpha))?;
    let conservative = request.errors == ErrorWay::Conservative;
    let interval = if conservative { bounds.mean } else { mean.interval };
    let reach = (interval[1] - interval[0]) / 2.0;
    let reordering = Reordering::Any { draws: request.draws.max(1000), seed: request.seed };
    let any = Conformal { alpha, reordering, ..Conformal::default() };
    let any = conformal_p_value(panel, &covariates, &found, any)?;
    let treated = panel.treated_mean();
    let instead: Vec<f64> = treated.iter().zip(&found.gap).map(|(observed, gap)| observed - gap).collect();
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
    if !conservative && interval.iter().any(|end| end.is_infinite()) {
        warnings.push(warning::unbounded(panel.times(), request.chance));
    }
    if negative < -0.5 {
        warnings.push(warning::negative_weights(negative));
    }
    Ok(Found {
        source: if conservative { BY_TIMES_LEFT_OUT } else { BY_SHIFTS },
        estimate: found.effect,
        standard_error: reach / normal_quantile(1.0 - alpha / 2.0),
        interval,
        p_value: mean.p_value,
        detectable: Some(detectable_by_reach(reach, alpha)),
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
            ("chance of the gaps by any order of times", any),
        ],
        warnings,
        ..Found::default()
    })
}
