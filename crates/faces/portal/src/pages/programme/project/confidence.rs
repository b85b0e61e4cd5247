//! Whether the project will keep its promise: what the figures say with their reasons, beside what a person signed.

use senne_programme::{
    Judgement, ProjectState,
    following::{Confidence, ConfidenceLimits, Reason},
};

use super::{Subject, ground::Ground};
use crate::{
    format,
    pages::programme::shared::{Mark, date, mark},
    words::Words,
};

pub(super) struct Trust {
    /// Only for projects that are chosen or under way: others can no longer, or not yet, be on their way.
    pub(super) computed: Option<Mark>,
    /// Why there are no reasons; empty where there are some.
    pub(super) said: &'static str,
    pub(super) reasons: Vec<Why>,
    /// What is wrong with the milestones, in English.
    pub(super) fault: String,
    pub(super) signed: Option<Signed>,
    pub(super) differ: bool,
    pub(super) limits: [String; 2],
}

/// A reason, and how bad it is.
pub(super) struct Why {
    pub(super) mark: Mark,
    pub(super) text: String,
}

/// What a person stands for.
pub(super) struct Signed {
    pub(super) mark: Mark,
    pub(super) on: String,
    /// Empty where the reader may not see it.
    pub(super) by: String,
    pub(super) reason: String,
}

pub(super) fn of(subject: Subject<'_>) -> Trust {
    let Subject { ground, project, line } = subject;
    let words = ground.words;
    let found = line.confidence.as_ref();
    let judged = !matches!(project.state, ProjectState::Proposed | ProjectState::Rejected);
    let reasons = found.filter(|_| judged).map(|found| reasons(ground, found)).unwrap_or_default();
    let computed = found.map(|found| found.computed).filter(|_| active(project.state));
    Trust {
        computed: active(project.state).then(|| mark(words, computed)),
        said: said(words, project.state, found.is_some(), reasons.is_empty()),
        reasons,
        fault: line.fault.clone().unwrap_or_default(),
        signed: project.judgement.as_ref().map(|one| signed(ground, one)),
        differ: active(project.state) && found.is_some_and(|found| found.differ),
        limits: limits(ground, ConfidenceLimits::default()),
    }
}

/// Whether a project is chosen or under way.
pub(super) fn active(state: ProjectState) -> bool {
    matches!(state, ProjectState::Chosen | ProjectState::Running)
}

fn said(words: Words, state: ProjectState, computed: bool, no_reason: bool) -> &'static str {
    match state {
        ProjectState::Proposed | ProjectState::Rejected => words.t("project.trust_not_chosen"),
        _ if !computed => words.t("project.trust_fault"),
        _ if !no_reason => "",
        _ if active(state) => words.t("project.trust_no_reason"),
        _ => words.t("project.trust_kept"),
    }
}

fn reasons(ground: Ground<'_>, found: &Confidence) -> Vec<Why> {
    let why = |reason: &Reason| Why {
        mark: mark(ground.words, Some(reason.colour())),
        text: ground.speaker.reason(reason),
    };
    found.reasons.iter().map(why).collect()
}

fn signed(ground: Ground<'_>, judgement: &Judgement) -> Signed {
    let words = ground.words;
    Signed {
        mark: mark(words, Some(judgement.colour)),
        on: date(words, judgement.on),
        by: judgement.by.clone(),
        reason: judgement.reason.get(words.language.code()).unwrap_or_default().to_owned(),
    }
}

/// From where on something is amber, and from where on it is red.
fn limits(ground: Ground<'_>, limits: ConfidenceLimits) -> [String; 2] {
    let of = |drift: i64, overspend: f64, risk: u8, gate: i64, stale: i64| {
        let overspend = format::percent(ground.words.language, overspend);
        [drift.to_string(), overspend, risk.to_string(), gate.to_string(), stale.to_string()]
    };
    let ConfidenceLimits { drift_days, overspend, risk, gate_days, stale_days } = limits;
    let amber = of(drift_days.0, overspend.0, risk.0, gate_days.0, stale_days.0);
    let red = of(drift_days.1, overspend.1, risk.1, gate_days.1, stale_days.1);
    [ground.words.fill("project.amber_from", amber), ground.words.fill("project.red_from", red)]
}
