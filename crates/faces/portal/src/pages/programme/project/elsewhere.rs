//! What the kind of intervention brought elsewhere, and what one unit of effect costs here.

use std::collections::{BTreeMap, BTreeSet};

use senne_programme::{
    Answer, Euros, Evaluation, Measurement, Project, ProjectState,
    effect::{
        CostRatio, Heterogeneity, Interval, Measured, Pooled, RatioInterval, Study, cost_per_unit, one_each,
        pool_by_kind, standard_error,
    },
    says::euros,
};

use super::{Subject, ground::Ground, similar::kind_name};
use crate::{
    pages::{programme::shared::wider, rows::Linked},
    words::key,
};

/// The chance with which intervals hold what they are of.
const CHANCE: f64 = 0.95;
/// Below this an amount is written with cents.
const CENTS_BELOW: f64 = 100.0;

pub(super) struct Elsewhere {
    /// What the kind is called; empty when the project names none.
    pub(super) kind: String,
    pub(super) rows: Vec<PooledRow>,
    pub(super) costs: Vec<Cost>,
}

/// What evaluations of other projects of the kind say together of one outcome.
pub(super) struct PooledRow {
    pub(super) outcome: Linked,
    pub(super) studies: String,
    pub(super) effect: String,
    pub(super) interval: String,
    /// Where the effect of a new project would lie.
    pub(super) new: String,
    /// What was measured of this project.
    pub(super) here: String,
}

/// What one unit of effect costs, or why that cannot be said.
pub(super) struct Cost {
    pub(super) name: String,
    pub(super) sentence: String,
}

/// What was measured, by what it is of.
type Found<'a> = BTreeMap<String, Vec<(&'a Evaluation, &'a Measurement)>>;

pub(super) fn of(subject: Subject<'_>) -> Elsewhere {
    let Subject { ground, project, .. } = subject;
    Elsewhere {
        kind: project.kind.as_ref().map(|kind| kind_name(ground, kind)).unwrap_or_default(),
        rows: pooled(subject),
        costs: costs(subject),
    }
}

fn pooled(subject: Subject<'_>) -> Vec<PooledRow> {
    let Subject { ground, project, .. } = subject;
    let found = studies(subject);
    let each = found.iter().flat_map(|(of, all)| all.iter().map(move |one| (of, one)));
    let all: Vec<(String, Study)> =
        each.filter_map(|(of, (one, measured))| Some((of.clone(), study(one, measured)?))).collect();
    let own = surest(ground, project);
    let pools = pool_by_kind(&all, Heterogeneity::default(), CHANCE).unwrap_or_default();
    let tell = |(of, pool): (&String, &Pooled)| {
        let (example, _) = found.get(of)?.first()?;
        let outcome = together(ground, example, pool.studies);
        Some(row(ground, example, outcome, pool, own.get(of).map(|(_, measured)| *measured)))
    };
    pools.iter().filter_map(tell).collect()
}

/// What was measured of the other projects of the kind and can be pooled, each by its surest evaluation of an outcome. One that is of this
/// project too is not from elsewhere.
fn studies(subject: Subject<'_>) -> Found<'_> {
    let Subject { ground, project, .. } = subject;
    let programme = &ground.view.programme;
    let ids = project.kind.as_ref().and_then(|kind| programme.links.projects_by_kind.get(kind));
    let others = programme.projects_of(ids).map(|other| &other.id).filter(|other| **other != project.id);
    let own: BTreeSet<_> = programme.evaluations_of(&project.id).map(|one| &one.id).collect();
    one_each(programme, others, |evaluation, measured| {
        let counts = !own.contains(&evaluation.id) && study(evaluation, measured).is_some();
        outcome(evaluation).filter(|_| counts)
    })
}

/// The surest evaluation of each outcome of a project.
fn surest<'a>(ground: Ground<'a>, project: &Project) -> BTreeMap<String, (&'a Evaluation, &'a Measurement)> {
    let mut found: BTreeMap<String, (&Evaluation, &Measurement)> = BTreeMap::new();
    for evaluation in ground.view.programme.evaluations_of(&project.id) {
        let (Some(of), Some(measured)) = (outcome(evaluation), &evaluation.measured) else { continue };
        if found.get(&of).is_none_or(|(_, other)| other.grade < measured.grade) {
            found.insert(of, (evaluation, measured));
        }
    }
    found
}

/// What can be set beside each other: one indicator, or one attribute of one type in one unit.
fn outcome(evaluation: &Evaluation) -> Option<String> {
    let outcome = evaluation.outcome.as_ref().map(|one| {
        let unit = one.unit.get("fr").unwrap_or_default();
        format!("{} {} {unit}", one.kind, one.attribute)
    });
    outcome.or_else(|| evaluation.own_indicator().map(ToString::to_string))
}

/// What can be pooled: an effect with a standard error above 0.
fn study(evaluation: &Evaluation, measured: &Measurement) -> Option<Study> {
    let variance = standard_error(measured)?.powi(2);
    let fits = measured.estimate.is_finite() && variance > 0.0 && variance.recip() > 0.0;
    let sound = fits && variance.is_finite() && variance.recip().is_finite();
    sound.then(|| Study { id: evaluation.id.to_string(), effect: measured.estimate, variance })
}

