//! Two-way fixed effects, and what they are made of.

use std::collections::BTreeSet;

use senne_impact::{
    Correction, Decomposition, Design, Errors, Fit, Pairing, PanelRows, decompose, fit, within,
};

use super::{Found, student};
use crate::{EvaluationError, GroupEffect, Request, panel::Rows};

const TWO_WAY: &str = "Two-way fixed effects, errors clustered by unit";

/// Fits columns beside effects of units and times; gives the errors clustered by unit and how many units there are.
fn two_way_fit(panel: &PanelRows, mut design: Design) -> Result<(Fit, Vec<f64>, f64), EvaluationError> {
    for (name, column) in panel.covariates.names().iter().zip(panel.covariates.columns()) {
        design.push(name.clone(), column.clone());
    }
    let times: Vec<i64> = panel.time.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let time: Vec<usize> =
        panel.time.iter().map(|time| times.partition_point(|known| known < time)).collect();
    let absorbed = within(&panel.outcome, &design, &[&panel.unit, &time], None)?;
    let fit = fit(&absorbed.design, &absorbed.outcome, None)?;
    let correction = Correction::Finite { absorbed: absorbed.levels[1] };
    let errors = fit.standard_errors(&Errors::Clustered(vec![panel.unit.clone()]), correction)?;
    Ok((fit, errors, absorbed.levels[0] as f64))
}

pub(super) fn two_way(rows: &Rows, request: &Request) -> Result<Found, EvaluationError> {
    let panel = rows.panel_rows(request);
    let treated = panel
        .time
        .iter()
        .zip(&panel.first_treated)
        .map(|(t, f)| f64::from(u8::from(f.is_some_and(|f| *t >= f))));
    let (fit, errors, units) = two_way_fit(&panel, Design::new().with("treated", treated.collect()))?;
    let place = identified(&fit, "treated")?;
    let (estimate, standard_error) = (fit.coefficients[place], errors[place]);
    let (interval, p_value) = student(estimate, standard_error, units - 1.0, request.chance);
    let mut warnings = Vec::new();
    if let Ok(parts) = parts(rows)
        && let Some((weight, of)) = parts.of(Pairing::LaterWithEarlier)
    {
        warnings.push(format!(
            "{:.0} % of this estimate takes units that are treated already for untreated (their part says {of:.4}); \
             where effects grow or differ, ask callaway-santanna",
            weight * 100.0
        ));
    }
    let effects = terms(&fit, &errors, |_| true);
    let diagnostics = vec![("rows", panel.outcome.len() as f64), ("units", units)];
    Ok(Found {
        free: Some(units - 1.0),
        source: TWO_WAY,
        estimate,
        standard_error,
        interval,
        p_value,
        effects,
        diagnostics,
        warnings,
        ..Found::default()
    })
}

pub(super) fn event_study(rows: &Rows, request: &Request) -> Result<Found, EvaluationError> {
    let panel = rows.panel_rows(request);
    let since: Vec<Option<i64>> =
        panel.time.iter().zip(&panel.first_treated).map(|(t, f)| f.map(|f| t - f)).collect();
    let steps: BTreeSet<i64> = since.iter().flatten().copied().filter(|step| *step != -1).collect();
    let mut design = Design::new();
    for step in &steps {
        let column = since.iter().map(|since| f64::from(u8::from(*since == Some(*step)))).collect();
        design.push(step.to_string(), column);
    }
    let (fit, errors, units) = two_way_fit(&panel, design)?;
    let later: Vec<usize> =
        steps.iter().filter(|step| **step >= 0).filter_map(|step| fit.index(&step.to_string())).collect();
    if later.is_empty() {
        identified(&fit, "0")?;
    }
    let absorbed = panel.time.iter().collect::<BTreeSet<_>>().len();
    let covariance =
        fit.covariance(&Errors::Clustered(vec![panel.unit.clone()]), Correction::Finite { absorbed })?;
    let count = later.len() as f64;
    let estimate = later.iter().map(|place| fit.coefficients[*place]).sum::<f64>() / count;
    let variance: f64 =
        later.iter().flat_map(|a| later.iter().map(move |b| (a, b))).map(|(a, b)| covariance[(*a, *b)]).sum();
    let standard_error = variance.max(0.0).sqrt() / count;
    let (interval, p_value) = student(estimate, standard_error, units - 1.0, request.chance);
    let effects = terms(&fit, &errors, |name| steps.contains(&name.parse().unwrap_or(i64::MIN)));
    let diagnostics = vec![("rows", panel.outcome.len() as f64), ("units", units)];
    Ok(Found {
        source: "Two-way fixed effects by time since treatment (−1 is what the others are compared with), errors clustered by unit",
        free: Some(units - 1.0),
        estimate,
        standard_error,
        interval,
        p_value,
        effects,
        diagnostics,
        ..Found::default()
    })
}

