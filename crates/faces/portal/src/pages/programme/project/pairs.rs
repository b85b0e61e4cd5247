//! What was expected beside what was measured, indicator by indicator, on one scale each.

use senne_programme::{Evaluation, ExpectedEffect, IndicatorId, Sign};

use super::{
    Subject,
    ground::{Ground, Verdict, verdict},
    range::{Scale, ends_of, promised},
};
use crate::{pages::rows::Linked, words::key};

/// So many outcomes are set beside each other.
const PAIRS_MOST: usize = 20;

/// One outcome: promises and measurements.
pub(super) struct Pair {
    pub(super) outcome: Linked,
    pub(super) rows: Vec<PairRow>,
}

pub(super) struct PairRow {
    /// `pair-expected` or `pair-measured`: how the picture is drawn.
    pub(super) class: &'static str,
    pub(super) what: &'static str,
    /// Where, when more than one promise is told apart by it.
    pub(super) place: String,
    pub(super) change: String,
    pub(super) picture: String,
    pub(super) range: String,
    pub(super) verdict: Option<Verdict>,
    pub(super) grade: String,
}

pub(super) fn of(subject: Subject<'_>) -> Vec<Pair> {
    let Subject { ground, project, .. } = subject;
    let effects = ground.view.programme.effects.of(&project.id);
    let measured: Vec<&Evaluation> = ground
        .view
        .programme
        .evaluations_of(&project.id)
        .filter(|evaluation| evaluation.measured.is_some())
        .collect();
    let mut pairs: Vec<Pair> = Vec::new();
    let mut told: Vec<&IndicatorId> = Vec::new();
    for effect in effects {
        let id = &effect.indicator;
        if told.contains(&id) {
            continue;
        }
        told.push(id);
        let expected: Vec<&ExpectedEffect> = effects.iter().filter(|one| one.indicator == *id).collect();
        let own: Vec<&Evaluation> =
            measured.iter().copied().filter(|one| one.indicator.as_ref() == Some(id)).collect();
        pairs.push(pair(ground, ground.indicator(id), ground.speaker.unit(id), &expected, &own));
    }
    let kept = |one: &&&Evaluation| one.indicator.as_ref().is_some_and(|id| told.contains(&id));
    for evaluation in measured.iter().filter(|one| !kept(one)) {
        let outcome = ground.outcome(evaluation);
        pairs.push(pair(ground, outcome, ground.unit_of(evaluation), &[], &[*evaluation]));
    }
    pairs.truncate(PAIRS_MOST);
    pairs
}

fn pair(
    ground: Ground<'_>,
    outcome: Linked,
    unit: &str,
    expected: &[&ExpectedEffect],
    measured: &[&Evaluation],
) -> Pair {
    let ends = expected.iter().map(|effect| promised(effect)).flat_map(|(low, high)| [low, high]);
    let found = measured.iter().filter_map(|one| one.measured.as_ref()).flat_map(ends_of);
    let scale = Scale::over(ends.chain(found));
    let mut rows: Vec<PairRow> =
        expected.iter().map(|effect| of_promise(ground, effect, unit, scale)).collect();
    if expected.len() > 1 {
        for (row, effect) in rows.iter_mut().zip(expected) {
            row.place = ground.places(&effect.areas);
        }
    }
    if rows.is_empty() {
        rows.push(nothing(ground, true, scale));
    }
    rows.extend(measured.iter().filter_map(|one| of_measure(ground, one, unit, scale)));
    if measured.is_empty() {
        rows.push(nothing(ground, false, scale));
    }
    Pair { outcome, rows }
}

fn of_promise(ground: Ground<'_>, effect: &ExpectedEffect, unit: &str, scale: Scale) -> PairRow {
    let way = match effect.sign {
        Sign::Increase => key!("project.to_rise"),
        Sign::Decrease => key!("project.to_fall"),
    };
    let ends = promised(effect);
    PairRow {
        class: "pair-expected",
        what: ground.words.t("project.expected"),
        place: String::new(),
        change: ground.words.t(way).to_owned(),
        picture: scale.band(ends),
        range: ground.changes(ends, unit),
        verdict: None,
        grade: ground.grade(effect.evidence_grade),
    }
}

fn of_measure(ground: Ground<'_>, evaluation: &Evaluation, unit: &str, scale: Scale) -> Option<PairRow> {
    let measured = evaluation.measured.as_ref()?;
    Some(PairRow {
        class: "pair-measured",
        what: ground.words.t("project.measured"),
        place: ground.places(&evaluation.areas),
        change: ground.change(measured.estimate, unit),
        picture: scale.dot(measured),
        range: ground.interval(measured, unit),
        verdict: Some(verdict(ground.words, measured.answer)),
        grade: ground.grade(measured.grade),
    })
}

/// The side on which there is nothing: no promise, or no measurement.
fn nothing(ground: Ground<'_>, promise: bool, scale: Scale) -> PairRow {
    let (what, change) = if promise {
        (key!("project.expected"), key!("project.not_promised"))
    } else {
        (key!("project.measured"), key!("value.not_measured"))
    };
    PairRow {
        class: "pair-none",
        what: ground.words.t(what),
        place: String::new(),
        change: ground.words.t(change).to_owned(),
        picture: scale.unknown(),
        range: String::new(),
        verdict: None,
        grade: String::new(),
    }
}
