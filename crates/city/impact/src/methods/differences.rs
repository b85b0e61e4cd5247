//! Two-way fixed effects, and what they are made of.

use std::collections::BTreeSet;

use senne_impact::{
    Correction, Decomposition, Design, Errors, Fit, Pairing, PanelRows, StatisticsError, Sureness, decompose,
    fit, within,
};

use super::{Found, UNSURE, student, trends};
use crate::{ErrorWay, EvaluationError, GroupEffect, Request, Wording, panel::Rows, warning};

/// A fit, and how sure it is.
struct TwoWay {
    fit: Fit,
    covariance: Vec<Vec<f64>>,
    errors: Vec<f64>,
    units: f64,
    /// The degrees of freedom of errors that are not clustered.
    free: f64,
    /// The unit and the time of each row, where errors are clustered by unit.
    clusters: Option<[Vec<usize>; 2]>,
    source: &'static str,
}

impl TwoWay {
    /// How sure the mean of some coefficients is.
    fn sureness(&self, places: &[usize], warnings: &mut Vec<Wording>) -> Sureness {
        let share = 1.0 / places.len() as f64;
        let Some([unit, time]) = &self.clusters else {
            let pairs = places.iter().flat_map(|a| places.iter().map(move |b| (*a, *b)));
            let variance: f64 = pairs.map(|(a, b)| self.covariance[a][b]).sum();
            return Sureness { standard_error: variance.max(0.0).sqrt() * share, free: self.free };
        };
        let mut shares = vec![0.0; self.fit.coefficients.len()];
        places.iter().for_each(|place| shares[*place] = share);
        self.fit.sureness(&shares, unit, time).unwrap_or_else(|why| {
            warnings.push(warning::no_error(&why));
            UNSURE
        })
    }
}

/// What is taken for the errors, and who published it.
fn errors_of(
    rows: &Rows,
    panel: &PanelRows,
    time: &[usize],
    request: &Request,
) -> Result<(Errors, &'static str), EvaluationError> {
    match request.errors {
        ErrorWay::NeweyWest => {
            rows.each_once()?;
            let times = time.iter().max().map_or(0, |last| last + 1);
            // As the package `fixest` has it.
            let lag = request.lag.unwrap_or((times as f64).powf(0.25) as usize);
            let time = time.iter().map(|time| *time as i64).collect();
            let errors = Errors::NeweyWest { unit: panel.unit.clone(), time, lag };
            Ok((errors, "Two-way fixed effects, errors that remember over time (Newey and West 1987)"))
        }
        ErrorWay::Conley => {
            let (Some([latitude, longitude]), Some(cut_off_km)) = (&rows.places, request.cutoff_km) else {
                let what = "for errors that neighbours share: --latitude COLUMN, --longitude COLUMN and --cutoff-km KM".to_owned();
                return Err(EvaluationError::Lacks { method: request.method.name(), what });
            };
            let kept = rows.finite();
            let take = |column: &[f64]| -> Vec<f64> { kept.iter().map(|row| column[*row]).collect() };
            let (latitude, longitude) = (take(latitude), take(longitude));
            if let Some(place) = (0..kept.len()).find(|row| !(latitude[*row] + longitude[*row]).is_finite()) {
                return Err(StatisticsError::NotFinite {
                    what: "latitude or longitude".to_owned(),
                    place: kept[place],
                }
                .into());
            }
            let errors = Errors::Conley { latitude, longitude, cut_off_km };
            Ok((errors, "Two-way fixed effects, errors that neighbours share (Conley 1999)"))
        }
        _ => {
            let errors = Errors::Clustered(vec![panel.unit.clone()]);
            Ok((
                errors,
                "Two-way fixed effects, errors clustered by unit, as few clusters need (Bell and McCaffrey 2002)",
            ))
        }
    }
}

/// Fits columns beside effects of units and times.
fn two_way_fit(
    rows: &Rows,
    panel: &PanelRows,
    mut design: Design,
    request: &Request,
) -> Result<TwoWay, EvaluationError> {
    for (name, column) in panel.covariates.names().iter().zip(panel.covariates.columns()) {
        design.push(name.clone(), column.clone());
    }
    let times: Vec<i64> = panel.time.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let time: Vec<usize> =
        panel.time.iter().map(|time| times.partition_point(|known| known < time)).collect();
    let absorbed = within(&panel.outcome, &design, &[&panel.unit, &time], None)?;
    let fit = fit(&absorbed.design, &absorbed.outcome, None)?;
    let (errors, source) = errors_of(rows, panel, &time, request)?;
    let units = absorbed.levels[0] as f64;
    // Units are nested in clusters of units, and cost no freedom then.
    let taken = match errors {
        Errors::Clustered(_) => absorbed.levels[1],
        _ => absorbed.levels[0] + absorbed.levels[1] - 1,
    };
    let free = match errors {
        Errors::NeweyWest { .. } => absorbed.levels[1] as f64 - 1.0,
        _ => panel.outcome.len() as f64 - (taken + fit.coefficients.len()) as f64,
    };
    let covariance = fit.covariance(&errors, Correction::Finite { absorbed: taken })?;
    let clusters = matches!(errors, Errors::Clustered(_)).then(|| [panel.unit.clone(), time]);
    let size = fit.coefficients.len();
    let errors = (0..size).map(|place| covariance[(place, place)].max(0.0).sqrt()).collect();
    let covariance = (0..size).map(|a| (0..size).map(|b| covariance[(a, b)]).collect()).collect();
    Ok(TwoWay { fit, covariance, errors, units, free, clusters, source })
}

