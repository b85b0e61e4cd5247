//! One file a family of methods: from rows to a report.

mod augmented;
mod differences;
mod geo;
mod lots;
mod single;
mod staggered;
mod synthetic;
mod threshold;
mod trends;

use senne_impact::{Answer, Evidence, Grade, Method, Situation, Sureness, choose, verdict};

use crate::{
    CellOf, Comparison, CourseStep, EvaluationError, GroupEffect, Report, Request, Said, Table, WeightOf,
    Wording, neighbours,
    panel::Rows,
    reason::why,
    request::MethodName,
    sentence::{Language, Spoken},
    warning,
};

/// What a method found, before it is judged.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) source: &'static str,
    pub(crate) estimate: f64,
    pub(crate) standard_error: f64,
    pub(crate) interval: [f64; 2],
    pub(crate) p_value: f64,
    /// The degrees of freedom of the interval, where it is not the normal law's.
    pub(crate) free: Option<f64>,
    /// The smallest effect that is detected, where it is not so many standard errors.
    pub(crate) detectable: Option<f64>,
    pub(crate) relative: Option<f64>,
    /// Whether the chance decides, and not the interval: placebo ranks.
    pub(crate) by_rank: bool,
    pub(crate) left_out: usize,
    /// How many units were compared with, where it is not those that are never treated.
    pub(crate) compared: Option<usize>,
    pub(crate) unit_weights: Vec<WeightOf>,
    pub(crate) time_weights: Vec<WeightOf>,
    pub(crate) course: Vec<CourseStep>,
    pub(crate) effects: Vec<GroupEffect>,
    pub(crate) cells: Vec<CellOf>,
    pub(crate) diagnostics: Vec<(&'static str, f64)>,
    pub(crate) warnings: Vec<Wording>,
}

/// Answers what is asked of a table.
///
/// # Errors
/// When a column is not there, a value is not what it is for, or the method does not fit what is there.
pub fn evaluate(table: &Table, request: &Request) -> Result<Report, EvaluationError> {
    let rows = Rows::of(table, request)?;
    let situation = situation(&rows, request);
    let choice = choose(&situation);
    let (method, reasons) = match request.method {
        MethodName::Auto => {
            (name_of(choice.method, &situation), choice.reasons.iter().map(|reason| why(*reason)).collect())
        }
        asked => (asked, Vec::new()),
    };
    check_table(method, &rows, request)?;
    let mut found = match method {
        MethodName::Did => differences::two_way(&rows, request)?,
        MethodName::EventStudy => differences::event_study(&rows, request)?,
        MethodName::Bacon => differences::bacon(&rows)?,
        MethodName::CallawaySantAnna => staggered::callaway(&rows, request)?,
        MethodName::SunAbraham => staggered::sun_abraham(&rows, request)?,
        MethodName::SyntheticControl => synthetic::control(&rows, table, request)?,
        MethodName::SyntheticDifference => synthetic::difference(&rows, request)?,
        MethodName::StructuralSeries => single::bayesian(&rows, request)?,
        MethodName::AugmentedControl => augmented::control(&rows, table, request)?,
        MethodName::Geo => geo::experiment(&rows, table, request)?,
        MethodName::Discontinuity => threshold::jump(&rows, request)?,
        MethodName::Randomised => lots::drawn(&rows, table, request)?,
        MethodName::Interrupted | MethodName::Auto => single::interrupted_series(&rows, table, request)?,
    };
    found.warnings.extend(unused(method, request));
    let found = neighbours::with_rings(found, &rows, request);
    Ok(report(method, reasons, &rows, request, found))
}

/// What a method needs of a table, whatever its outcomes are.
fn check_table(method: MethodName, rows: &Rows, request: &Request) -> Result<(), EvaluationError> {
    let lacks = |what: String| Err(EvaluationError::Lacks { method: method.name(), what });
    let by_threshold = method == MethodName::Discontinuity;
    let starts = rows.starts();
    if starts.is_empty() && !by_threshold {
        return lacks("a treated unit; none is treated within the times of the table".to_owned());
    }
    let by_regression = matches!(method, MethodName::Did | MethodName::EventStudy | MethodName::SunAbraham);
    let compares = by_regression || matches!(method, MethodName::CallawaySantAnna | MethodName::Bacon);
    if let ([start], true) = (&starts[..], compares)
        && rows.first.iter().all(Option::is_some)
    {
        let start = &rows.times[*start];
        return lacks(format!("units to compare with; all are treated, and all begin at {start}"));
    }
    // A regression takes several rows of a unit and time as they are; elsewhere one would silently stand for all.
    let of_rows = by_regression || (by_threshold && request.unit.is_none());
    if of_rows { Ok(()) } else { rows.each_once() }
}

/// Says which columns that were given are not used.
fn unused(method: MethodName, request: &Request) -> Option<Wording> {
    let takes_predictors = matches!(method, MethodName::SyntheticControl | MethodName::AugmentedControl);
    let takes_covariates = !takes_predictors
        && !matches!(
            method,
            MethodName::Bacon | MethodName::SyntheticDifference | MethodName::Geo | MethodName::Discontinuity
        );
    let columns = [(&request.covariates, takes_covariates), (&request.predictors, takes_predictors)];
    let names: Vec<&str> = columns
        .into_iter()
        .filter(|(_, takes)| !takes)
        .flat_map(|(names, _)| names)
        .map(String::as_str)
        .collect();
    (!names.is_empty()).then(|| warning::not_used(&names.join(", ")))
}