fn terms(fit: &Fit, errors: &[f64], is_step: impl Fn(&str) -> bool) -> Vec<GroupEffect> {
    let one = |(place, name): (usize, &String)| GroupEffect {
        by: if is_step(name) && name.parse::<i64>().is_ok() { "since" } else { "term" },
        group: None,
        at: Some(name.clone()),
        effect: fit.coefficients[place],
        standard_error: errors[place],
        weight: None,
    };
    fit.names.iter().enumerate().map(one).collect()
}

fn identified(fit: &Fit, name: &str) -> Result<usize, EvaluationError> {
    fit.index(name).ok_or_else(|| {
        let why = "treatment does not vary within units beside what all units share at a time".to_owned();
        senne_impact::StatisticsError::NotIdentified { what: "the effect".to_owned(), why }.into()
    })
}

fn parts(rows: &Rows) -> Result<Decomposition, EvaluationError> {
    let first: Vec<Option<i64>> =
        rows.first.iter().map(|place| place.map(|place| rows.clock[place])).collect();
    Ok(decompose(&rows.clock, &rows.grid(&rows.outcome), &first)?)
}

pub(super) fn bacon(rows: &Rows) -> Result<Found, EvaluationError> {
    let parts = parts(rows)?;
    let name = |pairing: Pairing| match pairing {
        Pairing::EarlierWithLater => "earlier with later",
        Pairing::LaterWithEarlier => "later with earlier",
        Pairing::TreatedWithUntreated => "treated with untreated",
        Pairing::LaterWithAlways => "later with always treated",
    };
    let whole = |pairing: Pairing| {
        let (weight, effect) = parts.of(pairing)?;
        let at = Some(name(pairing).to_owned());
        Some(GroupEffect {
            by: "kind",
            group: None,
            at,
            effect,
            standard_error: f64::NAN,
            weight: Some(weight),
        })
    };
    let kinds = [
        Pairing::EarlierWithLater,
        Pairing::LaterWithEarlier,
        Pairing::TreatedWithUntreated,
        Pairing::LaterWithAlways,
    ];
    let mut effects: Vec<GroupEffect> = kinds.into_iter().filter_map(whole).collect();
    effects.extend(parts.parts.iter().map(|part| GroupEffect {
        by: "pair",
        group: Some(rows.name_of(part.treated)),
        at: Some(part.compared.map_or_else(|| "never".to_owned(), |group| rows.name_of(group))),
        effect: part.estimate,
        standard_error: f64::NAN,
        weight: Some(part.weight),
    }));
    let feared = parts.of(Pairing::LaterWithEarlier).map_or(0.0, |(weight, _)| weight);
    Ok(Found {
        source: "Goodman-Bacon (2021): the two-way estimate as a weighted mean of comparisons",
        estimate: parts.estimate(),
        standard_error: f64::NAN,
        interval: [f64::NAN; 2],
        p_value: f64::NAN,
        effects,
        diagnostics: vec![("weight of comparisons with units treated already", feared)],
        ..Found::default()
    })
}
