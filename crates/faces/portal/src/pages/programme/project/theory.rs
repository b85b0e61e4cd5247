//! Why it should work: each effect that is expected, with what it rests on.

use senne_programme::{EffectId, ExpectedEffect, Sign, Words as Told};

use super::{Subject, ground::Ground};
use crate::{
    pages::rows::Linked,
    words::{Words, key},
};

/// So many effects are told of.
const EFFECTS_MOST: usize = 30;

/// An effect that is expected.
pub(super) struct Effect {
    pub(super) indicator: Linked,
    pub(super) sentence: String,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) areas: Vec<Linked>,
    /// Empty when nobody wrote it.
    pub(super) assumptions: String,
    pub(super) evidence: String,
    pub(super) grade: String,
    pub(super) grade_means: &'static str,
}

pub(super) fn of(subject: Subject<'_>) -> Vec<Effect> {
    let Subject { ground, project, .. } = subject;
    let own = ground.view.programme.effects.iter().filter(|(_, effect)| effect.project == project.id);
    own.take(EFFECTS_MOST).map(|(id, one)| effect(ground, id, one)).collect()
}

fn effect<'a>(ground: Ground<'a>, id: &EffectId, effect: &'a ExpectedEffect) -> Effect {
    let words = ground.words;
    let basis = ground.view.programme.bases.get(id);
    let said = |text: Option<&Told>| {
        text.and_then(|text| text.get(words.language.code())).unwrap_or_default().to_owned()
    };
    Effect {
        indicator: ground.indicator(&effect.indicator),
        sentence: ground.speaker.expected(effect),
        facts: facts(ground, effect, basis.and_then(|basis| basis.population)),
        areas: ground.areas(&effect.areas),
        assumptions: said(basis.map(|basis| &basis.assumptions)),
        evidence: said(basis.map(|basis| &basis.evidence)),
        grade: ground.grade(effect.evidence_grade),
        grade_means: grade_means(words, effect.evidence_grade),
    }
}

fn facts(ground: Ground<'_>, effect: &ExpectedEffect, people: Option<u64>) -> Vec<(&'static str, String)> {
    let words = ground.words;
    let way = match effect.sign {
        Sign::Increase => key!("project.to_rise"),
        Sign::Decrease => key!("project.to_fall"),
    };
    let unit = ground.speaker.unit_of(effect.quantity());
    let size = ground.changes((effect.size_low, effect.size_high), unit);
    let ramp = match effect.ramp_months {
        0 => words.t("project.at_once").to_owned(),
        months => words.count("count.months", u64::from(months)),
    };
    let people = people.map_or_else(|| words.t("project.not_written").to_owned(), |n| ground.number_whole(n));
    // What stands for the indicator is said beside the indicator that heads the effect.
    let near = effect.outcome.as_ref().map(|_| {
        let name = ground.speaker.promised(effect.quantity()).to_owned();
        (words.t("project.seen_by"), name)
    });
    let rest = [
        (words.t("project.way"), words.t(way).to_owned()),
        (words.t("project.size"), size),
        (words.t("project.from"), ground.day(effect.starts_on)),
        (words.t("project.ramp"), ramp),
        (words.t("project.people"), people),
    ];
    near.into_iter().chain(rest).collect()
}

/// What a grade of evidence says.
fn grade_means(words: Words, grade: u8) -> &'static str {
    words.t(match grade {
        0 | 1 => key!("project.grade_1"),
        2 => key!("project.grade_2"),
        3 => key!("project.grade_3"),
        4 => key!("project.grade_4"),
        _ => key!("project.grade_5"),
    })
}
