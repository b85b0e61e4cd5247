//! Units that begin at different times.

use senne_impact::{Aggregation, Comparison, StaggeredOptions, cohort_effects, group_time_effects};

use super::{Found, normal, trends};
use crate::{EvaluationError, GroupEffect, Request, Wording, panel::Rows, warning};

pub(super) fn callaway(rows: &Rows, request: &Request) -> Result<Found, EvaluationError> {
    let panel = rows.staggered()?;
    let options =
        StaggeredOptions { estimator: request.estimator, comparison: request.comparison, anticipation: 0 };
    let found = group_time_effects(&panel, options)?;
    let whole = found.aggregate(Aggregation::Simple)?;
    let (interval, p_value) = normal(whole.effect, whole.standard_error, request.chance);
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
    if let Some(chance) = found.pretest {
        diagnostics.push(("pre-test p", chance));
        if chance < 0.05 {
            warnings.push(warning::not_alike_before(chance));
        }
    }
    let mut report = Found {
        source: "Callaway and Sant'Anna (2021)",
        estimate: whole.effect,
        standard_error: whole.standard_error,
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
    let (interval, p_value) = normal(whole.effect, whole.standard_error, request.chance);
    let mut effects: Vec<GroupEffect> = found
        .course()
        .iter()
        .map(|mean| {
            one("since", None, mean.since.map(|since| since.to_string()), (mean.effect, mean.standard_error))
        })
        .collect();
    effects.extend(found.effects.iter().map(|effect| {
        let at = Some(rows.name_of(effect.group + effect.since));
        one("group and time", Some(rows.name_of(effect.group)), at, (effect.effect, effect.standard_error))
    }));
    Ok(Found {
        source: "Sun and Abraham (2021)",
        estimate: whole.effect,
        standard_error: whole.standard_error,
        interval,
        p_value,
        effects,
        ..Found::default()
    })
}