pub(crate) fn situation(rows: &Rows, request: &Request) -> Situation {
    let starts = rows.starts();
    let before = starts.first().copied().unwrap_or_default();
    let treated = rows.first.iter().flatten().count();
    Situation {
        treated,
        donors: rows.units.len() - treated,
        starts: starts.len(),
        before,
        after: rows.times.len() - before,
        randomised: request.randomised,
        threshold: request.running.is_some() && request.cutoff.is_some(),
        covariates: request.covariates.len(),
    }
}

pub(crate) fn name_of(method: Method, situation: &Situation) -> MethodName {
    match method {
        // Lots that fall at several times are compared by when they fell.
        Method::Randomised if situation.starts == 1 => MethodName::Randomised,
        Method::StaggeredDifferences | Method::Randomised => MethodName::CallawaySantAnna,
        Method::SyntheticDifference => MethodName::SyntheticDifference,
        Method::SyntheticControl => MethodName::SyntheticControl,
        Method::StructuralSeries => MethodName::StructuralSeries,
        Method::Interrupted => MethodName::Interrupted,
        Method::Discontinuity => MethodName::Discontinuity,
    }
}

/// How strong the evidence of a method can be at most, whatever it finds.
fn grade(method: MethodName, request: &Request) -> Grade {
    let by_lot = matches!(
        method,
        MethodName::Did
            | MethodName::EventStudy
            | MethodName::CallawaySantAnna
            | MethodName::SunAbraham
            | MethodName::Geo
    );
    match method {
        MethodName::Randomised => Grade::Five,
        _ if by_lot && request.randomised => Grade::Five,
        MethodName::Discontinuity => Grade::Four,
        MethodName::Interrupted | MethodName::Auto => Grade::One,
        MethodName::StructuralSeries => Grade::Two,
        _ => Grade::Three,
    }
}

fn report(method: MethodName, reasons: Vec<Wording>, rows: &Rows, request: &Request, found: Found) -> Report {
    let starts = rows.starts();
    let before = starts.first().copied().unwrap_or_default();
    let treated = rows.treated();
    let comparison = Comparison {
        donors: found.compared.unwrap_or(rows.units.len() - treated.len()),
        treated,
        starts: starts.iter().map(|place| rows.times[*place].clone()).collect(),
        before,
        after: rows.times.len() - before,
        left_out: found.left_out,
        near: rows.near.as_ref().map_or_else(Vec::new, |near| near.names.clone()),
    };
    let verdict = said(method, request, &found);
    Report {
        method: method.name(),
        source: found.source,
        reasons,
        comparison,
        estimate: found.estimate,
        standard_error: found.standard_error,
        interval: found.interval,
        level: request.chance,
        p_value: found.p_value,
        relative: found.relative.filter(|value| value.is_finite()),
        unit_weights: found.unit_weights,
        time_weights: found.time_weights,
        course: found.course,
        effects: found.effects,
        cells: found.cells,
        diagnostics: found.diagnostics.into_iter().filter(|(_, value)| value.is_finite()).collect(),
        warnings: found.warnings,
        verdict,
    }
}

fn said(method: MethodName, request: &Request, found: &Found) -> Said {
    let hidden = found.by_rank && found.p_value > 1.0 - request.chance;
    // A rank that chance explains is not overruled by an interval.
    let [low, high] = if hidden { [f64::NAN; 2] } else { found.interval };
    let judged = verdict(&Evidence {
        effect: found.estimate,
        low,
        high,
        standard_error: found.standard_error,
        free: found.free,
        detectable: found.detectable,
        direction: request.direction,
        matters: request.matters,
        grade: grade(method, request),
    });
    let called = |place: usize| request.called.as_ref().map_or(&request.outcome, |names| &names[place]);
    let spoken = |place: usize| Spoken {
        outcome: called(place),
        answer: judged.answer,
        effect: found.estimate,
        low: found.interval[0],
        high: found.interval[1],
        level: request.chance,
        rank: hidden.then_some(found.p_value),
        detectable: judged.detectable,
        grade: judged.grade as u8,
    };
    Said {
        answer: match judged.answer {
            Answer::Better => "better",
            Answer::Worse => "worse",
            Answer::NotDetectable => "not detectable",
            Answer::TooSmallToMatter => "too small to matter",
        },
        grade: judged.grade as u8,
        detectable: judged.detectable,
        en: spoken(0).say(Language::English),
        fr: spoken(1).say(Language::French),
        nl: spoken(2).say(Language::Dutch),
    }
}

/// An interval and the chance of such an estimate without an effect, by the normal law.
fn normal(estimate: f64, error: f64, chance: f64) -> ([f64; 2], f64) {
    let width = senne_impact::normal_quantile(0.5 + chance / 2.0) * error;
    ([estimate - width, estimate + width], senne_impact::two_sided(estimate / error, None))
}

/// What is not known of an estimate without an error.
const UNSURE: Sureness = Sureness { standard_error: f64::NAN, free: f64::NAN };

/// The same by Student's law.
fn student(estimate: f64, error: f64, free: f64, chance: f64) -> ([f64; 2], f64) {
    let width = senne_impact::student_quantile(free, 0.5 + chance / 2.0) * error;
    ([estimate - width, estimate + width], senne_impact::two_sided(estimate / error, Some(free)))
}
