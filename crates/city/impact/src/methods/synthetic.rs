//! Donors, weighted.

use senne_impact::{
    BlockPanel, ControlByPredictors, Importance, Predictors, Resampling, StatisticsError, Sureness,
    SyntheticControl, SyntheticDifference, SyntheticOptions, difference_sureness, leave_one_out,
    placebo_in_time, placebos_in_space, staggered_difference, synthetic_control,
    synthetic_control_by_predictors, synthetic_difference,
};

use super::{Found, UNSURE, student};
use crate::{
    CourseStep, ErrorWay, EvaluationError, GroupEffect, Request, Table, WeightOf,
    panel::{Block, Rows},
    warning,
};

pub(super) fn difference(rows: &Rows, request: &Request) -> Result<Found, EvaluationError> {
    if rows.starts().len() > 1 {
        return staggered(rows, request);
    }
    let block = rows.block("sdid")?;
    let options = SyntheticOptions::default();
    let found = synthetic_difference(&block.panel, options);
    let mut warnings = Vec::new();
    let sure = difference_sureness(&block.panel, options, &found, resampling(request, &block.panel));
    let Sureness { standard_error, free } = sure.unwrap_or_else(|why| {
        warnings.push(warning::no_error(&why));
        UNSURE
    });
    let (interval, p_value) = student(found.effect, standard_error, free, request.chance);
    let effects = found.course.iter().enumerate().map(|(step, effect)| GroupEffect {
        by: "time",
        group: None,
        at: Some(rows.times[block.panel.before + step].clone()),
        effect: *effect,
        standard_error: f64::NAN,
        weight: None,
    });
    let effects = effects.collect();
    Ok(Found {
        source: "Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021)",
        free: Some(free),
        estimate: found.effect,
        standard_error,
        interval,
        p_value,
        relative: Some(relative(&block.panel, found.effect)),
        left_out: block.left_out,
        unit_weights: weights(&block.names, &found.unit_weights),
        time_weights: weights(&rows.times, &found.time_weights),
        course: course(rows, &block.panel, &counterfactual(&block.panel, &found)),
        effects,
        diagnostics: vec![
            ("zeta of units", found.zeta_units),
            ("zeta of times", found.zeta_times),
            ("donors that count", 1.0 / found.unit_weights.iter().map(|weight| weight * weight).sum::<f64>()),
        ],
        warnings,
        ..Found::default()
    })
}

/// Placebo is the only way with one treated unit; with several the jackknife needs no draws.
fn resampling(request: &Request, panel: &BlockPanel) -> Resampling {
    let (times, seed) = (request.draws, request.seed);
    let single = panel.outcome.len() - panel.donors == 1;
    match request.errors {
        ErrorWay::Auto if single => Resampling::Placebo { times, seed },
        ErrorWay::Placebo => Resampling::Placebo { times, seed },
        ErrorWay::Bootstrap => Resampling::Bootstrap { times, seed },
        ErrorWay::Auto
        | ErrorWay::Jackknife
        | ErrorWay::NeweyWest
        | ErrorWay::Conley
        | ErrorWay::Conservative => Resampling::Jackknife,
    }
}

/// The donors' weighted mean, lifted to the treated as the weights of times say.
fn counterfactual(panel: &BlockPanel, found: &SyntheticDifference) -> Vec<f64> {
    let mean = panel.treated_mean();
    let donors = |time: usize| {
        panel.outcome.iter().zip(&found.unit_weights).map(|(row, w)| w * row[time]).sum::<f64>()
    };
    let lift: f64 = found
        .time_weights
        .iter()
        .enumerate()
        .map(|(time, weight)| weight * (mean[time] - donors(time)))
        .sum();
    (0..panel.times()).map(|time| donors(time) + lift).collect()
}

pub(super) fn course(rows: &Rows, panel: &BlockPanel, counterfactual: &[f64]) -> Vec<CourseStep> {
    let step = |(time, observed): (usize, f64)| CourseStep {
        time: rows.times[time].clone(),
        observed,
        counterfactual: counterfactual[time],
        low: None,
        high: None,
    };
    panel.treated_mean().into_iter().enumerate().map(step).collect()
}

pub(super) fn relative(panel: &BlockPanel, effect: f64) -> f64 {
    let later = &panel.treated_mean()[panel.before..];
    let observed = later.iter().sum::<f64>() / later.len() as f64;
    effect / (observed - effect)
}