/// What several evaluations of one outcome are of: each is of its own street, all stand for one indicator.
fn together(ground: Ground<'_>, example: &Evaluation, studies: usize) -> Linked {
    match (&example.outcome, &example.indicator) {
        (Some(_), Some(indicator)) if studies > 1 => {
            let indicator = ground.indicator(indicator).name;
            Linked { name: ground.words.fill("project.near", [indicator]), link: String::new() }
        }
        _ => ground.outcome(example),
    }
}

fn row(
    ground: Ground<'_>,
    example: &Evaluation,
    outcome: Linked,
    pool: &Pooled,
    here: Option<&Measurement>,
) -> PooledRow {
    let words = ground.words;
    let unit = ground.unit_of(example);
    let ends = |interval: Interval| ground.changes((interval.low, interval.high), unit);
    PooledRow {
        outcome,
        studies: words.count("project.evaluations", pool.studies as u64),
        effect: ground.change(pool.effect, unit),
        interval: ends(wider(pool)),
        new: pool.prediction.map_or_else(|| words.t("project.too_few").to_owned(), ends),
        here: here.map_or_else(
            || words.t("value.not_measured").to_owned(),
            |measured| ground.change(measured.estimate, unit),
        ),
    }
}

fn costs(subject: Subject<'_>) -> Vec<Cost> {
    let Subject { ground, project, .. } = subject;
    let own = surest(ground, project);
    own.values().map(|(evaluation, measured)| cost(subject, evaluation, measured)).collect()
}

fn cost(subject: Subject<'_>, evaluation: &Evaluation, measured: &Measurement) -> Cost {
    let Subject { ground, project, line } = subject;
    let words = ground.words;
    let name = ground.outcome(evaluation).name;
    let ended = matches!(project.state, ProjectState::Finished | ProjectState::Stopped);
    let (money, of) = if ended {
        (line.money.spent, key!("project.cost_of_spent"))
    } else {
        (line.money.forecast, key!("project.cost_of_forecast"))
    };
    let ratio = standard_error(measured).filter(|_| money > Euros::ZERO).and_then(|standard_error| {
        let cost = Measured { value: money.as_f64(), standard_error: 0.0 };
        // How much better it became, whichever way is better.
        let effect = Measured { value: measured.estimate.abs(), standard_error };
        cost_per_unit(cost, effect, 0.0, CHANCE).ok()
    });
    let unit = match ground.unit_of(evaluation) {
        "" => words.t("project.one_unit").to_owned(),
        "%" => words.t("project.one_point").to_owned(),
        unit => format!("1\u{a0}{unit}"),
    };
    let sentence = match (measured.answer, ratio) {
        (Answer::Better, Some(CostRatio { ratio: Some(ratio), interval: RatioInterval::Between(ends) })) => {
            let [ratio, low, high] = [ratio, ends.low, ends.high].map(|x| price(ground, x));
            let of = words.fill(of, [euros(ground.spoken(), money)]);
            words.fill("project.cost_said", [unit, ratio, low, high, of])
        }
        (_, None) => words.t("project.cost_not_known").to_owned(),
        (Answer::Worse, _) => words.t("project.cost_worse").to_owned(),
        _ => words.t("project.cost_open").to_owned(),
    };
    Cost { name, sentence }
}

/// Euros, with cents where they matter.
fn price(ground: Ground<'_>, amount: f64) -> String {
    match Euros::nearest(amount).filter(|_| amount.abs() >= CENTS_BELOW) {
        Some(whole) => euros(ground.spoken(), whole),
        None => ground.words.fill("project.euros", [ground.number(amount)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(estimate: f64, standard_error: Option<f64>) -> Measurement {
        Measurement {
            estimate,
            standard_error,
            interval: None,
            level: CHANCE,
            detectable: None,
            answer: Answer::Better,
            grade: 3,
            verdict: senne_programme::Words::default(),
            on: None,
        }
    }

    #[test]
    fn only_what_is_known_with_its_error_is_pooled() {
        let evaluation = Evaluation {
            id: "urn:ngsi-ld:Evaluation:a".into(),
            name: senne_programme::Words::default(),
            project: None,
            indicator: None,
            outcome: Some(senne_programme::Outcome {
                kind: "Traffic".to_owned(),
                attribute: "cars".to_owned(),
                unit: senne_programme::Words::in_language("en", "an hour"),
                ..senne_programme::Outcome::default()
            }),
            areas: Vec::new(),
            starts_on: None,
            better: senne_programme::Direction::Lower,
            measured: None,
            status: None,
        };
        assert_eq!(outcome(&evaluation).as_deref(), Some("Traffic cars an hour"));
        for (estimate, error) in
            [(1.0, None), (1.0, Some(0.0)), (f64::NAN, Some(1.0)), (1.0, Some(1e-200)), (1.0, Some(1e200))]
        {
            assert!(study(&evaluation, &measured(estimate, error)).is_none(), "{estimate} {error:?}");
        }
        assert_eq!(study(&evaluation, &measured(-2.0, Some(0.5))).map(|one| one.variance), Some(0.25));
        let permuted = Measurement { interval: Some((-6.0, 2.0)), ..measured(-2.0, Some(0.5)) };
        assert!(study(&evaluation, &permuted).is_some_and(|one| one.variance > 4.0));
    }
}
