//! What was expected beside what was measured, quantity by quantity, on one scale each. What is of another quantity or unit is never drawn on
//! the scale of the other: that is said instead.

use senne_programme::{Evaluation, ExpectedEffect, Meeting, Sign, meeting};

use super::{
    Subject,
    ground::{Ground, Verdict, verdict},
    range::{Scale, ends_of, promised},
};
use crate::{
    pages::rows::Linked,
    words::{Words, key},
};

/// So many quantities are set beside each other.
const PAIRS_MOST: usize = 20;

/// One quantity: promises and measurements.
pub(super) struct Pair {
    pub(super) outcome: Linked,
    /// The indicator that it stands for; nothing where it is the indicator itself.
    pub(super) under: Option<Linked>,
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

/// What belongs beside each other.
struct Group<'a> {
    expected: Vec<&'a ExpectedEffect>,
    measured: Vec<&'a Evaluation>,
    /// Why the other side is missing, where it is there and cannot be compared.
    apart: Option<Meeting>,
}

pub(super) fn of(subject: Subject<'_>) -> Vec<Pair> {
    let Subject { ground, project, .. } = subject;
    let programme = &ground.view.programme;
    let measured: Vec<&Evaluation> =
        programme.evaluations_of(&project.id).filter(|one| one.measured.is_some()).collect();
    let mut groups = groups(programme.effects.of(&project.id), &measured);
    groups.truncate(PAIRS_MOST);
    groups.iter().filter_map(|group| pair(ground, group)).collect()
}

/// Promises of one quantity with what was measured of it, then what was measured and not promised.
fn groups<'a>(effects: &'a [ExpectedEffect], measured: &[&'a Evaluation]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for effect in effects {
        let same = |group: &&mut Group<'_>| group.expected.iter().any(|one| alike(one, effect));
        match groups.iter_mut().find(same) {
            Some(group) => group.expected.push(effect),
            None => {
                groups.push(Group { expected: vec![effect], measured: Vec::new(), apart: None });
            }
        }
    }
    for evaluation in measured {
        let met = |effect: &&ExpectedEffect| meeting(effect.quantity(), evaluation.quantity());
        let mut at_home = false;
        for group in &mut groups {
            if group.expected.iter().any(|effect| met(effect) == Some(Meeting::Same)) {
                group.measured.push(evaluation);
                at_home = true;
            }
        }
        if !at_home {
            let apart = effects.iter().filter_map(|effect| met(&effect)).max();
            groups.push(Group { expected: Vec::new(), measured: vec![evaluation], apart });
        }
    }
    for group in groups.iter_mut().filter(|group| group.measured.is_empty()) {
        let all = group
            .expected
            .iter()
            .flat_map(|effect| measured.iter().filter_map(|one| meeting(effect.quantity(), one.quantity())));
        group.apart = all.max();
    }
    groups
}

/// Whether two promises are of one quantity, wherever that is.
fn alike(one: &ExpectedEffect, other: &ExpectedEffect) -> bool {
    one.indicator == other.indicator && meeting(one.quantity(), other.quantity()) == Some(Meeting::Same)
}

fn pair(ground: Ground<'_>, group: &Group<'_>) -> Option<Pair> {
    let Group { expected, measured, apart } = group;
    let (outcome, unit, quantity) = match (expected.first(), measured.first()) {
        (Some(effect), _) => {
            (ground.promised(effect), ground.speaker.unit_of(effect.quantity()), effect.quantity())
        }
        (None, Some(one)) => (ground.outcome(one), ground.unit_of(one), one.quantity()),
        (None, None) => return None,
    };
    let under = quantity.indicator.filter(|_| quantity.outcome.is_some()).map(|id| ground.indicator(id));
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
        let why = apart.map_or(key!("project.not_promised"), why_apart);
        rows.push(nothing(ground, key!("project.expected"), why, scale));
    }
    rows.extend(measured.iter().filter_map(|one| of_measure(ground, one, unit, scale)));
    if measured.is_empty() {
        let why = apart.map_or(key!("value.not_measured"), why_apart);
        rows.push(nothing(ground, key!("project.measured"), why, scale));
    }
    Some(Pair { outcome, under, rows })
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