/// Those that are not none, the largest first.
pub(super) fn weights(names: &[String], weights: &[f64]) -> Vec<WeightOf> {
    let mut kept: Vec<WeightOf> = names
        .iter()
        .zip(weights)
        .filter(|(_, weight)| weight.abs() > 1e-9)
        .map(|(of, weight)| WeightOf { of: of.clone(), weight: *weight })
        .collect();
    kept.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    kept
}

fn staggered(rows: &Rows, request: &Request) -> Result<Found, EvaluationError> {
    let panel = rows.staggered()?;
    let options = SyntheticOptions::default();
    let found = staggered_difference(&panel, options)?;
    let lone = found.cohorts.iter().any(|cohort| cohort.units == 1);
    let way = match request.errors {
        // A cohort of one unit has no spread of its own.
        ErrorWay::Auto if lone => Resampling::Placebo { times: request.draws, seed: request.seed },
        ErrorWay::Auto
        | ErrorWay::Jackknife
        | ErrorWay::NeweyWest
        | ErrorWay::Conley
        | ErrorWay::Conservative => Resampling::Jackknife,
        ErrorWay::Placebo => Resampling::Placebo { times: request.draws, seed: request.seed },
        ErrorWay::Bootstrap => Resampling::Bootstrap { times: request.draws, seed: request.seed },
    };
    let mut warnings = Vec::new();
    let sure = senne_impact::staggered_sureness(&panel, options, &found, way);
    let Sureness { standard_error, free } = sure.unwrap_or_else(|why| {
        warnings.push(warning::no_error(&why));
        UNSURE
    });
    if lone && matches!(way, Resampling::Placebo { .. }) && standard_error.is_finite() {
        warnings.push(warning::lone_group());
    }
    let (interval, p_value) = student(found.effect, standard_error, free, request.chance);
    let effects = found.cohorts.iter().map(|cohort| GroupEffect {
        by: "group",
        group: Some(rows.name_of(cohort.group)),
        at: None,
        effect: cohort.difference.effect,
        standard_error: f64::NAN,
        weight: Some(cohort.weight),
    });
    Ok(Found {
        source: "Arkhangelsky and others (2021), by cohort as Clarke, Pailañir, Athey and Imbens (2024)",
        free: Some(free),
        estimate: found.effect,
        standard_error,
        interval,
        p_value,
        left_out: panel.left_out,
        effects: effects.collect(),
        diagnostics: vec![("cohorts", found.cohorts.len() as f64), ("units", panel.units() as f64)],
        warnings,
        ..Found::default()
    })
}

/// The predictors of each unit of a block: means over the times before the treatment.
pub(super) fn predictors(
    rows: &Rows,
    table: &Table,
    request: &Request,
    block: &Block,
) -> Result<Predictors, EvaluationError> {
    let mut found = Predictors { names: request.predictors.clone(), values: Vec::new() };
    for name in &request.predictors {
        let grid = rows.grid(&rows.own(&table.numbers(name)?));
        let mean = |unit: &String| {
            let place = rows.units.iter().position(|known| known == unit).unwrap_or_default();
            let known: Vec<f64> =
                grid[place][..block.panel.before].iter().copied().filter(|value| value.is_finite()).collect();
            known.iter().sum::<f64>() / known.len() as f64
        };
        let values: Vec<f64> = block.names.iter().map(mean).collect();
        if let Some(lacking) = values.iter().position(|value| !value.is_finite()) {
            let unit = &block.names[lacking];
            let what = format!("a value of `{name}` before the treatment for each unit; `{unit}` has none");
            return Err(EvaluationError::Lacks { method: request.method.name(), what });
        }
        found.values.push(values);
    }
    Ok(found)
}

/// The predictors when donor number `donor` stands in the place of the treated, or is left out.
fn without(predictors: &Predictors, donor: usize, last: bool) -> Predictors {
    let change = |values: &Vec<f64>| {
        let mut values = values.clone();
        let own = values.remove(donor);
        if last {
            values.pop();
            values.push(own);
        }
        values
    };
    Predictors { names: predictors.names.clone(), values: predictors.values.iter().map(change).collect() }
}