pub(super) fn two_way(rows: &Rows, request: &Request) -> Result<Found, EvaluationError> {
    let panel = rows.panel_rows(request);
    let treated = panel
        .time
        .iter()
        .zip(&panel.first_treated)
        .map(|(t, f)| f64::from(u8::from(f.is_some_and(|f| *t >= f))));
    let design = Design::new().with("treated", treated.collect());
    let whole = two_way_fit(rows, &panel, design, request)?;
    let mut warnings = Vec::new();
    let place = identified(&whole.fit, "treated")?;
    let Sureness { standard_error, free } = whole.sureness(&[place], &mut warnings);
    let TwoWay { fit, mut errors, units, source, .. } = whole;
    errors[place] = standard_error;
    let estimate = fit.coefficients[place];
    let (interval, p_value) = student(estimate, standard_error, free, request.chance);
    if let Ok(parts) = parts(rows)
        && let Some((weight, of)) = parts.of(Pairing::LaterWithEarlier)
    {
        warnings.push(warning::treated_as_untreated(weight, of));
    }
    let effects = terms(&fit, &errors, |_| true);
    let diagnostics = vec![("rows", panel.outcome.len() as f64), ("units", units)];
    Ok(Found {
        free: Some(free),
        source,
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
    let seen: BTreeSet<i64> = since.iter().flatten().copied().collect();
    let compared = compared_with(&seen)?;
    let steps: BTreeSet<i64> = seen.into_iter().filter(|step| *step != compared).collect();
    let mut design = Design::new();
    for step in &steps {
        let column = since.iter().map(|since| f64::from(u8::from(*since == Some(*step)))).collect();
        design.push(step.to_string(), column);
    }
    let whole = two_way_fit(rows, &panel, design, request)?;
    let later = steps.iter().filter(|step| **step >= 0);
    let later: Vec<usize> = later.filter_map(|step| whole.fit.index(&step.to_string())).collect();
    if later.is_empty() {
        identified(&whole.fit, "0")?;
    }
    let mut warnings = Vec::new();
    let left_out: Vec<&str> =
        steps.iter().filter_map(|step| left_out_as(&whole.fit, &step.to_string())).collect();
    if !left_out.is_empty() {
        warnings.push(warning::steps_left_out(&left_out.join(", ")));
    }
    let Sureness { standard_error, free } = whole.sureness(&later, &mut warnings);
    let TwoWay { fit, covariance, errors, units, .. } = whole;
    let count = later.len() as f64;
    let estimate = later.iter().map(|place| fit.coefficients[*place]).sum::<f64>() / count;
    let (interval, p_value) = student(estimate, standard_error, free, request.chance);
    let effects = terms(&fit, &errors, |name| steps.contains(&name.parse().unwrap_or(i64::MIN)));
    let diagnostics = vec![("rows", panel.outcome.len() as f64), ("units", units)];
    let mut found = Found {
        source: match request.errors {
            ErrorWay::NeweyWest => {
                "Two-way fixed effects by time since treatment (the last one before it is what the others are compared with), errors that remember over time"
            }
            ErrorWay::Conley => {
                "Two-way fixed effects by time since treatment (the last one before it is what the others are compared with), errors that neighbours share"
            }
            _ => {
                "Two-way fixed effects by time since treatment (the last one before it is what the others are compared with), errors clustered by unit, \
                 as few clusters need (Bell and McCaffrey 2002)"
            }
        },
        free: Some(free),
        estimate,
        standard_error,
        interval,
        p_value,
        effects,
        diagnostics,
        warnings,
        ..Found::default()
    };
    let known: Vec<(i64, usize)> =
        steps.iter().filter_map(|step| Some((*step, fit.index(&step.to_string())?))).collect();
    let rows_of = |a: &(i64, usize)| known.iter().map(|b| covariance[a.1][b.1]).collect::<Vec<f64>>();
    trends::add(
        &mut found,
        &trends::Course {
            since: &known.iter().map(|(step, _)| *step).collect::<Vec<_>>(),
            effects: &known.iter().map(|(_, place)| fit.coefficients[*place]).collect::<Vec<_>>(),
            covariance: &known.iter().map(rows_of).collect::<Vec<_>>(),
        },
        request.chance,
    );
    Ok(found)
}

/// The time since treatment that others are compared with: the last one before it that is seen at all.
fn compared_with(seen: &BTreeSet<i64>) -> Result<i64, EvaluationError> {
    seen.range(..0).next_back().copied().ok_or_else(|| {
        let why = "no treated unit is seen before its treatment".to_owned();
        StatisticsError::NotIdentified { what: "the effect".to_owned(), why }.into()
    })
}

/// The name of a column when others explain it.
fn left_out_as<'a>(fit: &'a Fit, name: &str) -> Option<&'a str> {
    fit.left_out.iter().find(|known| *known == name).map(String::as_str)
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
    rows.each_once()?;
    let grid = rows.grid(&rows.outcome);
    for (unit, row) in grid.iter().enumerate() {
        if let Some(time) = row.iter().position(|value| !value.is_finite()) {
            let (unit, time) = (&rows.units[unit], &rows.times[time]);
            let what = format!("a value of each unit at each time; `{unit}` has none at {time}");
            return Err(EvaluationError::Lacks { method: "bacon", what });
        }
    }
    // Units that begin between the same two times are one group here.
    let first: Vec<Option<i64>> =
        rows.first.iter().map(|place| place.map(|place| rows.clock[place])).collect();
    Ok(decompose(&rows.clock, &grid, &first)?)
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