/// The side on which there is nothing: no promise, no measurement, or one that cannot be compared.
fn nothing(ground: Ground<'_>, what: &'static str, why: &'static str, scale: Scale) -> PairRow {
    PairRow {
        class: "pair-none",
        what: ground.words.t(what),
        place: String::new(),
        change: ground.words.t(why).to_owned(),
        picture: scale.unknown(),
        range: String::new(),
        verdict: None,
        grade: String::new(),
    }
}

/// Why one side is not drawn beside the other; the key of the text.
fn why_apart(meeting: Meeting) -> &'static str {
    match meeting {
        Meeting::OtherUnit => key!("project.other_unit"),
        Meeting::OtherPlace => key!("project.other_place"),
        Meeting::Same | Meeting::OtherQuantity => key!("project.other_quantity"),
    }
}

/// Why what was measured is not drawn, in words; empty where it can be compared.
pub(crate) fn said_apart(words: Words, meeting: Meeting) -> &'static str {
    if meeting == Meeting::Same { "" } else { words.t(why_apart(meeting)) }
}

#[cfg(test)]
mod tests {
    use senne_programme::{Answer, Direction, Measurement, Outcome, Words as Told};

    use super::*;

    fn near(unit: &str) -> Outcome {
        Outcome {
            kind: "TrafficFlowObserved".into(),
            attribute: "intensity".into(),
            unit: Told::in_language("en", unit),
            ..Outcome::default()
        }
    }

    fn promise(indicator: &str, outcome: Option<Outcome>) -> ExpectedEffect {
        ExpectedEffect {
            project: "p".into(),
            indicator: indicator.into(),
            outcome,
            sign: Sign::Decrease,
            size_low: 12.0,
            size_high: 20.0,
            areas: Vec::new(),
            starts_on: None,
            ramp_months: 0,
            evidence_grade: 3,
        }
    }

    fn evaluation(indicator: &str, outcome: Option<Outcome>) -> Evaluation {
        Evaluation {
            id: "e".into(),
            name: Told::default(),
            project: None,
            indicator: Some(indicator.into()),
            outcome,
            areas: Vec::new(),
            starts_on: None,
            better: Direction::Lower,
            measured: Some(Measurement {
                estimate: -17.0,
                standard_error: Some(1.0),
                interval: None,
                level: 0.95,
                detectable: None,
                answer: Answer::Better,
                grade: 3,
                verdict: Told::default(),
                on: None,
            }),
            status: None,
        }
    }

    /// Of each group how many promises and measurements it has, and why one side is missing.
    fn found(effects: &[ExpectedEffect], measured: &[&Evaluation]) -> Vec<(usize, usize, Option<Meeting>)> {
        let told = |group: &Group<'_>| (group.expected.len(), group.measured.len(), group.apart);
        groups(effects, measured).iter().map(told).collect()
    }

    #[test]
    fn what_is_of_one_quantity_stands_together() {
        let effects =
            [promise("traffic", None), promise("traffic", Some(near("in 5 minutes"))), promise("no2", None)];
        let counted = evaluation("traffic", Some(near("in 5 minutes")));
        // The promise for the indicator itself says that what was measured is another quantity.
        let apart = Some(Meeting::OtherQuantity);
        assert_eq!(found(&effects, &[&counted]), [(1, 0, apart), (1, 1, None), (1, 0, None)]);
    }

    #[test]
    fn what_cannot_be_compared_stands_apart_and_says_why() {
        let counted = evaluation("traffic", Some(near("in 5 minutes")));
        for (promised, why) in [(None, Meeting::OtherQuantity), (Some(near("a day")), Meeting::OtherUnit)] {
            let found = found(&[promise("traffic", promised)], &[&counted]);
            assert_eq!(found, [(1, 0, Some(why)), (0, 1, Some(why))]);
        }
        assert_eq!(found(&[promise("no2", None)], &[&counted]), [(1, 0, None), (0, 1, None)]);
    }
}