pub(super) fn control(rows: &Rows, table: &Table, request: &Request) -> Result<Found, EvaluationError> {
    let block = rows.block("sc")?;
    let panel = &block.panel;
    let predictors = predictors(rows, table, request, &block)?;
    let whole = |panel: &BlockPanel,
                 predictors: &Predictors|
     -> Result<(SyntheticControl, Option<ControlByPredictors>), StatisticsError> {
        if predictors.names.is_empty() {
            return Ok((synthetic_control(panel)?, None));
        }
        let found =
            synthetic_control_by_predictors(panel, predictors, &Importance::Searched(0..panel.before))?;
        Ok((found.control.clone(), Some(found)))
    };
    let (found, by) = whole(panel, &predictors)?;
    let one = panel.outcome.len() - panel.donors == 1;
    let placebos = placebos_in_space(panel, &found, |placebo, donor| {
        Ok(whole(placebo, &without(&predictors, donor, one))?.0)
    })?;
    let Sureness { standard_error, free } = placebos.sureness();
    let (interval, _) = student(found.effect, standard_error, free, request.chance);
    let reach = (interval[1] - interval[0]) / 2.0;
    let detectable = placebos.detectable(1.0 - request.chance, reach, 0.8);
    let mut warnings = Vec::new();
    if placebos.over_fitted() > 0 {
        warnings.push(warning::over_fitted(
            placebos.over_fitted(),
            panel.donors,
            placebos.p_value_of_comparable,
        ));
    }
    if 1.0 / (panel.donors + 1) as f64 > 1.0 - request.chance {
        warnings.push(warning::too_few_donors(panel.donors));
    }
    let left: Vec<f64> =
        leave_one_out(
            panel,
            &found,
            |other, donor| Ok(whole(other, &without(&predictors, donor, false))?.0),
        )?
        .iter()
        .map(|left| left.control.effect)
        .collect();
    let mut diagnostics = vec![
        ("mean squared gap before", found.error_before),
        ("mean squared gap after", found.error_after),
        ("ratio of mean squared gaps", found.error_after / found.error_before),
        ("rank among units", placebos.rank as f64),
        ("over-fitted donors", placebos.over_fitted() as f64),
        ("least effect without one donor", left.iter().copied().fold(f64::INFINITY, f64::min)),
        ("largest effect without one donor", left.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
    ];
    if let Some(early) = early_placebo(panel, &predictors, &whole) {
        diagnostics.push(("effect at a placebo date", early));
    }
    let mut details = Vec::new();
    if let Some(by) = &by {
        diagnostics.push(("loss", by.loss));
        details = balance(&predictors, by);
    }
    let gap: Vec<f64> = panel.treated_mean().iter().zip(&found.gap).map(|(y, gap)| y - gap).collect();
    Ok(Found {
        source: "Abadie, Diamond and Hainmueller (2010)",
        free: Some(free),
        detectable: Some(detectable),
        estimate: found.effect,
        standard_error,
        interval,
        p_value: placebos.p_value,
        by_rank: true,
        relative: Some(relative(panel, found.effect)),
        left_out: block.left_out,
        unit_weights: weights(&block.names, &found.weights),
        course: course(rows, panel, &gap),
        effects: details,
        diagnostics,
        warnings,
        ..Found::default()
    })
}

type Whole<'a> = dyn Fn(&BlockPanel, &Predictors) -> Result<(SyntheticControl, Option<ControlByPredictors>), StatisticsError>
    + 'a;

/// The gap when the treatment is said to begin two thirds of the way to its beginning.
fn early_placebo(panel: &BlockPanel, predictors: &Predictors, whole: &Whole<'_>) -> Option<f64> {
    let begin = panel.before * 2 / 3;
    placebo_in_time(panel, begin, |earlier| Ok(whole(earlier, predictors)?.0)).ok().map(|found| found.effect)
}

/// Of each predictor: what it counts, and the treated beside the synthetic.
fn balance(predictors: &Predictors, by: &ControlByPredictors) -> Vec<GroupEffect> {
    let rows = predictors.names.iter().zip(&by.balance).zip(&by.importance);
    rows.map(|((name, [treated, synthetic, _]), importance)| GroupEffect {
        by: "predictor: treated less synthetic",
        group: None,
        at: Some(name.clone()),
        effect: treated - synthetic,
        standard_error: f64::NAN,
        weight: Some(*importance),
    })
    .collect()
}
