//! Units that begin at different times.

use senne_impact::{
    Aggregation, Comparison, StaggeredOptions, Sureness, cohort_effects, group_time_effects, placebo_sureness,
};

use super::{Found, UNSURE, student, trends};
use crate::{EvaluationError, GroupEffect, Request, Wording, panel::Rows, warning};

pub(super) fn callaway(rows: &Rows, request: &Request) -> Result<Found, EvaluationError> {
    let panel = rows.staggered()?;
    let options =
        StaggeredOptions { estimator: request.estimator, comparison: request.comparison, anticipation: 0 };
    let found = group_time_effects(&panel, options)?;
    let whole = found.aggregate(Aggregation::Simple)?;
    // A group of one unit has no spread of its own: it is taken to vary as units do that are never treated.
    let by_placebo = || {
        let draws = (request.draws, request.seed);
        placebo_sureness(&panel, options, Aggregation::Simple, draws).map_err(|why| warning::no_error(&why))
    };
    let (sure, lone) = match whole.sureness {
        Some(sure) => (sure, None),
        None => {
            by_placebo().map_or_else(|why| (UNSURE, Some(why)), |sure| (sure, Some(warning::lone_group())))
        }
    };
    let Sureness { standard_error, free } = sure;
    let (interval, p_value) = student(whole.effect, standard_error, free, request.chance);
    let mut effects: Vec<GroupEffect> = found
        .effects
        .iter()
        .map(|effect| GroupEffect {
            by: "group and time",
            group: Some(rows.name_of(effect.group)),
            at: Some(rows.name_of(effect.time)),
            effect: effect.effect,
            standard_error: effect.standard_error,
            weight: None,
        })
        .collect();
    // The error as many units would have it, beside that of few.
    effects.push(one("overall", None, Some("simple".to_owned()), (whole.effect, whole.standard_error)));
    let mut diagnostics = vec![("units", panel.units() as f64)];
    for (by, name, overall) in [
        (Aggregation::Dynamic, "since", "dynamic"),
        (Aggregation::Group, "group", "group"),
        (Aggregation::Calendar, "time", "calendar"),
    ] {
        let aggregate = found.aggregate(by)?;
        effects.push(one(
            "overall",
            None,
            Some(overall.to_owned()),
            (aggregate.effect, aggregate.standard_error),
        ));
        for part in &aggregate.parts {
            let label = if name == "since" { part.at.to_string() } else { rows.name_of(part.at) };
            let (group, at) = if name == "group" { (Some(label), None) } else { (None, Some(label)) };
            effects.push(one(name, group, at, (part.effect, part.standard_error)));
        }
    }
    let left_out = found.left_out.iter();
    let mut warnings: Vec<Wording> = left_out
        .map(|(group, time, why)| warning::group_left_out(&rows.name_of(*group), &rows.name_of(*time), why))
        .collect();
    warnings.extend(lone);
    if request.comparison == Comparison::NotYetTreated {
        warnings.extend(all_treated(rows));
    }
    if let Some(chance) = found.pretest {
        diagnostics.push(("pre-test p", chance));
        if chance < 0.05 {
            warnings.push(warning::not_alike_before(chance));
        }
    }
    let mut report = Found {
        source: "Callaway and Sant'Anna (2021)",
        free: Some(free),
        estimate: whole.effect,
        standard_error,
        interval,
        p_value,
        left_out: panel.left_out,
        effects,
        diagnostics,
        warnings,
        ..Found::default()
    };
    // Steps sum up to long differences exactly only when all are told of the same units alike.
    let exact = request.covariates.is_empty() && request.comparison == Comparison::NeverTreated;
    if let Some(long) = found.long_differences().filter(|_| exact) {
        let course = long.aggregate(Aggregation::Dynamic)?;
        trends::add(
            &mut report,
            &trends::Course {
                since: &course.parts.iter().map(|part| part.at).collect::<Vec<_>>(),
                effects: &course.parts.iter().map(|part| part.effect).collect::<Vec<_>>(),
                covariance: &course.covariance_of_parts(),
            },
            request.chance,
        );
    }
    Ok(report)
}

/// Says who is compared with where no unit is never treated.
fn all_treated(rows: &Rows) -> Option<Wording> {
    let last = rows.begun.iter().copied().max().flatten()?;
    rows.begun.iter().all(Option::is_some).then(|| warning::last_group_compared(&rows.name_of(last)))
}

fn one(
    by: &'static str,
    group: Option<String>,
    at: Option<String>,
    (effect, standard_error): (f64, f64),
) -> GroupEffect {
    GroupEffect { by, group, at, effect, standard_error, weight: None }
}

pub(super) fn sun_abraham(rows: &Rows, request: &Request) -> Result<Found, EvaluationError> {
    let found = cohort_effects(&rows.panel_rows(request))?;
    let Some(whole) = found.mean(None) else {
        let why = "no group is seen from its treatment on".to_owned();
        return Err(
            senne_impact::StatisticsError::NotIdentified { what: "the effect".to_owned(), why }.into()
        );
    };
    let mut warnings: Vec<Wording> = all_treated(rows).into_iter().collect();
    let Sureness { standard_error, free } = found.sureness(None).unwrap_or_else(|why| {
        warnings.push(warning::no_error(&why));
        UNSURE
    });
    let (interval, p_value) = student(whole.effect, standard_error, free, request.chance);
    let mut effects: Vec<GroupEffect> = found
        .course()
        .iter()
        .map(|mean| {
            one("since", None, mean.since.map(|since| since.to_string()), (mean.effect, mean.standard_error))
        })
        .collect();
    // The error as many clusters would have it, beside that of few.
    effects.push(one("overall", None, Some("simple".to_owned()), (whole.effect, whole.standard_error)));
    effects.extend(found.effects.iter().map(|effect| {
        let at = Some(rows.name_of(effect.group + effect.since));
        one("group and time", Some(rows.name_of(effect.group)), at, (effect.effect, effect.standard_error))
    }));
    Ok(Found {
        source: "Sun and Abraham (2021); errors as few clusters need (Bell and McCaffrey 2002)",
        free: Some(free),
        estimate: whole.effect,
        standard_error,
        interval,
        p_value,
        effects,
        warnings,
        ..Found::default()
    })
}
