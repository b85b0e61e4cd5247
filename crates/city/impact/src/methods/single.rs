//! One series, and nothing to compare with but its past and other series.

use senne_impact::{
    Design, InterruptedOptions, Interruption, Memory, SeriesKind,
    bsts::{BayesOptions, CausalSeries, draw},
    detectable_by_reach, interrupted,
};

use super::{Found, normal, student};
use crate::{
    CourseStep, ErrorWay, EvaluationError, GroupEffect, Request, Table, Wording, panel::Rows, warning,
};

/// The rows of the one treated unit in the order of time, and the place of its beginning.
fn series(rows: &Rows, method: &'static str) -> Result<(Vec<usize>, usize), EvaluationError> {
    let treated: Vec<usize> = (0..rows.units.len()).filter(|unit| rows.first[*unit].is_some()).collect();
    let [unit] = treated[..] else {
        let what = format!("one treated series; here are {}", treated.len());
        return Err(EvaluationError::Lacks { method, what });
    };
    let mut chosen: Vec<usize> = (0..rows.unit.len()).filter(|row| rows.unit[*row] == unit).collect();
    chosen.sort_by_key(|row| rows.time[*row]);
    let begin = rows.first[unit].unwrap_or_default();
    let before = chosen.iter().filter(|row| rows.time[**row] < begin).count();
    Ok((chosen, before))
}

/// Says so when times of a series do not follow each other by equal steps, as far as they are numbers.
fn uneven(rows: &Rows, chosen: &[usize]) -> Option<Wording> {
    let clock: Vec<i64> = chosen.iter().map(|row| rows.clock[rows.time[*row]]).collect();
    let steps: Vec<i64> = clock.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.windows(2).any(|pair| pair[0] != pair[1]).then(warning::uneven_steps)
}

pub(super) fn bayesian(rows: &Rows, request: &Request) -> Result<Found, EvaluationError> {
    let (chosen, before) = series(rows, "bsts")?;
    let series = CausalSeries {
        outcome: chosen
            .iter()
            .map(|row| Some(rows.outcome[*row]).filter(|value| value.is_finite()))
            .collect(),
        before,
        covariates: rows
            .covariates
            .iter()
            .map(|column| chosen.iter().map(|row| column[*row]).collect())
            .collect(),
    };
    let options = BayesOptions {
        draws: request.draws.max(1000),
        season: request.season.map(|seasons| (seasons, 1)),
        memory: true,
        seed: request.seed,
        ..BayesOptions::default()
    };
    let draws = draw(&series, options)?;
    let effect = draws.effect(&series, request.chance);
    let step = |(place, row): (usize, &usize)| CourseStep {
        time: rows.times[rows.time[*row]].clone(),
        observed: rows.outcome[*row],
        counterfactual: effect.course[place].mean,
        low: Some(effect.course[place].low),
        high: Some(effect.course[place].high),
    };
    let course = chosen.iter().enumerate().map(step).collect();
    let inclusion = request.covariates.iter().zip(&draws.inclusion).map(|(name, often)| GroupEffect {
        by: "covariate: how often it counts",
        group: None,
        at: Some(name.clone()),
        effect: *often,
        standard_error: f64::NAN,
        weight: None,
    });
    let mut warnings: Vec<Wording> = uneven(rows, &chosen).into_iter().collect();
    if request.covariates.is_empty() {
        warnings.push(warning::no_other_series());
    }
    Ok(Found {
        source: "Brodersen, Gallusser, Koehler, Remy and Scott (2015), with noise that may remember",
        estimate: effect.effect.mean,
        standard_error: effect.effect.deviation,
        detectable: Some(detectable_by_reach(
            (effect.effect.high - effect.effect.low) / 2.0,
            1.0 - request.chance,
        )),
        interval: [effect.effect.low, effect.effect.high],
        // Both directions count.
        p_value: (2.0 * effect.p_value).min(1.0),
        relative: Some(effect.relative.mean),
        course,
        effects: inclusion.collect(),
        diagnostics: vec![
            ("observed mean", effect.observed),
            ("counterfactual mean", effect.counterfactual.mean),
            ("counterfactual deviation", effect.counterfactual.deviation),
            ("cumulative effect", effect.cumulative.mean),
            ("cumulative low", effect.cumulative.low),
            ("cumulative high", effect.cumulative.high),
            ("one-sided tail probability", effect.p_value),
            ("draws", draws.counterfactual.len() as f64),
        ],
        warnings,
        ..Found::default()
    })
}

pub(super) fn interrupted_series(
    rows: &Rows,
    table: &Table,
    request: &Request,
) -> Result<Found, EvaluationError> {
    let (chosen, begin) = series(rows, "its")?;
    let take = |column: &[f64]| chosen.iter().map(|row| column[*row]).collect::<Vec<f64>>();
    let mut covariates = Design::new();
    for (name, column) in request.covariates.iter().zip(&rows.covariates) {
        covariates.push(name.clone(), take(column));
    }
    let exposure = request
        .exposure
        .as_ref()
        .map(|name| table.numbers(name))
        .transpose()?
        .map(|column| take(&rows.own(&column)));
    let kind = if request.counts { SeriesKind::DispersedCount } else { SeriesKind::Measure };
    let options = InterruptedOptions {
        kind,
        slope: request.slope,
        season: request.season.map(|steps| (if steps < 5 { 1 } else { 2 }, steps as f64)),
        memory: if request.errors == ErrorWay::NeweyWest {
            Memory::NeweyWest(None)
        } else {
            Memory::FirstOrder
        },
        chance: request.chance,
    };
    let found =
        interrupted(&Interruption { outcome: take(&rows.outcome), begin, exposure, covariates }, options)?;
    let (interval, p_value) = match found.free {
        Some(free) => student(found.effect, found.standard_error, free, request.chance),
        None => normal(found.effect, found.standard_error, request.chance),
    };
    let course = found.course.iter().map(|step| CourseStep {
        time: rows.times[rows.time[chosen[step.time]]].clone(),
        observed: step.observed,
        counterfactual: step.counterfactual,
        low: Some(step.counterfactual + step.effect - step.high),
        high: Some(step.counterfactual + step.effect - step.low),
    });
    let terms = found.terms.iter().map(|term| GroupEffect {
        by: "term",
        group: None,
        at: Some(term.name.clone()),
        effect: term.estimate,
        standard_error: term.standard_error,
        weight: None,
    });
    let mut warnings = vec![warning::nothing_compared()];
    warnings.extend(uneven(rows, &chosen));
    if request.errors == ErrorWay::NeweyWest && !request.counts {
        warnings.push(warning::newey_west());
    }
    if found.autocorrelation.abs() > 0.3 && found.memory.is_none() {
        warnings.push(warning::residuals_remember(found.autocorrelation));
    }
    Ok(Found {
        source: "Wagner and others (2002); Lopez Bernal, Cummins and Gasparrini (2017)",
        free: found.free,
        estimate: found.effect,
        standard_error: found.standard_error,
        interval,
        p_value,
        relative: found.ratio.map(|ratio| ratio - 1.0),
        course: course.collect(),
        effects: terms.collect(),
        diagnostics: vec![
            ("ratio", found.ratio.unwrap_or(f64::NAN)),
            ("dispersion", found.dispersion.unwrap_or(f64::NAN)),
            ("autocorrelation of residuals", found.autocorrelation),
            ("memory of errors", found.memory.unwrap_or(f64::NAN)),
        ],
        warnings,
        ..Found::default()
    })
}
